"""A figure that is no ratio of rates: a count, a size, a time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        name: What was measured.
        floor: What the bare way came to, None where there is none.
        ours: What Soniq came to.
        promise: What ours should be at most, None where nothing is promised.
    """

    name: str
    floor: float | None
    ours: float
    promise: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        return self.promise is None or self.ours <= self.promise

    def __str__(self) -> str:
        floor = "" if self.floor is None else f"{self.floor:,.2f}"
        promise = "" if self.promise is None else f"{'≤':>2} {self.promise:4.2f}"
        return f"{self.name:58} {floor:>9} {self.ours:9,.2f} {'':6} {'':12} {promise}".rstrip()
