"""What an order may suffer on its way, and what those that carry it on."""

from dataclasses import dataclass
from typing import Final, Literal

from soniq.lab.named import check_name
from soniq.lab.shop.order import COMMON, DECLINED, GOOD, SOLD_OUT

Part = Literal["request", "relay", "worker"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One row of a scoreboard.

    Attributes:
        name: As code says it.
        title: As people say it.
        fault: Where the process is struck, empty where no process is.
        deed: What is done there: SIGKILL, the connection cut, the process held while a worker looks, or while
            another order overtakes this one.
        book: What is ordered.
        card: How it is paid.
        absent: What is said where a strategy has no such moment.
        strikes: Whose process it is. The broker refuses whoever calls it: the relay where there is one.
    """

    name: str
    title: str
    fault: str = ""
    deed: Literal["kill", "cut", "look", "overtake"] = "kill"
    book: str = COMMON
    card: str = GOOD
    absent: str = "no such moment"
    strikes: Part = "request"


TRIALS: Final = (
    Trial("broker_down", "The broker refuses the call", "broker_down"),
    Trial("connection_lost", "The connection is lost at the second call", "between_the_calls", deed="cut"),
    Trial("sold_out", "The stock constraint refuses", book=SOLD_OUT),
    Trial("card_declined", "The card is declined", card=DECLINED, absent="no card charged"),
    Trial("early_worker", "A worker looks before COMMIT", "before_commit", deed="look"),
    Trial("before_insert", "SIGKILL before the insert", "before_insert"),
    Trial("after_insert", "SIGKILL after the insert", "after_insert"),
    Trial("between_the_calls", "SIGKILL between the calls", "between_the_calls"),
    Trial("before_commit", "SIGKILL before COMMIT", "before_commit"),
    Trial("after_commit", "SIGKILL after COMMIT", "after_commit"),
)
MORE: Final = (
    Trial("answer_lost", "The answer to the enqueue is lost", "after_enqueue", deed="cut"),
    Trial("overtaken", "A later order commits first", "before_commit", deed="overtake"),
    Trial("relay_down", "No relay runs when the worker comes", strikes="relay"),
    Trial("relay_killed", "SIGKILL between publish and mark", "before_the_mark", strikes="relay"),
    Trial("worker_killed", "SIGKILL in the job, before the invoice", "before_the_effect", strikes="worker"),
    Trial("invoice_sent", "SIGKILL after the invoice is sent", "after_the_effect", strikes="worker"),
)


def trial(name: str) -> Trial:
    """Find a trial by its name.

    Raises:
        OptionInvalid: There is none; the message suggests the nearest.
    """
    known = {each.name: each for each in (*TRIALS, *MORE)}
    check_name(name, known, "no trial is named")
    return known[name]
