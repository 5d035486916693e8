"""Real servers for lessons and tests: an embedded Postgres and an embedded Valkey that outlive nobody.

Names arrive when first used: the keeper process imports this package and must start quickly.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from soniq.lab.servers.databases import drop_database, fresh_database
    from soniq.lab.servers.front import hold_postgres, hold_valkey, use_postgres, use_valkey
    from soniq.lab.servers.locate import find_postgres, find_valkey
    from soniq.lab.servers.report import ServerReport, describe

__all__ = [
    "ServerReport",
    "describe",
    "drop_database",
    "find_postgres",
    "find_valkey",
    "fresh_database",
    "hold_postgres",
    "hold_valkey",
    "use_postgres",
    "use_valkey",
]

_HOMES: Final = {
    "ServerReport": "report",
    "describe": "report",
    "drop_database": "databases",
    "find_postgres": "locate",
    "find_valkey": "locate",
    "fresh_database": "databases",
    "hold_postgres": "front",
    "hold_valkey": "front",
    "use_postgres": "front",
    "use_valkey": "front",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
