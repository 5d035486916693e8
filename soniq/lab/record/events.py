"""The events of one run and the story that they make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypedDict, get_args

from soniq.lab.record.verdict import Verdict

Lane = Literal["request", "postgres", "relay", "queue", "worker"]
Store = Literal["postgres", "queue"]
Kind = Literal[
    "begin",  # a transaction starts
    "commit",
    "rollback",
    "write",  # a fact inside a transaction: "order 1043"
    "read",  # a look at a store; `found` says what came back
    "enqueue",  # a message to the queue, or a job row into Postgres
    "refuse",  # a call that a store turned down: the broker said no, a constraint said no
    "kill",  # the process died; no line of its code ran after this
    "freeze",  # the process stands still, and does not know it
    "wake",  # it goes on where it stood
    "run",  # a worker takes a job
    "effect",  # something left the building: an invoice was sent
    "fail",  # a job failed in a worker that lives on
    "done",  # a job ended well
    "note",  # a remark
]

LANES: Final[tuple[Lane, ...]] = get_args(Lane)
LANE_NAMES: Final[dict[Lane, str]] = {
    "request": "Request",
    "postgres": "Postgres",
    "relay": "Relay",
    "queue": "Queue",
    "worker": "Worker",
}
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Details(TypedDict, total=False):
    """What an event may say besides its kind, its lane and its label.

    Attributes:
        actor: The process that acts; the name that its parent gave it, else its process id.
        tx: Any name of the transaction, the same from its begin to its end.
        subject: The fact it is about: "order 1043".
        store: The system that was touched, where the kind does not say it: `enqueue` means the queue
            unless this says "postgres"; `run` takes from the queue if the story has one.
        found: For `read`: whether there was a row.
    """

    actor: str
    tx: str
    subject: str
    store: Store
    found: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        seq: Its place in the run, from 0; strict over all processes.
        kind: What happened.
        lane: Who acted: the request, the relay of an outbox, or the worker; a store for what happened inside it.
        label: The words beside the mark; empty lets the drawing choose.
        at_ns: The machine's monotonic clock, the same for all processes.
        wall: The time of day.
        actor, tx, subject, store, found: See `Details`; empty or None where not said.
    """

    seq: int
    kind: Kind
    lane: Lane
    label: str
    at_ns: int
    wall: datetime
    actor: str
    tx: str = ""
    subject: str = ""
    store: Store | None = None
    found: bool | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One recorded run: its events in order, and how it ended.

    Attributes:
        title: What was tried, in one line.
        events: Everything that was recorded, in the order in which it happened.
        verdict: None until somebody has looked at the systems and judged.
        lanes: Lanes that are there whether or not anything happened in them, and what each is called.
    """

    title: str
    events: tuple[Event, ...]
    verdict: Verdict | None = None
    lanes: Mapping[Lane, str] = field(default_factory=dict)
