"""A few words that show themselves: a hint, a solution, what became of a reset."""

import html
from dataclasses import dataclass

from soniq.lab.exercises.report.page import prose, wrapped


@dataclass(frozen=True, slots=True)
class Words:
    """Something to read, and code below it if there is any."""

    text: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.text}\n\n{self.code}".strip()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        code = f"<pre>{html.escape(self.code)}</pre>" if self.code else ""
        return wrapped(f"<p>{prose(self.text)}</p>{code}")
