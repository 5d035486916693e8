"""How many jobs of a key run at once, and what makes a job's key."""

from dataclasses import dataclass
from typing import Final

from soniq.job.numbers import check_whole
from soniq.task.key import check_template, fill

MOST: Final = 1_000_000
CONCURRENCY, KEY = "concurrency", "concurrency_key"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a task says about its jobs.

    Attributes:
        concurrency: Jobs of one key at once, over all workers.
        template: The key, with `{argument}` where an argument's value goes; None for one key, the task's name.
    """

    concurrency: int
    template: str | None = None


def check_limit(concurrency: object, template: object) -> Limit | None:
    """Return what a task's options say; None where they set no limit. A key alone means one at a time.

    Raises:
        OptionInvalid: The limit is no whole number of at least 1, or the template is none.
    """
    if concurrency is None and template is None:
        return None
    most = 1 if concurrency is None else check_concurrency(concurrency)
    return Limit(most, None if template is None else check_template(template, KEY))


def check_concurrency(concurrency: object) -> int:
    """Return a limit.

    Raises:
        OptionInvalid: It is no whole number of at least 1.
    """
    return check_whole(CONCURRENCY, concurrency, 1, MOST)


def key_of(task: str, limit: Limit, args: str) -> str:
    """Return the key of a job whose call names none.

    Args:
        task: The task's name; the key where the task has no template.
        limit: What the task says.
        args: The job's arguments as JSON text.

    Raises:
        OptionInvalid: An argument in the template is no text, whole number or true or false, or the key is too long.
    """
    return task if limit.template is None else fill(task, limit.template, KEY, args)
