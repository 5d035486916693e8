"""The settings, from SONIQ_* and from arguments, checked when the app is made."""

import difflib
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, create_model, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from soniq.errors import SettingsInvalid

SCHEMES: Final = ("postgresql", "postgres")
SOURCES: Final = SettingsConfigDict(env_prefix="SONIQ_", env_file=".env", extra="ignore", frozen=True)
# Names that people have read about elsewhere.
OTHER_NAMES: Final = {"cleanup_interval": "sweep_interval"}
INSTEAD: Final = {
    "autoload_plugins": "there are no plugins; `app.middleware`, `app.resource` and the hooks stand around handlers",
    "backend": 'Postgres is the only one ("postgres"); `soniq.testing.make_app()` gives tests a database of their own',
    "debug": 'write `log_level="debug"`',
    "environment": "give each environment a database of its own, or a `database_schema`",
    "plugins": "there are none; `app.middleware`, `app.resource` and the hooks stand around handlers",
    "pool_headroom": "workers claim and settle on connections beside the pool, so it needs none: see `pool_max_size`",
    "producer_id": "a job's row does not say who enqueued it; with `tracing=` its trace does",
    "route_map": "a task names its queue, `@app.job(queue=…)`, and so does `task_ref(default_queue=…)`",
}


class _Sources(BaseSettings):
    model_config = SOURCES


class Settings(_Sources):
    """Everything that can be set: an argument of `Soniq(…)` wins over SONIQ_<NAME>, and that over `.env`."""

    database_url: str | None = Field(
        None, repr=False, description="PostgreSQL URL: postgresql://user:password@host:5432/name"
    )
    database_schema: str = Field(
        "soniq",
        pattern=r"^[a-z_][a-z0-9_]{0,39}$",
        description="Postgres schema that holds Soniq's tables; several can live in one database",
    )
    concurrency: int = Field(4, ge=1, le=10_000, description="Jobs that a worker runs at once")
    queues: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        None, description="Queues a worker serves, by commas; unset: every queue"
    )
    jobs_modules: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        None, description="Modules that define tasks, by commas, which a worker or scheduler imports before it starts"
    )
    max_retries: int = Field(3, ge=0, le=1000, description="Retries of a task that names none")
    priority: int = Field(100, ge=1, le=1000, description="Priority of a job whose task names none; lower first")
    job_timeout: float = Field(300, ge=0, description="Seconds an attempt may take; 0 for no limit")
    result_ttl: float = Field(
        300,
        ge=0,
        le=1_000_000_000,
        description="Seconds for which what a handler returned can be read; 0 keeps nothing",
    )
    payload_limit_bytes: int = Field(
        1_000_000, ge=1_000, le=100_000_000, description="Arguments of one job at most, as JSON in UTF-8"
    )
    pool_min_size: int = Field(1, ge=0, le=1000, description="Connections that the pool keeps open")
    pool_max_size: int = Field(20, ge=2, le=1000, description="Connections that the pool opens at most")
    poll_interval: float = Field(1, ge=0.05, le=60, description="Seconds between looks of a sleeping worker")
    heartbeat_interval: float = Field(1, ge=0.1, le=60, description="Seconds between a worker's signs of life")
    heartbeat_timeout: float = Field(30, ge=1, le=7200, description="Seconds without one after which a worker is dead")
    sweep_interval: float = Field(1, ge=0.1, le=3600, description="Seconds between looks for dead workers")
    error_retry_delay: float = Field(
        2, ge=0.05, le=60, description="Seconds at most from an error, such as an outage, to a worker's next try"
    )
    shutdown_timeout: float = Field(
        30, ge=0, description="Seconds that running async handlers get at shutdown; plain functions are waited for"
    )
    sync_handler_grace_seconds: float | None = Field(
        None,
        ge=0,
        description="Seconds after those in which plain functions may still end; unset: as long as they take",
    )
    sync_handler_pool_size: int = Field(8, ge=1, le=1000, description="Threads for handlers that are plain functions")
    process_pool_size: int | None = Field(
        None, ge=1, le=1000, description="Processes for handlers marked `process=True`; unset: one for each CPU"
    )
    snooze_max_seconds: float = Field(86_400, ge=0, description="Longest snooze, in seconds")
    max_snoozes: int = Field(
        1000, ge=0, le=1_000_000, description="Snoozes of a job that spend no attempt; each further one spends one"
    )
    unknown_task_ttl: float = Field(
        3600,
        ge=0,
        description="Seconds that a job whose task no worker knows is handed on before it is a dead letter",
    )
    history_days: int | None = Field(
        30, ge=0, le=36_500, description="Days that ended jobs are kept in the history; 0 keeps them for ever"
    )
    enqueue_validation: Literal["strict", "warn", "none"] = Field(
        "strict", description="What becomes of an enqueue by a name that this app has not registered"
    )
    unjoined: Literal["error", "warn", "off"] = Field(
        "warn", description="What becomes of an enqueue without `connection=` while a transaction is open around it"
    )
    task_name_pattern: str = Field(r"^[A-Za-z_][A-Za-z0-9_.:<>-]{0,199}$", description="What a task name must match")
    notify: Literal["on", "off"] = Field("on", description="off where transactions are prepared in two phases")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Of the `soniq` logger")

    @field_validator("database_url")
    @classmethod
    def check_url(cls, url: str | None) -> str | None:
        """Refuse what no driver could connect to; a password in it is not repeated."""
        if url is not None:
            parts = urlsplit(url)
            if parts.scheme not in SCHEMES:
                raise ValueError(f"it must begin with postgresql://, not {parts.scheme or 'with no scheme'}")
            parts.port  # noqa: B018  # raises where it is no number
        return url

    @field_validator("database_schema")
    @classmethod
    def check_schema(cls, name: str) -> str:
        """Refuse the names that Postgres keeps for itself."""
        if name.startswith("pg_") or name == "information_schema":
            raise ValueError("Postgres keeps names that begin with pg_, and information_schema, for itself")
        return name

    @field_validator("queues", "jobs_modules", mode="before")
    @classmethod
    def split_names(cls, value: Any) -> Any:
        """Let a comma-separated text name several."""
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip()) or None
        return value


