"""Write a scene as SVG elements: no script, no font to load, every class and id under the drawing's name."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final

from soniq.lab.draw.marks import CARVED, FILLED, OUTLINED
from soniq.lab.draw.measure import ELLIPSIS, clean
from soniq.lab.draw.scene import LINE_EM, Arrow, Band, Box, Label, Mark, Scene, Stroke, StrokeLook

# A drawing of 24 events stays under 20 kB, also where every word is too long; `Timeline.text` is whole.
LABEL_BYTES: Final = 110
DESCRIPTION_BYTES: Final = 2200


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes elements whose classes and ids begin with the drawing's name.

    Attributes:
        name: The drawing's own.
        layout: Tells the ids of the two layouts of one drawing apart.
    """

    name: str
    layout: str

    def svg(self, scene: Scene, title: str, text: str = "", style: str = "") -> str:
        """Write the whole drawing.

        Args:
            title: Its name for those who do not see it.
            text: The story in words, for them too; empty where the other layout beside it has them.
            style: A style sheet to carry inside, for a drawing that stands alone; without one, it takes
                the width that it is given, within what can be read.
        """
        wide, high = _number(scene.width), _number(scene.height)
        described = self._id("desc") if text else f"{self.name}-wide-desc"
        fluid = f'style="width:100%;min-width:{0.8 * scene.width:.0f}px;max-width:{1.2 * scene.width:.0f}px"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{self.name} {self.name}-{self.layout}" role="img" '
            f'aria-labelledby="{self._id("title")} {described}" viewBox="0 0 {wide} {high}" '
            + (f'width="{wide}" height="{high}">' if style else f"{fluid}>")
            + f'<title id="{self._id("title")}">{_text(title, LABEL_BYTES)}</title>'
            + (f'<desc id="{described}">{_text(text, DESCRIPTION_BYTES)}</desc>' if text else "")
            + (f"<style>{style}</style>" if style else "")
            + self._hatch()
            + "".join(self._body(scene))
            + "</svg>"
        )

    def _body(self, scene: Scene) -> Iterable[str]:
        drawn = scene.shapes
        yield self._rect(Box(0.5, 0.5, scene.width - 1, scene.height - 1), "page", 8)
        if scene.panel:
            yield self._rect(scene.panel, "panel", 6)
        yield from (self._band(band) for band in drawn.bands if band.look == "rows")
        yield from self._strokes(drawn.strokes, "lane", "waits", "gap")
        yield from (self._band(band) for band in drawn.bands if band.look != "rows")
        yield from self._strokes(drawn.strokes, "strike", "cut", "pole")
        yield from (self._arrow(arrow) for arrow in drawn.arrows)
        yield from (self._mark(mark) for mark in drawn.marks)
        yield from (self._label(label) for label in scene.labels)

    def _hatch(self) -> str:
        return (
            f'<defs><pattern id="{self._id("hatch")}" width="7" height="7" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><path{self._class("gone")} d="M0 0h7v7h-7z"/>'
            f'<path{self._class("hatch")} d="M0 0v7"/></pattern></defs>'
        )

    def _rect(self, box: Box, look: str, radius: int, attributes: str = "") -> str:
        x, y, wide, high = (_number(side) for side in (box.x, box.y, box.width, box.height))
        return f'<rect{self._class(look)} x="{x}" y="{y}" width="{wide}" height="{high}" rx="{radius}"{attributes}/>'

    def _band(self, band: Band) -> str:
        fill = f' fill="url(#{self._id("hatch")})"' if band.look == "undone" else ""
        return self._rect(band.box, band.look, 7 if band.look == "working" else 4, fill)

    def _strokes(self, strokes: Iterable[Stroke], *looks: StrokeLook) -> Iterable[str]:
        drawn = list(strokes)
        for look in looks:
            lines = [(s.x1, s.y1, s.x2, s.y2) for s in drawn if s.look == look]
            path = "".join("M{} {}L{} {}".format(*map(_number, line)) for line in lines)
            yield f'<path{self._class(look)} d="{path}"/>' if path else ""

    def _arrow(self, arrow: Arrow) -> str:
        along = arrow.x1 == arrow.x2
        way = 1 if (arrow.y2 > arrow.y1 if along else arrow.x2 > arrow.x1) else -1
        tip = f"M{_number(arrow.x2)} {_number(arrow.y2)}"
        line = f"M{_number(arrow.x1)} {_number(arrow.y1)}L{tip[1:]}"
        if arrow.blocked:
            bar = f"{tip}{'m-7 0h14' if along else 'm0-7v14'}"
            stopped = f'<path{self._class("blocked", arrow.tone)} d="{bar}"/>'
            return f'<path{self._class("arrow", arrow.tone)} d="{line}"/>{stopped}'
        head = f"{tip}l-4{-8 * way:+d}h8z" if along else f"{tip}l{-8 * way}-4v8z"
        if arrow.dashed:
            dashes = f'<path{self._class("arrow", arrow.tone, "dashed")} d="{line}"/>'
            return f'{dashes}<path{self._class("arrow", arrow.tone)} d="{head}"/>'
        return f'<path{self._class("arrow", arrow.tone)} d="{line}{head}"/>'

    def _mark(self, mark: Mark) -> str:
        place = f"M{_number(mark.x)} {_number(mark.y)}"
        faded = "faded" if mark.faded else ""
        layers = ((OUTLINED, "outline"), (FILLED, ""), (CARVED, "carved"))
        return "".join(
            f'<path{self._class(look, mark.tone, faded)} d="{place}{outlines[mark.look]}"/>'
            for outlines, look in layers
            if mark.look in outlines
        )

    def _label(self, label: Label) -> str:
        first, *rest = (_text(line) for line in label.lines)
        x, step = _number(label.x), _number(label.size * LINE_EM)
        size = "" if label.size == 12 else f' font-size="{_number(label.size)}"'
        shortened = label.full and label.lines[-1].endswith(ELLIPSIS)
        full = f"<title>{_text(label.full, LABEL_BYTES)}</title>" if shortened else ""
        more = "".join(f'<tspan x="{x}" dy="{step}">{line}</tspan>' for line in rest)
        y = _number(label.y + label.size * 0.95)
        return f'<text{self._class(label.tone, label.face)} x="{x}" y="{y}"{size}>{full}{first}{more}</text>'

    def _id(self, part: str) -> str:
        return f"{self.name}-{self.layout}-{part}"

    def _class(self, *words: str) -> str:
        named = " ".join(f"{self.name}-{word}" for word in words if word not in ("", "ink", "mono"))
        return f' class="{named}"' if named else ""


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(text: str, most_bytes: int | None = None) -> str:
    """Escape text for XML, and leave out what goes beyond a number of bytes."""
    kept: list[str] = []
    size = 0
    for char in "\n".join(clean(line) for line in text.splitlines()):
        escaped = escape(char, quote=False)
        size += len(escaped.encode())
        if most_bytes is not None and size > most_bytes:
            return "".join(kept) + ELLIPSIS
        kept.append(escaped)
    return "".join(kept)
