"""One command, one table: `python -m bench` (or `make bench`)."""

import asyncio
import sys

import asyncpg
import click

from bench.drain import measure_drain
from bench.enqueue import TABLES, measure_enqueue
from bench.imports import import_ms
from bench.ratio import Ratio
from soniq import Soniq
from soniq.lab.servers import drop_database, fresh_database, use_postgres


async def measure(url: str) -> list[Ratio]:
    """Measure everything on one database."""
    async with Soniq(url) as app:
        await app.setup()
    connection = await asyncpg.connect(url)
    await connection.execute(TABLES)
    await connection.close()
    return [
        await measure_enqueue(url, 1),
        await measure_enqueue(url, 16),
        await measure_drain(url, 10, promise=0.35),
        await measure_drain(url, 50, promise=0.5),
    ]


def show(ratios: list[Ratio]) -> None:
    """Print the table."""
    click.echo(f"{'measured':48} {'floor/s':>9} {'soniq/s':>9} {'ratio':>6} {'(min–max)':>12} {'promise':>8}")
    for one in ratios:
        spread = f"{one.least:.2f}–{one.most:.2f}"
        click.echo(
            f"{one.name:48} {one.floor:9,.0f} {one.ours:9,.0f} {one.ratio:6.2f} {spread:>12} {one.promise:8.2f}"
            + ("" if one.kept else "  missed")
        )


def main() -> int:
    """Measure on a durable server of its own; exit with 1 where a promise is missed."""
    with use_postgres(durable=True) as server:
        url = fresh_database(server, "soniq_bench")
        try:
            ratios = asyncio.run(measure(url))
        finally:
            drop_database(server, "soniq_bench")
    show(ratios)
    click.echo("\nRatios of rates, median of rounds taken in turns on a server of its own that fsyncs.")
    milliseconds = import_ms()
    click.echo(f"`import soniq; soniq.Soniq` takes {milliseconds:.0f} ms over asyncpg alone; promised: under 150.")
    return 0 if all(one.kept for one in ratios) and milliseconds < 150 else 1


sys.exit(main())
