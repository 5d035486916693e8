"""Which jobs count as the same, and for how long one keeps others from being written."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

from soniq.errors import OptionInvalid
from soniq.job import UniqueKey
from soniq.job.numbers import is_number
from soniq.task.key import check_key, check_template, fill

UNIQUE, DEDUP_KEY = "unique", "dedup_key"
QUEUED, PROCESSING, DONE = "queued", "processing", "done"
UNFINISHED: Final = (QUEUED, PROCESSING)
LONGEST: Final = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Unique:
    """For `unique=`: for how long a job keeps others with its key from being written.

    Attributes:
        period: How long a job that is done still does: a timedelta, or seconds. A job that was cancelled, died or
            was deleted never does. None: it does not, once it has ended.
        statuses: In which it does: `queued` always, `processing`, and `done` for the period. By default the first
            two, and with a period all three.
    """

    period: timedelta | float | None = None
    statuses: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a task, or a call, says about its jobs, checked.

    Attributes:
        statuses: In which a job holds its key.
        period: For how long a job that is done holds it; None without that status.
        template: The key, with `{argument}` where an argument's value goes; None for all the arguments.
    """

    statuses: tuple[str, ...] = UNFINISHED
    period: timedelta | None = None
    template: str | None = None


def check_unique(unique: object, template: object) -> Rule | None:
    """Return what a task's options say; None where its jobs are not unique. A key alone means that they are.

    Raises:
        OptionInvalid: `unique` is neither a truth value nor a `Unique` that can be, or the template is none.
    """
    if unique is False and template is None:
        return None
    rule = Rule() if unique is False else _rule(unique)
    if template is None:
        return rule
    return Rule(rule.statuses, rule.period, check_template(template, DEDUP_KEY))


def key_of(task: str, own: Rule | None, unique: object, key: object, args: str) -> UniqueKey | None:
    """Say the key of a job, by what its call says and for the rest by what its task does; None: it needs none.

    Args:
        task: The task's name.
        own: What it says.
        unique: What the call says; None for nothing.
        key: The key that the call gives; None for none.
        args: The job's arguments as JSON text.

    Raises:
        OptionInvalid: As `check_unique`; or the call gives a key and says that the job is not unique.
    """
    if unique is False:
        if key is not None:
            raise _contradiction()
        return None
    rule = (own or Rule()) if unique is None or unique is True else _rule(unique)
    if key is not None:
        text = check_key(key, DEDUP_KEY)
    elif own is not None and own.template is not None:
        text = fill(task, own.template, DEDUP_KEY, args)
    else:
        text = _of_arguments(args)
    return UniqueKey(text, rule.statuses, rule.period)


def _rule(unique: object) -> Rule:
    if unique is True:
        return Rule()
    if not isinstance(unique, Unique):
        raise OptionInvalid(f"`unique` must be True, False or a `Unique(…)`, not {unique!r}", option=UNIQUE)
    period = None if unique.period is None else _checked_period(unique.period)
    return Rule(_checked_statuses(unique.statuses, period), period)


def _checked_statuses(statuses: object, period: timedelta | None) -> tuple[str, ...]:
    if statuses is None:
        return UNFINISHED if period is None else (*UNFINISHED, DONE)
    if isinstance(statuses, str) or not isinstance(statuses, Sequence | set | frozenset):
        raise OptionInvalid(f"`statuses` must be a list of statuses, not {statuses!r}", option=UNIQUE)
    named = tuple(one for one in (*UNFINISHED, DONE) if one in statuses)
    if len(named) != len(set(statuses)) or QUEUED not in named:
        raise OptionInvalid(
            "`statuses` must name `queued`, and may name `processing` and `done`; a job that was cancelled or died "
            f"keeps no key: not {statuses!r}",
            option=UNIQUE,
        )
    if (DONE in named) != (period is not None):
        raise OptionInvalid("`period` says how long `done` keeps a key: give both or neither", option=UNIQUE)
    return named


def _checked_period(period: object) -> timedelta:
    try:
        if is_number(period):
            period = timedelta(seconds=period)
    except (OverflowError, ValueError):
        pass
    if not isinstance(period, timedelta) or not timedelta() < period <= LONGEST:
        raise OptionInvalid(
            f"`period` must be seconds above 0, or a timedelta, 100 years at most, not {period!r}", option=UNIQUE
        )
    return period


def _of_arguments(args: str) -> str:
    """Hash them: a key in an index has to be short; and sorted by name, however the call ordered them."""
    same = json.dumps(json.loads(args), sort_keys=True, separators=(",", ":"))
    return f"sha256:{sha256(same.encode()).hexdigest()}"


def _contradiction() -> OptionInvalid:
    return OptionInvalid("`dedup_key` says that the job is unique, and `unique=False` that it is not", option=UNIQUE)
