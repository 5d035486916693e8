"""The types of what a task is made of: its function, and its options."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, TypeAlias, TypedDict

from pydantic import BaseModel

from soniq.task.unique import Unique

JobFunction: TypeAlias = Callable[..., Awaitable[Any]] | Callable[..., Any]
Seconds: TypeAlias = float | timedelta
Raised: TypeAlias = type[BaseException] | Sequence[type[BaseException]]


class JobOptions(TypedDict, total=False):
    """The options of `@app.job(…)`, which explains them: `app.job(**options)`."""

    name: str | None
    queue: str
    priority: int | None
    retries: int | None
    max_retries: int | None
    retry_delay: Seconds | Sequence[Seconds] | None
    retry_backoff: bool
    retry_max_delay: Seconds | None
    retry_on: Raised | None
    discard_on: Raised
    timeout: Seconds | None
    result_ttl: Seconds | None
    process: bool
    transactional: bool
    concurrency: int | None
    concurrency_key: str | None
    unique: bool | Unique
    dedup_key: str | None
    validate: type[BaseModel] | None
    args_model: type[BaseModel] | None
