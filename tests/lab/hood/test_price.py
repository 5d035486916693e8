"""What a job costs is measured on both systems, and leaves nothing waiting."""

from soniq.lab.hood import rates, wal_bytes
from soniq.lab.shop import Shop


async def test_rates_are_told_for_both_systems(shop: Shop) -> None:
    chart = await rates(shop, jobs=20)

    assert chart.text.count("\n- ") == 4
    assert (await shop.ask("select count(*) from soniq.job_history")).rows == ((20,),)


async def test_a_job_costs_some_hundred_bytes_of_log_at_least(shop: Shop) -> None:
    assert await wal_bytes(shop, jobs=50) > 200
