"""What a program pays for importing Soniq."""

import subprocess
import sys
from statistics import median

from bench.figure import Figure

ROUNDS = 7


async def measure_import(url: str) -> list[Figure]:  # no database is asked
    """Time new interpreters."""
    return [Figure("`import soniq; soniq.Soniq` over asyncpg alone, ms", None, import_ms(), promise=150)]


def import_ms() -> float:
    """Return the milliseconds that `soniq.Soniq` costs over asyncpg alone: median of pairs taken in turns."""
    pairs = [(_process_ms("import asyncpg"), _process_ms("import soniq; soniq.Soniq")) for _ in range(1 + ROUNDS)]
    return median(soniq - asyncpg for asyncpg, soniq in pairs[1:])


def _process_ms(program: str) -> float:
    timed = f"import time; begun = time.perf_counter(); {program}; print(1000 * (time.perf_counter() - begun))"
    return float(subprocess.run([sys.executable, "-c", timed], check=True, capture_output=True, text=True).stdout)
