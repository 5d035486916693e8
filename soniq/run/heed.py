"""Let the wish to cancel a job reach its handler."""

import asyncio
from typing import Final

from soniq.job import JobContext
from soniq.run.handler import Running

# Long enough to undo something remote; afterwards the slot is freed whatever the handler does.
CLEAN_UP_SECONDS: Final = 30.0


def heed(context: JobContext, running: Running) -> None:
    """End a handler as soon as its job is asked to end, where it can be ended.

    An asynchronous one is cancelled and has CLEAN_UP_SECONDS to end; one that waits for a thread does not
    begin. One that a thread runs sees `context.cancelled`, and nothing else happens to it; what goes on in the
    loop when the thread has ended, middleware or a coroutine that it returned, is cancelled.
    """
    link, caller = context._link, asyncio.current_task()
    if link is None or caller is None:
        return
    loop = asyncio.get_running_loop()

    def end() -> None:
        if running.call is not None and not (isinstance(running.future, asyncio.Task) and running.call.done()):
            running.call.cancel()
        else:
            running.future.cancel()
            patience = loop.call_later(CLEAN_UP_SECONDS, caller.cancel)
            running.future.add_done_callback(lambda _: patience.cancel())

    link.heed(end)
