"""A report for a page, light or dark."""

import html
import re
from collections.abc import Iterator, Sequence
from typing import Final

from soniq.lab.draw.palette import colours
from soniq.lab.draw.style import ON_DARK_PAGE, ON_LIGHT_PAGE
from soniq.lab.exercises.report.finding import Finding

Steps = Sequence[tuple[str, Finding | None]]
CLASSES: Final = {"passed": "ok", "not yet": "bad", "not attempted": "soft"}
RULES: Final = (
    ".soniq-exercise{border-left:3px solid var(--line);padding:2px 0 2px 14px;max-width:76ch}"
    ".soniq-exercise p,.soniq-exercise ul,.soniq-exercise dl{margin:6px 0}"
    ".soniq-exercise .head{font-weight:600}"
    ".soniq-exercise ul{list-style:none;padding:0}.soniq-exercise li{padding-left:1.4em;text-indent:-1.4em}"
    ".soniq-exercise dt{font-weight:600;float:left;clear:left;width:6.5em}.soniq-exercise dd{margin:0 0 4px 6.5em}"
    ".soniq-exercise .ok{color:var(--ok)}.soniq-exercise .bad{color:var(--bad)}.soniq-exercise .soft{color:var(--soft)}"
    ".soniq-exercise pre{white-space:pre-wrap}"
)


def page(head: str, state: str, steps: Steps, printed: str, closing: str) -> str:
    """Write a report; without line breaks, so that Markdown takes it as it is."""
    listed = "".join(_line(title, finding) for title, finding in steps)
    problem = next((finding for _, finding in steps if finding and not finding.fits), None)
    parts = [
        f'<p class="head {CLASSES[state]}">{html.escape(head)}</p><ul>{listed}</ul>',
        *(_problem(problem) if problem else ()),
        f"<p>Your code printed:</p><pre>{html.escape(printed)}</pre>" if printed else "",
        f"<p>{prose(closing)}</p>",
    ]
    return wrapped("".join(parts))


def wrapped(inside: str) -> str:
    """Put HTML into a box of the exercises', with its style sheet."""
    return f'<div class="soniq-exercise"><style>{_style()}</style>{inside}</div>'.replace("\n", "&#10;")


def prose(text: str) -> str:
    """Write plain text with `code` in it; a blank line begins a paragraph."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
    return marked.replace("\n\n", "</p><p>")


def _line(title: str, finding: Finding | None) -> str:
    if finding is None:
        return f'<li class="soft">– {prose(title)}: not reached</li>'
    if finding.fits:
        return f'<li><span class="ok">✓</span> {prose(title)}: {prose(finding.seen)}</li>'
    return f'<li class="bad">✗ {prose(title)}</li>'


def _problem(finding: Finding) -> Iterator[str]:
    told = {"Seen": finding.seen, "Expected": finding.expected, "How": finding.why}
    yield f"<dl>{''.join(f'<dt>{name}</dt><dd>{prose(words)}</dd>' for name, words in told.items() if words)}</dl>"
    for evidence in finding.evidence:
        yield evidence._repr_html_()


def _style() -> str:
    light, dark = colours(None)
    on_light, on_dark = (_under(pages) for pages in (ON_LIGHT_PAGE, ON_DARK_PAGE))
    return (
        f".soniq-exercise{{{light}}}@media(prefers-color-scheme:dark){{.soniq-exercise{{{dark}}}}}"
        f"{on_light}{{{light}}}{on_dark}{{{dark}}}{RULES}"
    )


def _under(pages: Sequence[str]) -> str:
    return ",".join(f"{page} .soniq-exercise" for page in pages)
