"""Hang labels on poles along a lane so that no label meets another label or another's pole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from soniq.lab.draw.scene import Label, Stroke

LIFT: Final = 11.0  # from the lane to the nearest flag
INDENT: Final = 5.0  # from a pole to its words
GAP: Final = 6.0  # from the end of a flag to the next pole


@dataclass(frozen=True, slots=True)
class Flag:
    """A label to be hung.

    Attributes:
        x: Where its pole stands.
        label: Its words, not placed yet.
        level: How far out from the lane it hangs.
    """

    x: float
    label: Label
    level: float = 0.0

    @property
    def reach(self) -> float:
        """How far out it goes with its words."""
        return self.level + self.label.height

    @property
    def right(self) -> float:
        """Where its words end, and a little air."""
        return self.x + INDENT + self.label.box.width + GAP


def hang(flags: Sequence[Flag]) -> tuple[Flag, ...]:
    """Find each flag's level; those are ordered by their poles.

    Going from right to left, a flag hangs outside of every flag whose pole it would cross.
    """
    hung: list[Flag] = []
    for flag in reversed(flags):
        crossed = [other.reach + 2 for other in hung if other.x < flag.right]
        hung.append(replace(flag, level=max(crossed, default=0.0)))
    return tuple(reversed(hung))


def depth(flags: Sequence[Flag]) -> float:
    """How much room the flags of one side take."""
    return max((LIFT + flag.reach for flag in flags), default=14.0)


def placed(flag: Flag, edge: float, side: int) -> Label:
    """Give the words their place; side -1 is above the edge, +1 below it."""
    near = edge + side * (LIFT + flag.level)
    return replace(flag.label, x=flag.x + INDENT, y=near - flag.label.height if side < 0 else near)


def pole(flag: Flag, edge: float, side: int) -> Stroke:
    """The line from the lane to the words."""
    return Stroke(flag.x, edge + side * 4, flag.x, edge + side * (LIFT + flag.reach - 3), "pole")
