"""A figure that means the same on another machine: two timings in one run, taken in turns."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Run = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One line of the table.

    Attributes:
        name: What was measured.
        floor: Units a second of the floor, median of the rounds.
        ours: Units a second of Soniq, median of the rounds.
        ratio: Ours over the floor, median of the rounds' own ratios.
        least: The lowest round's ratio.
        most: The highest round's ratio.
        promise: What the ratio should be at least.
    """

    name: str
    floor: float
    ours: float
    ratio: float
    least: float
    most: float
    promise: float

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        return self.ratio >= self.promise

    def __str__(self) -> str:
        spread = f"{self.least:.2f}–{self.most:.2f}"
        rates = f"{self.floor:9,.0f} {self.ours:9,.0f}"
        return f"{self.name:58} {rates} {self.ratio:6.2f} {spread:>12} {'≥':>2} {self.promise:4.2f}"


async def _nothing() -> None: ...


async def compare(  # noqa: PLR0913  # two ways, what they do, and what was promised
    name: str,
    units: int,
    floor: Run,
    ours: Run,
    *,
    promise: float,
    rounds: int,
    before: Run = _nothing,
    before_ours: Run | None = None,
) -> Ratio:
    """Time both in turns, after one round each that does not count.

    Args:
        name: What is measured.
        units: What one run does, such as transactions.
        floor: The bare way.
        ours: The same through Soniq.
        promise: What the ratio of the rates should be at least.
        rounds: How many pairs count.
        before: Makes the start for every run; its time does not count.
        before_ours: Makes another one for ours.
    """
    start = before_ours or before
    pairs = [(await _seconds(before, floor), await _seconds(start, ours)) for _ in range(1 + rounds)][1:]
    ratios = [bare / soniq for bare, soniq in pairs]
    return Ratio(
        name,
        units / median(bare for bare, _ in pairs),
        units / median(soniq for _, soniq in pairs),
        median(ratios),
        min(ratios),
        max(ratios),
        promise,
    )


async def _seconds(before: Run, run: Run) -> float:
    await before()
    begun = perf_counter()
    await run()
    return perf_counter() - begun
