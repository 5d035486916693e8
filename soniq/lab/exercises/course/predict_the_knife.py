"""3: five kills to predict, each then done for real."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.exercises.run.stumble import raised
from soniq.lab.failures.runs import PLACE_ORDER
from soniq.lab.record import SIGNS, VerdictName
from soniq.lab.stage import Blow, Scene

Kill = tuple[str, str]  # the code, and where it is struck
STARTER: Final = """\
# Each code writes Ada's order into Postgres and tells RQ, in the order that its name says:
#
#   write_then_enqueue        BEGIN, insert, COMMIT; then the call to RQ
#   enqueue_then_write        the call to RQ; then BEGIN, insert, COMMIT
#   both_in_one_transaction   BEGIN, insert, the call to RQ, COMMIT
#
# SIGKILL falls just before or just after the moment named. No line of the code runs after it.
# TODO: what is left? "consistent", "lost" (an order without its job) or "orphan" (a job without its order)
VERDICTS = {
    ("write_then_enqueue", "before_commit"): None,
    ("write_then_enqueue", "after_commit"): None,
    ("enqueue_then_write", "before_commit"): None,
    ("enqueue_then_write", "after_commit"): None,
    ("both_in_one_transaction", "before_commit"): None,
}
"""
TRUTH: Final[dict[Kill, VerdictName]] = {
    ("write_then_enqueue", "before_commit"): "consistent",
    ("write_then_enqueue", "after_commit"): "lost",
    ("enqueue_then_write", "before_commit"): "orphan",
    ("enqueue_then_write", "after_commit"): "consistent",
    ("both_in_one_transaction", "before_commit"): "orphan",
}
WHY: Final[dict[Kill, str]] = {
    ("write_then_enqueue", "before_commit"): (
        "Nobody was left to commit, so Postgres rolled the order back; RQ had not been called yet. "
        "Ada has nothing, and no half of anything is left."
    ),
    ("write_then_enqueue", "after_commit"): (
        "COMMIT had made the order a fact. The call to RQ was the next line, and it never ran."
    ),
    ("enqueue_then_write", "before_commit"): (
        "RQ had the job before the transaction began. Postgres rolled back the order; RQ kept what it was given."
    ),
    ("enqueue_then_write", "after_commit"): (
        "Both had happened before the knife fell. Ada never hears an answer, but nothing is amiss in either system."
    ),
    ("both_in_one_transaction", "before_commit"): (
        "The call to RQ stands inside the block, and is not in the transaction: RQ is another system. "
        "Postgres rolled back what it knew of."
    ),
}


KNOWN: Final = "One of consistent, lost and orphan."


def predictions(given: Mapping[Kill, str | None] = TRUTH) -> str:
    """Write a cell with these predictions."""
    lines = "\n".join(f"    {kill}: {given[kill]!r},".replace("'", '"') for kill in TRUTH)
    return f"VERDICTS = {{\n{lines}\n}}\n"


async def _kill(kill: Kill, attempt: Attempt) -> Finding:
    ending = await attempt.run(predict, *kill)
    if ending.error:
        return raised(ending, KNOWN)
    predicted: str | None = ending.value
    told = _no_prediction(predicted)
    if told is not None:
        return told
    code, place = kill
    scene = Scene(attempt.shop, _title(kill), lanes=["queue"])
    await scene.request(PLACE_ORDER, code, blow=Blow(place))
    run = await scene.conclude()
    if predicted == run.verdict.name:
        return fits(f"{run.verdict.sign.shape} {predicted}")
    seen = f"{run.verdict.sign.gloss}".capitalize()
    return differs(f"{seen}. {run.verdict.sentence}", f"You predicted {predicted}.", WHY[kill], run.timeline)


def predict(learned: Learned, _: Where, code: str, place: str) -> str | None:
    """Look the learner's prediction up."""
    found = learned.get("VERDICTS").get((code, place))
    return None if found is None else str(found).strip().lower()


def _no_prediction(predicted: str | None) -> Finding | None:
    if predicted is None:
        return differs("There is no prediction here yet.", KNOWN, "No process was killed for this line.")
    if predicted not in SIGNS:
        return differs(f"{predicted!r} is no verdict.", KNOWN, "The three words are explained above the table.")
    return None


def _title(kill: Kill) -> str:
    return f"{kill[0]}, SIGKILL {kill[1].replace('_', ' ').replace('commit', 'COMMIT')}"


EXERCISE: Final = Exercise(
    number=3,
    name="predict_the_knife",
    title="Predict the knife",
    question=(
        "A deploy ends a request by SIGKILL, somewhere between its lines. Say for five such moments what is left; "
        "then each of them is done for real."
    ),
    starter=STARTER,
    solution=predictions(),
    hints=(
        "For each line ask two questions: has COMMIT happened, and has the call to RQ happened?",
        "What was not committed is rolled back when its connection is lost. What RQ was told, RQ keeps: "
        "it has no part in the transaction, wherever the call is written.",
        "An order and a job, or neither of them: consistent. Only the order: lost. Only the job: orphan. "
        "In the last line RQ was called, and COMMIT was not.",
    ),
    debrief=(
        "Two systems have two moments at which a fact becomes true, and a process can die between any two moments. "
        "The order of the lines chooses whether a kill leaves a lost order or an orphaned job. "
        "In production, do not ask which of the two is rarer: ask which write could be dropped altogether."
    ),
    steps=tuple(Step(_title(kill), partial(_kill, kill)) for kill in TRUTH),
    wrong_answers=(
        WrongAnswer(
            "written_is_written",
            predictions(TRUTH | {("write_then_enqueue", "before_commit"): "lost"}),
            "Nobody was left to commit",
        ),
        WrongAnswer("all_is_well", predictions(dict.fromkeys(TRUTH, "consistent")), "The call to RQ was the next line"),
        WrongAnswer(
            "no_answer_is_a_loss",
            predictions(TRUTH | {("enqueue_then_write", "after_commit"): "lost"}),
            "Both had happened",
        ),
        WrongAnswer(
            "one_block_is_one_transaction",
            predictions(TRUTH | {("both_in_one_transaction", "before_commit"): "consistent"}),
            "is not in the transaction",
        ),
        WrongAnswer("another_word", predictions(TRUTH).replace('"lost"', '"gone"'), "is no verdict"),
    ),
    lesson="01_four_failures",
)
