"""Guard against the forgotten `connection=`: an enqueue beside the transaction that is open around it."""

import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from types import FrameType
from typing import Final

from soniq.adapters.open_transactions import bound, find_open
from soniq.app.core import Core
from soniq.errors import UnjoinedEnqueue, UnjoinedWarning
from soniq.job import NewJob
from soniq.lending import lent_in_transaction

OWN: Final = "`app.transaction()`, `ctx.transaction()`, or one on a connection of `app.backend.acquire()`"
FRONT_DOOR: Final = "soniq.app"


class Separate:
    """What `connection=app.separate` gives: a transaction of the job's own, on purpose."""

    def __repr__(self) -> str:
        return "app.separate"


SEPARATE: Final = Separate()
# Told of every enqueue that joined no open transaction, whatever the setting says; for tests.
watchers: Final[list[Callable[[UnjoinedEnqueue], None]]] = []


class Unjoined(Core):
    """Sees an open transaction that an enqueue did not name."""

    @property
    def separate(self) -> Separate:
        """For `connection=`: the job gets a transaction of its own, whatever is open around the call."""
        return SEPARATE

    def bind(self, session: object) -> AbstractContextManager[None]:
        """Have an enqueue without `connection=` complained of while this session has a transaction open.

        Nothing is enqueued on the session by itself: `connection=session` does that. The session is watched
        while the block runs, in its task and the tasks that this one starts.

        Args:
            session: A session or connection of SQLAlchemy's, asynchronous or not.

        Raises:
            UnsupportedConnection: It is something else.

        Example:
            >>> async with AsyncSession(engine) as session, session.begin():
            ...     with app.bind(session):
            ...         await place_order(session)
        """
        return bound(session)

    async def _check_unjoined(self, jobs: Sequence[NewJob]) -> None:
        """Complain, as SONIQ_UNJOINED says, where a transaction is open around a call that gave none.

        Raises:
            UnjoinedEnqueue: SONIQ_UNJOINED is `error`.
        """
        says = self._settings.unjoined
        if says == "off" and not watchers:
            return
        found = OWN if lent_in_transaction(self._settings.database_url) else await find_open()
        if found is None:
            return
        frame, level = _users_frame()
        complaint = UnjoinedEnqueue(
            f"task {jobs[0].task!r} was enqueued without `connection=` while a transaction is open here "
            f"({found}): the job exists even if that is rolled back, and may run before it commits",
            task=jobs[0].task,
            transaction=found,
            at=f"{frame.f_code.co_filename}:{frame.f_lineno}",
        )
        for watcher in watchers:
            watcher(complaint)
        if says == "error":
            raise complaint
        if says == "warn":
            warnings.warn(str(complaint), UnjoinedWarning, stacklevel=level)


def _users_frame() -> tuple[FrameType, int]:
    """Find the first frame that is not the app's, and count the frames from the caller's to it as `stacklevel` does."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(FRONT_DOOR):
        frame, level = frame.f_back, level + 1
    return frame, level
