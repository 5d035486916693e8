"""An app's rule for retries: when what failed is tried again, or that it is not."""

import inspect
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, cast
from zlib import crc32

from soniq.errors import SettingsInvalid
from soniq.job.meta import JobMeta
from soniq.job.numbers import LONGEST_SECONDS, is_number


class RetryPolicy(Protocol):
    """Pass one to `Soniq(retry_policy=…)`: it is asked wherever a task names no `retry_delay` of its own."""

    def delay_for(self, *, attempt: int, job_meta: JobMeta, exc: BaseException) -> float | timedelta | None:
        """Say when a failed attempt is followed by the next one.

        It is called in the worker's event loop, so it must not wait for anything. What it raises is logged, and the
        job then waits as an `ExponentialBackoff()` has it.

        Args:
            attempt: The attempt that failed, from 1; the last one is not asked about.
            job_meta: The job.
            exc: What ended the attempt: what the handler raised, or a `TimeoutError`.

        Returns:
            Seconds or a timedelta; None for no further attempt, which makes the job a dead letter at once.
        """


@dataclass(frozen=True, slots=True)
class ExponentialBackoff:
    """A `RetryPolicy` whose delays grow by a factor up to a bound.

    Attributes:
        base: Seconds before the first retry.
        factor: What each further delay is multiplied by, at least 1.
        max_delay: Seconds at most, before the jitter.
        jitter: Spread of a delay as a share of it, from 0 to 1; the same job and attempt have the same one.

    Raises:
        SettingsInvalid: A number is out of range.
    """

    base: float = 1.0
    factor: float = 2.0
    max_delay: float = 3600.0
    jitter: float = 0.1

    def __post_init__(self) -> None:
        for name, least, most in (("base", 0, 1e8), ("factor", 1, 1e8), ("max_delay", 0, 1e8), ("jitter", 0, 1)):
            number = getattr(self, name)
            if not is_number(number) or not least <= number <= most:
                raise SettingsInvalid(
                    f"`{name}` of an ExponentialBackoff must be a number from {least} to {most:g}, not {number!r}",
                    name=name,
                )

    def delay_for(self, *, attempt: int, job_meta: JobMeta, exc: BaseException) -> float:
        """Say how many seconds to wait after failed attempt number `attempt`, whatever ended it."""
        seconds = self.max_delay
        with suppress(OverflowError):  # beyond any bound
            seconds = min(seconds, self.base * self.factor ** (attempt - 1))
        chance = crc32(f"{job_meta.job_id} {attempt}".encode()) / 2**32
        return min(seconds * (1 + self.jitter * (2 * chance - 1)), LONGEST_SECONDS)


def check_policy(policy: object) -> RetryPolicy | None:
    """Refuse what could not be asked once a job has failed.

    Raises:
        SettingsInvalid: It has no plain method `delay_for` that takes `attempt`, `job_meta` and `exc` by name.
    """
    if policy is None:
        return None
    ask = getattr(policy, "delay_for", None)
    if isinstance(policy, type) or not callable(ask) or inspect.iscoroutinefunction(ask) or not _takes(ask):
        raise SettingsInvalid(
            "`retry_policy` must be an object with a plain method "
            f"`delay_for(self, *, attempt, job_meta, exc)`, such as ExponentialBackoff(), not {policy!r}",
            name="retry_policy",
        )
    return cast(RetryPolicy, policy)


def _takes(ask: object) -> bool:
    try:
        inspect.signature(ask).bind(attempt=1, job_meta=None, exc=None)  # type: ignore[arg-type]
    except TypeError:
        return False
    except ValueError:
        pass  # written in C, with no signature to be seen
    return True
