"""The ways to place an order: on RQ and Celery, their mends, an outbox, Soniq in each shape, or with no connection."""

from dataclasses import dataclass
from typing import Final

from soniq.lab.board.trials import Trial
from soniq.lab.named import check_name

RQ_WORKER: Final = "soniq.lab.shop.processes:work"
CELERY_WORKER: Final = "soniq.lab.shop.celery_processes:work"
RELAY: Final = "soniq.lab.shop.outbox_processes:relay"
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
        relay: How an outbox's relay publishes; empty where there is none.
    """

    name: str
    title: str
    place: str
    worker: str = SONIQS_WORKER
    arguments: tuple[str, ...] = ()
    over_http: bool = False
    relay: str = ""

    @property
    def has_broker(self) -> bool:
        """Whether the queue is a system of its own."""
        return self.worker != SONIQS_WORKER

    def lacks(self, trial: Trial) -> str:
        """Say why it has no such moment, nothing where it may have one."""
        if trial.fault == "broker_down" and not self.has_broker:
            return "no broker"
        if trial.strikes == "relay" and not self.relay:
            return "no relay"
        if trial.strikes == "worker" and self.worker == CELERY_WORKER:
            return "not tried on Celery"
        return ""


def _on_rq(code: str, title: str) -> Strategy:
    return Strategy(code, title, "soniq.lab.shop.processes:place_order", RQ_WORKER, (code,))


def _on_celery(code: str, title: str) -> Strategy:
    place = "soniq.lab.shop.celery_processes:place_order"
    return Strategy(f"{code}_on_celery", title, place, CELERY_WORKER, (code,))


def _outbox(code: str, title: str) -> Strategy:
    place = "soniq.lab.shop.outbox_processes:place_order"
    return Strategy(f"outbox_{code}", title, place, RQ_WORKER, relay=f"publish_{code}")


NAIVE: Final = (
    _on_rq("write_then_enqueue", "RQ: write, then enqueue"),
    _on_rq("enqueue_then_write", "RQ: enqueue, then write"),
    _on_rq("both_in_one_transaction", "RQ: both in one transaction"),
)
ON_CELERY: Final = (
    _on_celery("write_then_enqueue", "Celery: write, then enqueue"),
    _on_celery("enqueue_then_write", "Celery: enqueue, then write"),
    _on_celery("both_in_one_transaction", "Celery: both in one transaction"),
)
MENDS: Final = (
    _on_rq("write_and_retry", "RQ: write, enqueue, retry"),
    _on_rq("write_and_compensate", "RQ: write, enqueue, or take back"),
    _on_rq("enqueue_and_cancel", "RQ: enqueue, write, or cancel"),
)
HOOKS: Final = (
    Strategy("after_commit_on_rq", "RQ: after-commit hook", "soniq.lab.shop.session_processes:place_order", RQ_WORKER),
    Strategy(
        "after_commit_on_celery",
        "Celery: after-commit hook",
        "soniq.lab.shop.celery_processes:place_by_session",
        CELERY_WORKER,
    ),
)
OUTBOXES: Final = (
    _outbox("by_cursor", "Outbox with a cursor"),
    _outbox("by_state", "Outbox done right"),
)
SHAPES: Final = (
    Strategy("soniqs_pool", "Soniq's pool", "soniq.lab.shapes.processes:in_soniqs_pool"),
    Strategy("own_pool", "Your asyncpg pool", "soniq.lab.shapes.processes:in_own_pool"),
    Strategy("sqlalchemy", "SQLAlchemy in FastAPI", "soniq.lab.shapes.fastapi_process:serve", over_http=True),
    Strategy("tortoise", "Tortoise", "soniq.lab.shapes.tortoise_process:place"),
)
FORGOTTEN: Final = Strategy("forgotten", "connection= forgotten", "soniq.lab.shapes.forgetful:place")
STRATEGIES: Final[dict[str, Strategy]] = {
    each.name: each for each in (*NAIVE, *ON_CELERY, *MENDS, *HOOKS, *OUTBOXES, *SHAPES, FORGOTTEN)
}


def strategy(name: str) -> Strategy:
    """Find a strategy by its name.

    Raises:
        OptionInvalid: There is none; the message suggests the nearest.
    """
    check_name(name, STRATEGIES, "no strategy is named")
    return STRATEGIES[name]
