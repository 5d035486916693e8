"""Cancel and delete jobs, pause and resume queues."""

from typing import Any
from uuid import UUID

from soniq.adapters import join_sync
from soniq.app.joining import Joining
from soniq.control.verbs import CANCEL, DELETE, PAUSE, PAUSED, RESUME, RUN_NOW, read_answer
from soniq.enqueue.options import check_queue
from soniq.job import Cancellation
from soniq.sql import in_schema
from soniq.watch.inspect import to_id


class ControlVerbs(Joining):
    """Says what is wanted of jobs and queues; with `connection=` as part of your transaction."""

    async def cancel_job(self, job_id: str | UUID, *, connection: object | None = None) -> Cancellation:
        """Cancel a job: at once where no worker holds it, otherwise by asking its worker.

        A running job is asked within about half a second: an async handler is cancelled and has thirty seconds
        to clean up, a plain function sees `ctx.cancelled`. It then ends as `cancelled` and is not tried again;
        one that finishes all the same is `done`.

        Args:
            job_id: Which job.
            connection: The connection or session of your transaction: the job is cancelled if and only if that
                commits. Without it, or with `app.separate`, at once.

        Returns:
            What came of it: `CANCELLED`, `ASKED` (both true), `TOO_LATE` or `UNKNOWN` (both false).

        Raises:
            OptionInvalid: `job_id` is no UUID.
            SoniqError: What `enqueue` raises for an unfit `connection=`, or `ensure_initialized`.
        """
        return Cancellation(await self._say(CANCEL, str(to_id(job_id)), connection))

    def cancel_job_sync(self, job_id: str | UUID, *, connection: object) -> Cancellation:
        """Cancel a job in the transaction of a sync connection; otherwise as `cancel_job`.

        Args:
            job_id: Which job.
            connection: A SQLAlchemy `Session` or `Connection`, or a psycopg `Connection`.
        """
        wanted, joined = str(to_id(job_id)), join_sync(connection)
        self._check_open()
        place = self._place_without_loop()
        return Cancellation(read_answer(joined.fetch(in_schema(CANCEL, place.schema), (place.installation, wanted))))

    async def delete_job(self, job_id: str | UUID, *, connection: object | None = None) -> bool:
        """Remove every trace of a job, unless a worker holds it: cancel that one first.

        Args:
            job_id: Which job, queued, ended or dead.
            connection: As in `cancel_job`.

        Returns:
            Whether there was one to remove.

        Raises:
            OptionInvalid: `job_id` is no UUID.
        """
        return bool(await self._say(DELETE, str(to_id(job_id)), connection))

    async def run_job_now(self, job_id: str | UUID, *, connection: object | None = None) -> bool:
        """Make a job due now that waits for its time: for its next attempt, after a snooze, or since it was scheduled.

        Its attempts are counted as ever. A dead letter is run again by `dead_letter.replay`.

        Args:
            job_id: Which job.
            connection: As in `cancel_job`.

        Returns:
            Whether it waited for its time; not if it is due already, runs, has ended, or is not there.

        Raises:
            OptionInvalid: `job_id` is no UUID.
        """
        given = (str(to_id(job_id)), self._settings.notify)
        return bool(read_answer(await self._fetch_joined(RUN_NOW, given, connection)))

    async def pause_queue(self, queue: str, *, connection: object | None = None) -> bool:
        """Let no worker begin a job of this queue until it is resumed; every worker sees it within a second.

        What runs goes on, and jobs can be enqueued as ever.

        Args:
            queue: Its name; it need not have jobs yet.
            connection: As in `cancel_job`.

        Returns:
            Whether it was not paused before.

        Raises:
            OptionInvalid: `queue` can be no queue's name.
        """
        return bool(await self._say(PAUSE, check_queue(queue), connection))

    async def resume_queue(self, queue: str, *, connection: object | None = None) -> bool:
        """Let workers run a paused queue's jobs again; every worker sees it within a second.

        Args:
            queue: Its name.
            connection: As in `cancel_job`.

        Returns:
            Whether it was paused.

        Raises:
            OptionInvalid: `queue` can be no queue's name.
        """
        return bool(await self._say(RESUME, check_queue(queue), connection))

    async def paused_queues(self) -> list[str]:
        """Name the paused queues, sorted."""
        pool = await self.opened()
        async with pool.inner() as own:
            return [row[0] for row in await own.fetch(in_schema(PAUSED, self._settings.database_schema))]

    async def _say(self, text: str, subject: str, connection: object | None) -> Any:
        """Run a statement about one job or queue."""
        return read_answer(await self._fetch_joined(text, (subject,), connection))
