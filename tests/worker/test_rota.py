"""Queues with ready jobs are asked in turn; quiet ones are not asked each time."""

from soniq.worker.rota import Rota


def test_each_queue_is_first_in_its_turn() -> None:
    rota = Rota(None)
    rota.looked(["a", "b", "c"], took=0, now=0)

    assert [rota.turn()[0] for _ in range(4)] == ["a", "b", "c", "a"]


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
