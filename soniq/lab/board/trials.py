"""What an order may suffer on its way."""

from dataclasses import dataclass
from typing import Final, Literal

from soniq.lab.shop.order import COMMON, DECLINED, GOOD, SOLD_OUT


@dataclass(frozen=True, slots=True)
class Trial:
    """One row of a scoreboard.

    Attributes:
        name: As code says it.
        title: As people say it.
        fault: Where the process is struck, empty where the order itself is the trouble.
        deed: What is done there: SIGKILL, the connection cut, or the process held while a worker looks.
        book: What is ordered.
        card: How it is paid.
        absent: What is said where a strategy has no such moment.
    """

    name: str
    title: str
    fault: str = ""
    deed: Literal["kill", "cut", "look"] = "kill"
    book: str = COMMON
    card: str = GOOD
    absent: str = "no such moment"


TRIALS: Final = (
    Trial("broker_down", "The broker refuses the call", "broker_down", absent="no broker"),
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
