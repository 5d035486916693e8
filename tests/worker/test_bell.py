"""A bell wakes its waiter, remembers a ring that nobody waited for, and counts many as one."""

import asyncio

from soniq.worker.bell import Bell


async def test_a_ring_wakes_the_waiter() -> None:
    bell = Bell()
    asyncio.get_running_loop().call_soon(bell.ring)

    assert await bell.wait(None)


async def test_a_ring_before_the_wait_is_remembered_once() -> None:
    bell = Bell()
    bell.ring()
    bell.ring()

    assert await bell.wait(None)
    assert not await bell.wait(0.001)


async def test_a_cancelled_wait_leaves_the_bell_usable() -> None:
    bell = Bell()
    waiting = asyncio.create_task(bell.wait(None))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])

    bell.ring()

    assert await bell.wait(None)
