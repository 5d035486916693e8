"""Soniq: what users hold. It wires settings, pool, registry and stages, and decides nothing itself."""

from soniq.app.around import AroundVerbs
from soniq.app.control import ControlVerbs
from soniq.app.core import Backend
from soniq.app.dead_letter import DeadLetters, DeadLetterVerbs
from soniq.app.doctor import DoctorVerbs
from soniq.app.enqueue import EnqueueVerbs
from soniq.app.for_tests import TestVerbs
from soniq.app.history import HistoryVerbs
from soniq.app.limits import LimitVerbs
from soniq.app.migrations import MigrationVerbs
from soniq.app.periodic import ScheduleVerbs
from soniq.app.refs import RefVerbs
from soniq.app.rescue import RescueVerbs
from soniq.app.results import ResultVerbs
from soniq.app.tasks import TaskHandle
from soniq.app.work import WorkVerbs

__all__ = ["Backend", "DeadLetters", "Soniq", "TaskHandle"]


class Soniq(
    ScheduleVerbs,
    AroundVerbs,
    DeadLetterVerbs,
    EnqueueVerbs,
    WorkVerbs,
    LimitVerbs,
    ControlVerbs,
    ResultVerbs,
    HistoryVerbs,
    RescueVerbs,
    MigrationVerbs,
    RefVerbs,
    DoctorVerbs,
    TestVerbs,
):
    """A queue in a Postgres database, and the tasks that this program knows.

    Making one does no I/O; the first call that needs the database opens it. One app belongs to the
    event loop on which it was opened.

    Args:
        database_url: `postgresql://user:password@host:5432/name`. Without it SONIQ_DATABASE_URL, and
            without that an embedded server for learning, where the `lab` extra is installed.
        retry_policy: Says when what failed is tried again, such as an `ExponentialBackoff`, where a task names no
            `retry_delay` of its own; without one such a task is tried again at once.
        tracing: Makes spans of enqueues and attempts, such as an `OpenTelemetryTracing`.
        metrics_sink: Hears of every attempt that this app's workers run, such as a `PrometheusMetricsSink`.
        settings: Any setting by its name (see the settings reference); they win over SONIQ_<NAME>.

    Raises:
        SettingsInvalid: A setting has an unknown name or a value out of range, or `retry_policy` is none.

    Example:
        >>> app = Soniq("postgresql://localhost/shop")
        >>> @app.job()
        ... async def send_invoice(order_id: int) -> None: ...
        >>> async with app.transaction() as conn:
        ...     await conn.execute("insert into orders …")
        ...     await app.enqueue(send_invoice, connection=conn, order_id=1)
    """
