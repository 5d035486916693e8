"""Open Soniq with a Starlette application and close it with it, with or without a worker inside."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, TypeAlias

from soniq.app import Soniq

__all__ = ["lifespan"]

State: TypeAlias = Mapping[str, Any] | None
Lifespan: TypeAlias = Callable[[Any], AbstractAsyncContextManager[Any]]


def lifespan(
    soniq: Soniq,
    *,
    run_worker: bool = False,
    concurrency: int = 2,
    queues: Sequence[str] | None = None,
    extra: Lifespan | None = None,
) -> Lifespan:
    """Make the lifespan of a Starlette or FastAPI application: `FastAPI(lifespan=lifespan(soniq))`.

    At the start it opens Soniq's pool and checks the schema, so that a server that could not enqueue
    does not start. At the end `extra` is left first, then the worker finishes what runs, within
    SONIQ_SHUTDOWN_TIMEOUT seconds, then the app is closed, for good: it cannot be started again.

    Args:
        soniq: The app; each server process has its own.
        run_worker: Run jobs in this event loop, beside the requests. Each server process runs a worker then.
        concurrency: Jobs at once in that worker.
        queues: Which ones it serves; SONIQ_QUEUES by default, and every queue where that is unset.
        extra: A lifespan of your own, nested inside: Soniq is open while it runs. What it yields becomes
            the state of the requests.

    Raises:
        OptionInvalid: At the start: `concurrency` is below 1, or `queues` is empty or no list of names.
        SoniqError: At the start: what `ensure_initialized` raises.
    """

    @asynccontextmanager
    async def live(application: Any) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(soniq)
            await soniq.ensure_initialized()
            if run_worker:
                await stack.enter_async_context(soniq.worker(concurrency, queues))
            yield None if extra is None else await stack.enter_async_context(extra(application))

    return live
