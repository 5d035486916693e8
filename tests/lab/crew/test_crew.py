"""Processes of the lab: they answer, they die when told, and they outlive nobody."""

import signal
import subprocess
import sys
import time

from soniq.lab.crew import start


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that died and waits to be noticed does not."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return bool(shown.stdout.strip()) and not shown.stdout.startswith("Z")


def wait_until_dead(pid: int) -> None:
    ends = time.monotonic() + 10
    while is_alive(pid):
        assert time.monotonic() < ends


async def test_a_process_answers_with_what_its_function_returns() -> None:
    member = await start("os.path:join", "a", "b")

    assert (await member.ended()).value == "a/b"


async def test_a_process_answers_with_what_its_function_raises() -> None:
    member = await start("json:loads", "{")

    ending = await member.ended()

    assert ending.error == "JSONDecodeError"
    assert "Expecting property name" in ending.message


async def test_a_killed_process_says_nothing_more() -> None:
    member = await start("signal:pause")

    await member.kill()

    assert (await member.ended()).killed


def test_processes_end_with_the_one_that_started_them_however_it_ends() -> None:
    program = "import asyncio, signal; from soniq.lab.crew import start\n"
    program += (
        "async def main(): print((await start('signal:pause')).pid, flush=True); signal.pause()\nasyncio.run(main())"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())

        parent.send_signal(signal.SIGKILL)

        wait_until_dead(child)
