"""Dead letters are found by what is known of them, the latest first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from soniq import DeadLetterFilter, Soniq
from soniq.errors import OptionInvalid
from tests.dead_letter.conftest import Bury, numbers

NOW = datetime.now(UTC)
FILTERS = [
    ({}, [0, 1, 2, 3]),
    ({"task": "mail"}, [1, 2, 3]),
    ({"queue": "slow"}, [1]),
    ({"error_class": "KeyError"}, [2]),
    ({"reason": "timeout"}, [3]),
    ({"tags": ["a"]}, [1, 2]),
    ({"tags": ["a", "b"]}, [2]),
    ({"from_time": NOW - timedelta(days=1.5)}, [0, 1]),
    ({"to_time": NOW - timedelta(days=1.5)}, [2, 3]),
    ({"replayed": True}, []),
    ({"replayed": False, "limit": 2}, [0, 1]),
    ({"task": "mail", "reason": "nonsense"}, []),
    ({"task": "it's %s $1"}, []),
]


@pytest.fixture
async def four(bury: Bury) -> list[str]:
    return [
        await bury(0, task="pay"),
        await bury(1, days=1, queue="slow", tags=["a"]),
        await bury(2, days=2, error="KeyError", tags=["b", "a"]),
        await bury(3, days=3, reason="timeout", error="TimeoutError: 3 s: too long"),
    ]


@pytest.mark.parametrize(("chosen", "expected"), FILTERS, ids=lambda value: str(value)[:40])
async def test_a_filter_finds_what_it_names(
    app: Soniq, four: list[str], chosen: dict[str, Any], expected: list[int]
) -> None:
    found = await app.dead_letter.list(DeadLetterFilter(**chosen))

    assert numbers(found) == expected
    assert await app.dead_letter.bulk_delete(DeadLetterFilter(**chosen), dry_run=True) == len(expected)


async def test_a_list_without_a_limit_ends_after_a_hundred(app: Soniq, other: Any, four: list[str]) -> None:
    copy = "insert into soniq.dead_letter_jobs (id, {0}) select gen_random_uuid(), {0} from soniq.dead_letter_jobs, "
    columns = "task, queue, priority, args, created_at, dead_at, attempt, max_attempts, errors, reason"
    await other.execute(copy.format(columns) + "generate_series(1, 40)")

    assert len(await app.dead_letter.list_dead_letter_jobs()) == 100
    assert len(await app.dead_letter.list(DeadLetterFilter(limit=1000))) == 164


async def test_a_record_tells_everything_and_reads_as_a_mapping(app: Soniq, four: list[str]) -> None:
    dead = await app.dead_letter.get(four[2])

    assert dead is not None
    assert dict(dead)["job_name"] == dead.job_name == "mail"
    assert (dead.attempts, dead.max_attempts, dead.resurrection_count) == (4, 4, 0)
    assert (dead.last_error, dead.traceback, dead.tags) == ("KeyError", "Traceback …", ("b", "a"))
    assert [(one.attempt, one.error) for one in dead.errors] == [(4, "KeyError")]
    assert "KeyError" in repr(dead)
    assert "<code>b, a</code>" in dead._repr_html_()


async def test_an_id_of_nobody_finds_nothing(app: Soniq) -> None:
    assert await app.dead_letter.get_dead_letter_job("00000000-0000-0000-0000-000000000000") is None
    assert await app.dead_letter.list() == []


async def test_counts_are_by_task_queue_reason_and_error(app: Soniq, four: list[str]) -> None:
    lately, every = [await app.dead_letter.get_dead_letter_stats(hours) for hours in (25, None)]

    assert (lately.total, every.total) == (2, 4)
    assert dict(lately.by_task) == {"mail": 1, "pay": 1}
    assert dict(every.by_queue) == {"default": 3, "slow": 1}
    assert dict(every.by_reason) == {"max_retries_exceeded": 3, "timeout": 1}
    assert dict(every.by_error_class) == {"ValueError": 2, "KeyError": 1, "TimeoutError": 1}
    assert every.oldest_at is not None
    assert every.oldest_at < NOW - timedelta(days=2)


async def test_an_empty_graveyard_counts_nothing(app: Soniq) -> None:
    stats = await app.dead_letter.get_dead_letter_stats()

    assert (stats.total, stats.oldest_at, dict(stats.by_task)) == (0, None, {})


@pytest.mark.parametrize(
    "wrong",
    [
        {"task": ""},
        {"task": "a\0"},
        {"queue": 5},
        {"tags": "mail"},
        {"tags": [""]},
        {"tags": [5]},
        {"from_time": datetime(2026, 1, 1)},  # noqa: DTZ001  # that is the point
        {"to_time": "yesterday"},
        {"replayed": 1},
        {"limit": 0},
        {"limit": True},
    ],
    ids=str,
)
def test_a_filter_that_means_nothing_is_refused_when_it_is_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionInvalid, match=next(iter(wrong))[:3]):
        DeadLetterFilter(**wrong)
