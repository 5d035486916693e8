"""Whatever a cell does, the learner is told in words, with the line, and never with a traceback of ours."""

import asyncio

import pytest

from soniq.lab.exercises import find
from soniq.lab.exercises.run.check import check
from soniq.lab.shop import Shop

JOIN_IT = find("join_it")
# Who asks is one.
CONNECTED = """
select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'"""


def place_order(*body: str) -> str:
    return "async def place_order(app, order):\n" + "\n".join(f"    {line}" for line in body)


STUMBLES = {
    "syntax": ("def place_order(app:\n    pass", "Python cannot run the cell. SyntaxError", "(line 1:"),
    "tabs": ("def f():\n    a = 1\n  b = 2", "IndentationError", "(line 3: b = 2)"),
    "import": ("import soniqq", "ModuleNotFoundError: No module named 'soniqq' (line 1: import soniqq)", "first line"),
    "name at the top": ("x = 1\nprint(y)", "NameError: name 'y' is not defined (line 2: print(y))", "before anything"),
    "half a cell": ("async def place_orders(): ...", "The cell defines no `place_order`.", "split in two"),
    "exit at the top": ("import sys\nsys.exit(3)", "SystemExit: 3", "(line 2: sys.exit(3))"),
    "exception": (place_order("x = 1", "raise ValueError('oh')"), "Your code raised ValueError (line 3:", "How: oh"),
    "exit": (place_order("raise SystemExit"), "ended its process by sys.exit (line 2:", "answers nobody"),
    "abrupt end": (place_order("import os", "os._exit(0)"), "The process ended without a word.", "its own code"),
    "not async": ("def place_order(app, order): ...", "Your code raised TypeError", "await"),
    "input": (place_order("input()"), "Your code raised EOFError (line 2: input())", "EOF"),
}


@pytest.mark.parametrize(("source", "seen", "also"), STUMBLES.values(), ids=STUMBLES)
async def test_it_is_told_in_words(shop: Shop, source: str, seen: str, also: str) -> None:
    report = await check(JOIN_IT, source, shop)

    assert report.state == "not yet"
    assert seen in str(report)
    assert also in str(report)
    assert "Traceback" not in str(report)


@pytest.mark.parametrize("wait", ["while True: pass", "import asyncio; await asyncio.Event().wait()"])
async def test_a_cell_that_does_not_end_is_ended(shop: Shop, wait: str) -> None:
    report = await check(JOIN_IT, place_order("print('here')", wait), shop, patience_s=0.5)

    assert "did not end within 0.5 s" in str(report)
    async with asyncio.timeout(10):  # the server takes a moment to hear of a killed client
        while (await shop.ask(CONNECTED)).rows != ((1,),):
            await shop.ask("select pg_sleep(0.01)")


async def test_what_the_cell_prints_is_shown_also_when_it_is_killed(shop: Shop) -> None:
    report = await check(JOIN_IT, place_order("print('<before>')", "while True: pass"), shop, patience_s=0.5)

    assert "Your code printed:\n<before>" in str(report)
    assert "<pre>&lt;before&gt;</pre>" in report._repr_mimebundle_()["text/html"]
