"""Text about what went wrong, made safe for Postgres: any exception, any characters, any length."""

import traceback
from typing import Final

ERROR_CHARACTERS: Final = 2_000
TRACEBACK_CHARACTERS: Final = 20_000
# Line breaks would break a table, and an escape sequence would reach the terminal of who looks at the job.
VISIBLE: Final = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    ord(character): shown for character, shown in {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.items()
}


def describe(error: BaseException) -> str:
    """Say an exception in one bounded line, `Type: message`, also where its `str` raises."""
    try:
        message = str(error)
    except BaseException as second:  # noqa: BLE001  # a user's __str__ may do anything, sys.exit() included
        message = f"<its text could not be had: {type(second).__name__}>"
    name = type(error).__name__
    return storable((f"{name}: {message}" if message else name).translate(VISIBLE), ERROR_CHARACTERS, gap=" ")


def trace(error: BaseException) -> str:
    """Return the traceback as bounded text; its beginning and end where it is too long."""
    try:
        text = "".join(traceback.format_exception(error))
    except BaseException:  # noqa: BLE001  # formatting calls the user's __str__ and __repr__
        text = "".join(traceback.format_tb(error.__traceback__)) + describe(error)
    return storable(text, TRACEBACK_CHARACTERS)


def storable(text: str, limit: int, gap: str = "\n") -> str:
    """Replace what Postgres cannot store (NUL, half surrogate pairs), and bound the length by cutting the middle."""
    if len(text) > limit:
        half = limit // 2 - 20
        text = f"{text[:half]}{gap}… {len(text) - 2 * half:,} characters left out …{gap}{text[-half:]}"
    return text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode()
