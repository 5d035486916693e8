"""Look at jobs, counts and workers."""

from uuid import UUID

from soniq.app.core import Core
from soniq.enqueue.options import check_queue
from soniq.errors import OptionInvalid
from soniq.job import Job, QueueRecord, QueueStats, WorkerRecord
from soniq.job.numbers import is_whole
from soniq.watch.inspect import (
    Wanted,
    add_up,
    read_counts,
    read_job,
    read_jobs,
    read_workers,
    to_id,
    to_status,
)


class InspectVerbs(Core):
    """Reads what the queue holds."""

    async def get_job(self, job_id: str | UUID) -> Job | None:
        """Return one job, live, ended or dead; None where there is none of that id.

        Raises:
            OptionInvalid: `job_id` is no UUID.
        """
        wanted = to_id(job_id)
        pool = await self.opened()
        async with pool.inner() as connection:
            return await read_job(connection, self._settings.database_schema, wanted)

    async def list_jobs(
        self,
        queue: str | None = None,
        status: str | None = None,
        limit: int = 100,
        offset: int = 0,
        task: str | None = None,
    ) -> list[Job]:
        """Return jobs, newest first.

        Args:
            queue: Of this queue only.
            status: A `JobStatus` or its text; of this status only.
            limit: This many at most.
            offset: Leave out this many at the beginning.
            task: Of the task of this name only.

        Raises:
            OptionInvalid: There is no such status, a number is negative, or `queue` or `task` can be no name.
        """
        wanted = Wanted(queue, to_status(status), _check_task(task), limit, offset)
        _check_rows("limit", limit)
        _check_rows("offset", offset)
        if queue is not None:
            check_queue(queue)
        pool = await self.opened()
        async with pool.inner() as connection:
            return await read_jobs(connection, self._settings.database_schema, wanted)

    async def get_queue_stats(self, queue: str | None = None) -> QueueStats:
        """Count the jobs of one queue, or of all, by status."""
        counts = await self.get_queues(queue)
        return add_up(counts)

    async def get_queues(self, queue: str | None = None) -> dict[str, QueueRecord]:
        """Count the jobs of each queue that has any, by its name, and say whether it is paused."""
        if queue is not None:
            check_queue(queue)
        pool = await self.opened()
        async with pool.inner() as connection:
            return await read_counts(connection, self._settings.database_schema, queue)

    async def get_workers(self) -> list[WorkerRecord]:
        """Return the workers that the database knows, oldest first."""
        pool = await self.opened()
        async with pool.inner() as connection:
            return await read_workers(connection, self._settings.database_schema)


def _check_task(name: object) -> str | None:
    if name is None or (isinstance(name, str) and "\0" not in name):
        return name
    raise OptionInvalid(f"`task` must be a task's name, not {name!r}", option="task")


def _check_rows(name: str, number: object) -> None:
    if not is_whole(number) or not 0 <= number < 2**63:
        raise OptionInvalid(f"`{name}` must be a whole number of at least 0, not {number!r}", option=name)
