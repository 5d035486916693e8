"""What every adapter gives: a connection of the user's that can run one statement of ours."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

Rows = list[tuple[Any, ...]]
COUNTED: Final = "\nreturning true"


class Joined(Protocol):
    """An asynchronous connection of the user's, in whatever library."""

    async def fetch(self, statement: str, parameters: Sequence[object]) -> Rows:
        """Run a statement inside the user's transaction.

        Args:
            statement: With `$n` placeholders; every parameter is cast to its type in the text.
            parameters: Texts, lists of texts, or None.

        Raises:
            NotInTransaction: It would commit by itself; it was not sent.
            ConnectionUnusable: The connection is closed, given back, or its transaction has ended.
            TransactionAborted: An earlier statement of the transaction failed.
            TransactionReadOnly: The transaction may write nothing.
            PermissionDenied: The connection's role may not run it.
            SchemaMissing: The database has no Soniq schema; the transaction is aborted now.
            UnsupportedConnection: What was given holds no connection to Postgres.
        """
        ...

    async def write(self, statement: str, parameters: Sequence[object]) -> int:
        """Run an INSERT without RETURNING as `fetch` does, and say how many rows it wrote."""
        return len(await self.fetch(statement + COUNTED, parameters))


class JoinedSync(Protocol):
    """A synchronous connection of the user's, in whatever library."""

    def fetch(self, statement: str, parameters: Sequence[object]) -> Rows:
        """Do what `Joined.fetch` does, without an event loop."""
        ...

    def write(self, statement: str, parameters: Sequence[object]) -> int:
        """Do what `Joined.write` does, without an event loop."""
        return len(self.fetch(statement + COUNTED, parameters))
