"""What people see of a job."""

import json
from typing import Any
from uuid import uuid4

import pytest

from soniq import Job, JobStatus, Soniq
from soniq.errors import OptionInvalid


async def shout(word: str, times: int = 1) -> str:
    if word == "fail":
        raise ValueError("no <b>voice</b>")
    return word.upper() * times


@pytest.fixture
async def ended(app: Soniq) -> dict[str, Job]:
    app.job(name="shout", retries=0)(shout)
    ids = {
        "done": await app.enqueue("shout", args={"word": "hey"}),
        "dead_letter": await app.enqueue("shout", args={"word": "fail"}),
    }
    await app.run_worker(run_once=True)
    ids["queued"] = await app.enqueue("shout", args={"word": "later"}, queue="other")
    found = {name: await app.get_job(job_id) for name, job_id in ids.items()}
    return {name: job for name, job in found.items() if job is not None}


async def test_a_job_is_found_wherever_it_is(ended: dict[str, Job]) -> None:
    assert {name: job.status for name, job in ended.items()} == {
        "done": JobStatus.DONE,
        "dead_letter": JobStatus.DEAD_LETTER,
        "queued": JobStatus.QUEUED,
    }
    assert ended["done"].result == "HEY"
    assert ended["dead_letter"].dead_letter_reason == "max_retries_exceeded"
    assert ended["dead_letter"].last_error == "ValueError: no <b>voice</b>"


async def test_a_dead_letter_has_the_whole_traceback(ended: dict[str, Job]) -> None:
    trace = ended["dead_letter"].traceback or ""

    assert trace.startswith("Traceback (most recent call last):")
    assert 'raise ValueError("no <b>voice</b>")' in trace
    assert ended["done"].traceback is None


async def test_a_job_reads_as_a_mapping_too(ended: dict[str, Job]) -> None:
    job = ended["done"]

    assert dict(job)["status"] == job["status"] == job.status == "done"
    assert json.loads(json.dumps(dict(job), default=str))["id"] == job.id
    with pytest.raises(KeyError):
        job["colour"]


async def test_a_job_shows_itself_in_a_terminal_and_in_jupyter(ended: dict[str, Job]) -> None:
    dead = ended["dead_letter"]

    assert repr(dead).startswith(f"<Job shout dead_letter id={dead.id} queue='default' attempts=1/1")
    assert "ValueError" in repr(dead)
    assert "no &lt;b&gt;voice" in dead._repr_html_()


async def test_counts_add_up(app: Soniq, ended: dict[str, Job]) -> None:
    assert dict(await app.get_queue_stats()) == {
        "total": 3, "queued": 1, "processing": 0, "done": 1, "cancelled": 0, "dead_letter": 1,
    }  # fmt: skip
    assert (await app.get_queue_stats("other")).total == len(ended) - 2
    assert sorted(await app.get_queues()) == ["default", "other"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ["queued", "dead_letter", "done"]),
        ({"status": "done"}, ["done"]),
        ({"status": "processing"}, []),
        ({"queue": "other"}, ["queued"]),
        ({"task": "shout", "status": "done"}, ["done"]),
        ({"task": "whisper"}, []),
        ({"limit": 1}, ["queued"]),
        ({"limit": 1, "offset": 1}, ["dead_letter"]),
    ],
)
async def test_jobs_are_listed_newest_first(
    app: Soniq, ended: dict[str, Job], wanted: dict[str, Any], names: list[str]
) -> None:
    assert [job.id for job in await app.list_jobs(**wanted)] == [ended[name].id for name in names]


async def test_nobodys_id_finds_nothing_and_nonsense_is_refused(app: Soniq) -> None:
    assert await app.get_job(uuid4()) is None
    for nonsense in ("7", None, 7):
        with pytest.raises(OptionInvalid):
            await app.get_job(nonsense)  # type: ignore[arg-type]  # that is the point
    with pytest.raises(OptionInvalid, match="queued, processing"):
        await app.list_jobs(status="finished")
    for wrong in (
        {"limit": -1},
        {"limit": "5"},
        {"offset": 10**20},
        {"queue": "\0"},
        {"queue": 5},
        {"task": "\0"},
        {"task": 5},
    ):
        with pytest.raises(OptionInvalid):
            await app.list_jobs(**wrong)
    with pytest.raises(OptionInvalid):
        await app.get_queue_stats("\0")
