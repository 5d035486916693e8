"""What surrounds the lanes in both layouts: the title above, the verdict below."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from soniq.lab.draw.measure import clean, width, wrap
from soniq.lab.draw.scene import Box, Label, Mark, Scene, Shapes, Stroke
from soniq.lab.record.verdict import Verdict

MARGIN: Final = 16.0
TITLE_SIZE: Final = 16.0
WORD_SIZE: Final = 17.0
GLOSS_SIZE: Final = 13.0
SENTENCE_SIZE: Final = 14.0
INSET: Final = 46.0  # from the panel's edge to its words; the sign stands in it


def title_block(title: str, canvas: float) -> tuple[Label, ...]:
    """Place the title at the top; no label where there is none."""
    text = clean(title)
    if not text:
        return ()
    lines = wrap(text, canvas - 2 * MARGIN, TITLE_SIZE, "bold", max_lines=3)
    return (Label(MARGIN, MARGIN - 2, lines, TITLE_SIZE, "bold", full=text),)


def with_poles(drawn: Shapes, poles: Iterable[Stroke]) -> Shapes:
    """Add the lines between marks and their words."""
    return replace(drawn, strokes=(*drawn.strokes, *poles))


def framed(verdict: Verdict | None, drawn: Shapes, labels: Sequence[Label], canvas: float, bottom: float) -> Scene:
    """Close the scene: with the verdict under it, where there is one."""
    if verdict is None:
        return Scene(canvas, bottom, drawn, tuple(labels), None, None)
    words = _verdict_words(verdict, bottom, canvas)
    ends = words[-1].y + words[-1].height + 10
    panel = Box(MARGIN, bottom, canvas - 2 * MARGIN, ends - bottom)
    sign = Mark(MARGIN + INSET / 2 + 2, bottom + 24, verdict.name, "verdict")
    drawn = replace(drawn, marks=(*drawn.marks, sign))
    return Scene(canvas, ends + MARGIN, drawn, (*labels, *words), panel, verdict.name)


def _verdict_words(verdict: Verdict, top: float, canvas: float) -> tuple[Label, ...]:
    """Its word, what the word means, and what a customer would notice."""
    x, room = MARGIN + INSET, canvas - 2 * MARGIN - INSET - 14
    word = Label(x, top + 12, (verdict.word,), WORD_SIZE, "bold", "verdict")
    beside = x + width(verdict.word, WORD_SIZE, "bold") + 10
    gloss = Label(beside, word.y + 4, (verdict.sign.gloss,), GLOSS_SIZE, "sans", "soft")
    if gloss.box.x + gloss.box.width > x + room:
        gloss = Label(x, word.y + word.height + 2, gloss.lines, GLOSS_SIZE, "sans", "soft")
    text = clean(verdict.sentence)
    lines = wrap(text, room, SENTENCE_SIZE, "sans", max_lines=6)
    sentence = Label(x, gloss.y + gloss.height + 5, lines, SENTENCE_SIZE, "sans", full=text)
    return word, gloss, sentence
