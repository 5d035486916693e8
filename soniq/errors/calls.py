"""Calls and declarations that cannot mean what they say."""

from soniq.errors.base import SoniqError


class ArgumentsInvalid(SoniqError, ValueError):
    """The arguments do not fit the handler, or cannot travel as JSON."""

    code = "SONIQ_TASK_ARGS_INVALID"
    hint = "Compare the call with the handler's signature; pass ids and plain values, not live objects."


class OptionInvalid(SoniqError, ValueError):
    """An option of a call or a decorator has a wrong name, type or range."""

    code = "SONIQ_OPTION_INVALID"
    hint = "Use a value as the message says; handler arguments that share an option's name go into `args=`."


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


class UniqueInBatch(SoniqError, ValueError):
    """A unique task was given to `enqueue_many`, whose one statement could not say which job is whose."""

    code = "SONIQ_UNIQUE_IN_BATCH"
    hint = "Call `enqueue` for each job, or make the task unique for some calls only: `enqueue(…, unique=True)`."


class UniqueConflict(SoniqError):
    """Another transaction wrote the same unique job, and this one can no longer see or wait for it."""

    code = "SONIQ_UNIQUE_CONFLICT"
    hint = (
        "Roll back and run the whole transaction again, as after any serialization failure or deadlock; under READ "
        "COMMITTED, with unique jobs enqueued last and in one order, it does not happen."
    )


class UniqueBusy(SoniqError):
    """A transaction that wrote the same unique job stayed open for longer than the lock time-out."""

    code = "SONIQ_UNIQUE_BUSY"
    hint = "Enqueue unique jobs at the end of short transactions; this call may be made again."


class UnjoinedEnqueue(SoniqError):
    """A transaction is open around this enqueue, which does not name it: the job would not share its fate."""

    code = "SONIQ_UNJOINED"
    hint = (
        "Pass `connection=` the connection or session of that transaction; `connection=app.separate` says that the "
        "job is meant to be on its own."
    )


class UnjoinedWarning(UserWarning):
    """What `SONIQ_UNJOINED=warn` says in place of `UnjoinedEnqueue`."""
