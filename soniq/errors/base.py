"""What every refusal of Soniq's has: a code, a hint, and the facts."""

from typing import Any, ClassVar


class SoniqError(Exception):
    """Any refusal or failure that Soniq reports; catch this to catch them all.

    Attributes:
        code: Stable text to match on, such as `SONIQ_NOT_IN_TRANSACTION`.
        hint: What to do about it, in one sentence.
        context: The facts of this occurrence, as data.
    """

    code: ClassVar[str] = "SONIQ_ERROR"
    hint: ClassVar[str] = ""

    def __init__(self, message: str, /, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context = context

    @property
    def error_code(self) -> str:
        """The code, under its published name."""
        return self.code

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}" + (f"\n  What to do: {self.hint}" if self.hint else "")
