"""Open what handlers share, keep it while a worker runs, and close it in order."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, Final

from soniq.errors import OptionInvalid, ResourceFailed
from soniq.task.resource import Resource

logger: Final = logging.getLogger("soniq")

Opened = dict[Resource, Any]


class Resources:
    """The resources of one worker. A task of its own opens and closes them: some libraries insist on one task.

    Args:
        declared: In the order of their declaration; what one needs is opened before it.
    """

    def __init__(self, declared: Sequence[Resource]) -> None:
        self._declared = declared
        self._opened: Opened = {}
        self._close = asyncio.Event()
        self._holding: asyncio.Task[None] | None = None

    @property
    def values(self) -> Mapping[Resource, Any]:
        """What was opened."""
        return self._opened

    async def open(self) -> None:
        """Open them all; where one fails, those before it are closed again.

        Raises:
            ResourceFailed: One raised before its value was there.
            OptionInvalid: They need one another in a circle, or something that is no resource.
        """
        if not self._declared:
            return
        ready = asyncio.Event()
        self._holding = asyncio.create_task(self._hold(ready), name="soniq-resources")
        opening = asyncio.create_task(ready.wait())
        try:
            await asyncio.wait((self._holding, opening), return_when=asyncio.FIRST_COMPLETED)
        finally:
            opening.cancel()
        if self._holding.done():
            holding, self._holding = self._holding, None
            await holding

    async def close(self) -> None:
        """Close them, the last one first; what goes wrong is logged, and the next one is closed all the same."""
        self._close.set()
        if self._holding is not None:
            await asyncio.wait((self._holding,))
            self._holding = None

    async def _hold(self, ready: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            for resource in in_order(self._declared):
                self._opened[resource] = await stack.enter_async_context(_opened(resource, self._opened))
            ready.set()
            await self._close.wait()


@asynccontextmanager
async def _opened(resource: Resource, others: Opened) -> AsyncIterator[Any]:
    arguments = {name: others[needed] for name, needed in resource.needs().items()}
    stack = AsyncExitStack()
    try:
        if inspect.isasyncgenfunction(resource.opener):
            value = await stack.enter_async_context(asynccontextmanager(resource.opener)(**arguments))
        else:
            value = stack.enter_context(contextmanager(resource.opener)(**arguments))
    except Exception as error:
        raise ResourceFailed(
            f"resource {resource.name!r} could not be opened: {type(error).__name__}: {error}", resource=resource.name
        ) from error
    try:
        yield value
    finally:
        try:
            await stack.aclose()
        except Exception:  # the others still have to be closed
            logger.exception("resource not closed: %s", resource.name, extra={"resource": resource.name})


def in_order(declared: Sequence[Resource]) -> list[Resource]:
    """Put what a resource needs before it; otherwise keep the order.

    Raises:
        OptionInvalid: They need one another in a circle, or something that is no resource.
    """
    ordered, asking = dict[Resource, None](), list[Resource]()

    def add(resource: Resource) -> None:
        if resource in asking:
            circle = " → ".join(one.name for one in (*asking, resource))
            raise OptionInvalid(f"these resources need one another in a circle: {circle}", option="resource")
        asking.append(resource)
        for needed in resource.needs().values():
            add(needed)
        asking.pop()
        ordered[resource] = None

    for resource in declared:
        add(resource)
    return list(ordered)
