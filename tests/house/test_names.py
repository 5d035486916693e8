"""The published names are here with their meaning, and those left out are left out on purpose."""

import inspect
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest

from soniq import JobContext, JobOptions, Soniq, errors
from soniq.cli.main import root
from soniq.errors import SettingsInvalid, SoniqError
from soniq.settings import INSTEAD

PAGE = (Path(__file__).parents[2] / "tutorial" / "reference" / "names.md").read_text()

IMPORTS = {
    "soniq": "Soniq SoniqError JobContext JobStatus Snooze TaskRef task_ref every cron daily weekly monthly "
    "__version__ DeadLetterFilter MetricsSink NoopMetricsSink PrometheusMetricsSink RetryPolicy ExponentialBackoff "
    "QueueStats JobFunction JobOptions",
    "soniq.job": "JobContext",
    "soniq.testing": "make_app wait_until drain",
    "soniq.integrations.fastapi": "lifespan",
    "soniq.testing.pytest_plugin": "soniq_pg",
}
CALLS = {
    "ensure_initialized": "",
    "setup": "",
    "close": "",
    "get_queue_stats": "",
    "get_job": "job_id",
    "get_result": "job_id result_model",
    "cancel_job": "job_id",
    "delete_job": "job_id",
    "list_jobs": "queue status limit offset",
    "_reset": "",
    "job": "name retries max_retries priority queue unique retry_delay retry_backoff retry_max_delay timeout validate "
    "args_model",
    "enqueue": "target args queue priority scheduled_at unique dedup_key connection",
    "enqueue_many": "target queue priority scheduled_at",
    "schedule": "target run_at args",
    "run_worker": "concurrency run_once queues shutdown_event",
    "before_job": "",
    "after_job": "",
    "on_error": "",
    "middleware": "",
    "periodic": "cron every",
    "scheduler.add": "target cron every args queue priority max_attempts name",
    "scheduler.pause": "name",
    "scheduler.resume": "name",
    "scheduler.remove": "name",
    "scheduler.get": "name",
    "scheduler.list": "status",
    "scheduler.start": "check_interval",
    "scheduler.stop": "",
    "dead_letter.list_dead_letter_jobs": "filter",
    "dead_letter.get_dead_letter_job": "",
    "dead_letter.replay": "reset_attempts new_max_attempts new_priority new_queue",
    "dead_letter.bulk_replay": "filter",
    "dead_letter.bulk_delete": "filter",
    "dead_letter.delete_dead_letter_job": "",
    "dead_letter.cleanup_old_dead_letter_jobs": "days dry_run",
    "dead_letter.get_dead_letter_stats": "hours",
    "dead_letter.export_dead_letter_jobs": "filter format",
    "dead_letter.add_tags_to_job": "",
    "backend.acquire": "",
}
PROPERTIES = "settings registry is_initialized is_closed migrations"
CONTEXT = "job_id job_name attempt max_attempts queue worker_id scheduled_at created_at"
SETTINGS: dict[str, Any] = {
    "database_url": "postgresql://localhost/shop", "jobs_modules": "jobs", "concurrency": 4, "max_retries": 3,
    "priority": 100, "queues": "default", "result_ttl": 300, "job_timeout": 300, "pool_min_size": 5,
    "pool_max_size": 20, "poll_interval": 5, "heartbeat_interval": 5, "heartbeat_timeout": 300, "cleanup_interval": 300,
    "error_retry_delay": 5, "shutdown_timeout": 30, "sync_handler_grace_seconds": 5, "sync_handler_pool_size": 8,
    "snooze_max_seconds": 86400, "enqueue_validation": "strict", "task_name_pattern": ".", "log_level": "info",
}  # fmt: skip
COMMANDS = {
    "setup": "",
    "worker": "--concurrency --queues --run-once --jobs-modules --log-level --app",
    "scheduler": "--check-interval --jobs-modules --app",
    "status": "--verbose --jobs",
    "inspect": "--stale --cleanup --schedules",
    "dead-letter list": "--limit --filter",
    "dead-letter replay": "--filter --all --dry-run --yes",
    "dead-letter delete": "--filter --all --dry-run --yes",
    "dead-letter cleanup": "--days --dry-run --yes",
    "dead-letter export": "--filter --format --output",
    "migrate-status": "",
    "migrations export": "--alembic --sql",
    "tasks-check": "",
}
CODES = (
    "SONIQ_UNKNOWN_TASK_NAME SONIQ_INVALID_TASK_NAME SONIQ_TASK_ARGS_INVALID SONIQ_APP_CLOSED "
    "SONIQ_UNSUPPORTED_CONNECTION"
)

