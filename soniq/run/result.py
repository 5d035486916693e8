"""What a handler returned, as JSON text that can always be stored."""

import json
from collections.abc import AsyncGenerator, Awaitable, Generator
from typing import Any, Final

from pydantic_core import to_json

from soniq.run.safe_text import storable

RESULT_BYTES: Final = 1_000_000
# What a handler returns that had to be awaited or iterated for anything to happen.
UNRUN: Final = (Awaitable, Generator, AsyncGenerator)


def encode_result(value: Any) -> str | None:
    """Encode a result; None stays None. What JSON cannot hold becomes its text, what is too long is cut.

    A result that cannot be stored never fails a job whose work is done.
    """
    if value is None:
        return None
    try:
        data = to_json(value, inf_nan_mode="constants", bytes_mode="base64")
        plain = json.loads(data, parse_constant=str)
        text = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    except BaseException:  # noqa: BLE001  # encoding calls into the user's objects
        return _as_text(value)
    if len(data) > RESULT_BYTES or "\\u0000" in text or not _encodes(text):
        return _as_text(value)
    return text


def _as_text(value: Any) -> str:
    try:
        text = str(value)
    except BaseException:  # noqa: BLE001  # a user's __str__ may do anything
        text = f"<{type(value).__name__}, whose text could not be had>"
    return json.dumps(storable(text, RESULT_BYTES // 4), ensure_ascii=False)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
