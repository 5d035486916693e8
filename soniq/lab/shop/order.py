"""An order, and what can go wrong with it by itself."""

from dataclasses import dataclass
from typing import Final

from soniq.lab.record import Recorder

COMMON: Final = "Notes on the Engine"
OTHER: Final = "The First Compiler"
SOLD_OUT: Final = "A Rare First Edition"
GOOD: Final = "good"
DECLINED: Final = "declined"


class CardDeclined(Exception):
    """The bank said no."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer asks for.

    Attributes:
        number: Given by the shop before anything is written: 1043.
        customer: Who waits for the invoice.
        book: Its title; `SOLD_OUT` is not on the shelf.
        card: `DECLINED` makes the bank say no.
    """

    number: int
    customer: str = "Ada"
    book: str = COMMON
    card: str = GOOD


def charge(order: Order) -> None:
    """Ask the bank; its no is put on record.

    Raises:
        CardDeclined: It said no.
    """
    if order.card == DECLINED:
        Recorder.inherited().record("note", "request", "card declined")
        raise CardDeclined(f"the bank declined {order.customer}'s card")
