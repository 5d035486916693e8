"""The shop's RQ queue, asked from outside."""

import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job

PATIENCE_S: Final = 300
STATUSES: Final = ("queued", "started", "finished", "failed")


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job as RQ knows it.

    Attributes:
        number: The order that it is about.
        task: Its function's name.
        status: Where RQ keeps it: queued, started, finished or failed.
    """

    number: int
    task: str
    status: str


@dataclass(frozen=True, slots=True)
class Broker:
    """A queue on a Redis or Valkey.

    Attributes:
        url: The server.
        queue: Its name, the shop's own: many shops may share a server.
    """

    url: str
    queue: str

    def jobs(self) -> list[QueuedJob]:
        """List every job that RQ holds, wherever it holds it."""
        with self._opened() as queue:
            return [
                QueuedJob(job.args[0], (job.func_name or "").rpartition(".")[2], status)
                for status, ids in _ids(queue)
                for job in Job.fetch_many(ids, queue.connection)
                if job is not None
            ]

    def let_minutes_pass(self) -> None:
        """Let RQ look after its jobs as it will in five minutes: those of a dead worker are failures by then."""
        logging.getLogger("rq.registry").setLevel(logging.CRITICAL)
        with self._opened() as queue:
            queue.started_job_registry.cleanup(time.time() + PATIENCE_S)

    def clear(self) -> None:
        """Delete the queue and its jobs; no error when the server is gone."""
        with contextlib.suppress(RedisError), self._opened() as queue:
            for _, ids in _ids(queue):
                for job in Job.fetch_many(ids, queue.connection):
                    if job is not None:
                        job.delete()
            queue.delete()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Queue]:
        with contextlib.closing(Redis.from_url(self.url)) as connection:
            yield Queue(self.queue, connection=connection)


def _ids(queue: Queue) -> list[tuple[str, list[str]]]:
    places = (queue, queue.started_job_registry, queue.finished_job_registry, queue.failed_job_registry)
    return [(status, list(place.get_job_ids())) for status, place in zip(STATUSES, places, strict=True)]
