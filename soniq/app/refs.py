"""Compare what other services know of this app's tasks with the tasks themselves."""

import difflib
from collections.abc import Iterable
from typing import Final

from pydantic import BaseModel

from soniq.app.core import Core
from soniq.job import Finding
from soniq.task.definition import Task, TaskRef
from soniq.task.signature import read_signature

CHANGE: Final = "Change the reference, or give the argument a default in the handler and deploy that first."


class RefVerbs(Core):
    """Checks references."""

    def check_refs(self, refs: Iterable[TaskRef]) -> list[Finding]:
        """Say of each reference, by name, whether this app has its task, and takes its arguments.

        No database is asked; what is compared is the arguments' names, not their types.

        Returns:
            One finding a reference: `ok`, `note` (another queue than the task's own) or `wrong`.
        """
        return [self._judged(ref) for ref in sorted(refs, key=lambda ref: ref.name)]

    def _judged(self, ref: TaskRef) -> Finding:
        task = self._registry.find(ref.name)
        if task is None:
            near = difflib.get_close_matches(ref.name, [one.name for one in self._registry], n=1)
            advice = (
                f"Did you mean {near[0]!r}?" if near else "Import the module that defines it, or remove the reference."
            )
            return Finding(ref.name, "wrong", "this app has no task of that name", advice)
        if ref.args_model is not None and (wrong := _mismatch(task, ref.args_model)):
            return Finding(ref.name, "wrong", wrong, CHANGE)
        if ref.default_queue not in (None, task.queue):
            says = f"it goes to the queue {ref.default_queue!r}, and the task's own is {task.queue!r}"
            return Finding(ref.name, "note", says)
        return Finding(
            ref.name, "ok", "the task is there" if ref.args_model is None else "the task takes its arguments"
        )


def _mismatch(task: Task, model: type[BaseModel]) -> str:
    sends = set(_names(model))
    takes, required, others = _taken(task)
    surplus, missing = set() if others else sends - takes, required - sends
    told = [f"sends {_listed(surplus)}, which the task does not take"] if surplus else []
    told += [f"lacks {_listed(missing)}, which the task needs"] if missing else []
    return f"{model.__name__} {', and '.join(told)}" if told else ""


def _taken(task: Task) -> tuple[set[str], set[str], bool]:
    """Say which arguments a task takes, which it needs, and whether it takes any other."""
    if task.args_model is not None:
        names = _names(task.args_model)
        needed = {name for name, field in names.items() if task.args_model.model_fields[field].is_required()}
        return set(names), needed, task.args_model.model_config.get("extra") == "allow"
    signature = read_signature(task.name, task.handler)
    return set(signature.annotations), set(signature.required), signature.open_ended


def _names(model: type[BaseModel]) -> dict[str, str]:
    """Name a model's fields as they travel, and as it has them."""
    return {info.serialization_alias or info.alias or name: name for name, info in model.model_fields.items()}


def _listed(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
