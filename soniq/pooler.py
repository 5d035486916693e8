"""A pooler between us and Postgres, such as PgBouncer in transaction mode: how it shows, and how we speak through it.

Behind it each transaction may run on another of the server's connections. So there are no prepared statements, no
settings of a session, no LISTEN and no session locks; a transaction of our own holds whatever we need.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import asyncpg

# No statement keeps a name: the next one may run where nobody knows it, or where another program took it.
OPTIONS: Final[Mapping[str, Any]] = {"statement_cache_size": 0}
# Every pooler passes this one on.
KEPT: Final = "application_name"
# These say what a session does beside or before its transactions; `begin` says it for each of ours.
OF_SESSIONS: Final = frozenset(
    {KEPT, "default_transaction_isolation", "default_transaction_read_only", "idle_session_timeout"}
)


def refuses_settings(error: asyncpg.ProtocolViolationError) -> bool:
    """Whether a connect was refused because a pooler does not let a session have settings of its own."""
    return "startup parameter" in str(error)


async def is_between(connection: Any) -> bool:
    """Whether the server's process is another than the one that answered the connect.

    One round trip, and no prepared statement: behind a pooler that may fail.
    """
    said = await connection.execute(f"select where pg_backend_pid() = {connection.get_server_pid()}")
    return bool(said != "SELECT 1")


def kept(session: Mapping[str, str]) -> dict[str, str]:
    """Return those of a session's settings that a pooler passes on."""
    return {name: value for name, value in session.items() if name == KEPT}


def set_local(session: Mapping[str, str]) -> str:
    """Say a session's settings for one transaction."""
    return "; ".join(f"set local {name} = '{value}'" for name, value in session.items() if name not in OF_SESSIONS)


@asynccontextmanager
async def own_transaction(connection: Any, session: Mapping[str, str]) -> AsyncIterator[None]:
    """Run the block in a transaction that has a session's settings: what it sends reaches one and the same backend."""
    try:
        await connection.execute(f"begin isolation level read committed, read write; {set_local(session)}")
        yield
    except BaseException:
        with suppress(asyncpg.InterfaceError, OSError, asyncpg.PostgresError):  # the connection may be gone
            await connection.execute("rollback")
        raise
    await connection.execute("commit")
