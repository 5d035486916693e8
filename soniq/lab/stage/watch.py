"""Record what a process does, from what is seen on the wire."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from soniq.lab.faults import Countdown, Trap, When
from soniq.lab.record import Kind, Lane, Recorder, Store
from soniq.lab.shop.order import Order
from soniq.lab.tap import Act, Moment

OK: Final = "ok"
Words = tuple[Kind, str]
NOTHING_MORE: Final[Mapping[Act, Words]] = MappingProxyType({})
TOLD: Final[dict[Act, Words]] = {
    "write": ("write", "insert order {number}"),
    "enqueue": ("enqueue", "enqueue invoice {number}"),
    "outbox": ("write", "outbox: invoice {number}"),
    "take_back": ("write", "delete order {number}"),
    "cancel": ("write", "delete the job"),
    "collect": ("read", "outbox?"),
    "mark": ("write", "mark as published"),
    "read": ("read", "order {number}?"),
    "claim": ("run", "job: invoice {number}"),
    "effect": ("effect", "invoice {number} to {customer}"),
    "done": ("done", "done"),
    "fail": ("fail", "the job failed"),
    "pay": ("write", "30 to Grace"),
    "charge": ("effect", "charge {customer} 30"),
    "rescue": ("note", "the other is silent"),
}
FOUND_NOTHING: Final[set[Act]] = {"claim", "rescue"}  # of no interest where they touched no row
ENDS_OF_A_JOB: Final[set[Act]] = {"done", "fail"}
CLAIM_LOST: Final = "division by zero"  # what Soniq's statement makes of a transaction whose claim is lost
KNOWN_ALREADY: Final[dict[Act, str]] = {
    "effect": "the invoice is there already",
    "charge": "the provider knows the key",
}
IN_A_STORE: Final = {"enqueue", "run", "write"}
OUT_OF_STOCK: Final = "in_stock"
ANSWERED_BY_ROLLBACK: Final = "COMMIT, answered by ROLLBACK"


class Watch:
    """Sees everything that one process asks of the two systems, and lets a trap strike.

    Args:
        recorder: Where it is written down.
        lane: Whose lane the process has.
        actor: Which of several on that lane.
        order: What all this is about.
        told: What is told besides the usual, and how: `{"stock": ("write", "take a book")}`.

    Attributes:
        actor, order: As given.
        trap: What lies in wait, if anything.
        seen: What has happened so far.
        messages: How many the process sent.
    """

    def __init__(
        self, recorder: Recorder, lane: Lane, actor: str, order: Order, told: Mapping[Act, Words] = NOTHING_MORE
    ) -> None:
        self._recorder, self._lane, self.actor, self.order = recorder, lane, actor, order
        self._told, self._foretold = {**TOLD, **told}, told.keys()
        self._open: dict[str, str] = {}  # a line's transaction, once it is begun
        self._shown: set[str] = set()  # transactions in which something of interest happened
        self._committing: set[str] = set()  # lines on which COMMIT was asked for
        self._count = 0
        self._dead = False
        self._store: Store = "postgres"
        self.trap: Trap | Countdown | None = None
        self.seen: set[Act] = set()
        self.messages = 0

    async def passing(self) -> None:
        """Count the message, and let a trap that counts strike."""
        self.messages += 1
        if self.trap is not None:
            await self.trap.pass_by()

    async def before(self, moment: Moment) -> None:
        """Let the trap strike before the server hears of it."""
        if moment.act == "commit":
            self._committing.add(moment.line)
        if moment.act in self._foretold:
            self._transaction(moment)  # it began before whatever the trap does here
        await self._spring("before", moment)

    async def after(self, moment: Moment) -> None:
        """Write down what happened, then let the trap strike."""
        if moment.answer != OK:
            self._tell_refusal(moment)
        elif moment.rows or moment.act not in FOUND_NOTHING:
            self.seen.add(moment.act)
            self._tell(moment)
            await self._spring("after", moment)

    async def gone(self, line: str) -> None:
        """Write down that Postgres rolled back what a lost connection left open."""
        tx = self._open.pop(line, "")
        if tx in self._shown and not self._dead:  # of a dead process the drawing says so by itself
            self._recorder.record("rollback", "postgres", tx=tx, actor=self.actor)

    def tell_death(self) -> None:
        """Write down that the process is killed now."""
        self._dead = True
        self._recorder.record("kill", self._lane, "SIGKILL", actor=self.actor)

    def tell_freeze(self) -> None:
        """Write down that the process stands still from now on."""
        self._recorder.record("freeze", self._lane, "SIGSTOP", actor=self.actor)

    def tell_wake(self) -> None:
        """Write down that it goes on."""
        self._recorder.record("wake", self._lane, "SIGCONT", actor=self.actor)

    def tell_loss(self) -> None:
        """Write down that the connection on which something was asked is lost."""
        self.tell_refusal("connection lost", self._store)

    def tell_refusal(self, label: str, store: Store) -> None:
        """Write down that a system could not be reached."""
        self._recorder.record("refuse", self._lane, label, store=store, actor=self.actor, subject=self._subject)

    def tell_note(self, label: str) -> None:
        """Write down a remark: what the customer was told, or that there was nothing to do."""
        self._recorder.record("note", self._lane, label, actor=self.actor)

    @property
    def _subject(self) -> str:
        return f"order {self.order.number}"

    async def _spring(self, when: When, moment: Moment) -> None:
        self._store = _store(moment)
        if self.trap is not None:
            await self.trap.at(when, moment.act, self.seen)

    def _tell(self, moment: Moment) -> None:
        if moment.act == "begin":
            self._count += 1
            self._open[moment.line] = f"{self.actor}-{self._count}"
        elif moment.act in ("commit", "rollback"):
            self._tell_end(moment, "commit" if moment.act == "commit" else "rollback")
        elif moment.act in KNOWN_ALREADY and not moment.rows:
            self.tell_note(KNOWN_ALREADY[moment.act])
        elif moment.act in ENDS_OF_A_JOB and not moment.rows:
            self.tell_refusal("claim lost: not recorded", "postgres")
        elif moment.act in self._told:
            self._tell_deed(moment, *self._told[moment.act])

    def _tell_deed(self, moment: Moment, kind: Kind, words: str) -> None:
        number = moment.about or self.order.number
        subject = f"order {number}"
        label = words.format(number=number, customer=self.order.customer)
        if moment.act == "charge":
            self._tell_begins()
        tx = self._transaction(moment)
        if kind == "effect" and tx:
            kind = "write"  # nothing has left the building before the commit
        if kind == "read":
            self._recorder.record(kind, self._lane, label, tx=tx, actor=self.actor, found=moment.rows > 0)
        elif kind in IN_A_STORE or moment.act == "charge":
            store = _store(moment)
            self._recorder.record(
                kind, self._lane, label, tx=tx, actor=self.actor, subject=subject, store=store
            )  # fmt: skip
        else:
            self._recorder.record(kind, self._lane, label, tx=tx, actor=self.actor, subject=subject)

    def _tell_end(self, moment: Moment, kind: Kind) -> None:
        tx = self._open.pop(moment.line, "")
        label = ANSWERED_BY_ROLLBACK if kind == "rollback" and moment.line in self._committing else ""
        self._committing.discard(moment.line)
        if tx in self._shown:
            self._recorder.record(kind, self._lane, label, tx=tx, actor=self.actor)

    def _tell_refusal(self, moment: Moment) -> None:
        label = "out of stock" if moment.answer == OUT_OF_STOCK else moment.answer
        if moment.act in ENDS_OF_A_JOB and moment.answer == CLAIM_LOST:
            label = "SONIQ_CLAIM_LOST"
        tx = self._transaction(moment)
        self._recorder.record(
            "refuse", self._lane, label, tx=tx, store="postgres", actor=self.actor, subject=self._subject
        )  # fmt: skip

    def _transaction(self, moment: Moment) -> str:
        """Return the open transaction; its begin is told when something of interest happens in it."""
        tx = self._open.get(moment.line, "")
        self._tell_begin(tx)
        return tx

    def _tell_begins(self) -> None:
        """Tell of what is open around a call of another system."""
        for tx in self._open.values():
            self._tell_begin(tx)

    def _tell_begin(self, tx: str) -> None:
        if tx and tx not in self._shown:
            self._shown.add(tx)
            self._recorder.record("begin", self._lane, tx=tx, actor=self.actor)


def _store(moment: Moment) -> Store:
    return "queue" if moment.line.startswith("rq") else "postgres"
