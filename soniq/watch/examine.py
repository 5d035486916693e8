"""Read the facts that a doctor judges, without changing anything."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from soniq.sql import in_schema, statement
from soniq.watch.facts import Condition, DeadRows, Link, OpenTransaction, SilentWorker, Stranger, Waiting

CLOCK: Final = statement("doctor", "clock")
BACKEND: Final = statement("doctor", "backend")
NOTIFY: Final = statement("doctor", "notify")
LOCK: Final = statement("doctor", "lock")
HOLDS_LOCK: Final = statement("doctor", "holds_lock")
UNLOCK: Final = statement("doctor", "unlock")
SNAPSHOTS: Final = statement("doctor", "snapshots")
DEAD_ROWS: Final = statement("doctor", "dead_rows")
UNSERVED: Final = statement("doctor", "unserved")
UNKNOWN_TASKS: Final = statement("doctor", "unknown_tasks")
SILENT_WORKERS: Final = statement("doctor", "silent_workers")
HISTORY_DAYS: Final = statement("doctor", "history_days")

CHANNEL: Final = "soniq_doctor"  # the server's, whichever the schema
NEWS_SECONDS: Final = 2.0
TRIES: Final = 5  # others take and leave the pooler's connections meanwhile
LOOK_AHEAD_DAYS: Final = 30


async def examine_link(first: Any, second: Any, clock: Callable[[], datetime]) -> Link:
    """Try what sessions are good for.

    Args:
        first: A connection with nothing on it.
        second: Another one.
        clock: This machine's time.
    """
    sent = clock()
    async with first.transaction():
        row = await first.fetchrow(CLOCK)
    answered = clock()
    away = (answered - sent) / 2
    between = await _backend(first) != first.get_server_pid()
    shared = any([await _is_shared(first, second) for _ in range(TRIES if between else 1)])
    direct = not (shared or between)
    return Link(
        pooled="transaction" if shared else "session" if between else "no",
        listens=direct and await _hears(first, second),
        locks=direct and await _keeps_locks(first, second),
        clock_ahead=(row["now"] - (sent + away)).total_seconds(),
        clock_doubt=away.total_seconds(),
        sees_everybody=row["sees_everybody"],
    )


async def _is_shared(first: Any, second: Any) -> bool:
    """Whether one's open transaction has the other's backend: then each transaction may have any."""
    was = await _backend(first)
    async with second.transaction():
        return bool(await second.fetchval(BACKEND) == was)


async def _backend(connection: Any) -> int:
    async with connection.transaction():
        pid: int = await connection.fetchval(BACKEND)
    return pid


async def _hears(first: Any, second: Any) -> bool:
    said, heard = secrets.token_hex(8), asyncio.Event()
    await first.add_listener(CHANNEL, lambda *told: heard.set() if told[-1] == said else None)
    await second.fetchval(NOTIFY, said)
    try:
        await asyncio.wait_for(heard.wait(), NEWS_SECONDS)
    except TimeoutError:
        return False
    return True


async def _keeps_locks(first: Any, second: Any) -> bool:
    key = secrets.randbelow(2**31)
    await first.fetchval(LOCK, key)
    async with second.transaction():  # takes the first one's session where they are shared
        await second.fetchval(BACKEND)
        kept = bool(await first.fetchval(HOLDS_LOCK, key))
    await first.fetchval(UNLOCK, key)
    return kept


async def examine_condition(connection: Any, schema: str, tasks: Sequence[str], dead_after: float) -> Condition:
    """Read what the tables hold.

    Args:
        connection: In a transaction.
        schema: Of which installation.
        tasks: The names of those that this program has.
        dead_after: Seconds of silence after which a worker is dead.
    """

    async def fetch(text: str, *given: object) -> list[Any]:
        return list(await connection.fetch(in_schema(text, schema), *given))

    return Condition(
        snapshots=tuple(OpenTransaction(*row) for row in await fetch(SNAPSHOTS)),
        dead_rows=next((DeadRows(*row) for row in await fetch(DEAD_ROWS)), None),
        unserved=tuple(Waiting(*row) for row in await fetch(UNSERVED, dead_after)),
        strangers=tuple(Stranger(*row) for row in await fetch(UNKNOWN_TASKS, tasks)) if tasks else None,
        silent_workers=tuple(SilentWorker(*row) for row in await fetch(SILENT_WORKERS, dead_after)),
        history_days=(await fetch(HISTORY_DAYS, LOOK_AHEAD_DAYS))[0][0],
    )
