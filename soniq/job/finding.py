"""What an examination of the queue found, as users see it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: Which one, such as `schema`.
        level: `ok`; `note` where Soniq copes, and something costs more than it might; `wrong` where it needs you.
        says: What was seen, in a sentence.
        advice: What to do about it; empty where all is well.
    """

    check: str
    level: Literal["ok", "note", "wrong"]
    says: str
    advice: str = ""
