"""The timeline of a recorded story, in every form that a reader may want."""

import secrets
from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soniq.lab.draw.narrow import narrow
from soniq.lab.draw.plot import Plot, plot
from soniq.lab.draw.style import style
from soniq.lab.draw.svg import Pen
from soniq.lab.draw.wide import WIDTH, wide
from soniq.lab.draw.words import tell
from soniq.lab.record.events import Story

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class Timeline:
    """A story that shows itself: in a notebook, as a file, in words, in a terminal.

    Attributes:
        plot: What there is to see.
        name: Begins every class and id of the drawing, so that two on one page do not meet.
    """

    plot: Plot
    name: str

    @property
    def svg(self) -> str:
        """The wide layout as a drawing that stands alone, such as a file."""
        return self._pen("wide").svg(wide(self.plot), self._title, self.text, self._style())

    @property
    def svg_narrow(self) -> str:
        """The layout for a phone, standing alone."""
        return self._pen("narrow").svg(narrow(self.plot), self._title, self.text, self._style())

    @property
    def html(self) -> str:
        """Both layouts in one element, which shows the one that fits; without line breaks, for Markdown."""
        name, scenes = self.name, (wide(self.plot), narrow(self.plot))
        # What is wider than a page scrolls, by keyboard too.
        scrolls = ' tabindex="0"' if scenes[0].width > WIDTH else ""
        both = (
            self._pen("wide").svg(scenes[0], self._title, self.text),
            self._pen("narrow").svg(scenes[1], self._title),
        )
        sheet = f"<style>{self._style(switch=True)}</style>"
        return f'<div class="{name}-both"{scrolls}>{sheet}{"".join(both)}</div>'.replace("\n", "&#10;")

    @property
    def text(self) -> str:
        """The story in words: a numbered line for each event, then the verdict."""
        return tell(self.plot)

    def table(self) -> "Table":
        """The story for a terminal, to be printed by rich.

        Raises:
            ImportError: rich is not installed; it comes with the `lab` extra.
        """
        from soniq.lab.draw.table import table  # noqa: PLC0415 - rich is an extra

        return table(self.plot)

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        bundle = {"text/html": self.html, "text/plain": self.text}
        return {
            kind: data
            for kind, data in bundle.items()
            if (include is None or kind in include) and (exclude is None or kind not in exclude)
        }

    def __str__(self) -> str:
        return self.text

    @property
    def _title(self) -> str:
        return self.plot.title or "What happened"

    def _pen(self, layout: str) -> Pen:
        return Pen(self.name, layout)

    def _style(self, switch: bool = False) -> str:
        return style(self.name, self.plot.verdict.name if self.plot.verdict else None, switch)


def timeline(story: Story, name: str = "") -> Timeline:
    """Draw what was recorded.

    Args:
        name: Letters and digits that no other drawing on the page has; chosen at random when empty. Give
            one where the same story must always give the same drawing.
    """
    return Timeline(plot(story), name or f"t{secrets.token_hex(3)}")
