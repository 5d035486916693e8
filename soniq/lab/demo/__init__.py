"""The four failures and the four fixes, in the terminal, each of them a real run."""

from soniq.lab.demo.every import matrix
from soniq.lab.demo.show import main

__all__ = ["main", "matrix"]
