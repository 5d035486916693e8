"""Every word can be read on every ground that it may stand on, in both themes."""

import pytest

from soniq.lab.draw.palette import DARK, LIGHT, Palette, colours
from soniq.lab.record import SIGNS

ENOUGH = 4.5  # WCAG 2.2, 1.4.3, text of any size
ENOUGH_FOR_SHAPES = 3.0  # WCAG 2.2, 1.4.11


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("word", ["ink", "soft", "bad", "ok", "job"])
@pytest.mark.parametrize("ground", ["page", "panel"])
def test_words_stand_out_from_their_ground(palette: Palette, word: str, ground: str) -> None:
    assert contrast(getattr(palette, word), getattr(palette, ground)) >= ENOUGH


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_every_verdict_stands_out_from_its_ground(sign: object) -> None:
    for theme, palette in (("light", LIGHT), ("dark", DARK)):
        for ground in (palette.page, palette.panel):
            assert contrast(getattr(sign, theme), ground) >= ENOUGH


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_stand_out_from_the_bands_that_they_lie_in(palette: Palette) -> None:
    assert contrast(palette.ink, palette.kept) >= ENOUGH_FOR_SHAPES
    assert contrast(palette.job, palette.kept) >= ENOUGH_FOR_SHAPES
    assert contrast(palette.bad, palette.gone) >= ENOUGH_FOR_SHAPES


def test_a_story_without_a_verdict_has_colours_too() -> None:
    light, dark = colours(None)

    assert LIGHT.soft in light
    assert DARK.soft in dark
