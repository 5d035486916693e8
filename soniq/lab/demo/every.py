"""The crash matrix, in the terminal."""

import asyncio
import time
from typing import Final

from rich.console import Console

from soniq.lab.board import SHAPES, Matrix, crash_matrix

KEPT: Final = {"consistent", "duplicate"}  # a worker that dies after the invoice sends it twice, with any queue


def matrix(seed: int) -> int:
    """Play every crash point against every strategy, and show the table.

    Returns:
        An exit status: 0 only when Soniq lost nothing, in none of its shapes.

    Raises:
        LabUnavailable: No way leads to a server; the message says what to install.
    """
    console, began = Console(highlight=False), time.monotonic()
    with console.status("Starting the servers") as status:

        def tell(done: int, cells: int) -> None:
            status.update(f"{done} of {cells} orders placed, struck and judged")

        played = asyncio.run(crash_matrix(seed=seed, told=tell))
    console.print(played.table())
    runs = sum(cell.run is not None for cell in played.cells)
    console.print(f"\n{runs} orders in {time.monotonic() - began:.0f} s. The same again: --seed {seed}")
    return 0 if keeps_its_promise(played) else 1


def keeps_its_promise(played: Matrix) -> bool:
    """Say whether order and job agree in all of Soniq's cells, and each invoice was sent at least once."""
    shapes = {each.name for each in SHAPES}
    verdicts = {cell.verdict.name for cell in played.cells if cell.strategy.name in shapes and cell.verdict}
    return verdicts <= KEPT
