"""What the shop's processes do on Celery: place an order, or be its worker until nothing waits."""

from contextlib import closing
from typing import Any

import psycopg
from celery import signals
from celery.worker import WorkController, state
from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import Session

from soniq.lab.shop import after_commit, celery_naive
from soniq.lab.shop.celery_broker import QUEUE
from soniq.lab.shop.celery_tasks import app, to_send, to_work
from soniq.lab.shop.order import Order
from soniq.lab.shop.processes import open_broker


def place_order(database: str, broker: str, queue: str, order: dict[str, Any], code: str) -> None:
    """Be the request: connect to Postgres, configure Celery, and call the code under study."""
    app.conf.update(to_send(broker, queue))
    with psycopg.connect(database) as db:
        getattr(celery_naive, code)(db, Order(**order))


def place_by_session(database: str, broker: str, queue: str, order: dict[str, Any]) -> None:
    """Be a request that holds a session of SQLAlchemy's."""
    app.conf.update(to_send(broker, queue))
    engine = create_engine(make_url(database).set(drivername="postgresql+psycopg"))
    with Session(engine) as db:
        after_commit.on_celery(db, Order(**order))
    engine.dispose()


def work(_database: str, broker: str, queue: str, _order: dict[str, Any], acks_late: bool = False) -> int:
    """Be Celery's worker: run what is waiting, say how much it was, and end.

    Celery knows no burst: this worker is told to stop as soon as its queue is empty.
    """
    app.conf.update(to_work(broker, queue), task_acks_late=acks_late)
    ran = 0
    with closing(open_broker(broker)) as connection:

        def waiting() -> bool:
            return bool(connection.llen(f"{queue}:{QUEUE}"))

        def count(**_: object) -> None:
            nonlocal ran
            ran += 1
            state.should_stop = None if waiting() else 0

        if waiting():
            signals.task_postrun.connect(count)
            _worker().start()
    return ran


def _worker() -> WorkController:
    return WorkController(
        app=app, pool_cls="solo", concurrency=1, loglevel="CRITICAL",
        without_gossip=True, without_mingle=True, without_heartbeat=True,
    )  # fmt: skip
