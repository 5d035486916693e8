"""What JSON in Postgres cannot carry: found by path, so that an error can name it."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final

SHOWN_CHARACTERS: Final = 80
TOO_DEEP: Final = "is nested too deeply for JSON, or holds itself"
# What pydantic's reader takes: 200 levels, and integers of 4,300 digits as Python's own.
LEVELS: Final = 190
INTEGER_BITS: Final = 14_000
_EXPONENT: Final = re.compile(rb"[:,\[]-?\d+(?:\.\d+)?e\+?\d")
_TEXT_OR_EXPONENT: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?e\+?\d+')


def is_suspect(data: bytes) -> bool:
    """Say quickly whether encoded JSON may hold what Postgres refuses; a closer look may clear it."""
    return b"\\u0000" in data or b"NaN" in data or b"Infinity" in data


def faults(value: Any, path: str) -> Iterator[str]:
    """Describe everything inside a value that cannot travel, each with its path."""
    match value:
        case str():
            yield from (f"{path}: {fault}" for fault in _text_faults(value))
        case float() if not math.isfinite(value):
            yield f"{path}: {value} is no number that JSON has"
        case dict():
            for key, inner in value.items():
                if not isinstance(key, str):
                    yield f"{path}: the key {shown(key)} is not text"
                    continue
                yield from (f"{path}: the key {shown(key)}: {fault}" for fault in _text_faults(key))
                yield from faults(inner, f"{path}.{key}" if path else key)
        case list() | tuple() | set() | frozenset():
            for index, inner in enumerate(value):
                yield from faults(inner, f"{path}[{index}]")


def plain_faults(value: Any, path: str, level: int = 0) -> Iterator[str]:
    """Describe what is no plain JSON value: text, numbers, true, false, null, lists and objects of them."""
    match value:
        case dict() | list() if level > LEVELS:
            yield f"{path[:SHOWN_CHARACTERS]}… {TOO_DEEP}"
        case int() if value.bit_length() > INTEGER_BITS:
            yield f"{path}: an integer of {value.bit_length():,} bits is too large"
        case None | bool() | int() | float() | str():
            yield from faults(value, path)
        case dict():
            yield from faults(dict.fromkeys(value), path)
            for key, inner in value.items():
                yield from plain_faults(inner, f"{path}.{key}" if path else str(key), level + 1)
        case list():
            for index, inner in enumerate(value):
                yield from plain_faults(inner, f"{path}[{index}]", level + 1)
        case _:
            yield f"{path}: {shown(value)} is {type(value).__name__}, which JSON does not have"


def dump_plain(value: Any) -> bytes:
    """Encode plain JSON values."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def spell_out(data: bytes) -> bytes:
    """Write large floats with all their digits: of 1e300, jsonb makes an integer that is no float any more."""
    if not _EXPONENT.search(data):
        return data
    return _TEXT_OR_EXPONENT.sub(lambda found: found[0] if found[0].startswith(b'"') else _digits(found[0]), data)


def shown(value: object) -> str:
    """Show a value in an error, whatever it is: bounded, and safe where its `repr` is not."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001  # a user's __repr__ may do anything
        text = f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _digits(number: bytes) -> bytes:
    return b"%.1f" % float(number)


def _text_faults(text: str) -> Iterator[str]:
    if "\x00" in text:
        yield f"{shown(text)} holds a NUL character, which Postgres cannot store"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            yield f"{shown(text)} holds half of a surrogate pair, which is no character"
