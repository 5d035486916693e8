"""What is said on the wire, in the bookshop's words."""

import pytest

from soniq.lab.tap.moment import classify
from soniq.sql import statement


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("BEGIN;", "begin"),
        ("BEGIN ISOLATION LEVEL READ COMMITTED;", "begin"),
        ("COMMIT", "commit"),
        ("ROLLBACK;", "rollback"),
        ("rollback to savepoint one", None),
        ("insert into orders values ($1, $2, $3)", "write"),
        ('INSERT INTO "orders" ("number") VALUES ($1)', "write"),
        ("INSERT INTO orders (number, customer)\nVALUES ($1, $2)", "write"),
        ("UPDATE books SET stock=(books.stock - $1)", "stock"),
        ('UPDATE "books" SET "stock"="stock"-1', "stock"),
        ("insert into invoices (number) values (1)", "effect"),
        ("select customer from orders where number = $1", "read"),
        ("delete from orders where number = $1", "take_back"),
        ("insert into outbox (number) values ($1)", "outbox"),
        ("select id, number from outbox where not published for update skip locked", "collect"),
        ("select id from outbox where id > (select last_seen from outbox_cursor)", "collect"),
        ("update outbox set published = true where id = $1", "mark"),
        ("update outbox_cursor set last_seen = $1", "mark"),
        ("update queue set token = $2 where id = $1", "claim"),
        ("UPDATE queue SET state = 'done' WHERE id = $1", "done"),
        ("with mine as (select id from queue) update queue set state = 'done'", "done"),
        ("delete from outbox where id = $1", "mark"),
        ("select id, number from outbox order by id", "collect"),
        ("select count(*) from books", None),
        ("SELECT pg_advisory_unlock_all();", None),
    ],
)
def test_a_statement_of_the_shop_is_known_in_every_librarys_spelling(text: str, act: str | None) -> None:
    assert classify(text) == act


@pytest.mark.parametrize(
    ("stage", "name", "act"),
    [
        ("enqueue", "one", "enqueue"),
        ("enqueue", "many", "enqueue"),
        ("claim", "take", "claim"),
        ("claim", "take_rescued", "claim"),
        ("settle", "record", "fail"),
        ("settle", "record_done", "done"),
        ("claim", "promote", None),
    ],
)
def test_soniqs_own_statements_are_known(stage: str, name: str, act: str | None) -> None:
    assert classify(statement(stage, name)) == act
