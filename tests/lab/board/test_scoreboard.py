"""The same faults against every way to place an order, each cell a real run."""

import pytest

from soniq.errors import OptionInvalid
from soniq.lab.board import SHAPES, scoreboard, strategy
from soniq.lab.shop import Shop


@pytest.mark.parametrize("shape", [each.name for each in SHAPES])
async def test_no_fault_finds_a_shape_of_soniq_out_of_step(shop: Shop, shape: str) -> None:
    board = await scoreboard(shop, shape)

    assert [str(run) for run in board.out_of_step(shape)] == []
    assert [cell.words for cell in board.cells if cell.verdict is None] == ["– no broker"]


async def test_the_same_faults_find_every_order_of_the_lines_out_of_step_on_rq(shop: Shop) -> None:
    board = await scoreboard(shop, "write_then_enqueue", "enqueue_then_write")

    assert {run.verdict.name for run in board.out_of_step("write_then_enqueue")} == {"lost"}
    assert {run.verdict.name for run in board.out_of_step("enqueue_then_write")} == {"orphan", "early"}
    assert board["after_commit", "write_then_enqueue"].verdict.name == "lost"
    assert "■ lost" in str(board)
    assert "▲ orphan" in board._repr_html_()
    with pytest.raises(OptionInvalid, match=r"its rows are broker_down, .*; its columns write_then_enqueue, "):
        board["before_comit", "write_then_enqueue"]


def test_a_strategy_that_is_not_there_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(OptionInvalid, match="did you mean 'soniqs_pool'"):
        strategy("soniq_pool")