# Left out: the names of what is not built yet stay free, and deep paths are not kept.
NOT_THERE = {
    "soniq": "DASHBOARD_AVAILABLE SoniqPlugin CommandSpec PanelSpec",
    "soniq.testing": "MemoryBackend",
    "soniq.testing.pytest_plugin": "soniq_memory",
}
NO_MODULES = "soniq.plugin soniq.dashboard soniq.types soniq.core soniq.features soniq.observability"
NO_VERBS = "plugins use cli dashboard webhooks signing logs"
NO_SETTINGS = "pool_headroom producer_id route_map debug environment backend plugins autoload_plugins"
NO_CODES = "SONIQ_PLUGIN_DUPLICATE SONIQ_APP_FROZEN SONIQ_INIT_ERROR SONIQ_POOL_TOO_SMALL"


def pairs(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(place, name) for place, names in table.items() for name in names.split()]


def verb(path: str) -> Any:
    found: Any = Soniq()
    for name in path.split("."):
        found = getattr(found, name)
    return found


@pytest.mark.parametrize(("place", "name"), pairs(IMPORTS))
def test_the_name_can_be_imported(place: str, name: str) -> None:
    assert hasattr(import_module(place), name)


@pytest.mark.parametrize("path", CALLS)
def test_the_verb_takes_what_was_published(path: str) -> None:
    parameters = inspect.signature(verb(path)).parameters

    assert [name for name in CALLS[path].split() if name not in parameters] == []


def test_the_app_and_the_context_have_their_fields() -> None:
    app = Soniq("postgresql://localhost/shop", backend="postgres", retry_policy=None, metrics_sink=None)

    assert [name for name in PROPERTIES.split() if not hasattr(app, name)] == []
    assert set(CONTEXT.split()) <= set(JobContext.__dataclass_fields__)


def test_the_options_have_a_type_that_is_complete() -> None:
    assert list(JobOptions.__annotations__) == list(inspect.signature(Soniq().job).parameters)[1:]


@pytest.mark.parametrize("name", SETTINGS)
def test_the_setting_is_taken_with_its_published_default(name: str) -> None:
    assert Soniq(**{name: SETTINGS[name]}).settings is not None


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_takes_its_options(name: str) -> None:
    command: Any = root
    for word in name.split():
        command = command.commands[word]
    options = {text for one in command.params if isinstance(one, click.Option) for text in one.opts}

    assert set(COMMANDS[name].split()) <= options
    assert "--app" in options


def test_the_codes_are_those_of_errors() -> None:
    ours = {one.code for one in vars(errors).values() if isinstance(one, type) and issubclass(one, SoniqError)}

    assert set(CODES.split()) <= ours
    assert set(NO_CODES.split()).isdisjoint(ours)


def test_what_is_left_out_is_not_there_by_half() -> None:
    assert [name for place, name in pairs(NOT_THERE) if hasattr(import_module(place), name)] == []
    assert [name for name in NO_MODULES.split() if find_spec(name) is not None] == []
    assert [name for name in NO_VERBS.split() if hasattr(Soniq(), name)] == []
    assert set(NO_SETTINGS.split()) == set(INSTEAD)


@pytest.mark.parametrize("name", NO_SETTINGS.split())
def test_a_setting_that_is_left_out_is_refused(name: str) -> None:
    with pytest.raises(SettingsInvalid, match=f"no setting `{name}`"):
        Soniq(**{name: "something"})


def test_the_page_names_what_is_left_out_and_why() -> None:
    left_out = [*(name for _, name in pairs(NOT_THERE)), *f"{NO_MODULES} {NO_VERBS} {NO_CODES}".split()]

    assert [name for name in left_out if f"`{name}`" not in PAGE and f"`app.{name}`" not in PAGE] == []
