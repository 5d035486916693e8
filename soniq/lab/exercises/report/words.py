"""A report as text, for a terminal, a screen reader, and a test."""

from collections.abc import Iterator, Sequence

from soniq.lab.exercises.report.finding import Finding

Steps = Sequence[tuple[str, Finding | None]]


def text(head: str, steps: Steps, printed: str, closing: str) -> str:
    """Write a report, one thing a paragraph."""
    listed = "\n".join(line(title, finding) for title, finding in steps)
    problem = next((finding for _, finding in steps if finding and not finding.fits), None)
    told = [*_problem(problem)] if problem else []
    said = [f"Your code printed:\n{printed}"] if printed else []
    return "\n\n".join([f"{head}\n{listed}", *told, *said, closing])


def line(title: str, finding: Finding | None) -> str:
    """Say in one line what a step saw."""
    if finding is None:
        return f"  – {title}: not reached"
    return f"  ✓ {title}: {finding.seen}" if finding.fits else f"  ✗ {title}"


def _problem(finding: Finding) -> Iterator[str]:
    told = {"Seen": finding.seen, "Expected": finding.expected, "How": finding.why}
    yield "\n".join(f"{name}: {words}" for name, words in told.items() if words)
    yield from map(str, finding.evidence)
