"""A server lives exactly as long as somebody uses it, whoever dies and however."""

import os
import signal
import sys

import pytest

from tests.lab.servers.crew import Crew, greet, wait_until


def test_a_held_server_answers_and_holding_it_again_changes_nothing(crew: Crew) -> None:
    holder = crew.recruit()
    url = holder.hold()

    assert greet(url) in {"hello", "True"}
    assert holder.hold() == url


def test_the_server_is_gone_after_its_last_user_was_killed(crew: Crew) -> None:
    holder = crew.recruit()
    holder.hold()

    holder.kill()

    wait_until(crew.is_gone, "keeper and server have ended")


def test_the_server_stays_while_one_of_two_users_is_left(crew: Crew) -> None:
    leaver, stayer = crew.recruit(), crew.recruit()
    leaver.hold()
    url = stayer.hold()

    leaver.end()

    assert greet(url)
    assert stayer.hold() == url


def test_the_next_hold_recovers_from_a_killed_keeper(crew: Crew) -> None:
    holder = crew.recruit()
    holder.hold()

    crew.signal_keeper(signal.SIGKILL)
    wait_until(lambda: not crew.report().running, "the kernel dropped the keeper's locks")

    assert greet(holder.hold())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_nothing_is_left_when_keeper_and_user_are_killed_together(crew: Crew) -> None:
    holder = crew.recruit()
    holder.hold()

    crew.signal_keeper(signal.SIGKILL)
    holder.kill()

    wait_until(crew.is_gone, "the server heard of its keeper's death")


def test_sigterm_to_the_keeper_stops_the_server_and_the_next_hold_starts_one(crew: Crew) -> None:
    holder = crew.recruit()
    url = holder.hold()

    crew.signal_keeper(signal.SIGTERM)
    wait_until(crew.is_gone, "keeper and server have ended")

    assert holder.hold() == url, "the same port, so that open clients find the server again"


def test_the_next_hold_recovers_from_a_killed_server(crew: Crew) -> None:
    holder = crew.recruit()
    holder.hold()

    crew.signal_server(signal.SIGKILL)
    wait_until(lambda: not crew.report().running, "the keeper noticed")

    assert greet(holder.hold())


def test_six_processes_that_start_at_once_share_one_server(crew: Crew) -> None:
    holders = [crew.recruit() for _ in range(6)]

    for holder in holders:
        holder.ask()

    assert len({holder.answer() for holder in holders}) == 1


def test_an_interrupt_of_the_whole_process_group_leaves_the_server_alone(crew: Crew) -> None:
    holder = crew.recruit()
    url = holder.hold()

    os.killpg(holder.process.pid, signal.SIGINT)

    assert greet(url)
    assert holder.hold() == url


def test_a_forked_child_shares_the_lease_until_it_ends(postgres: Crew) -> None:
    holder = postgres.recruit()
    url = holder.hold()
    holder.say("fork")
    child = int(holder.answer() or holder.answer())

    holder.process.kill()
    greeting = greet(url)
    os.kill(child, signal.SIGKILL)

    assert greeting == "hello"
    wait_until(postgres.is_gone, "the child was the last user")


def test_a_deleted_folder_is_made_anew(postgres: Crew) -> None:
    holder = postgres.recruit()
    holder.hold()
    postgres.signal_keeper(signal.SIGTERM)
    wait_until(postgres.is_gone, "keeper and server have ended")

    postgres.folder.rename(postgres.folder.with_name("deleted"))

    assert greet(holder.hold()) == "hello"
