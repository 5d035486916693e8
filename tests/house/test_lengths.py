"""Files and functions stay short enough to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(each for part in ("soniq", "tests", "bench", "tools") for each in (ROOT / part).rglob("*.py"))


def functions(source: Path) -> Iterator[tuple[str, int]]:
    """Give each function's name and its lines, without its docstring."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, lines(node) - (lines(node.body[0]) if ast.get_docstring(node) else 0)


def lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {str(source): len(source.read_text().splitlines()) for source in SOURCES}

    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    long = [f"{s.name}: {name}, {length}" for s in SOURCES for name, length in functions(s) if length > 40]

    assert long == []
