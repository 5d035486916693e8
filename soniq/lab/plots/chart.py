"""A chart in every form that a reader may want: on a page of any width, and in words."""

import secrets
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Final

from soniq.lab.draw.style import NARROW_BELOW
from soniq.lab.plots.figure import Paint, draw, entitled
from soniq.lab.plots.ink import variables

WIDE: Final = 680
NARROW: Final = 350


@dataclass(frozen=True, slots=True)
class Chart:
    """Something measured that shows itself; matplotlib is imported when it is first drawn.

    Attributes:
        title: What is shown, in words of the lesson's.
        text: All of it in words, with units.
        paint: Draws it on axes of matplotlib's.
        height: Of the drawing, in pixels.
        name: Begins every class and id of the drawing, so that two on one page do not meet.
    """

    title: str
    text: str
    paint: Paint = field(repr=False)
    height: int = 300
    name: str = field(default_factory=lambda: f"c{secrets.token_hex(3)}")

    @property
    def html(self) -> str:
        """Both layouts in one element, which shows the one that fits; without line breaks, for Markdown."""
        name = self.name
        wide, narrow = (
            f'<div class="{name}-{layout}">{self._svg(layout, width)}</div>'
            for layout, width in (("wide", WIDE), ("narrow", NARROW))
        )
        caption = f'<div class="{name}-title">{self.title}</div>'
        both = f'<div class="{name}"><style>{_style(name)}</style>{caption}{wide}{narrow}</div>'
        return both.replace("\n", "&#10;")

    def _svg(self, layout: str, width: int) -> str:
        return entitled(draw(self.paint, (width, self.height), f"{self.name}{layout[0]}"), self.title, self.text)

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": str(self)}

    def __str__(self) -> str:
        return f"{self.title}\n{self.text}"


def _style(name: str) -> str:
    return (
        f"{variables(name)}.{name}{{container-type:inline-size}}.{name} svg{{display:block;max-width:100%;height:auto;"
        f"stroke-linejoin:round}}.{name}-title{{font:600 14px system-ui,sans-serif;color:var(--ink);"
        f"padding:.3em 0 .5em}}.{name}-narrow{{display:none}}@container (max-width:{NARROW_BELOW}px)"
        f"{{.{name}-wide{{display:none}}.{name}-narrow{{display:block}}}}"
    )
