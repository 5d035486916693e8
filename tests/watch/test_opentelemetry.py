"""The trace of a request goes on in its jobs, with the real SDK."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, format_span_id, format_trace_id, get_current_span

from soniq import JobContext, OpenTelemetryTracing, Soniq
from soniq.enqueue.insert import ONE, insert
from soniq.job import NewJob
from soniq.sql.place import Place


class Traced:
    """An app, and the spans that it made."""

    def __init__(self, url: str) -> None:
        self._exporter, provider = InMemorySpanExporter(), TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = provider.get_tracer("test")
        self.app = Soniq(url, tracing=OpenTelemetryTracing(provider))
        self.seen: list[tuple[str | None, str | None]] = []
        self.fails = 0
        self.app.job(name="work", queue="mail", retries=3, retry_delay=0)(self.work)
        self.app.job(name="plain", queue="mail")(self.plain)

    async def work(self, ctx: JobContext) -> None:
        self._note(ctx)
        if len(self.seen) <= self.fails:
            raise sqlite3.DatabaseError("not yet")

    def plain(self, ctx: JobContext) -> None:
        self._note(ctx)

    def _note(self, ctx: JobContext) -> None:
        current = get_current_span().get_span_context()
        assert (ctx.trace_id, ctx.span_id) == (format_trace_id(current.trace_id), format_span_id(current.span_id))
        self.seen.append((ctx.trace_id, ctx.span_id))

    def spans(self, name: str) -> list[ReadableSpan]:
        """Give the spans of that name, in the order in which they ended."""
        return [span for span in self._exporter.get_finished_spans() if span.name == name]


@pytest.fixture
async def traced(migrated_url: str) -> AsyncIterator[Traced]:
    made = Traced(migrated_url)
    async with made.app:
        yield made


def ids(span: Any) -> tuple[str, str]:
    context = getattr(span, "context", span)
    return format_trace_id(context.trace_id), format_span_id(context.span_id)


@pytest.mark.parametrize("task", ["work", "plain"])
async def test_a_trace_goes_on_in_the_job(traced: Traced, task: str) -> None:
    with traced.tracer.start_as_current_span("request") as request:
        async with traced.app.transaction() as connection:
            job_id = await traced.app.enqueue(task, connection=connection)
    await traced.app.run_worker(run_once=True)

    [enqueue], [process] = traced.spans(f"enqueue {task}"), traced.spans(f"process {task}")
    assert enqueue.parent is not None
    assert process.parent is not None
    assert ids(enqueue.parent) == ids(request.get_span_context())
    assert ids(process.parent) == ids(enqueue)
    assert traced.seen == [ids(process)]
    assert (enqueue.kind, process.kind) == (SpanKind.PRODUCER, SpanKind.CONSUMER)
    about = {"messaging.system": "soniq", "messaging.destination.name": "mail", "messaging.message.id": job_id}
    assert about.items() <= dict(enqueue.attributes or {}).items()
    own = {"messaging.operation.type": "process", "soniq.attempt": 1, "soniq.status": "done"}
    assert {**about, **own}.items() <= dict(process.attributes or {}).items()


async def test_a_unique_job_takes_the_trace_along(traced: Traced) -> None:
    await traced.app.enqueue("work", unique=True)
    await traced.app.run_worker(run_once=True)

    [enqueue], [process] = traced.spans("enqueue work"), traced.spans("process work")
    assert process.parent is not None
    assert ids(process.parent) == ids(enqueue)


async def test_a_retry_is_a_trace_of_its_own_that_links_to_the_enqueue(traced: Traced) -> None:
    traced.fails = 1
    await traced.app.enqueue("work")
    await traced.app.run_worker(run_once=True)

    [enqueue], [first, second] = traced.spans("enqueue work"), traced.spans("process work")
    assert (first.links, second.parent) == ((), None)
    assert first.parent is not None
    assert ids(first.parent) == ids(enqueue)
    assert [ids(link.context) for link in second.links] == [ids(enqueue)]
    assert ids(second)[0] != ids(enqueue)[0]


async def test_an_error_is_recorded(traced: Traced) -> None:
    traced.fails = 1
    await traced.app.enqueue("work")
    await traced.app.run_worker(run_once=True)

    [failed, done] = traced.spans("process work")
    [event] = failed.events
    assert (failed.status.status_code, failed.status.description) == (StatusCode.ERROR, "DatabaseError: not yet")
    assert (failed.attributes or {})["error.type"] == "DatabaseError"
    assert (event.attributes or {})["exception.type"] == "sqlite3.DatabaseError"
    assert "not yet" in str((event.attributes or {})["exception.stacktrace"])
    assert done.status.status_code is StatusCode.UNSET


async def test_enqueues_that_share_a_statement_keep_their_own_traces(traced: Traced) -> None:
    await traced.app.ensure_initialized()

    async def request() -> tuple[str, str]:
        with traced.tracer.start_as_current_span("request") as span:
            return await traced.app.enqueue("work"), ids(span.get_span_context())[0]

    traces = dict(await asyncio.gather(*(request() for _ in range(5))))
    await traced.app.run_worker(run_once=True)

    ran = {str((span.attributes or {})["messaging.message.id"]): ids(span)[0] for span in traced.spans("process work")}
    assert ran == traces
    assert len(set(traces.values())) == 5


async def test_many_jobs_and_one_with_a_key_carry_it_too(traced: Traced) -> None:
    await traced.app.enqueue_many("work", [{}, {}])
    await traced.app.enqueue("plain", concurrency_key="one")
    await traced.app.run_worker(run_once=True)

    [many], [keyed] = traced.spans("enqueue work"), traced.spans("enqueue plain")
    assert (many.attributes or {})["messaging.batch.message_count"] == 2
    assert {ids(span.parent) for span in traced.spans("process work")} == {ids(many)}
    assert [ids(span.parent) for span in traced.spans("process plain")] == [ids(keyed)]


async def test_a_job_of_a_job_is_in_the_same_trace(traced: Traced) -> None:
    @traced.app.job(name="first")
    async def first(ctx: JobContext) -> None:
        async with ctx.transaction():
            await ctx.enqueue("work")

    await traced.app.enqueue(first)
    await traced.app.run_worker(run_once=True)

    assert ids(traced.spans("enqueue first")[0])[0] == ids(traced.spans("process work")[0])[0]


async def test_a_trace_state_travels(traced: Traced, other: Any) -> None:
    await traced.app.enqueue("work")
    await other.execute("update soniq.jobs set trace = trace || e'\\nvendor=7'")
    await traced.app.run_worker(run_once=True)

    [process] = traced.spans("process work")
    assert process.context is not None
    assert process.context.trace_state.get("vendor") == "7"


async def test_without_tracing_there_are_no_ids_and_nothing_is_written(app: Soniq, other: Any) -> None:
    seen: list[tuple[str | None, str | None]] = []

    @app.job(name="work")
    async def work(ctx: JobContext) -> None:
        seen.append((ctx.trace_id, ctx.span_id))

    await app.enqueue(work)
    assert await other.fetchval("select trace from soniq.jobs") is None
    await app.run_worker(run_once=True)

    assert seen == [(None, None)]


async def test_without_an_sdk_the_statement_is_the_short_one() -> None:
    job = NewJob("id", "work", "{}", "default", 100, 4)

    with OpenTelemetryTracing().enqueueing([job]) as traced:
        sent = insert(Place("soniq", "installation"), traced)

    assert sent.statement == ONE
