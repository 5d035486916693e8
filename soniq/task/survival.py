"""Whether a value came back from its trip through JSON as it went."""

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel


@dataclasses.dataclass(frozen=True, slots=True)
class Parting:
    """Where a value came back as another one.

    Attributes:
        path: The argument and the way into it, such as `order.lines[2].price`.
        sent: What went out there.
        back: What came back.
    """

    path: str
    sent: Any
    back: Any


def parting(sent: Any, back: Any, path: str = "") -> Parting | None:
    """Find the first place where the two are not equal, None where they are.

    Objects that say they are not equal are compared by what they hold.
    """
    if _equal(sent, back) or _same_moment(sent, back):
        return None
    inside = _inside(sent, back)
    if inside is None:
        return Parting(path.removeprefix("."), sent, back)
    found = (parting(one, other, path + step) for step, one, other in inside)
    return next((one for one in found if one is not None), None)


def _inside(sent: Any, back: Any) -> list[tuple[str, Any, Any]] | None:
    if type(sent) is not type(back):
        return None
    match sent:
        case dict() if sent.keys() == back.keys():
            return [(f".{key}", value, back[key]) for key, value in sent.items()]
        case list() | tuple() if len(sent) == len(back):
            return [(f"[{index}]", *pair) for index, pair in enumerate(zip(sent, back, strict=True))]
        case _ if _is_transparent(sent):
            held, came = _held(sent), _held(back)
            return [(f".{name}", held.get(name), came.get(name)) for name in held.keys() | came.keys()]
    return None


def _same_moment(sent: Any, back: Any) -> bool:
    """Compare moments in the hour that a clock change repeats: Python calls two zones' times there unequal."""
    if not isinstance(sent, datetime) or not isinstance(back, datetime):
        return False
    here, there = sent.utcoffset(), back.utcoffset()
    if here is None or there is None:
        return False
    apart: timedelta = sent.replace(tzinfo=None) - back.replace(tzinfo=None)
    return apart == here - there


def _is_transparent(value: Any) -> bool:
    comparison: Any = type(value).__eq__
    return comparison is object.__eq__ or isinstance(value, BaseModel) or dataclasses.is_dataclass(value)


def _equal(sent: Any, back: Any) -> bool:
    try:
        return bool(sent == back)
    except Exception:  # noqa: BLE001  # a user's __eq__ may do anything
        return False


def _held(value: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    names = [*getattr(value, "__dict__", ()), *getattr(type(value), "__slots__", ())]
    return {name: getattr(value, name, None) for name in names}
