"""The bookshop's tables."""

from typing import Final

SCHEMA: Final = """
create table books (
    title text primary key,
    stock int not null,
    constraint in_stock check (stock >= 0)
);
create table orders (
    number   bigint primary key,
    customer text not null,
    book     text not null references books
);
-- A letter that was sent cannot be called back: no foreign key, and never in the order's transaction.
create table invoices (
    id       bigint generated always as identity primary key,
    number   bigint not null,
    customer text not null
);
create table outbox (
    id        bigint generated always as identity primary key,
    number    bigint not null,
    published boolean not null default false
);
create table outbox_cursor (last_seen bigint not null);
insert into outbox_cursor values (0);
insert into books values ('Notes on the Engine', 100000), ('The First Compiler', 100000), ('A Rare First Edition', 0);
"""
