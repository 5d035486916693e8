"""Run a learner's cell in real processes, which suffer real faults, and lose patience with those that do not end."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from inspect import signature
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from soniq.lab.crew import Ending, prepare, start
from soniq.lab.exercises.run.child import Cell, CellUnreadable, NameMissing, play
from soniq.lab.exercises.run.stumble import Stumble, ran_away, unreadable
from soniq.lab.shop.bookshop import Shop
from soniq.lab.stage import Blow, Scene

PATIENCE_S: Final = 15.0
PRINTED_CHARACTERS: Final = 4000  # a loop may print millions
PLAY: Final = f"{play.__module__}:{play.__name__}"
Actor = Callable[..., Any]


class Attempt:
    """One cell of a learner's, to be run as often as a check likes.

    Every run is a process of its own, which reads the cell anew and hands what it defines (`Learned`) to
    an *actor*: a plain or async function at the top of a module, called with `(learned, where, *arguments)`.

    Args:
        shop: A bookshop that nobody else uses.
        source: The cell.
        patience_s: How long one process may take, in seconds.

    Attributes:
        shop: As given.
        source: As given.
    """

    def __init__(self, shop: Shop, source: str, patience_s: float = PATIENCE_S) -> None:
        self.shop, self.source = shop, source
        self._patience_s = patience_s
        self._printed = Path(shop.folder / f"{uuid4().hex}.txt")

    @property
    def printed(self) -> str:
        """What the learner's code printed so far, over all runs; the beginning of it where it is long."""
        if not self._printed.exists():
            return ""
        with self._printed.open(encoding="utf-8", errors="replace") as said:
            return said.read(PRINTED_CHARACTERS).strip()

    async def clear_queue(self) -> None:
        """Delete the jobs that earlier steps left, so that a worker finds none but those of the next scene."""
        await self.shop.ask("delete from soniq.jobs")

    async def request(self, scene: Scene, actor: Actor, *arguments: object, blow: Blow | None = None) -> Ending:
        """Let the cell place the order of a scene, tapped and struck; see `Scene.request`.

        Raises:
            Stumble: The cell cannot be read, lacks a name that the actor asked for, or did not end.
        """
        async with self._patience():
            ending = await scene.request(PLAY, self._cell(actor), *arguments, blow=blow)
        return self._readable(ending)

    async def work(self, scene: Scene, actor: Actor, *arguments: object, blow: Blow | None = None) -> Ending:
        """Let the cell be the worker of a scene; see `request`, which raises the same."""
        async with self._patience():
            ending = await scene.work(PLAY, self._cell(actor), *arguments, blow=blow)
        return self._readable(ending)

    async def call(self, scene: Scene, actor: Actor, *arguments: object, blow: Blow | None = None) -> Ending:
        """Let the cell be the web server of a scene; see `request`, which raises the same.

        Args:
            scene: Its order is sent over HTTP.
            actor: Its last argument is the listening socket's descriptor.
            arguments: What else it is given.
            blow: What it suffers.
        """
        async with self._patience():
            ending = await scene.call(PLAY, self._cell(actor), *arguments, blow=blow)
        return self._readable(ending)

    async def place(self, scene: Scene, actor: Actor, *arguments: object, blow: Blow | None = None) -> Ending:
        """Let the cell place the order of a scene: over HTTP where the actor takes a `listener`; see `request`."""
        act = self.call if "listener" in signature(actor).parameters else self.request
        return await act(scene, actor, *arguments, blow=blow)

    async def relay(self, scene: Scene, actor: Actor, *arguments: object, blow: Blow | None = None) -> Ending:
        """Let the cell be the relay of a scene; see `request`, which raises the same."""
        async with self._patience():
            ending = await scene.relay(PLAY, self._cell(actor), *arguments, blow=blow)
        return self._readable(ending)

    async def run(self, actor: Actor, *arguments: object, database: str = "") -> Ending:
        """Run the cell beside any scene, untapped unless the URL that is given leads through a tap; see `request`.

        Args:
            actor: It is given a `where` with the broker and an order that does not exist: number 0.
            arguments: Values that JSON can carry.
            database: The shop's own if not given.
        """
        broker = self.shop.broker
        where = (database or self.shop.url, broker.url, broker.queue, {"number": 0})
        member = await start(PLAY, *where, self._cell(actor), *arguments)
        try:
            async with self._patience():
                return self._readable(await member.ended())
        finally:
            await member.kill()

    def _cell(self, actor: Actor) -> Cell:
        prepare(actor.__module__)  # what it imports is then there in every process, for free
        return Cell(source=self.source, actor=f"{actor.__module__}:{actor.__name__}", printed=str(self._printed))

    def _patience(self) -> AbstractAsyncContextManager[Any]:
        return _Patience(self._patience_s)

    def _readable(self, ending: Ending) -> Ending:
        if ending.error in (CellUnreadable.__name__, NameMissing.__name__):
            raise Stumble(unreadable(ending))
        return ending


class _Patience:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._limit = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()

    async def __aexit__(self, *raised: Any) -> None:
        try:
            await self._limit.__aexit__(*raised)
        except TimeoutError as error:
            raise Stumble(ran_away(self._seconds)) from error
