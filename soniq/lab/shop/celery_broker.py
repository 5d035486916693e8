"""The shop's Celery queue, asked from outside: what waits, what a worker holds, and the results that are kept."""

import contextlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from redis import Redis
from redis.exceptions import RedisError

from soniq.lab.shop.broker import QueuedJob

QUEUE: Final = "invoices"
STATUSES: Final = {"SUCCESS": "finished", "FAILURE": "failed"}
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class CeleryBroker:
    """Celery's keys on a Redis or Valkey.

    Attributes:
        url: The server.
        prefix: What each key of the shop begins with: many shops may share a server.
    """

    url: str
    prefix: str

    def jobs(self) -> list[QueuedJob]:
        """List every message that waits or is in a worker's hands, and every result."""
        with contextlib.closing(Redis.from_url(self.url)) as redis:
            waiting = [_message(json.loads(each), "queued") for each in redis.lrange(f"{self.prefix}:{QUEUE}", 0, -1)]
            held = [_message(json.loads(each)[0], "started") for each in redis.hvals(f"{self.prefix}:unacked")]
            keys = list(redis.scan_iter(f"{self.prefix}:celery-task-meta-*", count=1000))
            results = [_result(json.loads(each)) for each in redis.mget(keys) if each] if keys else []
        return [*waiting, *held, *results]

    def clear(self) -> None:
        """Delete all of the shop's keys; no error when the server is gone."""
        with contextlib.suppress(RedisError), contextlib.closing(Redis.from_url(self.url)) as redis:
            if keys := list(redis.scan_iter(f"{self.prefix}:*", count=1000)):
                redis.delete(*keys)


def _message(message: dict[str, Any], status: str) -> QueuedJob:
    headers = message["headers"]
    return QueuedJob(_number(headers["argsrepr"]), headers["task"], status)


def _result(result: dict[str, Any]) -> QueuedJob:
    return QueuedJob(_number(str(result["args"])), result["name"], STATUSES.get(result["status"], "started"))


def _number(arguments: str) -> int:
    found = _NUMBER.search(arguments)
    return int(found[0]) if found else 0
