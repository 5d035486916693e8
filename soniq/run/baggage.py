"""Pack what a handler takes, returns and raises for its way between two processes, and unpack it."""

import pickle
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import from_json

from soniq.job import JobContext
from soniq.run.messages import Answer, Raised, Returned
from soniq.run.result import UNRUN, encode_result
from soniq.run.safe_text import describe, trace


class InChild(Exception):
    """The traceback of the child process, as the cause of what it raised."""

    def __str__(self) -> str:
        return f'\n"""\n{self.args[0]}"""'


def pack_arguments(arguments: dict[str, Any]) -> bytes:
    """Pack keyword arguments; of a `JobContext` go the facts.

    Raises:
        Exception: An argument cannot be pickled.
    """
    plain = {name: _facts(value) if isinstance(value, JobContext) else value for name, value in arguments.items()}
    return pickle.dumps(plain, pickle.HIGHEST_PROTOCOL)


def pack_result(value: Any) -> Answer:
    """Pack what a handler returned: what cannot be pickled as the JSON that becomes of it anyway."""
    if isinstance(value, UNRUN):
        return pack_error(TypeError(f"the handler returned a {type(value).__name__} and ran nothing of it"))
    try:
        return Returned(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    except Exception:  # noqa: BLE001  # pickling calls into the user's objects
        text = encode_result(value)
        return Returned(pickle.dumps(None if text is None else from_json(text)))


def pack_error(error: BaseException) -> Raised:
    """Pack what a handler raised: the exception itself, or where it cannot travel one that says the same."""
    says = describe(error)
    for one in (error, Bare(type(error), says)):
        try:
            data = pickle.dumps(one, pickle.HIGHEST_PROTOCOL)
            pickle.loads(data)
        except Exception:  # noqa: BLE001  # pickling calls into the user's objects
            continue
        return Raised(data, trace(error))
    return Raised(pickle.dumps(RuntimeError(says)), trace(error))


def unpack(answer: Answer) -> Any:
    """Return what a handler returned, or raise what it raised, with the child's traceback as its cause."""
    if isinstance(answer, Returned):
        return pickle.loads(answer.result)
    error: BaseException | Bare = pickle.loads(answer.error)
    raise (error.dressed() if isinstance(error, Bare) else error) from InChild(answer.traceback)


def _facts(context: JobContext) -> JobContext:
    return replace(context, _effects=None, _link=None)


@dataclass(frozen=True, slots=True)
class Bare:
    """An exception that cannot travel, without what it holds: its class is enough for the rules that go by that.

    Attributes:
        kind: Its class.
        says: Its text.
    """

    kind: type[BaseException]
    says: str

    def dressed(self) -> BaseException:
        """Make an exception of that class, past its constructor."""
        error = self.kind.__new__(self.kind)
        error.args = (self.says.removeprefix(f"{self.kind.__name__}: "),)
        return error
