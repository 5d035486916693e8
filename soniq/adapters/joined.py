"""What every adapter gives: a connection of the user's that can run one statement of ours."""

from collections.abc import Sequence
from typing import Any, Protocol

Rows = list[tuple[Any, ...]]


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


class JoinedSync(Protocol):
    """A synchronous connection of the user's, in whatever library."""

    def fetch(self, statement: str, parameters: Sequence[object]) -> Rows:
        """Do what `Joined.fetch` does, without an event loop."""
