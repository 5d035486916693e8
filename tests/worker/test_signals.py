"""SIGTERM lets running jobs finish; a second signal gives up at once; handlers are put back."""

import asyncio
import os
import signal
import threading

import pytest

from soniq.worker.signals import SIGNALS, stop_on_signals


class Given:
    """Remembers whether it was told to give up."""

    def __init__(self) -> None:
        self.up = asyncio.Event()

    def give_up(self) -> None:
        """Be told."""
        self.up.set()


@pytest.mark.parametrize("number", SIGNALS)
async def test_the_first_signal_stops_and_the_second_one_gives_up(number: signal.Signals) -> None:
    worker = Given()

    with stop_on_signals(worker) as stop:
        os.kill(os.getpid(), number)
        await stop.wait()
        assert not worker.up.is_set()
        os.kill(os.getpid(), number)
        await worker.up.wait()


async def test_each_signal_reaches_every_worker_of_the_process() -> None:
    one, two = Given(), Given()

    with stop_on_signals(one) as stop_one, stop_on_signals(two) as stop_two:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.gather(stop_one.wait(), stop_two.wait())
        assert not one.up.is_set()
        assert not two.up.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.gather(one.up.wait(), two.up.wait())


async def test_the_handlers_stay_until_the_last_worker_has_ended_whichever_it_is() -> None:
    before = signal.getsignal(signal.SIGTERM)
    one, two = stop_on_signals(Given()), stop_on_signals(Given())
    one.__enter__()
    stop = two.__enter__()

    one.__exit__(None, None, None)
    os.kill(os.getpid(), signal.SIGTERM)
    await stop.wait()
    two.__exit__(None, None, None)

    assert signal.getsignal(signal.SIGTERM) == before


async def test_a_worker_that_starts_while_the_others_stop_stops_too() -> None:
    with stop_on_signals(Given()) as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        await stop.wait()
        with stop_on_signals(Given()) as late:
            await late.wait()

    with stop_on_signals(Given()) as new:
        await asyncio.sleep(0)
        assert not new.is_set()


async def test_a_worker_in_another_thread_hears_what_the_main_thread_hears() -> None:
    ready, heard = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def work() -> None:
        with stop_on_signals(Given()) as stop:
            loop.call_soon_threadsafe(ready.set)
            await stop.wait()
        loop.call_soon_threadsafe(heard.set)

    with stop_on_signals(Given()):
        thread = threading.Thread(target=lambda: asyncio.run(work()))
        thread.start()
        await ready.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await heard.wait()
        thread.join()


async def test_the_previous_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]

    with stop_on_signals(Given()):
        assert [signal.getsignal(number) for number in SIGNALS] != before

    assert [signal.getsignal(number) for number in SIGNALS] == before


async def test_a_third_signal_has_its_usual_effect() -> None:
    before, worker = signal.getsignal(signal.SIGTERM), Given()

    with stop_on_signals(worker):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
        await worker.up.wait()

        assert signal.getsignal(signal.SIGTERM) == before


def test_beside_the_main_thread_no_handler_is_set() -> None:
    seen: list[object] = []

    async def work() -> None:
        before = signal.getsignal(signal.SIGTERM)
        with stop_on_signals(Given()) as stop:
            seen.append((stop.is_set(), signal.getsignal(signal.SIGTERM) == before))

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    thread.join()

    assert seen == [(False, True)]
