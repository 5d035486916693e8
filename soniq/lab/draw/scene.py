"""The values between layout and drawing: shapes and labels with their places, in pixels."""

from dataclasses import dataclass
from typing import Final, Literal

from soniq.lab.draw.measure import Face, width
from soniq.lab.record.verdict import VerdictName

Tone = Literal["ink", "soft", "bad", "ok", "job", "verdict"]
BandLook = Literal["committed", "undone", "open", "working", "rows"]
StrokeLook = Literal["lane", "pole", "waits", "strike", "gap", "cut"]
MarkLook = Literal[
    "dot", "row", "job", "found", "missing", "kill", "frozen", "fail", "done", "sent", "note", "start",
    "consistent", "orphan", "lost", "duplicate", "early", "late",
]  # fmt: skip

LINE_EM: Final = 1.25


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share more than an edge."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class Band:
    """A transaction on its lane, or a worker at work."""

    box: Box
    look: BandLook


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    look: StrokeLook


@dataclass(frozen=True, slots=True)
class Arrow:
    """A message between lanes; a blocked one ends in a bar."""

    x1: float
    y1: float
    x2: float
    y2: float
    tone: Tone
    blocked: bool = False
    dashed: bool = False

    @property
    def box(self) -> Box:
        """The room that it takes with its head."""
        across = 7 if self.blocked else 4
        wide, high = (0, across) if self.y1 == self.y2 else (across, 0)
        left, top = min(self.x1, self.x2) - wide, min(self.y1, self.y2) - high
        return Box(left, top, abs(self.x2 - self.x1) + 2 * wide, abs(self.y2 - self.y1) + 2 * high)


@dataclass(frozen=True, slots=True)
class Mark:
    """A small shape that stands for one fact."""

    x: float
    y: float
    look: MarkLook
    tone: Tone = "ink"
    faded: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """Lines of text, from their top left corner.

    Attributes:
        full: The text before it was shortened; empty where nothing was.
    """

    x: float
    y: float
    lines: tuple[str, ...]
    size: float = 12
    face: Face = "mono"
    tone: Tone = "ink"
    full: str = ""

    @property
    def box(self) -> Box:
        """The room that it takes at most."""
        widest = max(width(line, self.size, self.face) for line in self.lines)
        return Box(self.x, self.y, widest, self.height)

    @property
    def height(self) -> float:
        """All its lines."""
        return len(self.lines) * self.size * LINE_EM


@dataclass(frozen=True, slots=True)
class Shapes:
    """Everything of a scene that is no text."""

    bands: tuple[Band, ...]
    strokes: tuple[Stroke, ...]
    arrows: tuple[Arrow, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """One layout of one story, ready to be written as SVG.

    Attributes:
        panel: The ground under the verdict; None where there is no verdict yet.
    """

    width: float
    height: float
    shapes: Shapes
    labels: tuple[Label, ...]
    panel: Box | None
    verdict: VerdictName | None
