"""`app.scheduler`: make, change and see schedules at run time, and make ticks without a worker."""

import asyncio
import builtins
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import soniq.worker
from soniq.app.calls import Calls, TargetLike, merge
from soniq.app.modules import import_modules
from soniq.enqueue.options import Options
from soniq.enqueue.request import request
from soniq.errors import OptionInvalid, ScheduleInvalid
from soniq.job import Schedule
from soniq.job.numbers import check_whole, is_number
from soniq.schedule.choose import CronLike, EveryLike, choose, row
from soniq.schedule.declare import CHANGES, PUT, Verb, columns
from soniq.schedule.missed import check_missed
from soniq.schedule.read import check_status, read_schedules
from soniq.sql.place import check_here

if TYPE_CHECKING:
    from soniq.worker import Timekeeper

NAME_LENGTH: Final = 200
ATTEMPTS: Final = 1001


class Scheduler:
    """Schedules made at run time, beside those that `@app.periodic` declares.

    Args:
        app: Whose.
    """

    def __init__(self, app: Calls) -> None:
        self._app = app
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def add(  # noqa: PLR0913  # the published signature
        self,
        target: TargetLike,
        /,
        *,
        cron: CronLike | None = None,
        every: EveryLike | None = None,
        tz: str | None = None,
        args: Mapping[str, object] | None = None,
        queue: str | None = None,
        priority: int | None = None,
        max_attempts: int | None = None,
        name: str | None = None,
        missed: str = "latest",
        connection: object | None = None,
    ) -> str:
        """Add a schedule, or change the one of that name; one that is paused stays paused.

        Args:
            target: A registered function, a task's name, or a `TaskRef`; the task needs no `connection=` here.
            cron: Five words, or what a builder made: `daily(at="09:00", tz="Europe/Berlin")`.
            every: Or the time between two ticks: a timedelta, seconds, or `every(minutes=5)`.
            tz: The time zone of a `cron` that is text; UTC by default.
            args: The handler's arguments, the same for each job.
            queue: Where the jobs go; the task's own by default.
            priority: 1 to 1000, lower first; the task's own by default.
            max_attempts: Runs of one job at most; the task's own by default.
            name: The schedule's key; the task's name by default.
            missed: `latest`, `catch_up` or `skip`, as in `app.periodic`.
            connection: As in `app.enqueue`: the schedule exists if and only if your transaction commits. Without it,
                or with `app.separate`, at once.

        Returns:
            The schedule's name.

        Raises:
            ScheduleInvalid: Not exactly one rule is given, it cannot be read, or `@app.periodic` declares that name.
            ArgumentsInvalid: An argument is missing, surplus, of another type, or cannot travel as JSON.
            OptionInvalid: An option is out of range.
            SoniqError: What `app.enqueue` raises about the target and `connection=`.
        """
        app, rule = self._app, choose(None, cron, every, tz)
        job = request("", app._meant(target), merge(args, {}), Options(queue, priority), app._defaults)
        if max_attempts is not None:
            job = job._replace(max_attempts=check_whole("max_attempts", max_attempts, 1, ATTEMPTS))
        key = job.task if name is None else _name(name)
        if key in app.registry.schedules:
            raise ScheduleInvalid(f"the code declares {key!r} with `@app.periodic`; give this one a `name=`", name=key)
        schedule = row(key, job, rule, check_missed(missed))
        await self._write(PUT, columns([schedule], "call"), connection)
        return key

    async def pause(self, name: str, *, connection: object | None = None) -> bool:
        """Let a schedule rest, also over deploys, until it is resumed; say whether there is one of that name.

        Args:
            name: Its key.
            connection: As in `add`.
        """
        return await self._change("pause", name, connection)

    async def resume(self, name: str, *, connection: object | None = None) -> bool:
        """Let a paused schedule go on from its next tick; say whether there is one of that name.

        What came due while it rested was not missed: it becomes no job.

        Args:
            name: Its key.
            connection: As in `add`.
        """
        return await self._change("resume", name, connection)

    async def remove(self, name: str, *, connection: object | None = None) -> bool:
        """Take a schedule out; say whether there was one of that name.

        One that the code declares comes back with the next worker that starts: pause it instead.

        Args:
            name: Its key.
            connection: As in `add`.
        """
        return await self._change("remove", name, connection)

    async def get(self, name: str) -> Schedule | None:
        """Return one schedule, None where there is none of that name."""
        return next(iter(await self._read(_name(name), None)), None)

    async def list(self, status: str | None = None) -> "builtins.list[Schedule]":
        """Return the schedules by name.

        Args:
            status: Only those that are `active`, `paused` or `orphaned` (no running worker declares it any more).

        Raises:
            OptionInvalid: There is no such status.
        """
        return await self._read(None, check_status(status))

    async def start(self, check_interval: float = 1.0) -> None:
        """Make ticks into jobs in this event loop until `stop()` or `app.close()`; a worker does so by itself.

        Args:
            check_interval: Seconds within which it sees what others change, 0.05 to 60.

        Raises:
            OptionInvalid: `check_interval` is out of range.
            SoniqError: What `ensure_initialized` raises; an outage that comes later is waited out.
        """
        if self._running is None or self._running.done():
            keeper = await self._timekeeper(check_interval)
            self._stop = asyncio.Event()
            self._running = asyncio.create_task(keeper.run(self._stop), name="soniq-scheduler")

    async def stop(self) -> None:
        """End what `start` began; a second call does no harm."""
        self._stop.set()
        if self._running is not None:
            running, self._running = self._running, None
            await running

    async def run(self, check_interval: float = 1.0) -> None:
        """Make ticks into jobs until SIGTERM, SIGINT or SIGHUP; `soniq scheduler` does this.

        Args:
            check_interval: As in `start`; so are the errors.
        """
        keeper = await self._timekeeper(check_interval)
        with soniq.worker.stop_on_signals(keeper) as stop:
            await keeper.run(stop)

    async def _timekeeper(self, check_interval: object) -> "Timekeeper":
        seconds = _interval(check_interval)
        import_modules(self._app.settings.jobs_modules)
        pool = await self._app.opened()
        return soniq.worker.Timekeeper(pool, self._app.settings, self._app.registry, seconds)

    async def _change(self, verb: Verb, name: str, connection: object | None) -> bool:
        key = _name(name)
        return bool((await self._write(CHANGES[verb], (key,), connection))[1])

    async def _write(self, text: str, parameters: Sequence[object], connection: object | None) -> Sequence[Any]:
        """Run one statement and return its row, which says first whether it found the installation."""
        [row] = await self._app._fetch_joined(text, parameters, connection)
        check_here(row[0])
        return row

    async def _read(self, name: str | None, status: str | None) -> "builtins.list[Schedule]":
        pool = await self._app.opened()
        async with pool.inner() as connection:
            return await read_schedules(connection, self._app.settings.database_schema, name, status)


def _name(name: object) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= NAME_LENGTH or not name.isprintable():
        raise OptionInvalid(
            f"`name` must be printable text of 1 to {NAME_LENGTH} characters, not {name!r}", option="name"
        )
    return name


def _interval(seconds: object) -> float:
    if not is_number(seconds) or not 0.05 <= seconds <= 60:
        raise OptionInvalid(
            f"`check_interval` must be seconds from 0.05 to 60, not {seconds!r}", option="check_interval"
        )
    return float(seconds)
