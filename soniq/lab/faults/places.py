"""The places at which a fault can strike, as rules over what has been seen on the wire."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from soniq.errors import OptionInvalid
from soniq.lab.tap import Act

When = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Place:
    """A moment in the life of a request or of a job.

    Attributes:
        name: As people say it in code.
        gloss: As people say it in words.
        when: On which side of the act: before the server hears of it, or after the server did it.
        acts: Which acts, each with the act that must have gone before it, if any.
    """

    name: str
    gloss: str
    when: When
    acts: dict[Act, Act | None]

    def is_met(self, when: When, act: Act, seen: Collection[Act]) -> bool:
        """Say whether this is the moment."""
        if when != self.when or act not in self.acts:
            return False
        needed = self.acts[act]
        return needed is None or needed in seen


PLACES: Final[dict[str, Place]] = {
    each.name: each
    for each in (
        Place("before_insert", "before the order is written", "before", {"write": None}),
        Place("after_insert", "after the order is written, in the open transaction", "after", {"write": None}),
        Place(
            "between_the_calls",
            "between writing the order and enqueueing its job",
            "before",
            {"enqueue": "write", "outbox": "write", "begin": "enqueue", "write": "enqueue"},
        ),
        Place("after_enqueue", "after the job is enqueued", "after", {"enqueue": None, "outbox": None}),
        Place("before_commit", "before COMMIT reaches Postgres", "before", {"commit": "write"}),
        Place("after_commit", "after COMMIT, before the answer", "after", {"commit": "write"}),
        Place("before_the_queue", "before the first job reaches the queue", "before", {"enqueue": None}),
        Place("before_the_mark", "after a relay published, before it says so", "before", {"mark": "enqueue"}),
        Place("after_the_mark", "after a relay said what it published, before it commits", "after", {"mark": None}),
        Place("before_the_stock", "before a book leaves the shelf", "before", {"stock": None}),
        Place("before_the_job", "before the worker begins the job", "after", {"claim": None}),
        Place("before_the_effect", "in the job, before the invoice is sent", "before", {"effect": None}),
        Place("after_the_effect", "after the invoice is sent, before the job is recorded", "after", {"effect": None}),
        Place("before_the_record", "before the job's end is recorded", "before", {"done": None, "fail": None}),
        Place("after_the_record", "after the job's end is recorded", "after", {"done": None, "fail": None}),
        Place("after_the_end", "after the job is recorded as done", "after", {"done": None}),
        Place("after_the_rescue", "after a dead worker's jobs are taken from it", "after", {"rescue": None}),
    )
}


def place(name: str) -> Place:
    """Find a place by its name.

    Raises:
        OptionInvalid: There is none; the message suggests the nearest.
    """
    if name not in PLACES:
        near = difflib.get_close_matches(name, PLACES, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise OptionInvalid(f"no fault strikes at {name!r}{meant}", place=name, known=list(PLACES))
    return PLACES[name]
