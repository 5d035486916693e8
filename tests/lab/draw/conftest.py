"""Stories to draw: the four failures, the duplicate, the early worker, and what Soniq makes of them."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import pytest

from soniq.lab.record import Event, Facts, Kind, Lane, Story, judge

MORNING: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
ORDER: Final = "order 1043"


class Teller:
    """Tells a story, one event after the other, a millisecond apart."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.events: list[Event] = []
        self.now_ms = count(0)

    def tell(self, kind: Kind, lane: Lane, label: str = "", after_s: float = 0.0, **details: Any) -> "Teller":
        before = self.events[-1].at_ns if self.events else 0
        at_ns = before + 1_000_000 + int(after_s * 1e9)
        details.setdefault("actor", lane)
        wall = MORNING + timedelta(microseconds=at_ns / 1000)
        self.events.append(Event(len(self.events), kind, lane, label, at_ns, wall, **details))
        return self

    def end(self, facts: Facts | None = None) -> Story:
        return Story(self.title, tuple(self.events), judge(facts) if facts else None)


def unanswered_call() -> Story:
    story = Teller("Failure 1: the broker does not answer")
    story.tell("begin", "request", tx="t1").tell("write", "request", "insert order 1043", tx="t1", subject=ORDER)
    story.tell("commit", "request", tx="t1")
    story.tell("refuse", "request", "enqueue send_invoice: connection refused", store="queue")
    story.tell("note", "request", "500 to Ada")
    return story.end(Facts(1043, True, 0, 0))


def ghost() -> Story:
    story = Teller("Failure 2: the constraint says no after the enqueue")
    story.tell("enqueue", "request", "enqueue send_invoice(1043)", subject=ORDER)
    story.tell("begin", "request", tx="t1")
    story.tell("refuse", "request", "insert order 1043: out of stock", tx="t1", subject=ORDER)
    story.tell("rollback", "request", tx="t1")
    story.tell("run", "worker", "send_invoice(1043)", after_s=10800)
    story.tell("read", "worker", "order 1043?", found=False, subject=ORDER)
    story.tell("fail", "worker", "no such order")
    return story.end(Facts(1043, False, 1, 0, failed_jobs=1))


def change_of_mind() -> Story:
    story = Teller("Failure 3: the request rolls back after the enqueue")
    story.tell("begin", "request", tx="t1").tell("write", "request", "insert order 1043", tx="t1", subject=ORDER)
    story.tell("enqueue", "request", "enqueue send_invoice(1043)", subject=ORDER)
    story.tell("note", "queue", "the job stays")
    story.tell("rollback", "request", "card declined", tx="t1")
    story.tell("run", "worker", "send_invoice(1043)").tell("effect", "worker", "invoice to Ada")
    story.tell("done", "worker")
    return story.end(Facts(1043, False, 1, 1))


def faster_worker() -> Story:
    story = Teller("Failure 3, once more: the worker is faster than the commit")
    story.tell("begin", "request", tx="t1").tell("write", "request", "insert order 1043", tx="t1", subject=ORDER)
    story.tell("enqueue", "request", "enqueue send_invoice(1043)", subject=ORDER)
    story.tell("run", "worker", "send_invoice(1043)")
    story.tell("read", "worker", "order 1043?", found=False, subject=ORDER)
    story.tell("fail", "worker", "no such order")
    story.tell("commit", "request", tx="t1")
    return story.end(Facts(1043, True, 1, 0, failed_jobs=1, ran_before_commit=True))


def knife_after_the_write() -> Story:
    story = Teller("Failure 4: killed between the two calls, the order first")
    story.tell("begin", "request", tx="t1").tell("write", "request", "insert order 1043", tx="t1", subject=ORDER)
    story.tell("commit", "request", tx="t1").tell("kill", "request", "SIGKILL")
    return story.end(Facts(1043, True, 0, 0))


def knife_after_the_enqueue() -> Story:
    story = Teller("Failure 4: killed between the two calls, the job first")
    story.tell("begin", "request", tx="t1")
    story.tell("enqueue", "request", "enqueue send_invoice(1043)", subject=ORDER)
    story.tell("kill", "request", "SIGKILL")
    story.tell("run", "worker", "send_invoice(1043)")
    story.tell("read", "worker", "order 1043?", found=False, subject=ORDER)
    story.tell("fail", "worker", "no such order")
    return story.end(Facts(1043, False, 1, 0, failed_jobs=1))


