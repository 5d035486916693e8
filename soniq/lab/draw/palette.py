"""The colours of a drawing, on a light page and on a dark one."""

from dataclasses import asdict, dataclass
from typing import Final

from soniq.lab.record.verdict import SIGNS, VerdictName


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for.

    Attributes:
        page: The ground of the drawing.
        panel: The ground under the verdict.
        ink: Words and facts.
        soft: Names of lanes, remarks.
        line: Lanes; no words.
        bad: Rolled back, refused, failed, killed.
        ok: Committed, done.
        job: A job and its way.
        kept: The band of a committed transaction; no words on it.
        gone: The band of one that was rolled back.
    """

    page: str
    panel: str
    ink: str
    soft: str
    line: str
    bad: str
    ok: str
    job: str
    kept: str
    gone: str

    def variables(self, verdict: str) -> str:
        """CSS custom properties; `verdict` is the colour of this drawing's verdict."""
        named = {**asdict(self), "verdict": verdict}
        return "".join(f"--{name}:{colour};" for name, colour in named.items())


LIGHT: Final = Palette(
    page="#ffffff",
    panel="#f5f7f9",
    ink="#1f2933",
    soft="#52606d",
    line="#c3ccd5",
    bad="#b42318",
    ok="#0b7a4b",
    job="#1d5fb4",
    kept="#cfeadd",
    gone="#e9ecef",
)
DARK: Final = Palette(
    page="#15191e",
    panel="#1e242b",
    ink="#f0f4f8",
    soft="#b8c4d0",
    line="#4b5966",
    bad="#ff8a7a",
    ok="#4cc38a",
    job="#7db4ff",
    kept="#1f4a38",
    gone="#2b333c",
)


def colours(verdict: VerdictName | None) -> tuple[str, str]:
    """The light and the dark set of variables for a drawing with this verdict."""
    if verdict is None:
        return LIGHT.variables(LIGHT.soft), DARK.variables(DARK.soft)
    return LIGHT.variables(SIGNS[verdict].light), DARK.variables(SIGNS[verdict].dark)
