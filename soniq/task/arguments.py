"""Check arguments against the handler's annotations, encode them, and rebuild them when run."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticSerializationError, from_json, to_json

from soniq.errors import ArgumentsInvalid, ResourceFailed
from soniq.job.context import JobContext
from soniq.task.contract import Contract, contract, model_directions
from soniq.task.definition import Task
from soniq.task.key import check_arguments
from soniq.task.limit import KEY
from soniq.task.resource import Resource
from soniq.task.signature import always_given, check_callable
from soniq.task.survival import parting
from soniq.task.unique import DEDUP_KEY
from soniq.task.wire import TOO_DEEP, dump_plain, faults, is_suspect, plain_faults, shown, spell_out

SHOWN_ERRORS: Final = 3
SHORT_BYTES: Final = 1_000  # within any limit that can be set, and within the digits that an integer may have
NOTHING_OPENED: Final[Mapping[Resource, Any]] = MappingProxyType({})
NUL: Final = b"\\u0000"


def check_handler(task: Task) -> None:
    """Refuse a handler that cannot be called by keyword; annotations are read when first needed.

    Raises:
        OptionInvalid: It is no callable, has positional-only parameters, or lacks what the template of a key names.
    """
    check_callable(task.name, task.handler)
    for option, rule in ((KEY, task.limit), (DEDUP_KEY, task.unique)):
        if rule is None or rule.template is None:
            continue
        given = _always_given(task)
        if given is not None:
            check_arguments(task.name, rule.template, option, given)


def _always_given(task: Task) -> set[str] | None:
    if task.args_model is None:
        return always_given(task.name, task.handler)
    fields = task.args_model.model_fields.items()
    return {info.serialization_alias or info.alias or name for name, info in fields if info.is_required()}


def encode(task: Task, given: Mapping[str, object], limit_bytes: int) -> str:
    """Check a call's arguments and encode them as JSON text of an object.

    What is read back must equal what was given; where it would not (a UUID under `str | UUID`, a tuple
    under `Any`), the call is refused rather than changed.

    Args:
        task: Whose handler's annotations, or `args_model`, they have to fit.
        given: The arguments by name; a default that is left out stays out.
        limit_bytes: Size at most, as JSON in UTF-8.

    Raises:
        ArgumentsInvalid: One is missing, surplus, of another type, or cannot travel; the message names it.
    """
    rules = contract(task.name, task.handler, task.args_model)
    if rules.context or rules.resources:
        _check_unfilled(task.name, rules, given)
    return _encoded(task.name, rules, given, limit_bytes)


def _check_unfilled(name: str, rules: Contract, given: Mapping[str, object]) -> None:
    for argument in given:
        if argument in rules.context or argument in rules.resources:
            what = rules.resources.get(argument, "the JobContext")
            raise _invalid(name, f"`{argument}` is no argument of a call: the worker fills it, with {what}")


def encode_plain(name: str, given: Mapping[str, object], model: type[BaseModel] | None, limit_bytes: int) -> str:
    """Encode arguments of a task that another service runs.

    Args:
        name: The task's name.
        given: The arguments by name.
        model: What they have to fit; None takes plain JSON values only.
        limit_bytes: Size at most, as JSON in UTF-8.

    Raises:
        ArgumentsInvalid: One does not fit or cannot travel; the message names it.
    """
    if model is not None:
        return _encoded(name, Contract(*model_directions(model), dict, ()), given, limit_bytes)
    for argument, value in given.items():
        for fault in plain_faults({argument: value}, ""):
            raise _invalid(name, fault)
    return _within(name, dump_plain(dict(given)), limit_bytes)


def decode(
    task: Task, args: str, context: JobContext, opened: Mapping[Resource, Any] = NOTHING_OPENED
) -> dict[str, Any]:
    """Rebuild the keyword arguments of a handler.

    Args:
        task: Whose handler.
        args: JSON text of an object.
        context: For the parameters annotated `JobContext`.
        opened: The worker's resources, for the parameters that ask for them.

    Raises:
        ResourceFailed: A parameter asks for a resource that was declared on no app of this worker.
        ArgumentsInvalid: They do not fit the handler, as when its signature changed since the enqueue.
    """
    rules = contract(task.name, task.handler, task.args_model)
    try:
        arguments = rules.spread(rules.load(args))
    except ValidationError as error:
        raise _invalid(task.name, _explained(error)) from error
    for name in rules.context:
        arguments[name] = context
    for name, resource in rules.resources.items():
        if resource not in opened:
            raise ResourceFailed(f"task {task.name!r}: {resource} was not declared on this app", task=task.name)
        arguments[name] = opened[resource]
    return arguments


def _encoded(name: str, rules: Contract, given: Mapping[str, object], limit_bytes: int) -> str:
    try:
        values = rules.check(given if type(given) is dict else dict(given))
        data = rules.dump(values)
    except ValidationError as error:
        raise _invalid(name, _explained(error)) from error
    except (PydanticSerializationError, UnicodeEncodeError, ValueError, TypeError, RecursionError) as error:
        raise _invalid(name, next(_reasons(given), f"cannot be encoded as JSON: {error}")) from error
    if rules.simple and len(data) <= SHORT_BYTES and NUL not in data:
        return data.decode()  # a third of the cost: such values come back as they went
    if is_suspect(data):
        for fault in faults(json.loads(data), ""):
            raise _invalid(name, fault)
    _check_exact(name, given, values)
    _check_survival(name, rules, values, data)
    return _within(name, data, limit_bytes)


def _check_exact(name: str, given: Mapping[str, object], values: Any) -> None:
    """Refuse a whole number that its annotation, `float`, cannot hold: from 2**53 on it would be another one."""
    for argument, value in given.items():
        held = values.get(argument) if isinstance(values, dict) else None
        if type(value) is int and isinstance(held, float) and held == float(value) != value:
            raise _invalid(name, f"`{argument}`: {value} has no exact value as a float; annotate it `int`")


def _check_survival(name: str, rules: Contract, values: Any, data: bytes) -> None:
    try:
        back = rules.load(data)
    except ValidationError as error:
        unreadable = _unreadable(values) if _is_unreadable(error) else None
        raise _invalid(name, unreadable or "would not survive the trip: " + _explained(error)) from error
    found = parting(values, back) if isinstance(values, dict) else parting(dict(values), dict(back))
    if found is not None:
        raise _invalid(
            name,
            f"{found.path}: {shown(found.sent)} ({type(found.sent).__name__}) would come back as "
            f"{shown(found.back)} ({type(found.back).__name__}); annotate it with its own type, or pass what JSON has",
        )


def _within(name: str, data: bytes, limit_bytes: int) -> str:
    data = spell_out(data)
    if len(data) > limit_bytes:
        sizes = {argument: len(dump_plain(value)) for argument, value in json.loads(data).items()}
        largest = max(sizes, key=sizes.__getitem__)
        raise _invalid(
            name,
            f"the payload of {len(data):,} bytes is over the limit of {limit_bytes:,}; the largest argument is "
            f"`{largest}` with {sizes[largest]:,}: store it and pass its id",
        )
    return data.decode()


def _reasons(given: Mapping[str, object]) -> Iterator[str]:
    for argument, value in given.items():
        try:
            yield from faults(value, str(argument))
            to_json(value)
        except RecursionError:
            yield f"{argument}: {TOO_DEEP}"
        except (PydanticSerializationError, UnicodeEncodeError, ValueError, TypeError) as error:
            yield f"{argument}: {shown(value)} cannot be encoded as JSON: {error}"


def _is_unreadable(error: ValidationError) -> bool:
    return any(one["type"] == "json_invalid" for one in error.errors(include_url=False, include_input=False))


def _unreadable(values: Any) -> str | None:
    """Name the argument whose JSON pydantic wrote and cannot read: by its depth, or by its digits."""
    for argument, value in dict(values).items():
        try:
            from_json(to_json(value, by_alias=True, bytes_mode="base64"))
        except ValueError as error:
            return f"{argument}: {shown(value)} cannot be read back from JSON: {error}"
    return None


def _explained(error: ValidationError) -> str:
    all_of_them = error.errors(include_url=False)
    more = len(all_of_them) - SHOWN_ERRORS
    sentences = [_sentence(one) for one in all_of_them[:SHOWN_ERRORS]] + ([f"and {more:,} more"] if more > 0 else [])
    return "; ".join(sentences)


def _sentence(one: ErrorDetails) -> str:
    path = _path(one["loc"])
    match one["type"]:
        case "missing":
            return f"argument `{path}` is missing"
        case "extra_forbidden":
            return f"`{path}` is no argument of this task"
    return f"`{path}`: {one['msg']}, not {shown(one['input'])} ({type(one['input']).__name__})"


def _path(parts: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return path.removeprefix(".") or "arguments"


def _invalid(name: str, reason: str) -> ArgumentsInvalid:
    return ArgumentsInvalid(f"task {name!r}: {reason}", task=name)
