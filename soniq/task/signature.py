"""What a handler takes: its parameters, their annotations, and which of them is the job's context."""

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from soniq.errors import ArgumentsInvalid, OptionInvalid
from soniq.job.context import JobContext
from soniq.task.resource import Resource, asked_for

if sys.version_info >= (3, 14):
    import annotationlib


@dataclass(frozen=True, slots=True)
class Signature:
    """A handler's parameters, as its jobs see them.

    Attributes:
        annotations: Type of each argument by name, the context left out; Any where there is none.
        required: Those without a default.
        context: The names that receive the `JobContext`.
        resources: What the worker opened for them, by name.
        open_ended: It takes `**kwargs`.
        others: Type of each argument that `**kwargs` takes; Any where there is no annotation.
    """

    annotations: Mapping[str, Any]
    required: frozenset[str]
    context: tuple[str, ...]
    open_ended: bool
    others: Any = Any
    resources: Mapping[str, Resource] = field(default_factory=dict)


def check_callable(name: str, handler: Callable[..., object]) -> None:
    """Refuse a handler that cannot be called by keyword.

    Raises:
        OptionInvalid: It is no callable, yields, or has positional-only parameters without a default.
    """
    if not callable(handler):
        raise OptionInvalid(f"task {name!r} needs a function, not {handler!r}", option="handler")
    try:
        hash(handler)
    except TypeError as error:
        raise OptionInvalid(
            f"task {name!r}: {handler!r} has no hash, so it cannot be found again", option="handler"
        ) from error
    if inspect.isgeneratorfunction(handler) or inspect.isasyncgenfunction(handler):
        raise OptionInvalid(f"task {name!r}: the handler yields, so calling it would run nothing", option="handler")
    for parameter in _parameters(name, handler):
        if parameter.kind is parameter.POSITIONAL_ONLY and parameter.default is parameter.empty:
            raise OptionInvalid(
                f"task {name!r}: parameter `{parameter.name}` is positional-only; arguments are passed by name",
                option="handler",
            )


def always_given(name: str, handler: Callable[..., object]) -> set[str] | None:
    """Name the arguments that every call gives, without reading annotations; None where `**kwargs` takes any."""
    parameters = _parameters(name, handler)
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {one.name for one in parameters if one.kind in named and one.default is one.empty}


def read_signature(name: str, handler: Callable[..., object]) -> Signature:
    """Read a handler's parameters and resolve their annotations.

    Raises:
        ArgumentsInvalid: An annotation names something that is not there at run time.
    """
    hints = _hints(name, handler)
    annotations, required = dict[str, Any](), set[str]()
    context, resources = list[str](), dict[str, Resource]()
    others: Any = None
    for parameter in _parameters(name, handler):
        annotation = hints.get(parameter.name, Any)
        if parameter.kind is parameter.VAR_KEYWORD:
            others = annotation
        elif parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            continue
        elif _is_context(annotation):
            context.append(parameter.name)
        elif resource := asked_for(annotation):
            resources[parameter.name] = resource
        else:
            annotations[parameter.name] = annotation
            if parameter.default is parameter.empty:
                required.add(parameter.name)
    open_ended = others is not None
    others = others if open_ended else Any
    return Signature(annotations, frozenset(required), tuple(context), open_ended, others, resources)


def _parameters(name: str, handler: Callable[..., object]) -> list[inspect.Parameter]:
    try:
        return list(_signature(handler).parameters.values())
    except ValueError as error:
        raise OptionInvalid(f"task {name!r}: {handler!r} does not say what it takes", option="handler") from error


def _signature(handler: Callable[..., object]) -> inspect.Signature:
    if sys.version_info >= (3, 14):  # where reading an annotation may fail until its module is complete
        return inspect.signature(handler, annotation_format=annotationlib.Format.FORWARDREF)
    return inspect.signature(handler)


def _hints(name: str, handler: Callable[..., object]) -> dict[str, Any]:
    target: Any = handler
    while isinstance(target, partial):
        target = target.func
    if not inspect.isroutine(target) and not hasattr(target, "__wrapped__"):
        target = type(target).__call__
    try:
        return _resolved(target)
    except NameError as error:
        raise ArgumentsInvalid(
            f"task {name!r}: an annotation names `{error.name}`, which is not there at run time; "
            "import it outside `if TYPE_CHECKING`, and define it at module level",
            task=name,
        ) from error
    except (AttributeError, SyntaxError, TypeError, ValueError) as error:
        raise ArgumentsInvalid(
            f"task {name!r}: its annotations cannot be read: {type(error).__name__}: {error}", task=name
        ) from error


def _resolved(target: Any) -> dict[str, Any]:
    try:
        return get_type_hints(target, include_extras=True)
    except NameError as error:
        if error.name != JobContext.__name__:
            raise
        # Linters move an import that only annotations need under `if TYPE_CHECKING`.
        return get_type_hints(target, localns={JobContext.__name__: JobContext}, include_extras=True)


def _is_context(annotation: Any) -> bool:
    if annotation is JobContext:
        return True
    if get_origin(annotation) is Annotated:
        return _is_context(get_args(annotation)[0])
    return any(one is JobContext for one in get_args(annotation))
