"""What a handler's `JobContext` can do in a child process: tell its facts, log, and report progress."""

from collections.abc import Callable
from typing import Any, Final, NoReturn

from soniq.errors import ContextUnusable

WHY: Final = "cannot be used where the handler runs in a child process: leave `process=True` out, or return the result"


class OneWay:
    """A link that only tells: a cancellation ends the process, so nobody has to look for it.

    Args:
        report: Takes the progress.
    """

    cancelled: Final = False

    def __init__(self, report: Callable[[float, str | None], None]) -> None:
        self.report = report

    def heed(self, end: Callable[[], None]) -> None:
        """Do nothing: the worker heeds it."""


class FactsOnly:
    """Refuses everything that needs the worker's connections."""

    @property
    def open_connection(self) -> None:
        """None: there is no transaction."""

    @property
    def producer(self) -> NoReturn:
        """Refuse.

        Raises:
            ContextUnusable: Always.
        """
        raise ContextUnusable(f"ctx.enqueue {WHY}")

    def transaction(self) -> NoReturn:
        """Refuse.

        Raises:
            ContextUnusable: Always.
        """
        raise ContextUnusable(f"ctx.transaction() {WHY}")

    def set_result(self, value: Any) -> NoReturn:
        """Refuse.

        Raises:
            ContextUnusable: Always.
        """
        raise ContextUnusable(f"ctx.set_result {WHY}")

    async def complete(self, connection: object, result: Any) -> NoReturn:
        """Refuse.

        Raises:
            ContextUnusable: Always.
        """
        raise ContextUnusable(f"ctx.complete {WHY}")

    def complete_sync(self, connection: object, result: Any) -> NoReturn:
        """Refuse.

        Raises:
            ContextUnusable: Always.
        """
        raise ContextUnusable(f"ctx.complete_sync {WHY}")
