"""Every statement the library sends, read from the files beside this one.

The files are written for the schema `soniq`; `in_schema` says them for another.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Final

DEFAULT_SCHEMA: Final = "soniq"
CHANNEL: Final = "soniq_new_job"
ENDED_CHANNEL: Final = "soniq_ended"
# Quoted where it is an identifier by itself, since any word of SQL may be a schema's name; else a name's beginning.
_OURS = re.compile(r"(?<=\bschema )soniq\b|\bsoniq(?=\.)|(?P<whole>\bsoniq(?=_))")
_NAMED = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def load_stage(stage: str) -> dict[str, str]:
    """Read the statements of `<stage>.sql` by name, in the file's order."""
    text = files(__name__).joinpath(f"{stage}.sql").read_text("utf-8")
    parts = _NAMED.split(text)[1:]
    return dict(zip(parts[::2], (body.strip().rstrip(";") for body in parts[1::2]), strict=True))


def statement(stage: str, name: str) -> str:
    """Return one statement, for the default schema.

    Raises:
        KeyError: At import, where a module names a statement that its file does not have.
    """
    return load_stage(stage)[name]


@cache
def in_schema(text: str, schema: str) -> str:
    """Say a statement or migration, written for `soniq`, for another schema."""
    if schema == DEFAULT_SCHEMA:
        return text
    return _OURS.sub(lambda found: schema if found["whole"] else f'"{schema}"', text)


def stages() -> list[str]:
    """Name the statement files, sorted."""
    return sorted(entry.name.removesuffix(".sql") for entry in files(__name__).iterdir() if entry.name.endswith(".sql"))
