"""Queues with ready jobs are asked in turn; quiet ones are not asked each time."""

from collections import Counter
from itertools import groupby

from soniq.worker.rota import Rota


def test_each_queue_is_first_in_its_turn() -> None:
    rota = Rota(None)
    rota.looked(["a", "b", "c"], took=0, now=0)

    assert [rota.turn()[0] for _ in range(4)] == ["a", "b", "c", "a"]


def test_a_queue_is_asked_first_as_often_as_its_weight_says_and_the_others_behind_it() -> None:
    rota = Rota(["mail", "billing", "rare"], {"mail": 3, "billing": 2})
    rota.looked(["billing", "mail", "rare"], took=0, now=0)

    turns = [rota.turn() for _ in range(60)]

    assert Counter(turn[0] for turn in turns) == {"mail": 30, "billing": 20, "rare": 10}
    assert {frozenset(turn) for turn in turns} == {frozenset({"mail", "billing", "rare"})}
    assert max(len(list(run)) for _, run in groupby(turn[0] for turn in turns)) <= 2


def test_a_queue_that_came_back_short_is_left_alone_until_the_next_look() -> None:
    rota = Rota(None)
    rota.looked(["a", "b"], took=0, now=0)

    rota.emptied("a")

    assert rota.turn() == ["b"]
    rota.looked(["a", "b"], took=0, now=1)
    assert set(rota.turn()) == {"a", "b"}


def test_a_look_is_due_when_nothing_is_known_and_now_and_then() -> None:
    rota = Rota(None)
    assert rota.due(0)

    rota.looked(["a"], took=0.001, now=0)

    assert not rota.due(0.2)
    assert rota.due(0.25)


def test_slow_looks_are_further_apart() -> None:
    rota = Rota(None)

    rota.looked(["a"], took=0.5, now=0)

    assert not rota.due(4.9)
    assert rota.due(5)


def test_a_queue_that_was_heard_of_is_asked_without_a_look() -> None:
    rota = Rota(None)
    rota.looked(["a"], took=0, now=0)

    rota.heard("b")

    assert rota.turn() == ["a", "b"]


def test_the_only_queue_that_is_served_is_always_asked() -> None:
    rota = Rota(["mail"])

    rota.emptied("mail")

    assert not rota.due(0)
    assert rota.turn() == ["mail"]
