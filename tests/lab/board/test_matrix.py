"""The crash matrix: one run of every cell against one table of what must come of it, and a seed that replays it."""

import asyncio
from io import StringIO

import pytest
from rich.console import Console

from soniq.errors import OptionInvalid
from soniq.lab.board import Cell, Matrix, crash_matrix, strategy
from soniq.lab.board.trials import trial
from soniq.lab.crew import Ending
from soniq.lab.demo.every import keeps_its_promise
from soniq.lab.record import Story, Verdict, VerdictName
from soniq.lab.stage import Run

pytestmark = pytest.mark.xdist_group("matrix")  # one process makes what they share

SMALL = (["write_then_enqueue", "outbox_by_state"], ["broker_down", "sold_out", "card_declined", "relay_down"])
# One letter a strategy: consistent, orphan, lost, duplicate, early, laTe; - where there is no such moment.
STRATEGIES = [
    "write_then_enqueue", "enqueue_then_write", "both_in_one_transaction",
    "after_commit_on_rq", "after_commit_on_celery",
    "outbox_by_cursor", "outbox_by_state",
    "soniqs_pool", "own_pool", "sqlalchemy", "tortoise",
]  # fmt: skip
EXPECTED = {
    "broker_down": "lcc ll tt ----",
    "connection_lost": "loc lc cc cccc",
    "sold_out": "coo cc cc cccc",
    "card_declined": "--o cc cc cccc",
    "early_worker": "cee cc cc cccc",
    "before_insert": "coc cc cc cccc",
    "after_insert": "coc cc cc cccc",
    "between_the_calls": "loc ll cc cccc",
    "before_commit": "coo cc cc cccc",
    "after_commit": "lcc ll cc cccc",
    "answer_lost": "coo cd cc cccc",
    "overtaken": "cee cc lc cccc",
    "relay_down": "--- -- tt ----",
    "relay_killed": "--- -- dd ----",
    "worker_killed": "ccc c- cc cccc",
    "invoice_sent": "ccc c- cc dddd",
}
LETTERS = {"consistent": "c", "orphan": "o", "lost": "l", "duplicate": "d", "early": "e", "late": "t"}
MENDS = {
    "connection_lost": "ccc",
    "answer_lost": "doo",
    "broker_down": "lcc",
    "sold_out": "ccc",
    "between_the_calls": "llo",
}


@pytest.fixture(scope="module")
def matrix(server_url: str) -> Matrix:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SONIQ_DATABASE_URL", server_url)
        return asyncio.run(crash_matrix())


def verdicts(matrix: Matrix) -> dict[str, str]:
    letters = [[LETTERS[cell.verdict.name] if cell.verdict else "-" for cell in line] for line in matrix.lines()]
    return {trial.name: "".join(line) for trial, line in zip(matrix.trials, letters, strict=True)}


def test_every_crash_point_ends_as_it_must(matrix: Matrix) -> None:
    assert [each.name for each in matrix.strategies] == STRATEGIES
    assert verdicts(matrix) == {name: line.replace(" ", "") for name, line in EXPECTED.items()}
    assert keeps_its_promise(matrix)


def test_every_cell_opens_its_own_timeline_or_says_that_there_is_no_such_moment(matrix: Matrix) -> None:
    page = matrix._repr_html_()

    for cell in matrix.cells:
        place = f"-{cell.trial.name}-{cell.strategy.name}"
        assert page.count(f'{place}"') == (2 if cell.run else 0)  # the link, and where it leads
        if cell.verdict is None:
            assert cell.words.startswith("– ")
    assert "\n" not in page
    assert "<script" not in page


def test_a_terminal_of_80_columns_shows_every_cell(matrix: Matrix) -> None:
    console = Console(width=80, file=StringIO())
    console.print(matrix.table())

    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    rows = {each.title: line for each in matrix.trials for line in lines if line.startswith(each.title)}
    signs = {title: line.removeprefix(title).split() for title, line in rows.items()}
    assert signs["The broker refuses the call"] == [*"■●●■■○○––––"]
    assert {len(each) for each in signs.values()} == {len(matrix.strategies)}
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("name", "kept"), [("lost", False), ("late", False), ("duplicate", True), ("consistent", True)]
)
def test_soniqs_promise_is_that_no_order_and_job_part(name: VerdictName, kept: bool) -> None:
    by, what = strategy("own_pool"), trial("after_commit")
    cell = Cell(what, by, Run(1043, Story("", ()), Verdict(name, ""), Ending()))

    assert keeps_its_promise(Matrix((by,), (what,), (cell,))) is kept


async def test_the_mends_move_the_hole(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONIQ_DATABASE_URL", server_url)

    board = await crash_matrix(["write_and_retry", "write_and_compensate", "enqueue_and_cancel"], [*MENDS])

    assert verdicts(board) == MENDS


async def test_the_seed_replays_the_board(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONIQ_DATABASE_URL", server_url)

    first, again = await crash_matrix(*SMALL, seed=7), await crash_matrix(*SMALL, seed=7)

    assert [(cell.words, cell.run and cell.run.order) for cell in first.cells] == [
        (cell.words, cell.run and cell.run.order) for cell in again.cells
    ]
    assert str(first).endswith("seed 7")


@pytest.mark.parametrize(
    ("by", "what", "says"),
    [
        ("soniqs_pool", "broker_down", "no broker"),
        ("own_pool", "relay_down", "no relay"),
        ("after_commit_on_celery", "worker_killed", "not tried on Celery"),
        ("outbox_by_state", "relay_killed", ""),
    ],
)
def test_a_strategy_says_which_moment_it_lacks(by: str, what: str, says: str) -> None:
    assert strategy(by).lacks(trial(what)) == says


def test_a_trial_that_is_not_there_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(OptionInvalid, match="did you mean 'relay_killed'"):
        trial("relay_kiled")
