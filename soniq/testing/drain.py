"""Run everything that is due, here and now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from soniq.app import Soniq
from soniq.errors import OptionInvalid
from soniq.job import Job
from soniq.testing.frozen import FrozenTime
from soniq.testing.run import run_due


async def drain(
    app: Soniq,
    max_jobs: int | None = None,
    *,
    until: datetime | timedelta | None = None,
    queues: Sequence[str] | None = None,
) -> list[Job]:
    """Run everything that is due, what the handlers enqueue meanwhile included, one job after the other.

    Each is run by a real worker: retries, time-outs and dead letters happen as they will.

    Args:
        app: Whose jobs.
        max_jobs: Attempts at most; the rest stays queued.
        until: Run also what becomes due up to this moment, or within this time from now, as `FrozenTime.move` does.
        queues: Serve these; SONIQ_QUEUES by default, and every queue where that is unset.

    Returns:
        The jobs that ran, as they are now, in the order in which they ended.

    Raises:
        OptionInvalid: `max_jobs` is below 1, or is given together with `until`.
        SoniqError: What `run_worker` raises.
    """
    if max_jobs is not None and (until is not None or isinstance(max_jobs, bool) or max_jobs < 1):
        raise OptionInvalid(f"`max_jobs` must be at least 1, and without `until`, not {max_jobs!r}", option="max_jobs")
    if until is None:
        return await run_due(app, queues, max_jobs)
    time = FrozenTime(app, queues)
    return await (time.move_to(until) if isinstance(until, datetime) else time.move(until))
