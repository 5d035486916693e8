"""A free lock is not always death (rule 3): who is dead, as tables of what was seen and when."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from soniq.claim.suspicion import Sighting, Suspicion

START = datetime(2026, 1, 1, tzinfo=UTC)
FREE, HELD = True, False


def seen(lock_free: bool, beat: float = 0, generation: int = 1, silent: float = 1) -> Sighting:
    return Sighting(UUID(int=1), generation, START + timedelta(seconds=beat), silent, lock_free)


def judge(looks: list[tuple[float, Sighting]]) -> bool:
    """Say whether the last look of a session that began at 0 finds the worker dead, and no earlier one does."""
    suspicion = Suspicion(session_began=0, heartbeat_timeout=30)
    found = [bool(suspicion.judge([sighting], at)) for at, sighting in looks]
    assert not any(found[:-1])
    return found[-1]


def test_behind_a_pooler_a_free_lock_is_nothing_and_silence_is_death() -> None:
    suspicion = Suspicion(session_began=0, heartbeat_timeout=30, trusts_locks=False)

    found = [bool(suspicion.judge([seen(FREE, silent=silent)], at)) for at, silent in [(20, 1), (40, 29), (42, 31)]]

    assert found == [False, False, True]


@pytest.mark.parametrize(
    ("looks", "dead"),
    [
        ([(20, seen(HELD)), (21, seen(HELD))], False),
        ([(20, seen(FREE))], False),
        ([(20, seen(FREE)), (20.5, seen(FREE))], False),
        ([(20, seen(FREE)), (21, seen(FREE))], True),
        ([(20, seen(HELD)), (21, seen(FREE)), (22, seen(FREE))], True),
    ],
)
def test_a_lock_seen_free_twice_a_second_apart_is_death(looks: list[tuple[float, Sighting]], dead: bool) -> None:
    assert judge(looks) is dead


@pytest.mark.parametrize(
    "between",
    [seen(FREE, beat=1), seen(FREE, generation=2), seen(HELD)],
    ids=["a beat", "a new generation", "the lock held again"],
)
def test_a_sign_of_life_in_between_starts_anew(between: Sighting) -> None:
    later = seen(FREE, beat=(between.beat_at - START).total_seconds(), generation=between.generation)

    assert judge([(20, seen(FREE)), (20.9, between), (21, later)]) is False


@pytest.mark.parametrize(
    ("looks", "dead"),
    [
        ([(1, seen(FREE)), (2, seen(FREE)), (5.5, seen(FREE))], False),
        ([(1, seen(FREE)), (2, seen(FREE)), (6, seen(FREE))], True),
        ([(9, seen(FREE)), (10, seen(FREE)), (13, seen(FREE))], False),
        ([(10, seen(FREE)), (11, seen(FREE))], True),
    ],
)
def test_a_session_younger_than_ten_seconds_wants_five_seconds(looks: list[tuple[float, Sighting]], dead: bool) -> None:
    assert judge(looks) is dead


@pytest.mark.parametrize("lock_free", [FREE, HELD])
@pytest.mark.parametrize(("silent", "dead"), [(29, False), (31, True)])
def test_silence_beyond_the_time_out_is_death_whatever_the_lock_says(
    lock_free: bool, silent: float, dead: bool
) -> None:
    assert judge([(1, seen(lock_free, silent=silent))]) is dead


def test_workers_are_judged_apart() -> None:
    suspicion = Suspicion(session_began=0, heartbeat_timeout=30)
    living = Sighting(UUID(int=2), 1, START, 1, HELD)
    suspicion.judge([seen(FREE), living], 20)

    assert suspicion.judge([seen(FREE), living], 21) == [seen(FREE)]
