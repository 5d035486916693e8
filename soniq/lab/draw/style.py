"""The style sheet of one drawing, where every selector bears the drawing's own name."""

import re
from typing import Final

from soniq.lab.draw.palette import colours
from soniq.lab.record.verdict import VerdictName

NARROW_BELOW: Final = 560  # pixels; the wide layout's words would be smaller than 10 pixels there

ON_LIGHT_PAGE: Final = ('[data-jp-theme-light="true"]', '[data-md-color-scheme="default"]', ".vscode-light")
ON_DARK_PAGE: Final = ('[data-jp-theme-light="false"]', '[data-md-color-scheme="slate"]', ".vscode-dark")
RULES: Final = """
.{display:block;max-width:100%;height:auto;color:var(--ink);fill:currentColor;
font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.sans,.bold{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.bold{font-weight:600}
.soft{color:var(--soft)}.bad{color:var(--bad)}.ok{color:var(--ok)}.job{color:var(--job)}
.verdict{color:var(--verdict)}
.page{fill:var(--page);stroke:var(--line)}.panel,.rows{fill:var(--panel)}
.arrow{stroke:currentColor;stroke-width:1.5}
.dashed{stroke-dasharray:4 3}
.blocked{fill:none;stroke:currentColor;stroke-width:3.5}
.outline{fill:var(--page);stroke:currentColor;stroke-width:2.5;stroke-linecap:round}
.carved{fill:none;stroke:var(--page);stroke-width:2}
.faded{opacity:.35}
.lane{stroke:var(--line);stroke-width:2}
.pole{stroke:var(--soft);opacity:.5}
.waits{stroke:var(--job);stroke-width:3;stroke-linecap:round;stroke-dasharray:0 7}
.strike{stroke:var(--bad);stroke-width:2.5}
.gap{stroke:var(--page);stroke-width:4}
.cut{stroke:var(--soft);stroke-width:1.5}
.committed{fill:var(--kept);stroke:var(--ok)}
.open{fill:var(--page);stroke:var(--soft);stroke-dasharray:4 3}
.undone{stroke:var(--bad)}
.hatch{stroke:var(--bad);stroke-width:1.6;opacity:.5}
.gone{fill:var(--gone)}
.working{fill:var(--job);opacity:.22}
"""
# The wrapper shows one of two layouts, by the room that it has and not by the window's.
SWITCH: Final = f"""
.both{{container-type:inline-size;overflow-x:auto}}
.both .narrow{{display:none}}
@container (max-width:{NARROW_BELOW}px){{.both .wide{{display:none}}.both .narrow{{display:block}}}}
"""


def style(name: str, verdict: VerdictName | None, switch: bool = False) -> str:
    """Write the style sheet; a page that says light or dark outranks the reader's system.

    Args:
        name: The drawing's own, which begins every class and id.
        verdict: Whose colour to use.
        switch: Whether the drawing holds both layouts.
    """
    light, dark = colours(verdict)
    root = f".{name}"
    rules = (RULES + (SWITCH if switch else "")).replace("\n", "")
    rules = re.sub(r"\.([a-z]+)", rf".{name}-\1", rules).replace(".{", f"{root}{{")
    return (
        f"{root}{{{light}}}@media(prefers-color-scheme:dark){{{root}{{{dark}}}}}"
        f"{_under(ON_LIGHT_PAGE, root)}{{{light}}}{_under(ON_DARK_PAGE, root)}{{{dark}}}{rules}"
    )


def _under(pages: tuple[str, ...], root: str) -> str:
    return ",".join(f"{page} {root}" for page in pages)