# What the environment says under names that are none of ours.
_NOT_OURS: Final[dict[str, Any]] = dict.fromkeys((*OTHER_NAMES, *INSTEAD), (Any, None))
_Elsewhere = create_model("_Elsewhere", __base__=_Sources, **_NOT_OURS)


def load(**given: Any) -> Settings:
    """Read the settings, arguments first.

    Raises:
        SettingsInvalid: A name is unknown (the nearest one is suggested, or what to use instead of a published one) or
            a value out of range.
    """
    given = _ours(_Elsewhere().model_dump(exclude_none=True)) | _ours(given)
    for name in given:
        if name not in Settings.model_fields:
            near = difflib.get_close_matches(name, Settings.model_fields, n=1)
            meant = f"; did you mean `{near[0]}`?" if near else ""
            raise SettingsInvalid(f"Soniq() has no setting `{name}`{meant}", name=name)
    try:
        return Settings(**given)
    except ValidationError as error:
        [first, *_] = error.errors()
        name = ".".join(str(part) for part in first["loc"])
        was = "" if name == "database_url" else f", not {first['input']!r}"  # it may hold a password
        raise SettingsInvalid(f"setting `{name}`: {first['msg']}{was}", name=name) from None


def _ours(given: dict[str, Any]) -> dict[str, Any]:
    """Say under our names what was given under published ones, and refuse those that have no meaning here."""
    for name in given.keys() & INSTEAD.keys():
        if given[name] is not None and (name, given[name]) != ("backend", "postgres"):
            raise SettingsInvalid(f"Soniq has no setting `{name}`: {INSTEAD[name]}", name=name)
    for name in given.keys() & OTHER_NAMES.keys():
        if OTHER_NAMES[name] in given:
            raise SettingsInvalid(f"`{name}` is another name of `{OTHER_NAMES[name]}`: give one of them", name=name)
    return {OTHER_NAMES.get(name, name): value for name, value in given.items() if name not in INSTEAD}
