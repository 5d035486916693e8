"""One command, one table: `python -m bench` (or `make bench`); `python -m bench NAME…` measures some of it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import asyncpg
import click

from bench.bulk import measure_bulk
from bench.churn import measure_churn
from bench.costs import measure_costs
from bench.drain import measure_drains
from bench.enqueue import TABLES, measure_enqueues
from bench.figure import Figure
from bench.imports import measure_import
from bench.pickup import measure_pickup
from bench.ratio import Ratio
from bench.shared import measure_shared
from soniq import Soniq
from soniq.lab.servers import drop_database, fresh_database, use_postgres

Line = Ratio | Figure
Measure = Callable[[str], Awaitable[Sequence[Line]]]

MEASUREMENTS: Final[dict[str, Measure]] = {
    "enqueue": measure_enqueues,
    "shared": measure_shared,
    "bulk": measure_bulk,
    "drain": measure_drains,
    "costs": measure_costs,
    "churn": measure_churn,
    "pickup": measure_pickup,
    "import": measure_import,
}


async def measure(url: str, names: Sequence[str]) -> bool:
    """Print a line for each figure as it is there; say whether every promise is kept."""
    async with Soniq(url) as app:
        await app.setup()
    connection = await asyncpg.connect(url)
    await connection.execute(TABLES)
    await connection.close()
    kept = True
    for name in names:
        for line in await MEASUREMENTS[name](url):
            click.echo(f"{line}" + ("" if line.kept else "  missed"))
            kept = kept and line.kept
    return kept


def main(names: Sequence[str]) -> int:
    """Measure on a durable server of its own; exit with 1 where a promise is missed, 2 where a name is none."""
    if unknown := set(names) - MEASUREMENTS.keys():
        click.echo(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}", err=True)
        return 2
    click.echo(f"{'measured':58} {'floor/s':>9} {'soniq/s':>9} {'ratio':>6} {'(min–max)':>12} {'promise':>7}")
    with use_postgres(durable=True) as server:
        url = fresh_database(server, "soniq_bench")
        try:
            kept = asyncio.run(measure(url, names or list(MEASUREMENTS)))
        finally:
            drop_database(server, "soniq_bench")
    click.echo("\nRatios of rates, median of rounds taken in turns on a server of its own that fsyncs.")
    return 0 if kept else 1


sys.exit(main(sys.argv[1:]))
