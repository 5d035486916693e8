"""The bookshop's Celery app, and what its worker runs."""

from typing import Any

from celery import Celery

from soniq.lab.shop import tasks
from soniq.lab.shop.celery_broker import QUEUE

app = Celery("bookshop")


@app.task(name="send_invoice")  # type: ignore[untyped-decorator]
def send_invoice(number: int) -> None:
    """Look the order up, and send its invoice."""
    tasks.send_invoice(number)


def to_send(broker: str, prefix: str) -> dict[str, Any]:
    """Configure Celery for a request of one shop, which has its own keys on a server that many share."""
    # By default `delay` waits for a broker that is away, without end: the request would hang, not fail.
    give_up = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
    return {
        "broker_url": broker,
        "broker_transport_options": {"global_keyprefix": f"{prefix}:", **give_up},
        "task_default_queue": QUEUE,
    }


def to_work(broker: str, prefix: str) -> dict[str, Any]:
    """Configure Celery for the shop's worker, which keeps results."""
    return {
        **to_send(broker, prefix),
        "result_backend": broker,
        "result_backend_transport_options": {"global_keyprefix": f"{prefix}:"},
        "result_extended": True,  # a result names its task and its arguments
        "task_ignore_result": False,
        "worker_enable_remote_control": False,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
    }
