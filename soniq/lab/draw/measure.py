"""Estimate how wide a text will be, on the generous side, before any browser has seen it."""

import unicodedata
from typing import Final, Literal

Face = Literal["mono", "sans", "bold"]

# Widths in em, of the widest faces that a fallback may pick: DejaVu Sans and Verdana, which are wider than
# every system face. Monospace faces in use are 0.55 to 0.602 em wide.
MONO_EM: Final = 0.615
THIN: Final = " ijl.,:;'|!"
NARROW: Final = "rtf()[]/-"
WIDEST: Final = "mMW@%—…→✓✕"
SANS_EM: Final[dict[Face, tuple[float, float, float, float, float]]] = {
    # thin, narrow, usual, capital or w, widest
    "sans": (0.34, 0.42, 0.63, 0.82, 1.0),
    "bold": (0.4, 0.5, 0.71, 0.93, 1.11),
}
WIDE_EM: Final = 1.4  # Chinese, Japanese, Korean, emoji
FOREIGN_EM: Final = 1.15
ELLIPSIS: Final = "…"
LAST_LATIN: Final = 0x17F


def clean(text: str) -> str:
    """Make text fit for one line of XML: no control, format or unassigned characters, single spaces."""
    kept = (" " if unicodedata.category(char)[0] == "C" else char for char in text)
    return " ".join("".join(kept).split())


def width(text: str, size: float, face: Face = "mono") -> float:
    """Estimate the width of one line in pixels; no common font is wider."""
    return size * sum(_em(char, face) for char in text)


def wrap(text: str, room: float, size: float, face: Face = "mono", max_lines: int = 2) -> tuple[str, ...]:
    """Break text into lines that fit `room` pixels; what does not fit in `max_lines` ends in an ellipsis."""
    lines = [""]
    for word in _pieces(clean(text), room, size, face):
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, size, face) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > max_lines:
        lines[max_lines - 1 :] = [_shorten(lines[max_lines - 1], room, size, face)]
    return tuple(lines)


def _em(char: str, face: Face) -> float:
    if ord(char) > LAST_LATIN and char not in "…–—→·’“”✓✕":
        return WIDE_EM if unicodedata.east_asian_width(char) in "WF" else FOREIGN_EM
    if face == "mono":
        return MONO_EM
    thin, narrow, usual, capital, widest = SANS_EM[face]
    for characters, em in ((THIN, thin), (NARROW, narrow), (WIDEST, widest)):
        if char in characters:
            return em
    return capital if char.isupper() or char == "w" else usual


def _pieces(text: str, room: float, size: float, face: Face) -> list[str]:
    """Split into words, and words that are wider than the room into parts of it."""
    pieces: list[str] = []
    for word in text.split():
        part = ""
        for char in word:
            if part and width(part + char, size, face) > room:
                kept = _break_after(part)
                pieces.append(part[:kept])
                part = part[kept:]
            part += char
        pieces.append(part)
    return pieces


def _break_after(part: str) -> int:
    """Where to break a name: after the last dot or underscore of its second half, or where it is full."""
    last = max(part.rfind(mark) for mark in "._(,/-:=") + 1
    return last if last > len(part) / 2 else len(part)


def _shorten(line: str, room: float, size: float, face: Face) -> str:
    while line and width(line + ELLIPSIS, size, face) > room:
        line = line[:-1]
    return line.rstrip() + ELLIPSIS
