"""Declare periodic tasks: `@app.periodic(…)`, and `app.scheduler` for the schedules made at run time."""

from collections.abc import Callable
from functools import cached_property
from typing import ParamSpec, TypeVar, Unpack

from soniq.app.calls import Calls
from soniq.app.scheduler import Scheduler
from soniq.app.tasks import TaskHandle, TaskVerbs
from soniq.enqueue.options import Options
from soniq.enqueue.request import request
from soniq.schedule.choose import CronLike, EveryLike, choose, row
from soniq.schedule.missed import check_missed
from soniq.schedule.rule import Rule
from soniq.task.options import JobOptions

P = ParamSpec("P")
R = TypeVar("R")


class ScheduleVerbs(TaskVerbs, Calls):
    """What the clock enqueues."""

    @cached_property
    def scheduler(self) -> Scheduler:
        """The schedules: those of the code, and those made at run time."""
        return Scheduler(self)

    def periodic(
        self,
        rule: Rule | None = None,
        /,
        *,
        cron: CronLike | None = None,
        every: EveryLike | None = None,
        tz: str | None = None,
        missed: str = "latest",
        **options: Unpack[JobOptions],
    ) -> Callable[[Callable[P, R]], TaskHandle[P, R]]:
        """Make a function a task that the clock enqueues, without arguments; any worker minds it.

        Its schedule has the task's name. A worker writes it when it starts, so the code that started last says
        when it ticks; a pause stays. Where no running worker's code declares it any more, it rests after a
        minute, and `app.scheduler.remove` takes it out. `JobContext.scheduled_at` is the tick.

        Args:
            rule: What a builder made: `daily(at="09:00", tz="Europe/Berlin")`.
            cron: Or five words: minute, hour, day, month, weekday.
            every: Or the time between two ticks: a timedelta, or seconds.
            tz: The time zone of `cron`; UTC by default.
            missed: What becomes of ticks that nobody could make a job of in time: `latest`, one job for the last
                one; `catch_up`, one for each, the last 1000 at most; `skip`, none for what is over a minute late.
            options: Those of `app.job`.

        Raises:
            ScheduleInvalid: Not exactly one rule is given, or it cannot be read.
            ArgumentsInvalid: The function has an argument without a default.
            OptionInvalid: There is no such `missed`; and what `app.job` raises.
        """
        chosen, choice, decorate = choose(rule, cron, every, tz), check_missed(missed), self.job(**options)

        def register(handler: Callable[P, R]) -> TaskHandle[P, R]:
            task = decorate(handler)
            job = request("", self._registry.of(task), {}, Options(), self._defaults)
            self._registry.schedules[task.name] = row(task.name, job, chosen, choice)
            return task

        return register

    async def _finish(self) -> None:
        await self.scheduler.stop()
        await super()._finish()
