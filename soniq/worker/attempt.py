"""One attempt: from a claim in hand to a verdict in the outbox."""

import asyncio
import logging
import random
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from soniq.job import Cancelled, Claim, Finished, HandedBack, JobContext, Outcome, Verdict
from soniq.job.tracing import AttemptSpan
from soniq.run.deadline import StillRunning
from soniq.run.execute import Equipment, execute
from soniq.run.left_behind import Execution
from soniq.run.processes import Processes
from soniq.run.resources import Resources
from soniq.settle.decide import Bounds, decide
from soniq.settle.policy import ruled
from soniq.task.definition import Retries, Task
from soniq.task.registry import Registry
from soniq.worker.effects import AttemptEffects, Reach, log_own_end
from soniq.worker.link import AttemptLink, Report
from soniq.worker.outbox import Outbox
from soniq.worker.profile import Profile
from soniq.worker.pulse import Pulse
from soniq.worker.strangers import Strangers
from soniq.worker.tell import count_begin, log_end, status, tell_begin, tell_end

logger: Final = logging.getLogger("soniq")

AT_ONCE: Final = timedelta()
UNKNOWN: Final = Retries()


class Attempts:
    """Runs claims; each one ends with a verdict in the outbox.

    Except where its handler settled the job in a transaction of its own, lost the claim, or is left running:
    then the claim is kept.

    Args:
        profile: Whose attempts.
        registry: The tasks that this worker knows.
        outbox: Where verdicts go.
        pulse: Whether claims that waited are still ours.
        reach: What handlers may reach through their context.
        report: Takes the progress of an attempt, from any thread.
    """

    def __init__(  # the parts of one worker, put together in one place
        self,
        profile: Profile,
        registry: Registry,
        outbox: Outbox,
        pulse: Pulse,
        reach: Reach,
        report: Report = lambda *_: None,
    ) -> None:
        settings = profile.settings
        self._registry = registry
        self._outbox = outbox
        self._pulse = pulse
        self._reach = reach
        self._worker_id = str(profile.id)
        self._report = report
        self._links: dict[UUID, AttemptLink] = {}
        self._cancelled: Set[UUID] = frozenset()
        self._left: list[Execution] = []
        self._bounds = Bounds(timedelta(seconds=settings.snooze_max_seconds), settings.max_snoozes)
        self._job_timeout = settings.job_timeout
        self._around = registry.around
        self._policy = registry.retry_policy
        self._tracing = registry.tracing
        self._resources = Resources(registry.around.resources)
        threads = ThreadPoolExecutor(settings.sync_handler_pool_size, "soniq-handler")
        processes = Processes(settings.process_pool_size)
        self._equipment = Equipment(threads, registry.around.middleware, self._resources.values, processes)
        self._strangers = Strangers(timedelta(seconds=settings.unknown_task_ttl), self._database_now)

    async def run(self, claim: Claim) -> None:
        """Run one claim to its verdict; the first cancellation ends what can be cancelled, the second one the wait."""
        task = self._registry.find(claim.task)
        if claim.id in self._cancelled:
            log_end(claim, Cancelled(), verdict := self._decide(claim, Cancelled(), task))
            self._outbox.put(verdict)
            return
        with nullcontext() if self._tracing is None else self._tracing.attempting(claim, self._worker_id) as span:
            await self._attempt(task, claim, span)

    async def _attempt(self, task: Task | None, claim: Claim, span: AttemptSpan | None) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        effects = AttemptEffects(self._reach, claim, task.result_ttl if task else None)
        link = self._links[claim.id] = AttemptLink(claim, self._report)
        context = self._context(claim, effects, link, span)
        try:
            outcome = await self._run(task, claim, context)
        except asyncio.CancelledError:
            outcome = HandedBack(AT_ONCE, "the worker stopped")
        except StillRunning as still:
            if not effects.committed and not link.asked:
                self._leave(claim, still.execution)
                return
            # No attempt follows beside which it could go on: it has committed its end, or the job was to end.
            outcome = Cancelled() if link.asked else HandedBack(AT_ONCE, "the worker stopped, and the handler goes on")
        finally:
            del self._links[claim.id]
        outcome = link.judge(outcome)
        fate = await effects.end()
        if not fate.ours:
            log_own_end(claim, outcome, fate)
            outcome = Finished(effects.result) if fate.done else HandedBack(AT_ONCE, "the claim was lost")
        verdict = self._decide(claim, outcome, task)
        if span is not None:
            span.end(outcome, status(outcome, verdict))
        if fate.ours:
            log_end(claim, outcome, verdict)
            self._outbox.put(verdict)
        else:
            self._outbox.note(verdict)
        await tell_end(self._around, claim, outcome, verdict, loop.time() - began)

    async def prepare(self) -> None:
        """Open the resources.

        Raises:
            ResourceFailed: One could not be opened.
            OptionInvalid: They need one another in a circle, or something that is no resource.
        """
        await self._resources.open()

    def cancel(self, jobs: Set[UUID]) -> None:
        """End these jobs, those that have not begun too, until another set is given."""
        self._cancelled = jobs
        for job_id in jobs & self._links.keys():
            self._links[job_id].ask()

    def hand_back(self, claims: list[Claim], reason: str) -> None:
        """Give claims back that have not begun; they spend no attempt."""
        if claims:
            logger.info(
                "jobs handed back: %s, because %s", len(claims), reason, extra={"jobs": len(claims), "reason": reason}
            )
        for claim in claims:
            self._outbox.put(self._decide(claim, HandedBack(AT_ONCE, reason), None))

    @property
    def left(self) -> list[Execution]:
        """What goes on although it was given up, so that nobody else may run its job yet."""
        return [execution for execution in self._left if not execution.done()]

    async def close(self) -> None:
        """Let threads and processes go, where a thread that still runs a handler ends with it; close the resources."""
        self._equipment.threads.shutdown(wait=False, cancel_futures=True)
        await self._equipment.processes.close()
        await self._resources.close()

    async def _run(self, task: Task | None, claim: Claim, context: JobContext) -> Outcome:
        await count_begin(self._around, claim)
        if not self._pulse.fresh:
            return HandedBack(AT_ONCE, "the worker was cut off from the database")
        if task is None:
            return self._strangers.outcome(claim)
        seconds = self._job_timeout if task.timeout is None else task.timeout
        timeout = timedelta(seconds=seconds) if seconds else None
        await tell_begin(self._around, claim)
        return await execute(task, claim, context, self._equipment, timeout)

    def _context(
        self, claim: Claim, effects: AttemptEffects, link: AttemptLink, span: AttemptSpan | None
    ) -> JobContext:
        return JobContext(
            job_id=str(claim.id),
            job_name=claim.task,
            attempt=claim.attempt,
            max_attempts=claim.max_attempts,
            queue=claim.queue,
            worker_id=self._worker_id,
            scheduled_at=claim.scheduled_at,
            created_at=claim.created_at,
            trace_id=span.trace_id if span else None,
            span_id=span.span_id if span else None,
            _effects=effects,
            _link=link,
        )

    def _leave(self, claim: Claim, execution: Execution) -> None:
        logger.error(
            "handler left running: job %s of task %s stays claimed while it goes on, then runs again",
            claim.id,
            claim.task,
            extra={"job_id": str(claim.id), "task": claim.task, "attempt": claim.attempt},
        )
        self._left.append(execution)

    def _decide(self, claim: Claim, outcome: Outcome, task: Task | None) -> Verdict:
        retries, result_ttl = (task.retries, task.result_ttl) if task else (UNKNOWN, None)
        try:
            outcome = ruled(self._policy, claim, outcome, retries)
            return decide(claim, outcome, retries, random.random(), self._bounds, result_ttl)
        except Exception as error:  # a rule that cannot be applied must not leave the job held for ever
            logger.exception(
                "verdict failed: job %s of task %s",
                claim.id,
                claim.task,
                extra={"job_id": str(claim.id), "task": claim.task},
            )
            return Verdict(
                claim.id, claim.token, "dead_letter", error=f"{type(error).__name__} in deciding", reason="undecided"
            )

    def _database_now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._pulse.clock_ahead)