def two_invoices() -> Story:
    story = Teller("A worker is killed after the invoice, before the job is recorded")
    story.tell("begin", "request", tx="t1").tell("write", "request", "insert order 1043", tx="t1", subject=ORDER)
    story.tell("enqueue", "request", "enqueue send_invoice(1043)", tx="t1", store="postgres", subject=ORDER)
    story.tell("commit", "request", tx="t1")
    story.tell("run", "worker", "send_invoice(1043)", actor="4711").tell("effect", "worker", "invoice", actor="4711")
    story.tell("kill", "worker", "SIGKILL", actor="4711")
    story.tell("run", "worker", "send_invoice(1043)", after_s=3.1, actor="4712")
    story.tell("effect", "worker", "invoice, again", actor="4712").tell("done", "worker", actor="4712")
    return story.end(Facts(1043, True, 1, 2))


def zombie() -> Story:
    story = Teller("A frozen worker wakes after another one has done its job")
    story.tell("run", "worker", "send_invoice(1043)", actor="4711")
    story.tell("freeze", "worker", "SIGSTOP", actor="4711")
    story.tell("run", "worker", "send_invoice(1043)", after_s=1.1, actor="4712")
    story.tell("effect", "worker", "invoice", actor="4712").tell("done", "worker", actor="4712")
    story.tell("wake", "worker", "SIGCONT", actor="4711").tell("effect", "worker", "invoice", actor="4711")
    story.tell("refuse", "worker", "claim lost: not recorded", store="postgres", actor="4711")
    return story.end(Facts(1043, True, 1, 2))


def soniq_commits() -> Story:
    story = Teller("Soniq: the job commits with the order")
    story.tell("begin", "request", tx="t1").tell("write", "request", "insert order 1043", tx="t1", subject=ORDER)
    story.tell("enqueue", "request", "enqueue send_invoice(1043)", tx="t1", store="postgres", subject=ORDER)
    story.tell("commit", "request", tx="t1").tell("run", "worker", "send_invoice(1043)")
    story.tell("read", "worker", "order 1043?", found=True, subject=ORDER)
    story.tell("effect", "worker", "invoice to Ada").tell("done", "worker", store="postgres")
    return story.end(Facts(1043, True, 1, 1))


def soniq_is_killed() -> Story:
    story = Teller("Soniq: killed before the commit, nothing is left")
    story.tell("begin", "request", tx="t1").tell("write", "request", "insert order 1043", tx="t1", subject=ORDER)
    story.tell("enqueue", "request", "enqueue send_invoice(1043)", tx="t1", store="postgres", subject=ORDER)
    story.tell("kill", "request", "SIGKILL")
    return story.end(Facts(1043, False, 0, 0))


def two_connections() -> Story:
    story = Teller("A row before its commit, seen from two connections")
    story.tell("begin", "request", tx="t1").tell("write", "request", "insert order 1043", tx="t1", subject=ORDER)
    story.tell("read", "worker", "order 1043?", found=False).tell("commit", "request", tx="t1")
    story.tell("read", "worker", "order 1043?", found=True)
    return story.end()


def long_names() -> Story:
    """Every place that takes text, with more of it than fits, in several processes at once."""
    words = "publishers.warehouse_notifications.send_confirmation_with_invoice_and_gift_wrap(order_id=1043)"
    story = Teller(f"A title that somebody wrote while nobody stopped them: {words}, and then {words}")
    for process in ("101", "102"):
        story.tell("begin", "request", tx=process, actor=process)
        story.tell("write", "request", words, tx=process, actor=process, subject=words)
        story.tell("enqueue", "request", words, actor=process, subject=process)
        story.tell("note", "queue", words).tell("note", "postgres", words)
        story.tell("refuse", "request", words, actor=process)
    story.tell("kill", "request", words, actor="101").tell("commit", "request", words, tx="102", actor="102")
    for process in ("101", "102"):
        story.tell("run", "worker", words, after_s=7200, subject=process, actor=process)
        story.tell("read", "worker", words, found=False, actor=process)
        story.tell("fail", "worker", words, actor=process)
    return story.end(Facts(1043, True, 0, 0, customer="Wolfeschlegelsteinhausenbergerdorff"))


STORIES: Final = {
    story.__name__: story
    for story in (
        unanswered_call,
        ghost,
        change_of_mind,
        faster_worker,
        knife_after_the_write,
        knife_after_the_enqueue,
        two_invoices,
        zombie,
        soniq_commits,
        soniq_is_killed,
        two_connections,
        long_names,
    )
}


@pytest.fixture(params=list(STORIES))
def story(request: pytest.FixtureRequest) -> Story:
    """Give every story in turn, or the one that a test names."""
    return STORIES[request.param]()


@pytest.fixture(scope="session")
def teller() -> type[Teller]:
    """Tell a story of one's own."""
    return Teller
