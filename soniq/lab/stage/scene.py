"""One order under observation: processes, taps, a fault, and the judgement."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import asdict, dataclass
from typing import Final, Literal
from uuid import uuid4

from soniq.lab.crew import Ending, Member, start
from soniq.lab.faults import Countdown, Trap, place
from soniq.lab.record import LANE_NAMES, Lane, Recorder, Story, Verdict, judge
from soniq.lab.shop.bookshop import Shop
from soniq.lab.shop.order import Order
from soniq.lab.shop.tasks import DATABASE_VARIABLE
from soniq.lab.stage.audit import NOTHING_TO_RUN, audit
from soniq.lab.stage.post import post
from soniq.lab.stage.run import Run
from soniq.lab.stage.watch import NOTHING_MORE, Watch, Words
from soniq.lab.tap import Act, Tap, tap_postgres, tap_queue
from soniq.lab.tap.moment import Cut

BROKER_DOWN: Final = "broker_down"
MESSAGE: Final = "message"
JOB_MESSAGE: Final = "job_message"
# What the client of Redis raises where nobody listens, and what Celery makes of it.
REFUSED: Final = {"ConnectionError", "OperationalError"}


@dataclass(frozen=True, slots=True)
class Blow:
    """What happens to a process, and where.

    Attributes:
        fault: The name of a place, or "broker_down": nobody listens where the broker should be, or "message",
            or "job_message".
        deed: SIGKILL, a connection cut, a polite SIGTERM, SIGSTOP, or something to await while the process is held
            at the place.
        messages: For "message": how many of the process's messages pass before; for "job_message", since it took a job.
        meanwhile: For "freeze": what happens until SIGCONT.
    """

    fault: str
    deed: Literal["kill", "cut", "stop", "freeze"] | Callable[[], Awaitable[object]] = "kill"
    messages: int = 0
    meanwhile: Callable[[], Awaitable[object]] | None = None


class Scene:
    """An order on its way through real processes.

    Args:
        shop: Where.
        title: What is tried.
        order: What is ordered; the shop's next number for Ada, if not given.
        lanes: Lanes to draw whether or not anything happens in them; a mapping says what each is called.
        told: What is told besides the usual; see `Watch`.

    Attributes:
        messages: How many messages the request sent.
    """

    def __init__(
        self,
        shop: Shop,
        title: str,
        order: Order | None = None,
        lanes: Sequence[Lane] | Mapping[Lane, str] = (),
        told: Mapping[Act, Words] = NOTHING_MORE,
    ) -> None:
        self.shop, self._told = shop, told
        self.order = order or Order(shop.next_number())
        named = lanes if isinstance(lanes, Mapping) else {lane: LANE_NAMES[lane] for lane in lanes}
        self._recorder = Recorder(shop.folder / f"{uuid4().hex}.jsonl", title, named)
        self._ending = Ending()
        self._struck = True
        self.messages = 0

    async def request(
        self, target: str, *arguments: object, blow: Blow | None = None, order: Order | None = None
    ) -> Ending:
        """Let a process of its own place the order.

        Args:
            target: `module:function`; it is given the database, the queue's server and name, and the order.
            arguments: What else it is given.
            blow: What it suffers.
            order: Another order than the one that is observed, which comes in between.
        """
        watch = self._watch("request", order)
        ending = await self._act(watch, target, *arguments, blow=blow)
        return self._answered(watch, ending, blow)

    async def call(
        self, target: str, *arguments: object, blow: Blow | None = None, order: Order | None = None
    ) -> Ending:
        """Let a web server of its own place the order, which is sent to it over HTTP; see `request`."""
        watch = self._watch("request", order)
        listener = socket.create_server(("127.0.0.1", 0))
        host, port = listener.getsockname()
        serving = asyncio.create_task(self._act(watch, target, *arguments, blow=blow, listener=listener))
        answer = await post(f"http://{host}:{port}/orders", asdict(watch.order))
        server = await serving
        return self._answered(watch, server if server.killed or server.error else answer, blow)

    async def relay(
        self, target: str, *arguments: object, blow: Blow | None = None, order: Order | None = None
    ) -> Ending:
        """Let a relay of its own publish what the outbox holds; see `request`."""
        watch = self._watch("relay", order)
        ending = await self._act(watch, target, *arguments, blow=blow)
        self._note_strike(watch, ending, blow)
        if ending.error:
            watch.tell_note(ending.error)
        return ending

    def line(self, lane: Lane) -> AbstractAsyncContextManager[Tap]:
        """Open one more way to the shop's database, while the block lasts; what is said on it has that lane."""
        return tap_postgres(self.shop.url, self._watch(lane))

    def told(self) -> Story:
        """Read what is on record so far, without asking anybody or judging."""
        return self._recorder.story()

    async def work(
        self,
        target: str,
        *arguments: object,
        blow: Blow | None = None,
        order: Order | None = None,
        lane: Lane = "worker",
    ) -> Ending:
        """Let a worker of its own run what is waiting; see `request`."""
        watch = self._watch(lane, order)
        ending = await self._act(watch, target, *arguments, blow=blow)
        self._note_strike(watch, ending, blow)
        if ending.value == 0:
            watch.tell_note(NOTHING_TO_RUN)
        return ending

    def remark(self, lane: Lane, label: str) -> None:
        """Write down what the lab did besides, or left out."""
        self._recorder.record("note", lane, label)

    async def conclude(self, verdict: Verdict | None = None) -> Run:
        """Ask both systems, and judge; or be told the verdict by who asked somebody else."""
        story = self._recorder.story()
        verdict = verdict or judge(await audit(self.shop, self.order, story))
        return Run(self.order.number, self._recorder.conclude(verdict), verdict, self._ending, self._struck)

    def _watch(self, lane: Lane, order: Order | None = None) -> Watch:
        return Watch(self._recorder, lane, f"{lane}-{uuid4().hex[:6]}", order or self.order, self._told)

    async def _act(
        self, watch: Watch, target: str, *arguments: object, blow: Blow | None, listener: socket.socket | None = None
    ) -> Ending:
        process: asyncio.Future[Member] = asyncio.get_running_loop().create_future()
        is_cut_off = blow is not None and blow.fault == BROKER_DOWN
        if blow is not None and not is_cut_off:
            deed = _bind(blow, watch, process)
            watch.trap = _lay(blow, deed)
        async with AsyncExitStack() as taps:
            database = (await taps.enter_async_context(tap_postgres(self.shop.url, watch))).url
            broker = (await taps.enter_async_context(tap_queue(self.shop.broker.url, watch))).url
            where = (database, _closed(broker) if is_cut_off else broker, self.shop.broker.queue)
            member = await start(
                target, *where, asdict(watch.order), *arguments,
                environment={DATABASE_VARIABLE: database, **self._recorder.environment(watch.actor)},
                files=[listener.fileno()] if listener else [],
            )  # fmt: skip
            if listener:
                listener.close()  # from here on only the process holds it, so its death is heard by whoever calls
            process.set_result(member)
            try:
                return await member.ended()
            except asyncio.CancelledError:  # whoever waited for it has lost patience
                await member.kill()
                raise

    def _answered(self, watch: Watch, ending: Ending, blow: Blow | None) -> Ending:
        self._note_strike(watch, ending, blow)
        if not ending.killed:
            watch.tell_note(f"500 {ending.error}" if ending.error else "201 Created")
        if watch.order == self.order:
            self._ending, self.messages = ending, watch.messages
        return ending

    def _note_strike(self, watch: Watch, ending: Ending, blow: Blow | None) -> None:
        if blow is not None and blow.fault == BROKER_DOWN:
            self._struck &= ending.error in REFUSED
            if ending.error in REFUSED:
                watch.tell_refusal("enqueue: connection refused", "queue")
        elif blow is not None:
            self._struck &= watch.trap is not None and watch.trap.sprung


