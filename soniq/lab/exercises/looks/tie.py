"""How an order and its job were tied together, as it was seen on the wire."""

from collections.abc import Mapping
from typing import Final, Literal

from soniq.lab.record import Event, Story

Tie = Literal["one transaction", "two transactions", "by itself", "after the commit", "no job"]
Words = Mapping[Tie, str]

WORDS: Final[dict[Tie, str]] = {
    "one transaction": "The order and its job were written in one transaction.",
    "two transactions": (
        "The order was written in one transaction, the job in another one on a second connection. "
        "These are two transactions: Postgres commits each without the other."
    ),
    "by itself": (
        "The order was written inside a transaction. The job was written on another connection, outside of any "
        "transaction: it was committed by itself at that moment, whatever became of the order."
    ),
    "after the commit": (
        "COMMIT ended the order's transaction first; the job was written after that. "
        "Whatever ends the process between the two leaves an order without a job."
    ),
    "no job": "No job was written at all.",
}


def tie(story: Story) -> Tie:
    """Say how the first order and the first job of a story were written."""
    write, enqueue = _first(story, "write"), _first(story, "enqueue")
    if enqueue is None:
        return "after the commit" if write and _committed_before(story, write, len(story.events)) else "no job"
    if write is None:
        return "by itself"
    if enqueue.tx and enqueue.tx == write.tx:
        return "one transaction"
    if _committed_before(story, write, enqueue.seq):
        return "after the commit"
    return "two transactions" if enqueue.tx else "by itself"


def _first(story: Story, kind: str) -> Event | None:
    return next((event for event in story.events if event.kind == kind), None)


def _committed_before(story: Story, write: Event, seq: int) -> bool:
    """Say whether the order was committed before that event; a statement outside of a transaction is at once."""
    if not write.tx:
        return write.seq < seq
    return any(event.kind == "commit" and event.tx == write.tx and event.seq < seq for event in story.events)
