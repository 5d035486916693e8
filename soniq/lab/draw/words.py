"""Say in words what happened: the label of one event, and the whole story as a text."""

from collections.abc import Mapping
from typing import Final

from soniq.lab.draw.measure import clean
from soniq.lab.draw.plot import Plot, Step
from soniq.lab.record.events import Kind, Lane

KEYWORDS: Final[dict[Kind, str]] = {"begin": "BEGIN", "commit": "COMMIT", "rollback": "ROLLBACK"}
WORDLESS: Final[dict[Kind, str]] = {
    "write": "writes",
    "read": "reads",
    "enqueue": "enqueues a job",
    "refuse": "refused",
    "kill": "killed",
    "freeze": "frozen",
    "wake": "wakes",
    "run": "runs the job",
    "effect": "effect",
    "fail": "failed",
    "done": "done",
    "note": "…",
}
SILENT_END: Final = "rolled back: nobody is left to commit"


def label(step: Step) -> str:
    """The words beside a mark; where a lane has several processes, each says which one it is."""
    who = f"{step.event.lane} {step.process}: " if step.process and step.takes_over else ""
    return who + words(step)


def words(step: Step) -> str:
    """What was recorded, or what the kind of event says by itself."""
    event = step.event
    said = clean(event.label)
    if step.inferred:
        return SILENT_END
    if event.kind in KEYWORDS:
        keyword = KEYWORDS[event.kind]
        return said if keyword in said else f"{keyword} {said}".strip()
    said = said or clean(f"{WORDLESS[event.kind]} {event.subject}")
    if event.kind == "read" and event.found is not None:
        answer = "found" if event.found else "no row"
        return f"{said} {answer}" if said.endswith("?") else f"{said}: {answer}"
    return said


def pause(seconds: float) -> str:
    """How long nothing happened, in the unit that people would use."""
    if seconds < 90:
        return f"{seconds:.1f} s later"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min later"
    return f"{seconds / 3600:.0f} h later"


def tell(plot: Plot) -> str:
    """The whole story as a text: a numbered line for each event, then the verdict."""
    lines = [clean(plot.title)] if plot.title else []
    lines += [f"{step.number + 1}. {sentence(step, plot.names)}" for step in plot.steps]
    if plot.verdict:
        lines.append(clean(str(plot.verdict)))
    return "\n".join(lines)


def sentence(step: Step, names: Mapping[Lane, str]) -> str:
    """One event as a sentence; the lanes by their names."""
    when = f"{pause(step.pause_s)}: " if step.pause_s else ""
    number = f" {step.process}" if step.process else ""
    return f"{when}{names[step.event.lane]}{number}{_what(step, names)}{_afterwards(step)}."


def _what(step: Step, names: Mapping[Lane, str]) -> str:
    said, kind = words(step), step.event.kind
    if step.inferred:
        return " rolls back what the dead process left open"
    if kind == "kill":
        return f" dies: {said}"
    if kind == "freeze":
        return f" stands still: {said}"
    if kind == "wake":
        return f" wakes where it stood: {said}"
    if kind == "fail":
        return f" lives on, {said}" if "failed" in said else f" lives on, its job failed: {said}"
    if kind == "refuse" and step.store:
        return f", turned down by {names[step.store]}: {said}"
    if kind == "run" and step.store:
        return f" takes a job from {names[step.store]}: {said}"
    return f" to {names[step.store]}: {said}" if step.store else f": {said}"


def _afterwards(step: Step) -> str:
    if step.undone and step.event.kind in {"write", "enqueue"}:
        return " (undone when the transaction is rolled back)"
    return ""
