"""What a handler returned can be read for as long as its `result_ttl` says, as the type that one wants."""

from typing import Any

import pytest
from pydantic import BaseModel

from soniq import Soniq
from soniq.errors import OptionInvalid, ResultInvalid
from soniq.identity import new_id

LATER = "update soniq.job_history set result_until = result_until - interval '300 s'"


class Invoice(BaseModel):
    number: int


async def run(app: Soniq, **options: Any) -> str:
    @app.job(name="bill", **options)
    async def bill() -> dict[str, int]:
        return {"number": 7}

    job_id = await app.enqueue(bill)
    await app.run_worker(run_once=True)
    return job_id


async def test_a_result_is_read_as_it_is_or_as_a_model(app: Soniq) -> None:
    job_id = await run(app)

    assert await app.get_result(job_id) == {"number": 7}
    assert await app.get_result(job_id, result_model=Invoice) == Invoice(number=7)
    assert await app.get_result(job_id, result_model=dict[str, str | int]) == {"number": 7}
    with pytest.raises(ResultInvalid, match="does not fit"):
        await app.get_result(job_id, result_model=list[int])
    with pytest.raises(OptionInvalid, match="result_model"):
        await app.get_result(job_id, result_model=object())


async def test_there_is_no_result_before_the_end_or_of_an_unknown_job(app: Soniq) -> None:
    app.job(name="wait")(lambda: None)

    assert await app.get_result(await app.enqueue("wait")) is None
    assert await app.get_result(new_id()) is None


@pytest.mark.parametrize(("options", "kept"), [({}, False), ({"result_ttl": 301}, True), ({"result_ttl": 1}, False)])
async def test_a_result_is_shown_until_its_time_is_over(
    app: Soniq, other: Any, options: dict[str, Any], kept: bool
) -> None:
    job_id = await run(app, **options)

    await other.execute(LATER)

    assert (await app.get_result(job_id) is not None) == kept
    job, [listed] = await app.get_job(job_id), await app.list_jobs()
    assert job is not None
    assert (job.status, job.result is not None, listed.result is not None) == ("done", kept, kept)


async def test_nothing_is_kept_where_the_time_is_zero(migrated_url: str, other: Any) -> None:
    async with Soniq(migrated_url, result_ttl=0) as app:
        job_id = await run(app)

        assert await app.get_result(job_id) is None
    assert await other.fetchval("select result from soniq.job_history") is None


async def test_a_result_that_is_settled_beside_a_failure_has_its_time_too(app: Soniq, other: Any) -> None:
    @app.job(name="mixed", retries=0, result_ttl=60)
    async def mixed(number: int) -> int:
        return 1 // number

    await app.enqueue_many(mixed, [{"number": number} for number in (0, 1, 2)])
    await app.run_worker(run_once=True)

    kept = "select array_agg(extract(epoch from result_until - finished_at)::integer) from soniq.job_history"
    assert await other.fetchval(kept) == [60, 60]
