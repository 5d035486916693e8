"""Enqueue, schedule, and their sync twins."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from soniq.adapters import JoinedSync, join, join_sync
from soniq.app.calls import Calls, TargetLike, merge
from soniq.app.joining import join_given
from soniq.app.unjoined import SEPARATE, Unjoined
from soniq.enqueue.insert import insert
from soniq.enqueue.options import Options, When
from soniq.enqueue.send import is_data_error, send
from soniq.enqueue.share import Sharer
from soniq.enqueue.unique import send as send_unique
from soniq.enqueue.unique import write, write_sync
from soniq.errors import AppClosed
from soniq.job import JobId, NewJob
from soniq.sql.place import check_here
from soniq.task.unique import Unique


class EnqueueVerbs(Calls, Unjoined):
    """A call becomes a row: in your transaction with `connection=`, in one of its own without."""

    def __init__(self, database_url: str | None = None, /, **settings: Any) -> None:
        super().__init__(database_url, **settings)
        self._sharer = Sharer(self._write_own, is_data_error)

    async def enqueue(  # noqa: PLR0913  # the published signature
        self,
        target: TargetLike,
        /,
        *,
        args: Mapping[str, object] | None = None,
        queue: str | None = None,
        priority: int | None = None,
        scheduled_at: When | None = None,
        concurrency_key: str | None = None,
        concurrency: int | None = None,
        unique: bool | Unique | None = None,
        dedup_key: str | None = None,
        connection: object | None = None,
        **kwargs: object,
    ) -> JobId:
        """Enqueue one job.

        Args:
            target: A registered function, a task's name, or a `TaskRef`.
            args: Arguments that share a name with an option here; joined with the keyword arguments.
            queue: Where workers look for it; the task's own by default.
            priority: 1 to 1000, lower first; the task's own by default.
            scheduled_at: When it is due: an aware datetime, or a timedelta or seconds from now.
            concurrency_key: Jobs of one key share a limit over all workers, whatever their task and queue; the
                task's own by default.
            concurrency: How many of that key run at once; the task's own by default, and 1 where it names none.
            unique: Write no job while another one of this task with equal arguments is queued or runs; a `Unique`
                says otherwise for how long. False writes one in any case. The task's own by default.
            dedup_key: The same by this text in place of the arguments.
            connection: The connection or session of your transaction. The job is written on it, in
                one statement: it exists if and only if your transaction commits. Without it the job
                has a transaction of its own, shared with other enqueues of this moment; `app.separate`
                says that this is meant where a transaction is open.
            kwargs: The handler's arguments.

        Returns:
            The job's id, a UUID as text; its `duplicate` says whether it is that of a unique job which was there.

        Raises:
            ArgumentsInvalid: An argument is missing, surplus, of another type, or cannot travel as JSON.
            OptionInvalid: An option is out of range.
            UnknownTask: No task of that name is registered here.
            InvalidTaskName: Such a name is let through, and does not match SONIQ_TASK_NAME_PATTERN.
            ConnectionRequired: The task is `transactional=True` and `connection=` is missing or `app.separate`.
            UnjoinedEnqueue: A transaction is open here, `connection=` is missing, and SONIQ_UNJOINED is `error`.
            UnsupportedConnection: `connection=` is a pool, an engine, or nothing that Soniq can speak through.
            NotInTransaction: The statement would commit by itself.
            ConnectionUnusable: The connection is closed or was given back.
            TransactionAborted: An earlier statement of the transaction failed.
            TransactionReadOnly: The transaction may write nothing.
            PermissionDenied: The connection's role may not enqueue.
            WrongDatabase: The connection leads to another database.
            SchemaMissing: `setup()` has not run there.
            UniqueConflict: The transaction has to be begun again: another one wrote the same unique job.
            UniqueBusy: A transaction that wrote the same unique job is open for longer than lock_timeout.
            SoniqError: What `ensure_initialized` raises, where this is the app's first call.
        """
        options = Options(queue, priority, scheduled_at, concurrency_key, concurrency, unique, dedup_key)
        job = self._request(target, merge(args, kwargs), options, connection)
        if job.unique is not None:
            return await self._enqueue_unique(job, connection)
        await self._enqueue([job], connection)
        return JobId(job.id)

    async def enqueue_many(  # noqa: PLR0913  # the published signature
        self,
        target: TargetLike,
        arguments: Iterable[Mapping[str, object]],
        /,
        *,
        queue: str | None = None,
        priority: int | None = None,
        scheduled_at: When | None = None,
        concurrency_key: str | None = None,
        concurrency: int | None = None,
        connection: object | None = None,
    ) -> list[str]:
        """Enqueue many jobs of one task in one statement: all of them, or none.

        Args:
            target: As in `enqueue`.
            arguments: One mapping of arguments a job.
            queue: As in `enqueue`, for all of them; so are the options that follow.
            priority: 1 to 1000, lower first.
            scheduled_at: When they are due.
            concurrency_key: What they share a limit by.
            concurrency: How many of that key run at once.
            connection: As in `enqueue`.

        Returns:
            The ids, in the order of `arguments`; empty for none.

        Raises:
            ArgumentsInvalid: As in `enqueue`; it says which job.
            UniqueInBatch: The task's jobs are unique.
        """
        options = Options(queue, priority, scheduled_at, concurrency_key, concurrency)
        jobs = self._requests(target, arguments, options, connection)
        if jobs:
            await self._enqueue(jobs, connection)
        return [job.id for job in jobs]

    async def schedule(  # noqa: PLR0913  # the published signature
        self,
        target: TargetLike,
        /,
        run_at: When,
        *,
        args: Mapping[str, object] | None = None,
        queue: str | None = None,
        priority: int | None = None,
        concurrency_key: str | None = None,
        concurrency: int | None = None,
        unique: bool | Unique | None = None,
        dedup_key: str | None = None,
        connection: object | None = None,
        **kwargs: object,
    ) -> JobId:
        """Enqueue one job for later: `enqueue` with `scheduled_at=run_at`."""
        return await self.enqueue(
            target,
            args=args,
            queue=queue,
            priority=priority,
            scheduled_at=run_at,
            concurrency_key=concurrency_key,
            concurrency=concurrency,
            unique=unique,
            dedup_key=dedup_key,
            connection=connection,
            **kwargs,
        )

    def enqueue_sync(  # noqa: PLR0913  # the published signature
        self,
        target: TargetLike,
        /,
        *,
        connection: object,
        args: Mapping[str, object] | None = None,
        queue: str | None = None,
        priority: int | None = None,
        scheduled_at: When | None = None,
        concurrency_key: str | None = None,
        concurrency: int | None = None,
        unique: bool | Unique | None = None,
        dedup_key: str | None = None,
        **kwargs: object,
    ) -> JobId:
        """Enqueue one job in the transaction of a sync connection; otherwise as `enqueue`.

        Args:
            target: As in `enqueue`; so are the options and the errors.
            connection: A SQLAlchemy `Session` or `Connection`, a psycopg `Connection`, or Django's `connection`.
            args: Arguments that share a name with an option here.
            queue: Where workers look for it.
            priority: 1 to 1000, lower first.
            scheduled_at: When it is due.
            concurrency_key: What it shares a limit with others by.
            concurrency: How many of that key run at once.
            unique: Write no job while another one like it is queued or runs.
            dedup_key: By what it is like another one.
            kwargs: The handler's arguments.
        """
        options = Options(queue, priority, scheduled_at, concurrency_key, concurrency, unique, dedup_key)
        job = self._request(target, merge(args, kwargs), options, connection)
        if job.unique is not None:
            joined = join_sync(connection)
            with self._traced([job]) as [traced]:
                return write_sync(joined.fetch, self._place_without_loop(), traced)
        self._enqueue_sync([job], join_sync(connection))
        return JobId(job.id)

    def enqueue_many_sync(  # noqa: PLR0913  # the published signature
        self,
        target: TargetLike,
        arguments: Iterable[Mapping[str, object]],
        /,
        *,
        connection: object,
        queue: str | None = None,
        priority: int | None = None,
        scheduled_at: When | None = None,
        concurrency_key: str | None = None,
        concurrency: int | None = None,
    ) -> list[str]:
        """Enqueue many jobs in the transaction of a sync connection; otherwise as `enqueue_many`."""
        options = Options(queue, priority, scheduled_at, concurrency_key, concurrency)
        jobs = self._requests(target, arguments, options, connection)
        joined = join_sync(connection)
        if jobs:
            self._enqueue_sync(jobs, joined)
        return [job.id for job in jobs]

    async def _finish(self) -> None:
        await self._sharer.close()
        await super()._finish()

    async def _enqueue(self, jobs: Sequence[NewJob], connection: object | None) -> None:
        with self._traced(jobs) as traced:
            await self._write(traced, connection)

    def _traced(self, jobs: Sequence[NewJob]) -> AbstractContextManager[Sequence[NewJob]]:
        tracing = self._registry.tracing
        return nullcontext(jobs) if tracing is None else tracing.enqueueing(jobs)

    async def _write(self, jobs: Sequence[NewJob], connection: object | None) -> None:
        if connection is None:
            await self._check_unjoined(jobs)
        elif connection is not SEPARATE:
            joined = join(connection)
            if self._place is None:
                await self.opened()
            self._check_same(asyncio.get_running_loop())
            sent = insert(self.known_place(), jobs)
            if sent.counted:
                check_here(await joined.write(sent.statement, sent.parameters))
            else:
                check_here((await joined.fetch(sent.statement, sent.parameters))[0][0])
            return
        await self.opened()
        if len(jobs) == 1:
            await self._sharer.add(jobs[0])
        else:
            await self._write_own(jobs)

    async def _enqueue_unique(self, job: NewJob, connection: object | None) -> JobId:
        if connection is None:
            await self._check_unjoined([job])
        joined = join_given(connection)
        pool = await self.opened()
        with self._traced([job]) as [traced]:
            if joined is None:
                return await send_unique(pool, self.known_place(), traced)
            return await write(joined.fetch, self.known_place(), traced)

    async def _write_own(self, jobs: Sequence[NewJob]) -> None:
        # Not by `opened()`: what was gathered before `close()` is still written.
        if self._pool is None:
            raise AppClosed("this app was closed")
        await send(self._pool, self.known_place(), jobs)

    def _enqueue_sync(self, jobs: Sequence[NewJob], joined: JoinedSync) -> None:
        with self._traced(jobs) as traced:
            sent = insert(self._place_without_loop(), traced)
            if sent.counted:
                check_here(joined.write(sent.statement, sent.parameters))
            else:
                check_here(joined.fetch(sent.statement, sent.parameters)[0][0])
