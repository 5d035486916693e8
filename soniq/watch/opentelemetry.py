"""Trace enqueues and attempts with OpenTelemetry: the trace of a request goes on in its jobs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from soniq.job import Claim, Failed, NewJob, Outcome
from soniq.version import __version__

try:
    from opentelemetry.context import Context
    from opentelemetry.trace import (
        Link,
        Span,
        SpanKind,
        Status,
        StatusCode,
        TracerProvider,
        format_span_id,
        format_trace_id,
        get_current_span,
        get_tracer,
        use_span,
    )
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as error:
    raise ImportError("OpenTelemetryTracing needs opentelemetry-api: pip install opentelemetry-api") from error

W3C: Final = TraceContextTextMapPropagator()
FIELDS: Final = ("traceparent", "tracestate")


class OpenTelemetryTracing:
    """Pass one to `Soniq(tracing=…)`, in the program that enqueues and in the one that works.

    An enqueue is a span `enqueue <task>` of kind PRODUCER, whose context travels with the job. An attempt is a span
    `process <task>` of kind CONSUMER: the first one is its child, and each retry a trace of its own that links to it.
    The attributes are those of the semantic conventions for messaging.

    Args:
        tracer_provider: Where the spans go; the global one by default, as it is when the first span begins.
    """

    def __init__(self, tracer_provider: TracerProvider | None = None) -> None:
        self._tracer = get_tracer("soniq", __version__, tracer_provider)

    @contextmanager
    def enqueueing(self, jobs: Sequence[NewJob]) -> Iterator[Sequence[NewJob]]:
        """Be around one enqueue; gives the same jobs with their trace."""
        first = jobs[0]
        about = _about(first.task, first.queue, "enqueue", "send")
        if len(jobs) == 1:
            about["messaging.message.id"] = first.id
        else:
            about["messaging.batch.message_count"] = len(jobs)
        with self._tracer.start_as_current_span(f"enqueue {first.task}", kind=SpanKind.PRODUCER, attributes=about):
            trace = _written()
            yield jobs if trace is None else [job._replace(trace=trace) for job in jobs]

    @contextmanager
    def attempting(self, claim: Claim, worker_id: str) -> Iterator["AttemptSpan"]:
        """Be around one attempt, middleware and hooks included."""
        enqueued = _read(claim.trace)
        cause = get_current_span(enqueued).get_span_context()
        first = claim.attempt == 1
        about = {
            **_about(claim.task, claim.queue, "process", "process"),
            "messaging.message.id": str(claim.id),
            "messaging.client.id": worker_id,
            "soniq.attempt": claim.attempt,
            "soniq.max_attempts": claim.max_attempts,
        }
        span = self._tracer.start_span(
            f"process {claim.task}",
            context=enqueued if first else Context(),
            kind=SpanKind.CONSUMER,
            attributes=about,
            links=[Link(cause)] if cause.is_valid and not first else None,
        )
        with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            yield AttemptSpan(span)


class AttemptSpan:
    """The span of one attempt."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._context = span.get_span_context()

    @property
    def trace_id(self) -> str | None:
        """32 hexadecimal digits; None where no SDK is set up, so that there is no span."""
        return format_trace_id(self._context.trace_id) if self._context.is_valid else None

    @property
    def span_id(self) -> str | None:
        """16 hexadecimal digits."""
        return format_span_id(self._context.span_id) if self._context.is_valid else None

    def end(self, outcome: Outcome, status: str) -> None:
        """Note what the attempt came to; see `MetricsSink.record_job_end` for the statuses."""
        self._span.set_attribute("soniq.status", status)
        if isinstance(outcome, Failed):
            self._span.set_status(Status(StatusCode.ERROR, outcome.error))
            if outcome.cause is not None:
                kind = type(outcome.cause)
                self._span.set_attribute("error.type", kind.__qualname__)
                # Not `record_exception`: the texts of an exception are the user's code, and may raise.
                facts = {"exception.type": f"{kind.__module__}.{kind.__qualname__}", "exception.message": outcome.error}
                self._span.add_event("exception", {**facts, "exception.stacktrace": outcome.traceback})


def _about(task: str, queue: str, name: str, kind: str) -> dict[str, str | int]:
    return {
        "messaging.system": "soniq",
        "messaging.destination.name": queue,
        "messaging.operation.name": name,
        "messaging.operation.type": kind,
        "soniq.task": task,
    }


def _written() -> str | None:
    """Say the current span as a job carries it; None where there is none that counts."""
    carrier: dict[str, str] = {}
    W3C.inject(carrier)
    return "\n".join(carrier[field] for field in FIELDS if field in carrier) or None


def _read(trace: str | None) -> Context:
    carrier = dict(zip(FIELDS, (trace or "").split("\n"), strict=False))
    return W3C.extract({name: value for name, value in carrier.items() if value}, context=Context())