def _lay(blow: Blow, deed: Callable[[], Awaitable[None]]) -> Trap | Countdown:
    if blow.fault in (MESSAGE, JOB_MESSAGE):
        return Countdown(blow.messages, deed, since="claim" if blow.fault == JOB_MESSAGE else None)
    return Trap(place(blow.fault), deed)


def _bind(blow: Blow, watch: Watch, process: "asyncio.Future[Member]") -> Callable[[], Awaitable[None]]:
    async def strike() -> None:
        if blow.deed == "kill":
            member = await process
            watch.tell_death()
            await member.kill()
            raise Cut
        if blow.deed == "cut":
            watch.tell_loss()
            raise Cut
        if blow.deed == "stop":
            os.kill((await process).pid, signal.SIGTERM)
        elif blow.deed == "freeze":
            await _freeze(await process, watch, blow.meanwhile)
        else:
            await blow.deed()

    return strike


async def _freeze(member: Member, watch: Watch, meanwhile: Callable[[], Awaitable[object]] | None) -> None:
    member.freeze()
    watch.tell_freeze()
    try:
        if meanwhile is not None:
            await meanwhile()
    finally:
        watch.tell_wake()
        member.wake()


def _closed(url: str) -> str:
    """Lead a URL to a port on which nobody listens: whoever calls is refused by the kernel."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"{url.rpartition(':')[0]}:{port}/0"
