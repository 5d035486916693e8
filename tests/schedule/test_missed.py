"""Which due ticks become jobs, and which ids these have."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from soniq.errors import OptionInvalid
from soniq.schedule.missed import CATCH_UP_TICKS, check_missed, decide
from soniq.schedule.rule import Every
from soniq.schedule.tick import job_id

RULE = Every(timedelta(minutes=5))
SCHEDULE = UUID("0198c1c2-7f4e-4d51-9a43-0d2f5a4c9b11")


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-05-01 {clock}+00:00")


@pytest.mark.parametrize(
    ("missed", "due", "now", "ticks", "left_out"),
    [
        ("latest", "09:05", "09:04:59", [], False),
        ("latest", "09:05", "09:05", ["09:05"], False),
        ("catch_up", "09:05", "09:05", ["09:05"], False),
        ("skip", "09:05", "09:05", ["09:05"], False),
        ("latest", "09:05", "09:17", ["09:15"], True),
        ("catch_up", "09:05", "09:17", ["09:05", "09:10", "09:15"], False),
        ("skip", "09:05", "09:17", [], True),
        ("skip", "09:05", "09:15:59", ["09:15"], True),
        ("skip", "09:05", "09:06:00", ["09:05"], False),
        ("skip", "09:05", "09:06:01", [], True),
        # a row whose next tick is none of the rule's: it was moved, or the rule is read anew
        ("latest", "09:07", "09:08", ["09:07"], False),
        ("catch_up", "09:07", "09:11", ["09:07", "09:10"], False),
    ],
)
def test_due_ticks_become_jobs_as_was_chosen(missed: str, due: str, now: str, ticks: list[str], left_out: bool) -> None:
    decision = decide(RULE, missed, at(due), at(now))

    assert decision.ticks == tuple(map(at, ticks))
    assert decision.left_out is left_out
    assert decision.following == (RULE.after(at(now)) if at(due) <= at(now) else at(due))


def test_catching_up_makes_the_last_thousand_and_says_that_more_were_missed() -> None:
    now = at("09:00")

    bounded = decide(RULE, "catch_up", now - CATCH_UP_TICKS * RULE.interval, now)
    whole = decide(RULE, "catch_up", now - (CATCH_UP_TICKS - 1) * RULE.interval, now)

    assert (len(bounded.ticks), bounded.ticks[-1], bounded.left_out) == (1000, now, True)
    assert (len(whole.ticks), whole.left_out) == (1000, False)


def test_a_year_of_missed_minutes_is_decided_without_walking_through_it() -> None:
    decision = decide(Every(timedelta(seconds=1)), "latest", datetime(1980, 1, 1, tzinfo=UTC), at("09:00"))

    assert decision.ticks == (at("09:00"),)


@pytest.mark.parametrize("missed", ["all", None, 1, ["latest"]])
def test_another_choice_is_refused(missed: object) -> None:
    with pytest.raises(OptionInvalid, match="one of latest, catch_up, skip"):
        check_missed(missed)


def test_a_ticks_job_has_the_same_id_whoever_makes_it_and_sorts_by_time() -> None:
    first, second = job_id(SCHEDULE, at("09:00")), job_id(SCHEDULE, at("09:05"))

    assert first == job_id(SCHEDULE, at("09:00"))
    assert first < second
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert job_id(UUID(int=7), at("09:00")) != first
