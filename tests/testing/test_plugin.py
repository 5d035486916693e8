"""The pytest plugin does for a user's suite what the guide says, on every loop that a test may run on."""

import psycopg
import pytest

from tests.testing.conftest import PLUGINS, Run

pytestmark = pytest.mark.xdist_group("plugin")  # one process makes what they share

TWICE = """
import pytest
from soniq.testing import assert_enqueued
{marks}
@pytest.mark.parametrize("number", [1, 2])
async def test_it(soniq_pg, number):
    soniq_pg.job(name="note")(note)
    await soniq_pg.enqueue(note, number=number)
    assert len(await assert_enqueued(soniq_pg, note)) == 1

async def note(number: int) -> None: ...
"""
OWN = """
import pytest, shop
from soniq.testing import assert_enqueued

@pytest.mark.parametrize("order_id", [1, 2])
async def test_it(soniq_pg, order_id):
    assert soniq_pg is shop.app
    await shop.place_order(order_id)
    [job] = await assert_enqueued(soniq_pg, shop.send_invoice)
    assert job.args == {"order_id": order_id}

@pytest.fixture(scope="module", autouse=True)
def afterwards():
    yield
    assert "nowhere.invalid" in repr(shop.app)
    assert not shop.app.is_initialized and not shop.app.is_closed
"""
FORGETFUL = """
import pytest, shop

@pytest.mark.filterwarnings("ignore::soniq.errors.UnjoinedWarning")
@pytest.mark.usefixtures("soniq_joined")
async def test_forgetful(soniq_pg):
    async with soniq_pg.transaction():
        await shop.place_order(1)

async def test_mindful(soniq_pg, soniq_joined):
    async with soniq_pg.transaction() as connection:
        await soniq_pg.enqueue(shop.send_invoice, connection=connection, order_id=1)
        await soniq_pg.enqueue(shop.send_invoice, connection=soniq_pg.separate, order_id=2)
"""


@pytest.mark.parametrize("mode", ["auto", "strict"])
@pytest.mark.parametrize("scope", ["function", "session"])
def test_each_test_has_an_empty_queue_on_its_own_loop(run_pytest: Run, mode: str, scope: str) -> None:
    marks = f"@pytest.mark.asyncio(loop_scope={scope!r})" if mode == "strict" else ""

    ran = run_pytest(
        TWICE.format(marks=marks), "-o", f"asyncio_mode={mode}", "-o", f"asyncio_default_test_loop_scope={scope}"
    )

    assert "2 passed" in ran.said, ran.said


@pytest.mark.parametrize("plugins", [("-p", "anyio"), ("-p", "anyio", *PLUGINS)])
def test_anyio_runs_it_as_well_alone_or_beside_pytest_asyncio(run_pytest: Run, plugins: tuple[str, ...]) -> None:
    marks = "@pytest.mark.anyio\n@pytest.mark.parametrize('anyio_backend', ['asyncio'])"

    ran = run_pytest(TWICE.format(marks=marks), plugins=plugins)

    assert "2 passed" in ran.said, ran.said


def test_without_either_it_says_what_it_needs(run_pytest: Run) -> None:
    ran = run_pytest("def test_it(soniq_pg): ...", plugins=("-p", "no:asyncio"))

    assert "soniq_pg needs pytest-asyncio" in ran.said


def test_a_plain_test_may_open_the_app_on_a_loop_of_its_own(run_pytest: Run) -> None:
    ran = run_pytest("""
        import asyncio

        def test_it(soniq_pg):
            async def count():
                async with soniq_pg:
                    return (await soniq_pg.get_queue_stats()).total
            assert asyncio.run(count()) == 0
    """)

    assert "1 passed" in ran.said, ran.said


@pytest.mark.parametrize("options", [["-o", "soniq_app=shop:app"], []])
def test_the_users_own_app_works_on_the_tests_database_and_is_what_it_was_afterwards(
    run_pytest: Run, options: list[str]
) -> None:
    marked = (
        OWN if options else OWN.replace("async def test_it", '@pytest.mark.soniq(app="shop:app")\nasync def test_it')
    )

    ran = run_pytest(marked, "-o", "asyncio_mode=auto", *options)

    assert "2 passed" in ran.said, ran.said


def test_settings_of_a_new_app_are_those_of_the_marker(run_pytest: Run) -> None:
    ran = run_pytest(
        """
        import pytest

        @pytest.mark.soniq(unjoined="error", database_schema="billing")
        async def test_it(soniq_pg):
            assert soniq_pg.settings.unjoined == "error"
            assert (await soniq_pg.get_queue_stats()).total == 0

        @pytest.mark.soniq(app="shop:app", unjoined="error")
        async def test_both(soniq_pg): ...
        """,
        "-o",
        "asyncio_mode=auto",
    )

    assert "1 passed, 1 error" in ran.said, ran.said
    assert "give `app` or settings" in ran.said


def test_a_job_outside_the_open_transaction_fails_its_test_and_names_the_line(run_pytest: Run) -> None:
    ran = run_pytest(FORGETFUL, "-o", "asyncio_mode=auto", "-o", "soniq_app=shop:app")

    assert "1 failed, 1 passed" in ran.said, ran.said
    assert "shop.py:9: task 'shop.send_invoice' was enqueued without `connection=`" in ran.said


def test_time_passes_for_what_is_scheduled(run_pytest: Run) -> None:
    ran = run_pytest(
        """
        import shop
        from datetime import timedelta

        async def test_it(soniq_pg, soniq_frozen):
            await soniq_pg.schedule(shop.send_invoice, timedelta(hours=2), order_id=1)
            assert await soniq_frozen.move(timedelta(hours=1)) == []
            [job] = await soniq_frozen.move(timedelta(hours=1))
            assert job.status == "done"
        """,
        "-o",
        "asyncio_mode=auto",
        "-o",
        "soniq_app=shop:app",
    )

    assert "1 passed" in ran.said, ran.said


def test_parallel_runs_have_a_database_each_and_leave_none(run_pytest: Run, server_url: str) -> None:
    ran = run_pytest(
        """
        import pytest

        @pytest.mark.parametrize("number", range(8))
        def test_it(soniq_database, worker_id, number):
            print(worker_id, soniq_database.rpartition("/")[2])
        """,
        "-n", "2", "-rP", plugins=("-p", "xdist"),
    )  # fmt: skip

    used = {tuple(line.split()) for line in ran.said.splitlines() if line.startswith("gw") and "soniq_test_" in line}
    assert len({worker for worker, _ in used}) == len({name for _, name in used}) == len(used) == 2, ran.said
    with psycopg.connect(server_url) as server:
        names = [name for _, name in used]
        assert server.execute("select 1 from pg_database where datname = any(%s)", [names]).fetchall() == []


def test_a_database_of_the_users_own_is_set_up_and_emptied(run_pytest: Run, database_url: str) -> None:
    conftest = f"""
        import pytest

        @pytest.fixture
        def soniq_database():
            return {database_url!r}
    """

    ran = run_pytest(TWICE.format(marks=""), "-o", "asyncio_mode=auto", conftest=conftest)

    assert "2 passed" in ran.said, ran.said
