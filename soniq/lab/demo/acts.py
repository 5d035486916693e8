"""What the demonstration shows, and what it promises."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from soniq.lab import failures
from soniq.lab.board import TRIALS, play, strategy
from soniq.lab.record import VerdictName
from soniq.lab.shapes import fastapi_session, own_pool, soniqs_pool, tortoise_transaction
from soniq.lab.shop import Shop, naive
from soniq.lab.stage import Run

Code = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Turn:
    """One run, and the verdict that it must have.

    Attributes:
        says: What the audience is about to see.
        play: Runs it.
        promised: How it has to end.
        code: The function under study; its source is shown.
    """

    says: str
    play: Callable[[Shop], Awaitable[Run]]
    promised: VerdictName
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """A failure on RQ, and the same fault with Soniq."""

    title: str
    failures: tuple[Turn, ...]
    fixes: tuple[Turn, ...]


def _fix(says: str, shape: str, trial: str, code: Code | None = None) -> Turn:
    by, suffered = strategy(shape), next(each for each in TRIALS if each.name == trial)
    return Turn(f"With Soniq ({by.title}): {says}", lambda shop: play(shop, by, suffered), "consistent", code)


ACTS: Final = (
    Act(
        "The unanswered call",
        (
            Turn(
                "The order is written. Then the broker refuses the call.",
                failures.unanswered_call,
                "lost",
                naive.write_then_enqueue,
            ),
        ),
        (
            _fix(
                "there is no second system; the connection is lost instead.",
                "soniqs_pool",
                "connection_lost",
                soniqs_pool.place_order,
            ),
        ),
    ),
    Act(
        "The ghost",
        (
            Turn(
                "So the job goes first. Then the stock constraint refuses the order.",
                failures.ghost,
                "orphan",
                naive.enqueue_then_write,
            ),
        ),
        (_fix("the same constraint refuses.", "own_pool", "sold_out", own_pool.place_order),),
    ),
    Act(
        "The change of mind",
        (
            Turn(
                "So both go inside the transaction. Then the card is declined.",
                lambda shop: failures.change_of_mind(shop, naive.both_and_mail_at_once),
                "orphan",
                naive.both_and_mail_at_once,
            ),
            Turn("The card is good, and the worker is faster than COMMIT.", failures.early_worker, "early"),
        ),
        (
            _fix("the same card is declined.", "sqlalchemy", "card_declined", fastapi_session.place_order),
            _fix("a worker looks before COMMIT.", "sqlalchemy", "early_worker"),
        ),
    ),
    Act(
        "No code runs",
        (
            Turn("SIGKILL between the calls, the order first.", failures.knife, "lost"),
            Turn(
                "The same SIGKILL, the job first.",
                lambda shop: failures.knife(shop, naive.enqueue_then_write),
                "orphan",
            ),
        ),
        (
            _fix("SIGKILL between the calls.", "tortoise", "between_the_calls", tortoise_transaction.place_order),
            _fix("SIGKILL after COMMIT.", "tortoise", "after_commit"),
        ),
    ),
)
