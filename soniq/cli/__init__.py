"""The `soniq` command: argument parsing and printing only."""

from soniq.cli.main import main

__all__ = ["main"]
