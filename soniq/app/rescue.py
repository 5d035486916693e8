"""Find workers that are gone, and take their jobs out of their hands."""

from datetime import timedelta

from soniq.app.inspect import InspectVerbs
from soniq.claim.rescue import Rescued, rescue_from_silent
from soniq.claim.take import Holder
from soniq.identity import new_id
from soniq.job import WorkerRecord


class RescueVerbs(InspectVerbs):
    """Does by hand what every running worker does by itself."""

    async def get_stale_workers(self) -> list[WorkerRecord]:
        """Return the workers that gave no sign of life for SONIQ_HEARTBEAT_TIMEOUT, oldest first."""
        longest = timedelta(seconds=self._settings.heartbeat_timeout)
        return [worker for worker in await self.get_workers() if worker.silent_for > longest]

    async def rescue_jobs(self) -> Rescued:
        """Take the jobs of stale workers out of their hands, so that they run again when any worker runs.

        Returns:
            How many `jobs` are to run again, and how many `ended` as dead letters because it was their last attempt.

        Raises:
            PermissionDenied: The role may not work.
            SoniqError: What `ensure_initialized` raises.
        """
        holder = Holder(new_id(), self._settings.database_schema)
        pool = await self.opened()
        async with pool.inner() as connection:
            return await rescue_from_silent(connection, holder, self._settings.heartbeat_timeout)
