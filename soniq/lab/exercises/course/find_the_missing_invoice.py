"""1: an inner join lists the orders that are well, and the one that matters is not among them."""

from typing import Final

import asyncpg

from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.shop.rows import Rows

STARTER: Final = '''\
# orders (number, customer, book): what was ordered.
# letters (number, kind): what the post office took along, of every kind: 'invoice', 'reminder', 'catalogue'.
# A letter's number is that of its order.
QUERY = """
    select orders.number
    from orders
    join letters on letters.number = orders.number
    where letters.kind = 'invoice'
    order by orders.number
"""  # TODO: list the numbers of the orders without an invoice
'''
QUERY: Final = 'QUERY = """\n    {}\n"""\n'
SOLUTION: Final = '''\
QUERY = """
    select orders.number
    from orders
    where not exists (
        select from letters
        where letters.number = orders.number and letters.kind = 'invoice'
    )
    order by orders.number
"""
'''
COUNT: Final = QUERY.format(
    "select (select count(*) from orders) - (select count(*) from letters where kind = 'invoice')"
)
NOT_IN: Final = QUERY.format(
    "select number from orders where number not in (select number from letters where kind <> 'reminder')"
)
FIXED: Final = QUERY.format("select number from orders where number = 1047")
OUTER_JOIN: Final = QUERY.format(
    "select orders.number from orders left join letters using (number)\n"
    "    where letters.kind = 'invoice' and letters.number is null"
)
ANY_LETTER: Final = QUERY.format(
    "select orders.number from orders left join letters using (number) where letters.number is null"
)

TABLE: Final = "create table if not exists letters (number bigint, kind text not null)"
CLEAR: Final = ("truncate letters", "delete from orders")
ORDERS: Final = """
    insert into orders select number, 'Ada', 'The First Compiler' from generate_series($1::bigint, $2::bigint) as number
"""
INVOICES: Final = "insert into letters select number, 'invoice' from orders where number <> all($1::bigint[])"
OTHERS: Final = "insert into letters values (null, 'catalogue'), ($1, 'reminder'), ($1 + 1, 'invoice')"
TUESDAY: Final = (1043, 1052, [1047])
WEDNESDAY: Final = (1053, 1070, [1056, 1064])
OTHERS_WERE_LOST: Final = "It was right on Tuesday. On Wednesday other orders were lost than on Tuesday."
REMINDED: Final = {1047: 1045, 1056: 1064}  # by the first of the lost: the order that got a reminder


async def ask(learned: Learned, where: Where) -> list[list[str]]:
    """Ask the learner's query, and give what came back as text."""
    db = await asyncpg.connect(where.database)
    try:
        return [[str(value) for value in row.values()] for row in await db.fetch(learned.get("QUERY"))]
    finally:
        await db.close()


async def _tuesday(attempt: Attempt) -> Finding:
    return await _look(attempt, *TUESDAY)


async def _wednesday(attempt: Attempt) -> Finding:
    return await _look(attempt, *WEDNESDAY)


async def _look(attempt: Attempt, first: int, last: int, lost: list[int]) -> Finding:
    await _open(attempt, first, last, lost)
    expected = f"The {'number' if len(lost) == 1 else 'numbers'} of {_orders(lost)} without an invoice."
    ending = await attempt.run(ask)
    if ending.error:
        return differs(f"Postgres refused the query: {ending.error}.", expected, ending.message)
    rows: list[list[str]] = ending.value or []
    got = {value for row in rows for value in row[:1]}
    if got == {str(number) for number in lost}:
        return fits(f"{', '.join(sorted(got))}")
    seen, why = await _explain(attempt, rows, lost)
    shown = Rows("Your query", ("number",), tuple((row[0],) for row in rows if row))
    return differs(seen, expected, why, shown)


async def _open(attempt: Attempt, first: int, last: int, lost: list[int]) -> None:
    """Fill the shop's books for one day."""
    for statement in (TABLE, *CLEAR):
        await attempt.shop.ask(statement)
    await attempt.shop.ask(ORDERS, first, last)
    await attempt.shop.ask(INVOICES, lost)
    await attempt.shop.ask(OTHERS, REMINDED[lost[0]])


