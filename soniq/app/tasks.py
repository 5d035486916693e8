"""Declare tasks: `@app.job(…)`, and what it makes of a function."""

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Generic, ParamSpec, TypeVar

from pydantic import BaseModel

from soniq.app.core import Core
from soniq.enqueue.options import When, check_priority, check_queue
from soniq.errors import OptionInvalid
from soniq.job import JobId
from soniq.job.numbers import check_seconds, check_whole
from soniq.task.arguments import check_handler
from soniq.task.definition import Retries, Task
from soniq.task.importable import PROGRAM, check_declared
from soniq.task.limit import check_limit
from soniq.task.options import Raised
from soniq.task.unique import Unique, check_unique

P = ParamSpec("P")
R = TypeVar("R")
Delay = float | timedelta | Sequence[float | timedelta]


def _unset() -> None: ...


NAMELESS: Final = Task("", _unset)  # until a function is decorated


class TaskHandle(Generic[P, R]):
    """A handler that can be called as before, and enqueued."""

    def __init__(self, app: Any, task: Task, handler: Callable[P, R], options: Mapping[str, Any]) -> None:
        functools.update_wrapper(self, handler)
        self._app, self._task, self._handler, self._options = app, task, handler, dict(options)
        self.__soniq_handler__ = handler  # what a child process finds by its import path

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the handler here and now, as if it were no task."""
        return self._handler(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<task {self._task.name!r}>"

    @property
    def name(self) -> str:
        """The task's name."""
        return self._task.name

    async def enqueue(self, /, **kwargs: object) -> JobId:
        """Enqueue one job of this task with the options given to `options()`; see `Soniq.enqueue`."""
        job_id: JobId = await self._app.enqueue(self, args=kwargs, **self._options)
        return job_id

    def options(  # noqa: PLR0913  # the published signature
        self,
        *,
        queue: str | None = None,
        priority: int | None = None,
        scheduled_at: When | None = None,
        concurrency_key: str | None = None,
        concurrency: int | None = None,
        unique: bool | Unique | None = None,
        dedup_key: str | None = None,
        connection: object | None = None,
    ) -> "TaskHandle[P, R]":
        """Return the same task with options for its next enqueues; see `Soniq.enqueue`."""
        given = {
            "queue": queue,
            "priority": priority,
            "scheduled_at": scheduled_at,
            "concurrency_key": concurrency_key,
            "concurrency": concurrency,
            "unique": unique,
            "dedup_key": dedup_key,
            "connection": connection,
        }
        named = {name: value for name, value in given.items() if value is not None}
        return TaskHandle(self._app, self._task, self._handler, {**self._options, **named})


