"""The two directions of a handler's annotations, with pydantic: values to JSON, and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, Final, NotRequired

from pydantic import BaseModel, ConfigDict, PydanticUndefinedAnnotation, PydanticUserError, TypeAdapter
from typing_extensions import TypedDict

from soniq.errors import ArgumentsInvalid
from soniq.task.resource import Resource
from soniq.task.signature import Signature, read_signature

# Strict: "7" is no int and 7 no text; what JSON makes of a type is read back as that type.
STRICT: Final = ConfigDict(
    strict=True,
    allow_inf_nan=False,
    # A parameter of any class may have a default; what cannot be encoded is refused when it is passed.
    arbitrary_types_allowed=True,
    ser_json_bytes="base64",
    val_json_bytes="base64",
    ser_json_inf_nan="constants",
)
# By the names that are read back, without what is computed; a value of another type is found by reading back.
AS_READ_BACK: Final[dict[str, Any]] = {"by_alias": True, "round_trip": True, "warnings": False}
SIMPLE: Final = (int, str, bool)
# What pydantic raises at an annotation of which it can make nothing.
UNUSABLE: Final = (PydanticUserError, PydanticUndefinedAnnotation, TypeError)


@dataclass(frozen=True, slots=True)
class Contract:
    """How the arguments of one handler are checked, encoded and rebuilt.

    Attributes:
        check: Values as they were passed to values of the annotated types; raises pydantic's ValidationError.
        dump: Checked values to JSON.
        load: JSON to values.
        spread: Loaded values to keyword arguments.
        context: The parameters that receive the `JobContext`.
        resources: The parameters for which a worker opened something.
        simple: It takes only what JSON has as it is: text, whole numbers, true and false.
    """

    check: Callable[[Mapping[str, object]], Any]
    dump: Callable[[Any], bytes]
    load: Callable[[str | bytes], Any]
    spread: Callable[[Any], dict[str, Any]]
    context: tuple[str, ...]
    simple: bool = False
    resources: Mapping[str, Resource] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def contract(name: str, handler: Callable[..., object], model: type[BaseModel] | None) -> Contract:
    """Build the contract of a handler, once: the first one costs pydantic about 70 ms.

    Raises:
        ArgumentsInvalid: Pydantic can make nothing of an annotation, or `model` does not fit the handler.
    """
    signature = read_signature(name, handler)
    return _of_signature(name, signature) if model is None else _of_model(name, model, signature)


def _of_signature(name: str, signature: Signature) -> Contract:
    try:
        adapter = _adapter(signature)
    except UNUSABLE as error:
        raise ArgumentsInvalid(_culprit(name, signature, error), task=name) from error
    dump = partial(adapter.serializer.to_json, **AS_READ_BACK)
    simple = not signature.open_ended and all(kind in SIMPLE for kind in signature.annotations.values())
    return Contract(
        adapter.validator.validate_python,
        dump,
        adapter.validator.validate_json,
        dict,
        signature.context,
        simple,
        signature.resources,
    )


def _adapter(signature: Signature) -> TypeAdapter[Any]:
    fields = {
        argument: annotation if argument in signature.required else NotRequired[annotation]
        for argument, annotation in signature.annotations.items()
    }
    others: Any = {"extra_items": signature.others} if signature.open_ended else {}
    arguments: Any = TypedDict("arguments", fields, **others)  # type: ignore[misc]  # made at run time
    config = ConfigDict(extra="allow" if signature.open_ended else "forbid", **STRICT)
    # Under a union the configuration is the root's, where it also says how bytes are written.
    return TypeAdapter[Any](arguments | None, config=config)


def _of_model(name: str, model: type[BaseModel], signature: Signature) -> Contract:
    holders = [argument for argument, annotation in signature.annotations.items() if annotation is model]
    if not holders:
        _check_fields(name, model, signature)

    def spread(loaded: BaseModel) -> dict[str, Any]:
        if holders:
            return {holders[0]: loaded}
        return {one: getattr(loaded, one) for one in loaded.model_fields_set}

    return Contract(*model_directions(model), spread, signature.context, resources=signature.resources)


def _check_fields(name: str, model: type[BaseModel], signature: Signature) -> None:
    takes, fields = signature.annotations.keys(), model.model_fields.keys()
    surplus = set() if signature.open_ended else fields - takes
    for one in sorted(surplus | (signature.required - fields)):
        has, lacks = ("handler", model.__name__) if one in takes else (model.__name__, "handler")
        raise ArgumentsInvalid(f"task {name!r}: `{one}` is in the {has}, and not in the {lacks}", task=name)


def model_directions(
    model: type[BaseModel],
) -> tuple[Callable[[Mapping[str, object]], Any], Callable[[Any], bytes], Callable[[str | bytes], Any]]:
    """Return check, dump and load of a user's own model, by that model's own configuration."""
    # A default stays out, for the handler to have its own; what is made anew each time is made once, here.
    made = {one for one, info in model.model_fields.items() if info.default_factory is not None}

    def dump(value: BaseModel) -> bytes:
        return value.model_dump_json(include=value.model_fields_set | made, **AS_READ_BACK).encode()

    return model.model_validate, dump, model.model_validate_json


def _culprit(name: str, signature: Signature, error: Exception) -> str:
    for argument, annotation in signature.annotations.items():
        try:
            _adapter(replace(signature, annotations={argument: annotation}, others=Any))
        except UNUSABLE as its_own:
            return f"task {name!r}: argument `{argument}` is annotated {annotation!r}: {_first_line(its_own)}"
    return f"task {name!r}: its annotations: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
