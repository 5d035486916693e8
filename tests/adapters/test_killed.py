"""A real process, SIGKILLed: what it had committed is there whole, what it had not never was."""

import signal

from tests.adapters.children import child, order_once
from tests.adapters.places import Place


def test_a_process_killed_just_before_the_commit_leaves_nothing(shape_name: str, queue: Place) -> None:
    with child(order_once, shape_name, queue.url) as (process, pipe):
        assert pipe.recv() == "before commit"
        process.kill()
        process.join()

        assert process.exitcode == -signal.SIGKILL

    queue.wait_until_quiet()
    assert queue.seen() == ([], [])


def test_a_process_killed_just_after_the_commit_leaves_both(shape_name: str, queue: Place) -> None:
    with child(order_once, shape_name, queue.url) as (process, pipe):
        assert pipe.recv() == "before commit"
        pipe.send("go on")
        assert pipe.recv() == "after commit"
        process.kill()
        process.join()

        assert process.exitcode == -signal.SIGKILL

    queue.wait_until_quiet()
    assert queue.seen() == (["a"], ["a"])
