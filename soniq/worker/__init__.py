"""The worker: the only one who knows the order of the stages: take, execute, decide, record.

Loaded when first used: a process that only enqueues does not pay for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from soniq.worker.signals import stop_on_signals
    from soniq.worker.timekeeper import Timekeeper
    from soniq.worker.worker import Worker

__all__ = ["Timekeeper", "Worker", "stop_on_signals"]

_HOMES: Final = {"Timekeeper": "timekeeper", "Worker": "worker", "stop_on_signals": "signals"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
