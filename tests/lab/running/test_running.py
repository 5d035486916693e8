"""Workers as processes, the command line, and the view of a queue, on a real shop."""

import asyncio
import os

import pytest

from soniq.lab.office import office
from soniq.lab.running import busy, command, hire, live
from soniq.lab.shop import Shop

HELD = "select count(*) from soniq.jobs where state = 'processing'"


async def test_workers_are_processes_that_give_back_on_sigterm_and_nothing_on_sigkill(shop: Shop) -> None:
    async with office(shop.url) as app:
        await app.enqueue_many("pack", [{"number": number} for number in range(60)])
    first = await hire(shop, 1)
    await busy(shop)

    assert await first.stop() == [0]
    assert (await shop.ask(HELD)).rows == ((0,),)
    assert "soniq worker: ended after" in first.log

    second = await hire(shop, 1)
    await busy(shop)
    assert await second.kill() == [-9]
    [[held]] = (await shop.ask(HELD)).rows
    assert isinstance(held, int)
    assert held > 0


async def test_a_command_shows_what_it_printed_and_how_it_ended(shop: Shop) -> None:
    async with office(shop.url) as app:
        await app.enqueue("pack", number=1)

    said = await command(shop, "doctor")

    assert said.status == 1
    assert str(said).startswith("$ soniq doctor\n")
    assert "no worker serves default" in said.text
    assert str(said).endswith("(exit status 1)")


async def test_the_view_follows_a_queue_until_it_is_drained(shop: Shop) -> None:
    async with office(shop.url) as app:
        await app.enqueue_many("pack", [{"number": 1}, {"number": 2}])
        view = await live(shop)
        working = asyncio.create_task(app.run_worker(run_once=True))

        chart = await view.drained()

        await working
    assert "- done: " in chart.text
    assert "2 at" in chart.text.split("- done: ")[1]


async def test_closing_the_shop_ends_its_workers(shop: Shop) -> None:
    staff = await hire(shop, 1)

    await shop.close()

    with pytest.raises(ProcessLookupError):
        os.kill(staff.pids[0], 0)
