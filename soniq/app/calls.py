"""A call's target and arguments become checked jobs, before anything is sent."""

import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from soniq.app.joining import Joining
from soniq.app.unjoined import SEPARATE
from soniq.enqueue.options import Options
from soniq.enqueue.request import Defaults, request
from soniq.errors import ArgumentsInvalid, ConnectionRequired, OptionInvalid, UniqueInBatch, UnknownTask
from soniq.identity import new_id_text
from soniq.job import NewJob
from soniq.task.definition import Task, TaskRef, check_name

USERS_CALL: Final = 6  # frames from the warning up to who called `enqueue`
TargetLike = Callable[..., Any] | str | TaskRef


class Calls(Joining):
    """Finds what a call means."""

    def _request(
        self, target: TargetLike, given: Mapping[str, object], options: Options, connection: object | None
    ) -> NewJob:
        """Check one call; see `enqueue` for what it raises."""
        self._check_open()
        return request(new_id_text(), self._joinable(target, connection), given, options, self._defaults)

    def _requests(
        self,
        target: TargetLike,
        arguments: Iterable[Mapping[str, object]],
        options: Options,
        connection: object | None,
    ) -> list[NewJob]:
        """Check many calls of one task; the error says which of them is wrong."""
        self._check_open()
        found, defaults, jobs = self._joinable(target, connection), self._defaults, []
        if isinstance(found, Task) and found.unique is not None:
            raise UniqueInBatch(f"task {found.name!r} is unique: `enqueue_many` does not take it", task=found.name)
        for index, given in enumerate(_listed(arguments)):
            try:
                _check_mapping(given)
                jobs.append(request(new_id_text(), found, given, options, defaults))
            except ArgumentsInvalid as error:
                raise ArgumentsInvalid(
                    f"job {index} of enqueue_many: {error.message}", **error.context, index=index
                ) from error
        return jobs

    @cached_property
    def _defaults(self) -> Defaults:
        return Defaults(self._settings.priority, self._settings.max_retries, self._settings.payload_limit_bytes)

    def _meant(self, target: TargetLike) -> Task | TaskRef:
        if isinstance(target, TaskRef):
            return target
        if isinstance(target, str):
            return self._by_name(target)
        if callable(target):
            return self._registry.of(target)
        raise OptionInvalid(
            f"the target must be a registered function, a task's name or a TaskRef, not {target!r}",
            option="target",
        )

    def _joinable(self, target: TargetLike, connection: object | None) -> Task | TaskRef:
        found = self._meant(target)
        if (connection is None or connection is SEPARATE) and isinstance(found, Task) and found.transactional:
            raise ConnectionRequired(
                f"task {found.name!r} is transactional: its job has to commit with what caused it",
                task=found.name,
            )
        return found

    def _by_name(self, name: str) -> Task | TaskRef:
        task = self._registry.find(name)
        if task is not None:
            return task
        mode = self._settings.enqueue_validation
        if mode == "strict":
            raise UnknownTask(
                f"no task is named {name!r} on this app", name=name, known=[t.name for t in self._registry]
            )
        if mode == "warn":
            warnings.warn(
                f"no task is named {name!r} on this app; its arguments are not checked", stacklevel=USERS_CALL
            )
        check_name(name, self._settings.task_name_pattern)
        return TaskRef(name)


def merge(args: Mapping[str, object] | None, kwargs: Mapping[str, object]) -> Mapping[str, object]:
    """Join `args=` and the keyword arguments.

    Raises:
        ArgumentsInvalid: An argument is given both ways, or `args` is no mapping.
    """
    if args is None:
        return kwargs
    _check_mapping(args)
    for name in kwargs:
        if name in args:
            raise ArgumentsInvalid(f"argument `{name}` is given twice: in `args=` and by keyword", argument=name)
    return {**args, **kwargs}


def _listed(arguments: object) -> Iterable[Mapping[str, object]]:
    if isinstance(arguments, Mapping | str | bytes) or not isinstance(arguments, Iterable):
        raise ArgumentsInvalid(
            f"`arguments` must be a list of mappings, one a job, not {arguments!r}", argument="arguments"
        )
    return arguments


def _check_mapping(args: object) -> None:
    if not isinstance(args, Mapping):
        raise ArgumentsInvalid(f"`args` must be a mapping of argument names to values, not {args!r}", argument="args")
