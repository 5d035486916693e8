"""The doctor is shown each trouble on a real server, and says which it is and what to do."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from soniq import Finding, Soniq, task_ref
from soniq.errors import AppClosed, PermissionDenied
from soniq.watch import doctor
from soniq.watch.doctor import judge_link
from soniq.watch.examine import examine_link
from soniq.watch.facts import Link
from tests.setup.roles import new_role

CHECKS = ["schema", "pooler", "clock", "snapshots", "dead rows", "queues", "workers", "history"]
DIRECT = Link("no", listens=True, locks=True, clock_ahead=0, clock_doubt=0, sees_everybody=True)
GONE = """
insert into soniq.workers (id, host, pid, concurrency, beat_at)
values ('00000000-0000-0000-0000-000000000001', 'web-1', 4711, 4, now() - interval '5 minutes')
"""


async def found(app: Soniq, check: str) -> Finding:
    [finding] = [one for one in await app.doctor() if one.check == check]
    return finding


@pytest.fixture
async def blind_url(migrated_url: str, app: Soniq) -> AsyncIterator[str]:
    """Make a role that may read the queue and nothing more."""
    with new_role(migrated_url) as (role, url):
        await app.setup({role: "viewer"})
        yield url


async def test_a_healthy_queue_is_found_healthy(app: Soniq) -> None:
    findings = await app.doctor()

    assert [(one.check, one.level, one.advice) for one in findings] == [(check, "ok", "") for check in CHECKS]


async def test_a_database_without_the_schema_is_told_to_set_up(database_url: str) -> None:
    async with Soniq(database_url) as app:
        findings = await app.doctor()

    assert [one.check for one in findings] == ["schema", "pooler", "clock"]
    assert (findings[0].level, "soniq setup" in findings[0].advice) == ("wrong", True)


async def test_a_schema_that_this_code_does_not_fit_is_found(app: Soniq, other: Any) -> None:
    await other.execute("update soniq.meta set schema_version = 0")

    schema = await found(app, "schema")

    assert (schema.level, "at version 0" in schema.says, "soniq setup" in schema.advice) == ("wrong", True, True)


async def test_an_open_transaction_is_found_with_who_holds_it(
    app: Soniq, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "SNAPSHOT_SECONDS", 0)
    holder = await asyncpg.connect(migrated_url, server_settings={"application_name": "nightly report"})
    async with holder.transaction(isolation="repeatable_read"):
        pid = await holder.fetchval("select pg_backend_pid()")
        held = await found(app, "snapshots")
    await holder.close()

    assert held.level == "wrong"
    assert f"pid {pid} (soniq, nightly report, idle in transaction)" in held.says
    assert f"pg_terminate_backend({pid})" in held.advice


async def test_a_role_that_cannot_see_all_sessions_is_told_so(blind_url: str) -> None:
    async with Soniq(blind_url) as viewer:
        assert "sees its own sessions only" in (await found(viewer, "snapshots")).says


async def test_dead_rows_that_nobody_removes_are_found(app: Soniq, other: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "DEAD_ROWS", 400)  # autovacuum would begin at 500
    app.job(name="note")(_note)
    await app.enqueue_many("note", [{"number": number} for number in range(450)])
    await other.execute("delete from soniq.jobs")

    async with asyncio.timeout(20):
        while (rows := await found(app, "dead rows")).level == "ok":
            await other.execute("select pg_sleep(0.05)")  # the server counts late

    assert "450 of soniq.jobs are dead and 0 alive; it was last vacuumed never" in rows.says


async def test_jobs_that_nobody_is_subscribed_to_are_found(app: Soniq) -> None:
    for queue, jobs in [("mail", 2), ("billing", 1)]:
        await app.enqueue_many(task_ref(name="note"), [{"number": n} for n in range(jobs)], queue=queue)

    async with app.worker(queues=["billing"]):
        one = await found(app, "queues")
    none = await found(app, "queues")

    assert one.says.startswith("no worker serves mail (2 jobs, for ")
    assert "--queues mail`" in one.advice
    assert "mail (2 jobs" in none.says
    async with app.worker():
        assert (await found(app, "queues")).level == "ok"


async def test_jobs_whose_task_nobody_knows_are_found_where_the_app_has_tasks(app: Soniq) -> None:
    await app.enqueue(task_ref(name="renamed"))
    before = [one.check for one in await app.doctor()]

    app.job(name="note")(_note)
    unknown = await found(app, "tasks")

    assert "tasks" not in before
    assert (unknown.level, "the task renamed (1 job)" in unknown.says) == ("wrong", True)


async def test_a_worker_that_is_gone_is_found(app: Soniq, other: Any) -> None:
    await app.enqueue(task_ref(name="note"))
    await other.execute(GONE)
    await other.execute("update soniq.jobs set state = 'processing', worker_id = (select id from soniq.workers)")

    gone = await found(app, "workers")

    assert (gone.level, "pid 4711 on web-1, silent for 5 minutes, holds 1 job" in gone.says) == ("wrong", True)


async def test_a_history_without_tomorrow_is_found(app: Soniq, other: Any) -> None:
    days = "select inhrelid::regclass::text as day from pg_inherits where inhparent = 'soniq.job_history'::regclass"
    today, *ahead = [row["day"] for row in await other.fetch(f"{days} order by 1")]
    await other.execute(f"drop table {', '.join(ahead)}")
    tomorrow = await found(app, "history")
    await other.execute(f"drop table {today}")

    assert (tomorrow.level, tomorrow.says) == ("wrong", "it has no partition for tomorrow")
    assert "no partition for today" in (await found(app, "history")).says
    await app.setup()
    assert (await found(app, "history")).level == "ok"


@pytest.mark.parametrize(("off", "says"), [(timedelta(minutes=-1), "behind"), (timedelta(minutes=1), "ahead of")])
async def test_a_clock_that_is_off_is_found(migrated_url: str, off: timedelta, says: str) -> None:
    first, second = [await asyncpg.connect(migrated_url) for _ in range(2)]
    link = await examine_link(first, second, lambda: datetime.now(UTC) + off)
    for connection in (first, second):
        await connection.close()

    [clock] = [one for one in judge_link(link) if one.check == "clock"]

    assert (clock.level, f"60.0 s {says} the database's" in clock.says) == ("wrong", True)


@pytest.mark.parametrize(
    ("link", "level", "says"),
    [
        (Link("transaction", False, False, 0, 0, True), "note", "look for jobs instead of being woken"),
        (Link("session", True, True, 0, 0, True), "note", "seems to keep sessions whole"),
        (Link("no", False, True, 0, 0, True), "wrong", "LISTEN did not work"),
        (Link("no", False, False, 0, 0, True), "wrong", "LISTEN and session locks did not work"),
        (DIRECT, "ok", "LISTEN and session locks work"),
    ],
)
def test_what_stands_between_is_judged_by_what_works(link: Link, level: str, says: str) -> None:
    [pooler] = [one for one in judge_link(link) if one.check == "pooler"]

    assert (pooler.level, says in pooler.says) == (level, True)


async def test_a_role_that_may_not_read_is_told_which_grant_it_needs(app: Soniq, migrated_url: str) -> None:
    with new_role(migrated_url) as (role, url):
        await app.setup({role: "producer"})
        async with Soniq(url) as producer:
            with pytest.raises(PermissionDenied, match="viewer"):
                await producer.doctor()


async def test_a_closed_app_is_not_examined(app: Soniq) -> None:
    await app.close()

    with pytest.raises(AppClosed):
        await app.doctor()


async def _note(number: int) -> None: ...
