"""Find the one rule that a call gives, and say it as a row."""

from datetime import timedelta

from soniq.errors import OptionInvalid, ScheduleInvalid
from soniq.job import NewJob, NewSchedule
from soniq.schedule.builders import Count
from soniq.schedule.rule import Cron, Every, Rule

CronLike = str | Cron | Every
EveryLike = timedelta | float | Every | Cron


def choose(rule: object, cron: object, every: object, tz: str | None) -> Rule:
    """Return the rule, whichever way it is given.

    Args:
        rule: What a builder made.
        cron: A cron expression, or what a builder made.
        every: A timedelta, seconds, or what a builder made.
        tz: The time zone of a cron expression that is text; UTC where None.

    Raises:
        ScheduleInvalid: None or several are given, the one that is cannot be read, or `tz` has no place.
    """
    given = [one for one in (rule, cron, every) if one is not None]
    if len(given) != 1:
        many = "both `cron` and `every` are" if given else "neither `cron` nor `every` is"
        raise ScheduleInvalid(f"{many} given: a schedule ticks by exactly one rule")
    [only] = given
    if isinstance(only, Count):
        raise ScheduleInvalid(f"`every({only.number})` lacks its unit; write `every({only.number}).minutes()`")
    if callable(only):
        raise ScheduleInvalid("write `@app.periodic(every=…)`, with a rule in parentheses, above a function")
    if cron is not None and isinstance(cron, str):
        return Cron(cron, "UTC" if tz is None else tz)
    if tz is not None:
        raise ScheduleInvalid(
            '`tz` goes with a cron expression; give it to the builder: `daily(at="09:00", tz="Europe/Berlin")`', tz=tz
        )
    return only if isinstance(only, Cron | Every) else _interval(only, every)


def _interval(only: object, every: object) -> Every:
    if every is not None and isinstance(every, timedelta):
        return Every(every)
    if every is not None and isinstance(every, int | float) and not isinstance(every, bool):
        try:
            return Every(timedelta(seconds=every))
        except (OverflowError, ValueError) as error:
            if isinstance(error, ScheduleInvalid):
                raise
    raise ScheduleInvalid(f"{only!r} is no rule: `cron` takes text, `every` a timedelta or seconds")


def row(name: str, job: NewJob, rule: Rule, missed: str) -> NewSchedule:
    """Say a schedule as a row.

    Args:
        name: Its key.
        job: One like those that it makes.
        rule: When it ticks.
        missed: What becomes of missed ticks.

    Raises:
        OptionInvalid: The task's jobs are unique.
    """
    if job.unique is not None:
        raise OptionInvalid(
            f"task {job.task!r} is unique, and each tick of a schedule makes a job of its own; with `concurrency=1` "
            "they run one after another, and a handler can enqueue a unique job itself",
            option="unique",
            task=job.task,
        )
    cron, tz, every = (
        (None, None, repr(rule.interval.total_seconds()))
        if isinstance(rule, Every)
        else (rule.expression, rule.tz, None)
    )
    texts = job.task, job.args, job.queue, str(job.priority), str(job.max_attempts)
    concurrency = None if job.concurrency is None else str(job.concurrency)
    return NewSchedule(name, *texts, job.concurrency_key, concurrency, cron, tz, every, missed)
