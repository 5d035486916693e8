"""Keep the history for as long as it is wanted."""

from soniq.app.core import Core
from soniq.job.numbers import check_whole
from soniq.watch.history import Pruned, prune


class HistoryVerbs(Core):
    """Lets go of what ended long ago."""

    async def prune_history(self, days: int | None = None, dry_run: bool = False) -> Pruned:
        """Drop the days of the history that ended so many days ago or earlier, now; workers do it by themselves.

        Whole days of UTC go, with the jobs that ended then as done or cancelled. Neither workers nor readers
        wait for it. Dead letters are not in the history and stay.

        Args:
            days: To keep, 1 to 36500; SONIQ_HISTORY_DAYS by default, and where that is 0, nothing is dropped.
            dry_run: Only say, in `left`, what is to go.

        Returns:
            The days that were `dropped`, and those `left` because somebody's open transaction held them.

        Raises:
            OptionInvalid: `days` is out of range.
            PermissionDenied: There are such days, and this role does not own the tables.
            SessionNeeded: There are such days, and a pooler such as PgBouncer stands between.
            SoniqError: What `ensure_initialized` raises.
        """
        if days is not None:
            check_whole("days", days, 1, 36_500)
        keep = self._settings.history_days if days is None else days
        pool = await self.opened()
        return await prune(pool, self._settings.database_schema, keep, dry_run) if keep else Pruned()
