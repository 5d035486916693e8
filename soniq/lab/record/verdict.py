"""Judge a run by what the two systems say afterwards.

Two findings can hold at once; the one that hurts the customer most is the verdict. In this order:

1. orphan: there is no order, yet there is a job or an invoice for it.
2. lost: there is an order, and neither a job nor an invoice.
3. duplicate: there is more than one invoice, counting those that waiting jobs will send.
4. early: a worker ran before the order was committed.
5. late: the invoice came, but not when it should.
6. consistent: an order with its one job, or neither.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

VerdictName = Literal["consistent", "orphan", "lost", "duplicate", "early", "late"]


@dataclass(frozen=True, slots=True)
class Sign:
    """How a verdict looks: the shape says it without the colour, the word without both.

    Attributes:
        shape: One character.
        gloss: The word explained in three or four words.
        light: The colour on a light page.
        dark: The colour on a dark page.
        terminal: The colour's name in a terminal.
    """

    shape: str
    gloss: str
    light: str
    dark: str
    terminal: str


SIGNS: Final[dict[VerdictName, Sign]] = {
    "consistent": Sign("●", "order and job agree", "#0b7a4b", "#4cc38a", "green"),
    "orphan": Sign("▲", "a job without its order", "#b42318", "#ff8a7a", "red"),
    "lost": Sign("■", "an order without its job", "#9d174d", "#ff8fc0", "magenta"),
    "duplicate": Sign("◆", "done more than once", "#8a4b00", "#f5b04c", "yellow"),
    "early": Sign("◐", "the worker ran before the commit", "#6d28d9", "#c4a7ff", "bright_magenta"),
    "late": Sign("○", "done, but too late", "#0b5f8a", "#6cc4f5", "cyan"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended.

    Attributes:
        name: Which of the six.
        sentence: What a customer would notice.
    """

    name: VerdictName
    sentence: str

    @property
    def word(self) -> str:
        """The verdict as a word, capitalised."""
        return self.name.capitalize()

    @property
    def sign(self) -> Sign:
        """Its shape, gloss and colours."""
        return SIGNS[self.name]

    def __str__(self) -> str:
        return f"{self.sign.shape} {self.word}: {self.sign.gloss}. {self.sentence}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the two systems say about one order when all is over.

    Attributes:
        order: Its number.
        order_exists: Whether its row is committed.
        jobs: Jobs for it that are waiting, running, done or failed, wherever the queue lives.
        invoices: Invoices that left the building.
        waiting_jobs: Those among `jobs` that will still run.
        failed_jobs: Those among `jobs` that failed and will not run again.
        ran_before_commit: Whether a worker started a job for it before its commit.
        late_by: How much later than promised the invoice came; None when in time.
        customer: Who is waiting.
    """

    order: int
    order_exists: bool
    jobs: int
    invoices: int
    waiting_jobs: int = 0
    failed_jobs: int = 0
    ran_before_commit: bool = False
    late_by: timedelta | None = None
    customer: str = "Ada"


def judge(facts: Facts) -> Verdict:
    """Name what happened to the order, and say what its customer would notice."""
    name = _name(facts)
    return Verdict(name, _SENTENCES[name](facts))


def _name(facts: Facts) -> VerdictName:
    traces = facts.jobs or facts.invoices
    if not facts.order_exists:
        return "orphan" if traces else "consistent"
    if not traces:
        return "lost"
    if facts.invoices + facts.waiting_jobs > 1:
        return "duplicate"
    if facts.ran_before_commit:
        return "early"
    return "late" if facts.late_by else "consistent"


def _orphan(facts: Facts) -> str:
    if facts.invoices:
        return f"{facts.customer} gets an invoice for order {facts.order}, which does not exist."
    if facts.failed_jobs:
        return f"A job failed for order {facts.order}, which never was; somebody has to find out why."
    return f"A job is waiting for order {facts.order}, which does not exist."


def _lost(facts: Facts) -> str:
    return f"Order {facts.order} stands, and nothing will ever send its invoice: {facts.customer} waits."


def _duplicate(facts: Facts) -> str:
    if facts.invoices > 1:
        return f"{facts.customer} gets {facts.invoices} invoices for order {facts.order}."
    expected = facts.invoices + facts.waiting_jobs
    return f"{facts.customer} will get {expected} invoices for order {facts.order}: one job too many waits."


def _early(facts: Facts) -> str:
    if facts.invoices:
        return f"{facts.customer}'s invoice left before order {facts.order} was sure to exist."
    if facts.failed_jobs:
        return f"The worker came before order {facts.order} was there: {facts.customer} gets no invoice."
    return f"The worker came before order {facts.order} was there, and has to come again."


def _late(facts: Facts) -> str:
    seconds = facts.late_by.total_seconds() if facts.late_by else 0.0
    return f"{facts.customer}'s invoice for order {facts.order} came {seconds:.1f} s too late."


def _consistent(facts: Facts) -> str:
    if not facts.order_exists:
        return f"There is no order {facts.order} and no job for it: {facts.customer} can safely try again."
    if facts.invoices:
        return f"{facts.customer} has order {facts.order} and its one invoice."
    if facts.failed_jobs:
        return f"Order {facts.order} has its job; it failed, and the failure is on record beside the order."
    return f"Order {facts.order} has its job: {facts.customer}'s invoice is on its way."


_SENTENCES: Final = {
    "orphan": _orphan,
    "lost": _lost,
    "duplicate": _duplicate,
    "early": _early,
    "late": _late,
    "consistent": _consistent,
}
