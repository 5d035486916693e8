"""Read what a job returned, and wait for its end."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from soniq.app.inspect import InspectVerbs
from soniq.errors import DatabaseUnreachable, JobNotFound, WaitTimedOut
from soniq.job import Job, JobStatus
from soniq.job.numbers import check_seconds
from soniq.watch.inspect import to_id
from soniq.watch.result import fit
from soniq.watch.wait import Waiting

ENDED: Final = frozenset({JobStatus.DONE, JobStatus.CANCELLED, JobStatus.DEAD_LETTER})


class ResultVerbs(InspectVerbs):
    """Looks at how jobs ended."""

    def __init__(self, database_url: str | None = None, /, **settings: Any) -> None:
        super().__init__(database_url, **settings)
        self._waiting: Waiting | None = None

    async def get_result(self, job_id: str | UUID, *, result_model: Any = None) -> Any:
        """Return what the handler of a done job returned.

        Args:
            job_id: Which job.
            result_model: A pydantic model, or any other annotation, as which the result is rebuilt; without it,
                JSON values.

        Returns:
            The result; None where the handler returned none, the job is not done, its `result_ttl` is over, or
            there is no such job.

        Raises:
            OptionInvalid: `job_id` is no UUID, or `result_model` nothing that pydantic could build.
            ResultInvalid: The result does not fit the model.
        """
        job = await self.get_job(job_id)
        if job is None or job.status != JobStatus.DONE or job.result is None:
            return None
        return job.result if result_model is None else fit(job.result, result_model, job.id)

    async def wait(self, job_id: str | UUID, *, timeout: float | timedelta | None = None) -> Job:
        """Wait until a job has ended, and return it: done, cancelled, or dead.

        The worker's settle tells this app at once; all waits of one app share one connection, and one look a
        second in case a notification was lost.

        Args:
            job_id: Which job. It has to be committed: do not wait inside the transaction that enqueues it.
            timeout: Seconds (or a timedelta) to wait at most; None for as long as it takes. The job goes on.

        Raises:
            JobNotFound: There is no such job, or it was deleted meanwhile.
            WaitTimedOut: It has not ended in that time.
            OptionInvalid: `job_id` is no UUID, or `timeout` no time.
            AppClosed: The app was closed meanwhile.
        """
        wanted, seconds = to_id(job_id), None if timeout is None else check_seconds("timeout", timeout)
        job = await self._found(wanted)
        try:
            async with asyncio.timeout(seconds) as patience:
                while job.status not in ENDED:
                    await (await self._waits()).until_ended(wanted)
                    with suppress(DatabaseUnreachable):  # a connection of the pool that an outage left behind
                        job = await self._found(wanted)
        except TimeoutError as error:
            if not patience.expired():
                raise
            raise WaitTimedOut(
                f"job {wanted} was {job.status} and has not ended within {seconds:g} s", job_id=str(wanted)
            ) from error
        return job

    async def _found(self, job_id: UUID) -> Job:
        job = await self.get_job(job_id)
        if job is None:
            raise JobNotFound(f"no job has the id {job_id}", job_id=str(job_id))
        return job

    async def _waits(self) -> Waiting:
        pool = await self.opened()
        if self._waiting is None:
            told = self._settings.notify == "on" and not pool.pooled
            self._waiting = Waiting(pool, self._settings.database_schema, told)
        return self._waiting

    async def _finish(self) -> None:
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            await waiting.close()
        await super()._finish()
