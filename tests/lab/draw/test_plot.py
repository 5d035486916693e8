"""What a story shows: transactions and their fates, silent ends, waits, processes."""

from itertools import count
from typing import Any

import pytest

from soniq.lab.draw.plot import Plot, plot
from soniq.lab.draw.words import tell
from soniq.lab.record import Event, Story


@pytest.fixture
def shown(teller: Any) -> Any:
    """Plot the events that are given as (kind, lane, details)."""

    def tell_all(*events: tuple[str, str, dict[str, Any]]) -> Plot:
        story = teller("a test")
        for kind, lane, details in events:
            story.tell(kind, lane, **details)
        return plot(story.end())

    return tell_all


@pytest.mark.parametrize(
    ("last", "fate", "end"),
    [
        (("commit", "request", {"tx": "t1"}), "committed", 2),
        (("rollback", "request", {"tx": "t1"}), "undone", 2),
        (("kill", "request", {}), "undone", 3),  # Postgres ends it one step later
        (("note", "request", {}), "open", 2),
        (("kill", "request", {"actor": "somebody else"}), "open", 2),
    ],
)
def test_a_transaction_has_the_fate_of_its_last_event(shown: Any, last: Any, fate: str, end: int) -> None:
    seen = shown(("begin", "request", {"tx": "t1"}), ("write", "request", {"tx": "t1"}), last)

    [band] = seen.bands
    assert (band.start, band.end, band.fate) == (0, end, fate)


def test_postgres_ends_what_a_dead_process_left_open(shown: Any) -> None:
    seen = shown(("begin", "request", {"tx": "t1"}), ("kill", "request", {}))

    [step] = [step for step in seen.steps if step.inferred]
    assert (step.event.kind, step.event.lane) == ("rollback", "postgres")
    assert tell(seen).splitlines()[-1] == "3. Postgres rolls back what the dead process left open."


def test_an_end_that_was_recorded_is_not_made_up(shown: Any) -> None:
    seen = shown(
        ("begin", "request", {"tx": "t1"}),
        ("kill", "request", {}),
        ("rollback", "postgres", {"tx": "t1", "actor": "postgres"}),
    )

    assert len(seen.steps) == 3
    assert [band.fate for band in seen.bands] == ["undone"]


def test_transactions_at_the_same_time_have_rows_of_their_own(shown: Any) -> None:
    seen = shown(
        ("begin", "request", {"tx": "t1"}),
        ("begin", "worker", {"tx": "t2"}),
        ("commit", "request", {"tx": "t1"}),
        ("commit", "worker", {"tx": "t2"}),
        ("begin", "request", {"tx": "t3"}),
        ("commit", "request", {"tx": "t3"}),
    )

    assert [band.track for band in seen.bands] == [0, 1, 0]
    assert seen.tracks == 2


def test_a_look_from_outside_does_not_land_in_somebody_elses_transaction(shown: Any) -> None:
    seen = shown(("begin", "request", {"tx": "t1"}), ("read", "worker", {}), ("commit", "request", {"tx": "t1"}))

    assert [step.track for step in seen.steps] == [0, 1, 0]


def test_a_lane_is_cut_where_its_process_died_and_goes_on_with_the_next(shown: Any) -> None:
    seen = shown(
        ("run", "worker", {"actor": "1"}), ("kill", "worker", {"actor": "1"}), ("run", "worker", {"actor": "2"})
    )

    assert [(life.start, life.end) for life in seen.alive] == [(None, 1), (2, None)]
    assert [step.process for step in seen.steps] == [1, 1, 2]


def test_a_failed_job_cuts_no_lane(shown: Any) -> None:
    seen = shown(("run", "worker", {}), ("fail", "worker", {}))

    assert [(life.start, life.end) for life in seen.alive] == [(None, None)]


@pytest.mark.parametrize(
    ("events", "waits"),
    [
        ([("enqueue", {})], [("queue", 0, None)]),
        ([("enqueue", {}), ("run", {})], [("queue", 0, 1)]),
        ([("enqueue", {}), ("run", {}), ("run", {})], [("queue", 0, 2)]),
        (
            [("enqueue", {"subject": "a"}), ("enqueue", {"subject": "b"}), ("run", {"subject": "b"})],
            [("queue", 0, None), ("queue", 1, 2)],
        ),
        (
            [("enqueue", {"tx": "t", "store": "postgres"}), ("commit", {"tx": "t"}), ("run", {})],
            [("postgres", 1, 2)],
        ),
        ([("enqueue", {"tx": "t", "store": "postgres"}), ("rollback", {"tx": "t"})], []),
        ([("enqueue", {"tx": "t"}), ("rollback", {"tx": "t"})], [("queue", 0, None)]),
    ],
)
def test_a_job_waits_from_where_others_see_it_to_its_last_run(shown: Any, events: Any, waits: Any) -> None:
    seen = shown(*((kind, "worker" if kind == "run" else "request", details) for kind, details in events))

    assert [(wait.lane, wait.start, wait.end) for wait in seen.waiting] == waits


def test_lanes_without_events_are_left_out(shown: Any) -> None:
    assert shown(("begin", "request", {"tx": "t1"}), ("commit", "request", {"tx": "t1"})).lanes == (
        "request",
        "postgres",
    )


def test_long_waits_are_told(shown: Any) -> None:
    seen = shown(("enqueue", "request", {}), ("run", "worker", {"after_s": 10800.0}))

    assert [step.pause_s > 0 for step in seen.steps] == [False, True]
    assert "3 h later: Worker takes a job from Queue" in tell(seen)


def test_every_event_has_one_step_in_the_recorded_order(story: Story) -> None:
    steps = plot(story).steps

    assert [step.event for step in steps if not step.inferred] == list(story.events)
    assert [step.number for step in steps] == list(range(len(steps)))


def test_a_story_without_events_can_be_shown(teller: Any) -> None:
    assert plot(teller("nothing").end()).steps == ()


def test_a_dead_process_with_two_open_transactions_loses_both(shown: Any) -> None:
    numbers = count()
    seen = shown(*(("begin", "request", {"tx": f"t{next(numbers)}"}) for _ in range(2)), ("kill", "request", {}))

    assert [band.fate for band in seen.bands] == ["undone", "undone"]
    assert isinstance(seen.steps[-1].event, Event)
