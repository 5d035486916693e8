"""A scoreboard for a page, light or dark."""

import html
from collections.abc import Sequence

from soniq.lab.draw.palette import DARK, LIGHT
from soniq.lab.draw.style import ON_DARK_PAGE, ON_LIGHT_PAGE
from soniq.lab.record import SIGNS

Word = tuple[str, str, str]  # the verdict's name, the words shown, the sentence behind them


def page(head: Sequence[str], rows: Sequence[tuple[str, Sequence[Word]]]) -> str:
    """Write the table; without line breaks, so that Markdown takes it as it is."""
    titles = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in head)
    lines = "".join(
        f'<tr><th scope="row">{html.escape(title)}</th>{"".join(_cell(word) for word in words)}</tr>'
        for title, words in rows
    )
    return (
        f'<div class="soniq-board"><style>{style()}</style><table><thead><tr>{titles}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def _cell(word: Word) -> str:
    name, words, sentence = word
    title = html.escape(sentence, quote=True)
    return f'<td class="soniq-board-{name}" title="{title}">{html.escape(words)}</td>'


def style() -> str:
    """Write the rules: a verdict's colour is its cells'."""
    pairs = {name: (sign.light, sign.dark) for name, sign in SIGNS.items()} | {"none": (LIGHT.soft, DARK.soft)}
    light = _rules({name: pair[0] for name, pair in pairs.items()}, [""])
    dark = {name: pair[1] for name, pair in pairs.items()}
    on_light = _rules({name: pair[0] for name, pair in pairs.items()}, ON_LIGHT_PAGE)
    return (
        ".soniq-board{overflow-x:auto}.soniq-board th,.soniq-board td{text-align:left!important}"
        ".soniq-board th[scope=row]{font-weight:400}.soniq-board td{font-weight:600;white-space:nowrap}"
        f"{light}@media(prefers-color-scheme:dark){{{_rules(dark, [''])}}}{on_light}{_rules(dark, ON_DARK_PAGE)}"
    )


def _rules(colours: dict[str, str], pages: Sequence[str]) -> str:
    return "".join(
        f"{','.join(f'{page} .soniq-board-{name}'.strip() for page in pages)}{{color:{colour}}}"
        for name, colour in colours.items()
    )
