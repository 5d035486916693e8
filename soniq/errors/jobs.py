"""Jobs and attempts that are not what somebody took them for."""

from soniq.errors.base import SoniqError


class ResourceFailed(SoniqError):
    """A resource of the worker could not be opened, or was never declared on its app."""

    code = "SONIQ_RESOURCE_FAILED"
    hint = "Mend what the resource's function raised, and decorate it with `@app.resource` on the worker's own app."


class ProcessDied(SoniqError):
    """The child process that ran a handler ended before the handler did."""

    code = "SONIQ_PROCESS_DIED"
    hint = (
        "Look at the kernel's log for the want of memory, and for what the handler's C libraries did; give each "
        "process more memory, or run fewer at once with SONIQ_PROCESS_POOL_SIZE."
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


class DeadLetterNotFound(SoniqError, LookupError):
    """No dead letter has this id."""

    code = "SONIQ_DEAD_LETTER_NOT_FOUND"
    hint = "List them with `soniq dead-letter list`; a job that is not dead is found with `soniq jobs ID`."
