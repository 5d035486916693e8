"""Run a worker: as a program's main thing, once, or inside a running event loop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import soniq.worker
from soniq.app.core import Core
from soniq.enqueue.options import check_queue
from soniq.errors import OptionInvalid
from soniq.job.effects import Producer
from soniq.run.left_behind import count_left_behind

if TYPE_CHECKING:
    from soniq.worker import Worker


class WorkVerbs(Core):
    """Runs jobs."""

    async def run_worker(
        self,
        concurrency: int | None = None,
        run_once: bool = False,
        queues: Sequence[str] | None = None,
        shutdown_event: asyncio.Event | None = None,
    ) -> int:
        """Run jobs until SIGTERM, SIGINT or SIGHUP, or until `shutdown_event` is set.

        What runs then gets SONIQ_SHUTDOWN_TIMEOUT seconds. After that asynchronous handlers are cancelled and
        their jobs handed back; plain functions run in threads, which nothing can end, and are waited for. A
        second signal, or a cancellation of this call, waits for no thread. The job of a handler that goes on
        all the same stays claimed, under the worker's lock and heartbeat, until the handler or the process
        has ended; then another worker runs it again, and the attempt counts. Python itself waits for threads
        at its exit: see `handlers_left`.

        Args:
            concurrency: Jobs at once; SONIQ_CONCURRENCY by default.
            run_once: Run everything that is due, and return; earlier where it is told to stop.
            queues: Serve these; SONIQ_QUEUES by default, and every queue where that is unset.
            shutdown_event: Stop when it is set, instead of on signals.

        Returns:
            How many attempts were run.

        Raises:
            OptionInvalid: `concurrency` is below 1, or `queues` is empty or no list of names.
            SoniqError: What `ensure_initialized` raises; an outage that comes later is waited out.
        """
        worker = await self._worker(concurrency, queues)
        run = worker.run_once if run_once else worker.run
        if shutdown_event is not None:
            return await run(shutdown_event)
        with soniq.worker.stop_on_signals(worker) as stop:
            return await run(stop)

    @property
    def handlers_left(self) -> int:
        """How many handlers in this process go on although they were given up.

        A program that must end whatever they do ends with `os._exit` where there are any, as `soniq worker` does.
        """
        return count_left_behind()

    @asynccontextmanager
    async def worker(
        self, concurrency: int | None = None, queues: Sequence[str] | None = None
    ) -> AsyncIterator["Worker"]:
        """Run a worker in this event loop while the block runs: in a notebook, a test, a web application.

        At its end the block waits for what runs, as `run_worker` does.

        Args:
            concurrency: As in `run_worker`.
            queues: As in `run_worker`.
        """
        worker, stop = await self._worker(concurrency, queues), asyncio.Event()
        running = asyncio.create_task(worker.run(stop), name="soniq-worker")
        try:
            await worker.started()
            yield worker
        finally:
            stop.set()
            await running

    async def _worker(self, concurrency: int | None, queues: Sequence[str] | None) -> "Worker":
        served = self._settings.queues if queues is None else _names(queues)
        jobs_at_once = self._settings.concurrency if concurrency is None else _count(concurrency)
        pool = await self.opened()
        producer = cast(Producer, self)  # every app enqueues, by the verbs beside these
        return soniq.worker.Worker(
            pool, self._settings, self._registry, producer, queues=served, concurrency=jobs_at_once
        )


def _names(queues: Sequence[str]) -> tuple[str, ...]:
    if isinstance(queues, str):
        raise OptionInvalid(f"`queues` must be a list of names: write [{queues!r}], not {queues!r}", option="queues")
    if not queues:
        raise OptionInvalid("`queues` is empty, so the worker would serve none; None serves all", option="queues")
    return tuple(map(check_queue, queues))


def _count(concurrency: object) -> int:
    if isinstance(concurrency, bool) or not isinstance(concurrency, int) or concurrency < 1:
        raise OptionInvalid(
            f"`concurrency` must be a whole number of at least 1, not {concurrency!r}", option="concurrency"
        )
    return concurrency
