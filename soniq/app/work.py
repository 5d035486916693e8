"""Run a worker: as a program's main thing, once, or inside a running event loop."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final, cast

import soniq.worker
from soniq.app.core import Core
from soniq.app.modules import import_modules
from soniq.enqueue.options import check_queue
from soniq.errors import OptionInvalid
from soniq.job.effects import Producer
from soniq.job.numbers import check_whole, is_whole
from soniq.run.left_behind import count_left_behind
from soniq.task.importable import check_importable

if TYPE_CHECKING:
    from soniq.worker import Worker


Queues = Sequence[str] | Mapping[str, int]
HEAVIEST: Final = 1000


class WorkVerbs(Core):
    """Runs jobs."""

    def __init__(self, database_url: str | None = None, /, **settings: Any) -> None:
        super().__init__(database_url, **settings)
        self._workers: list[Worker] = []  # that run in this process

    async def run_worker(
        self,
        concurrency: int | None = None,
        run_once: bool = False,
        queues: Queues | None = None,
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
            queues: Serve these; SONIQ_QUEUES by default, and every queue where that is unset. A mapping of names to
                weights, 1 to 1000, says how often each is asked first: `{"mail": 3, "billing": 1}`.
            shutdown_event: Stop when it is set, instead of on signals.

        Returns:
            How many attempts were run.

        Raises:
            OptionInvalid: `concurrency` is below 1, or `queues` is empty, no list of names, or holds a wrong weight;
                no child process could import a handler that is marked `process=True`.
            SettingsInvalid: A module of SONIQ_JOBS_MODULES cannot be imported.
            SoniqError: What `ensure_initialized` raises; an outage that comes later is waited out.
        """
        worker = await self._worker(concurrency, queues)
        run = worker.run_once if run_once else worker.run
        with self._running(worker):
            if shutdown_event is not None:
                return await run(shutdown_event)
            with soniq.worker.stop_on_signals(worker) as stop:
                return await run(stop)

    @property
    def is_ready(self) -> bool:
        """Whether workers of this app run in this process, and each of them takes jobs: for a readiness probe.

        A worker that has not started, is stopping, or has heard nothing from the database for half the
        heartbeat's time-out takes none. May be asked from any thread.
        """
        workers = list(self._workers)
        return bool(workers) and all(worker.is_ready for worker in workers)

    @property
    def handlers_left(self) -> int:
        """How many handlers in this process go on although they were given up.

        A program that must end whatever they do ends with `os._exit` where there are any, as `soniq worker` does.
        """
        return count_left_behind()

    @asynccontextmanager
    async def worker(self, concurrency: int | None = None, queues: Queues | None = None) -> AsyncIterator["Worker"]:
        """Run a worker in this event loop while the block runs: in a notebook, a test, a web application.

        At its end the block waits for what runs, as `run_worker` does.

        Args:
            concurrency: As in `run_worker`.
            queues: As in `run_worker`.
        """
        worker, stop = await self._worker(concurrency, queues), asyncio.Event()
        running = asyncio.create_task(worker.run(stop), name="soniq-worker")
        with self._running(worker):
            try:
                await worker.started()
                yield worker
            finally:
                stop.set()
                await running

    @contextmanager
    def _running(self, worker: "Worker") -> Iterator[None]:
        self._workers.append(worker)
        try:
            yield
        finally:
            self._workers.remove(worker)

    async def _worker(self, concurrency: int | None, queues: Queues | None) -> "Worker":
        served: Queues | None = self._settings.queues if queues is None else _names(queues)
        jobs_at_once = self._settings.concurrency if concurrency is None else check_whole("concurrency", concurrency, 1)
        import_modules(self._settings.jobs_modules)
        for task in self._registry:
            if task.process:
                check_importable(task)
        pool = await self.opened()
        producer = cast(Producer, self)  # every app enqueues, by the verbs beside these
        return soniq.worker.Worker(
            pool, self._settings, self._registry, producer, queues=served, concurrency=jobs_at_once
        )


def _names(queues: Queues) -> Queues:
    if isinstance(queues, str):
        raise OptionInvalid(f"`queues` must be a list of names: write [{queues!r}], not {queues!r}", option="queues")
    if not queues:
        raise OptionInvalid("`queues` is empty, so the worker would serve none; None serves all", option="queues")
    names = tuple(map(check_queue, queues))
    return {name: _weight(name, queues[name]) for name in names} if isinstance(queues, Mapping) else names


def _weight(name: str, weight: object) -> int:
    if not is_whole(weight) or not 1 <= weight <= HEAVIEST:
        raise OptionInvalid(
            f"the weight of queue {name!r} must be a whole number from 1 to {HEAVIEST}, not {weight!r}", option="queues"
        )
    return weight
