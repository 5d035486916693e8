"""The ways to place an order: three on RQ, and Soniq in each of its shapes."""

import difflib
from dataclasses import dataclass
from typing import Final

from soniq.errors import OptionInvalid

RQ_WORKER: Final = "soniq.lab.shop.processes:work"
SONIQS_WORKER: Final = "soniq.lab.shapes.processes:work"


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to place an order.

    Attributes:
        name: As code says it.
        title: As people say it.
        place: The function that a process runs to place the order.
        worker: The function that a process runs to work.
        arguments: What `place` is given besides.
        over_http: `place` is a web server, and the order comes by HTTP.
    """

    name: str
    title: str
    place: str
    worker: str = SONIQS_WORKER
    arguments: tuple[str, ...] = ()
    over_http: bool = False

    @property
    def on_rq(self) -> bool:
        """Whether the queue is a system of its own."""
        return self.worker == RQ_WORKER


def _on_rq(code: str, title: str) -> Strategy:
    return Strategy(code, title, "soniq.lab.shop.processes:place_order", RQ_WORKER, (code,))


NAIVE: Final = (
    _on_rq("write_then_enqueue", "RQ: write, then enqueue"),
    _on_rq("enqueue_then_write", "RQ: enqueue, then write"),
    _on_rq("both_in_one_transaction", "RQ: both in one transaction"),
)
SHAPES: Final = (
    Strategy("soniqs_pool", "Soniq's pool", "soniq.lab.shapes.processes:in_soniqs_pool"),
    Strategy("own_pool", "Your asyncpg pool", "soniq.lab.shapes.processes:in_own_pool"),
    Strategy("sqlalchemy", "SQLAlchemy in FastAPI", "soniq.lab.shapes.fastapi_process:serve", over_http=True),
    Strategy("tortoise", "Tortoise", "soniq.lab.shapes.tortoise_process:place"),
)
STRATEGIES: Final[dict[str, Strategy]] = {each.name: each for each in (*NAIVE, *SHAPES)}


def strategy(name: str) -> Strategy:
    """Find a strategy by its name.

    Raises:
        OptionInvalid: There is none; the message suggests the nearest.
    """
    if name not in STRATEGIES:
        near = difflib.get_close_matches(name, STRATEGIES, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(STRATEGIES)}"
        raise OptionInvalid(f"no strategy is named {name!r}{meant}", name=name, known=list(STRATEGIES))
    return STRATEGIES[name]
