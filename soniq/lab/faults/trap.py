"""A fault that lies in wait at a place, and strikes once."""

from collections.abc import Awaitable, Callable, Collection

from soniq.lab.faults.places import Place, When
from soniq.lab.tap import Act


class Trap:
    """Does its deed the first time that its place is reached; until it is done, the process waits there.

    Args:
        place: Where.
        deed: What; it may raise `Cut` to end the connection.

    Attributes:
        sprung: Whether the place was reached.
    """

    def __init__(self, place: Place, deed: Callable[[], Awaitable[None]]) -> None:
        self._place, self._deed = place, deed
        self.sprung = False

    async def pass_by(self) -> None:
        """Let a message pass."""

    async def at(self, when: When, act: Act, seen: Collection[Act]) -> None:
        """Strike if this is the place."""
        if not self.sprung and self._place.is_met(when, act, seen):
            self.sprung = True
            await self._deed()


class Countdown:
    """Does its deed at the n-th message of the process, whatever that message is.

    Args:
        messages: How many pass before it.
        deed: As of a trap.
        since: Counts only what comes after this act was done.

    Attributes:
        sprung: Whether there were so many.
    """

    def __init__(self, messages: int, deed: Callable[[], Awaitable[None]], since: Act | None = None) -> None:
        self._left, self._deed = messages, deed
        self._waits_for = since
        self.sprung = False

    async def pass_by(self) -> None:
        """Count, and strike at the end of the count."""
        if self._waits_for is not None:
            return
        self._left -= 1
        if self._left < 0 and not self.sprung:
            self.sprung = True
            await self._deed()

    async def at(self, when: When, act: Act, seen: Collection[Act]) -> None:
        """Begin to count."""
        if when == "after" and act == self._waits_for:
            self._waits_for = None
