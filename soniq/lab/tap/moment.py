"""What can be seen on the wire, in the bookshop's words."""

import re
from dataclasses import dataclass
from typing import Final, Literal, Protocol

Act = Literal[
    "begin",
    "commit",
    "rollback",
    "write",  # the order's row
    "take_back",  # an order is deleted again
    "stock",  # a book leaves the shelf
    "enqueue",
    "outbox",  # a note of the job goes into the outbox
    "collect",  # a relay looks into the outbox
    "mark",  # a relay says what it has published
    "cancel",  # a job is deleted from its queue
    "read",  # somebody looks for the order
    "claim",  # a worker takes a job
    "effect",  # an invoice is sent
    "done",  # a worker says that its job ended well
    "fail",  # a worker says that it did not
    "pay",  # money reaches an account
    "charge",  # a payment provider charges a card
    "rescue",  # a worker takes jobs out of dead hands
]

# The first that fits names the statement; what fits none is nobody's business here.
_PATTERNS: Final[tuple[tuple[Act, str], ...]] = (
    ("begin", r"(begin|start transaction)\b"),
    ("commit", r"(commit|end)\b"),
    ("rollback", r"rollback(?! to)\b"),
    ("write", r'insert into "?orders\b'),
    ("take_back", r'delete from "?orders\b'),
    ("stock", r'update "?books\b'),
    ("effect", r'insert into "?invoices\b'),
    ("outbox", r"insert into outbox\b"),
    ("mark", r"(update|delete from) outbox(_cursor)?\b"),
    ("enqueue", r"insert into soniq\.jobs\b"),
    ("enqueue", r"with here as .* insert into soniq\.jobs\b"),
    ("done", r"with ours as .* insert into soniq\.job_history\b.* select .* 'done'"),
    ("fail", r"with ours as .* insert into soniq\.job_history\b"),
    ("rescue", r"with dead as .* soniq\.jobs\b"),
    ("pay", r'update "?accounts\b.*\+'),
    ("claim", r"update soniq\.jobs set state = 'processing'"),
    ("claim", r"update queue set token\b"),  # a queue that somebody made at home
    ("done", r'(with .* )?update "?queue\b'),
    ("collect", r"select .* from outbox\b"),
    ("read", r'select .* from "?orders\b'),
)
_COMMENT: Final = re.compile(r"^\s*--.*$", re.M)
_STATEMENTS: Final = [(act, re.compile(pattern, re.I)) for act, pattern in _PATTERNS]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that a process asks of a server.

    Attributes:
        act: What it is about.
        line: Which connection it came on.
        answer: What the server said: "ok", or the constraint or error that refused it; empty before.
        rows: How many rows the statement touched, or jobs, where it ends or rescues some.
        about: The order that it names, where the wire tells.
    """

    act: Act
    line: str
    answer: str = ""
    rows: int = 0
    about: int | None = None


class Observer(Protocol):
    """Told of each moment; while it thinks, the process waits and nothing moves on that connection."""

    async def passing(self) -> None:
        """Hear of each message of the client's, whatever it is, before the server does."""

    async def before(self, moment: Moment) -> None:
        """Hear of it before the server does. Raise `Cut` to let it never arrive."""

    async def after(self, moment: Moment) -> None:
        """Hear of it after the server did it, before the process is told. Raise `Cut` to let nobody be told."""

    async def gone(self, line: str) -> None:
        """Hear that a connection has ended, on both sides."""


class Cut(Exception):
    """The connection ends here."""


def classify(statement: str) -> Act | None:
    """Say what a statement is about, None for what the story does not need."""
    words = " ".join(_COMMENT.sub("", statement).split())
    return next((act for act, pattern in _STATEMENTS if pattern.match(words)), None)
