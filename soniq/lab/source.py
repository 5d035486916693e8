"""Show real code: what the reader sees is what runs."""

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a function or class, with syntax colours where it is displayed."""

    text: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}\n```"


def show(*things: Callable[..., Any]) -> Source:
    """Return the source of functions or classes, as it stands in the package."""
    return Source("\n\n".join(textwrap.dedent(inspect.getsource(each)).strip() for each in things))
