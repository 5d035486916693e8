"""Say the migrations as statements for another tool to run, each by itself."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from soniq.sql import in_schema
from soniq.sql.migrate import ADVANCE, HISTORY_DAYS_AHEAD, MAKE_HISTORY_DAYS, START, Migration

# A statement ends with its line's semicolon, unless that stands in a function's body.
_BODY: Final = re.compile(r"(\$\w*\$)")
_HEADER: Final = re.compile(r"\A(?:\s*--.*(?:\n|\Z))+")


def export(schema: str, steps: Sequence[Migration], after: int = 0) -> list[str]:
    """Return what `setup` would run on a schema at version `after`, without semicolons at the ends.

    Args:
        schema: Of which installation.
        steps: Its migrations, in order.
        after: The version at which it is; 0 where it is not there yet.
    """
    texts = [] if after else [f'create schema if not exists "{schema}"']
    for step in steps:
        if step.version > after:
            texts += [in_schema(text, schema) for text in (*_split(step.text), START, _advance(step))]
    if len(texts) > 1:
        texts.append(in_schema(MAKE_HISTORY_DAYS.replace("$1", str(HISTORY_DAYS_AHEAD)), schema))
    return [_HEADER.sub("", text).strip() for text in texts]


def _advance(step: Migration) -> str:
    return ADVANCE.replace("$1", str(step.version)).replace("$2", str(step.serves_from))


def _split(text: str) -> Iterator[str]:
    begun, body = "", ""
    for part in _BODY.split(text):
        if _BODY.fullmatch(part) and body in ("", part):
            body = "" if body else part
        if body:
            begun += part
            continue
        *ended, rest = re.split(r";[ \t]*(?:--.*)?$", part, flags=re.MULTILINE)
        for one in ended:
            yield from _said(begun + one)
            begun = ""
        begun += rest
    yield from _said(begun)


def _said(text: str) -> Iterator[str]:
    if _HEADER.sub("", text).strip():
        yield text