async def _explain(attempt: Attempt, rows: list[list[str]], lost: list[int]) -> tuple[str, str]:
    if not rows:
        return await _explain_nothing(attempt, lost)
    got = {row[0] for row in rows if row}
    orders = {str(number) for number, *_ in await attempt.shop.orders()}
    if not got & orders:
        return (f"Your query says {rows[0][0]}.", OTHERS_WERE_LOST) if got == {"1047"} else _explain_number(rows)
    missed = [number for number in lost if str(number) not in got]
    if missed and REMINDED[lost[0]] in missed:
        return (f"Order {missed[0]} is not in your list.", "A reminder went out for it. That is no invoice.")
    has = len(got - {str(number) for number in lost})
    return (
        f"Your query lists {has} {'order that has its invoice' if has == 1 else 'orders that have their invoice'}"
        f"{', and leaves out ' + ', '.join(map(str, missed)) if missed else ''}.",
        "A join keeps the orders for which it finds a letter. Look for those for which there is nothing to be found.",
    )


def _explain_number(rows: list[list[str]]) -> tuple[str, str]:
    return (
        f"Your query says {rows[0][0]}, which is no order's number.",
        "A number of orders cannot be called back. Somebody has to know which orders they are.",
    )


async def _explain_nothing(attempt: Attempt, lost: list[int]) -> tuple[str, str]:
    """Find out by trying: ask the same once more, without the one letter that is about no order."""
    seen = f"0 rows, though {_are(lost)} without an invoice."
    await attempt.shop.ask("delete from letters where number is null")
    again = (await attempt.run(ask)).value
    if again:
        return seen, (
            f"One letter is a catalogue, and its number is NULL. Without that letter the same query finds "
            f"{again[0][0]}. Whether a number is among others, one of which is unknown, is unknown too: "
            "one NULL makes every answer unknown, and only what is true is listed."
        )
    if lost == TUESDAY[2]:
        return seen, (
            "An order without a letter has nothing to fulfil a condition on a letter with. "
            "Such a condition drops the order as soon as it is asked of all rows."
        )
    return seen, OTHERS_WERE_LOST


def _orders(lost: list[int]) -> str:
    return "the one order" if len(lost) == 1 else f"the {len(lost)} orders"


def _are(lost: list[int]) -> str:
    return f"order {lost[0]} is" if len(lost) == 1 else f"orders {' and '.join(map(str, lost))} are"


EXERCISE: Final = Exercise(
    number=1,
    name="find_the_missing_invoice",
    title="Find the missing invoice",
    question=(
        "On Tuesday an order got no invoice, and nobody was told. The query below was to find it; "
        "it lists all the others. Let it list the orders for which no invoice left the building."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "Which orders does a join leave out? Those are the ones that you are looking for.",
        "Ask of each order whether there is no such letter. SQL has a word for “there is no row that …”, "
        "and it does not mind a letter without a number.",
        "`select number from orders where not exists (select from letters where …)`: "
        "inside the brackets stand the two things that make a letter this order's invoice.",
    ),
    debrief=(
        "`not exists` asks of each order whether a row is there, so neither duplicates nor NULLs can mislead it; "
        "`not in` answers “unknown” as soon as one NULL is in the list. "
        "In production this is the audit that finds what no log mentions: run it before a customer does. "
        "It needs both facts in one database, and that is where this workshop goes."
    ),
    steps=(Step("Tuesday: ten orders", _tuesday), Step("Wednesday: other orders, other losses", _wednesday)),
    wrong_answers=(
        WrongAnswer("count", COUNT, "cannot be called back"),
        WrongAnswer("not_in", NOT_IN, "one NULL makes every answer unknown"),
        WrongAnswer("fixed", FIXED, "right on Tuesday"),
        WrongAnswer("outer_join", OUTER_JOIN, "drops the order"),
        WrongAnswer("any_letter", ANY_LETTER, "That is no invoice"),
    ),
    lesson="00_start_here",
)