class TaskVerbs(Core):
    """Registers handlers."""

    def job(  # noqa: PLR0913  # the published signature
        self,
        handler: None = None,
        /,
        *,
        name: str | None = None,
        queue: str = "default",
        priority: int | None = None,
        retries: int | None = None,
        max_retries: int | None = None,
        retry_delay: Delay | None = None,
        retry_backoff: bool = False,
        retry_max_delay: float | timedelta | None = None,
        retry_on: Raised | None = None,
        discard_on: Raised = (),
        timeout: float | timedelta | None = None,
        result_ttl: float | timedelta | None = None,
        process: bool = False,
        transactional: bool = False,
        concurrency: int | None = None,
        concurrency_key: str | None = None,
        unique: bool | Unique = False,
        dedup_key: str | None = None,
        validate: type[BaseModel] | None = None,
        args_model: type[BaseModel] | None = None,
    ) -> Callable[[Callable[P, R]], TaskHandle[P, R]]:
        """Make a function a task.

        Args:
            handler: Nothing: it is there to say what `@app.job` without parentheses lacks.
            name: Its name in the database; `module.qualname` by default, where the program that is run is a
                module like any other. Name what other services enqueue.
            queue: Where its jobs go.
            priority: 1 to 1000, lower first; SONIQ_PRIORITY by default.
            retries: Further runs after a failure, at most; SONIQ_MAX_RETRIES by default.
            max_retries: The same, under its other published name.
            retry_delay: Seconds (or a timedelta) before a retry; a list gives the 1st, 2nd, …, the last one holds on.
                By default the app's `retry_policy` says, and without one the retry is at once.
            retry_backoff: Double the delay with every retry.
            retry_max_delay: Seconds at most between two attempts.
            retry_on: Exception classes that may be tried again; any other one makes a dead letter at once.
            discard_on: Exception classes that make a dead letter at once.
            timeout: Seconds an attempt may take; SONIQ_JOB_TIMEOUT by default, 0 for no limit.
            result_ttl: Seconds for which a result can be read, 0 to keep none; SONIQ_RESULT_TTL by default.
            process: Run a plain function in a child process of the worker, for work that keeps a CPU busy: its
                time-out, a cancellation and the shutdown's limit end it, whatever it does. It must be importable.
            transactional: Refuse an enqueue without `connection=`.
            concurrency: How many of its jobs run at once, over all workers: in all, or of each `concurrency_key`.
            concurrency_key: What they share that limit by, with `{argument}` where an argument's value goes, such
                as `customer:{customer_id}`; jobs of other tasks with an equal key count too. Alone it means 1.
            unique: Write no job while another one with equal arguments is queued or runs; a `Unique` says otherwise
                for how long. The enqueue then returns that one's id.
            dedup_key: By what they are equal in place of all arguments, with `{argument}` where an argument's value
                goes. Alone it means `unique=True`.
            validate: A pydantic model that checks the arguments in place of the annotations.
            args_model: The same, under its other published name.

        Raises:
            OptionInvalid: An option is out of range, the function's signature cannot be a contract, or no other
                process could import what is marked `process=True`.
            InvalidTaskName: The name does not match SONIQ_TASK_NAME_PATTERN.
            DuplicateTask: Another function has that name.
        """
        _check_parentheses(handler)
        own = _retries((retries, max_retries, self._settings.max_retries), retry_delay, retry_backoff, retry_max_delay)
        base = replace(NAMELESS, transactional=transactional, process=process, unique=check_unique(unique, dedup_key))
        nameless = replace(
            base,
            queue=check_queue(queue),
            priority=self._settings.priority if priority is None else check_priority(priority),
            retries=_narrowed(own, retry_on, discard_on),
            timeout=None if timeout is None else check_seconds("timeout", timeout),
            limit=check_limit(concurrency, concurrency_key),
            args_model=_model(validate or args_model),
            result_ttl=self._settings.result_ttl if result_ttl is None else check_seconds("result_ttl", result_ttl),
        )
        return lambda handler: self._register(nameless, name, handler)

    def _register(self, nameless: Task, name: str | None, handler: Callable[P, R]) -> TaskHandle[P, R]:
        full_name = f"{_module(handler)}.{handler.__qualname__}" if name is None else name
        task = replace(nameless, name=full_name, handler=handler)
        check_handler(task)
        check_declared(task)
        self._registry.add(task)
        return TaskHandle(self, task, handler, {})


def _check_parentheses(handler: object) -> None:
    if handler is not None:
        raise OptionInvalid("write `@app.job()`, with parentheses, above a function", option="handler")


def _module(handler: Callable[..., object]) -> str:
    """Name a handler's module as a worker imports it: a program that is run calls itself `__main__`."""
    if handler.__module__ not in PROGRAM:
        return handler.__module__
    main = sys.modules[handler.__module__]
    if spec := getattr(main, "__spec__", None):  # python -m shop.jobs
        return str(spec.name).removesuffix(".__main__")
    file = getattr(main, "__file__", None)  # none in a notebook
    return Path(file).stem if file else handler.__module__


def _model(model: object) -> type[BaseModel] | None:
    if model is None or (isinstance(model, type) and issubclass(model, BaseModel)):
        return model
    raise OptionInvalid(f"`args_model` must be a class of pydantic's BaseModel, not {model!r}", option="args_model")


def _retries(
    limits: Sequence[object], delay: Delay | None, backoff: bool, max_delay: float | timedelta | None
) -> Retries:
    limit = check_whole("retries", next(one for one in limits if one is not None), 0, 1000)
    delays = () if delay is None else delay if isinstance(delay, list | tuple) else [delay]
    if delay is not None and not delays:
        raise OptionInvalid("`retry_delay` is an empty list; 0 retries at once", option="retry_delay")
    return Retries(
        limit,
        tuple(check_seconds("retry_delay", one) for one in delays),
        backoff,
        None if max_delay is None else check_seconds("retry_max_delay", max_delay),
    )


def _narrowed(rules: Retries, retry_on: Raised | None, discard_on: Raised) -> Retries:
    only_on = None if retry_on is None else _classes("retry_on", retry_on)
    return replace(rules, only_on=only_on, never_on=_classes("discard_on", discard_on))


def _classes(option: str, given: object) -> tuple[type[BaseException], ...]:
    classes = tuple(given) if isinstance(given, list | tuple) else (given,)
    for one in classes:
        if not isinstance(one, type) or not issubclass(one, BaseException):
            raise OptionInvalid(f"`{option}` must be exception classes, not {one!r}", option=option)
    return classes
