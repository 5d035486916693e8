"""One order by the learner's code, under a fault; afterwards both systems are asked."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from soniq.lab.crew import prepare
from soniq.lab.exercises.exercise import Step
from soniq.lab.exercises.looks.tie import WORDS, Words, tie
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Actor, Attempt
from soniq.lab.exercises.run.stumble import raised
from soniq.lab.faults import place as fault
from soniq.lab.record import Lane
from soniq.lab.shop.order import DECLINED, GOOD, Order
from soniq.lab.stage import Blow, Run, Scene

BOTH: Final = "The order and its one job."
NEITHER: Final = "Neither the order nor its job."
AGREED: Final = "The order with its one job, or neither of them."
WORK: Final = "soniq.lab.shapes.processes:work"
WORKERS_MODULES: Final = ("soniq.lab.shapes.processes", "soniq.worker.worker")  # a second of imports in each worker


async def place(
    attempt: Attempt, actor: Actor, title: str, card: str = GOOD, blow: Blow | None = None, lanes: Sequence[Lane] = ()
) -> Run:
    """Place the shop's next order by the learner's code, and judge what is left; no worker comes."""
    scene = Scene(attempt.shop, title, Order(attempt.shop.next_number(), card=card), lanes)
    await attempt.place(scene, actor, blow=blow)
    return await scene.conclude()


def good_day(actor: Actor, refused: Mapping[str, str] | None = None) -> Step:
    """Check that an order to which nothing happens is there, with one job.

    Args:
        actor: Places the order.
        refused: What is said where Soniq refused, by the error's name, in place of its own words: those name the mend.
    """
    return Step("Nothing goes wrong", partial(_good_day, actor, refused or {}))


def card_declined(actor: Actor, words: Words = WORDS) -> Step:
    """Check that a declined card leaves neither order nor job; see `killed`."""
    return Step("The card is declined", partial(_card_declined, actor, words))


def killed(actor: Actor, where: str, title: str, words: Words = WORDS) -> Step:
    """Check that order and job agree after SIGKILL at a place.

    Args:
        actor: Places the order.
        where: The fault's name, as `soniq.lab.faults` has it.
        title: The place, as this exercise's people say it.
        words: What is said of each way to tie an order and its job.
    """
    return Step(title, partial(_killed, actor, words, where, title))


def early_worker(actor: Actor) -> Step:
    """Check that a worker who looks just before COMMIT finds nothing to do."""
    return Step("A worker looks just before COMMIT", partial(_early_worker, actor))


async def _good_day(actor: Actor, refused: Mapping[str, str], attempt: Attempt) -> Finding:
    run = await place(attempt, actor, "Nothing goes wrong")
    if run.ending.error or run.ending.killed:
        finding = raised(run.ending, BOTH)
        return replace(finding, why=refused.get(run.ending.error, finding.why))
    orders, jobs = len(await attempt.shop.orders(run.order)), len(await attempt.shop.jobs(run.order))
    if (orders, jobs) == (1, 1):
        return fits(f"order {run.order} and its job")
    seen = f"Order {run.order}: {_count(orders, 'order')}, {_count(jobs, 'job')}."
    return differs(seen, BOTH, WORDS[tie(run.story)] if not jobs else run.verdict.sentence, run.timeline)


async def _card_declined(actor: Actor, words: Words, attempt: Attempt) -> Finding:
    run = await place(attempt, actor, "The card is declined", DECLINED)
    if not run.ending.error:
        return differs(
            "The card was declined, and the request ended well.",
            NEITHER,
            f"CardDeclined never left your code, so Ada was told that all is well. {run.verdict.sentence}",
            run.timeline,
        )
    return _judged(run, NEITHER, "neither order nor job", words)


async def _killed(actor: Actor, words: Words, where: str, title: str, attempt: Attempt) -> Finding:
    run = await place(attempt, actor, title, blow=Blow(where))
    if not run.struck:
        return unreached(run, fault(where).gloss)
    good = "both of them" if "commit" in _kinds(run) else "neither order nor job"
    return _judged(run, AGREED, good, words)


async def _early_worker(actor: Actor, attempt: Attempt) -> Finding:
    await attempt.clear_queue()
    await asyncio.to_thread(prepare, *WORKERS_MODULES)
    scene = Scene(attempt.shop, "A worker looks just before COMMIT")

    async def look() -> None:
        await scene.work(WORK)

    await attempt.place(scene, actor, blow=Blow("before_commit", look))
    run = await scene.conclude()
    return _judged(run, BOTH, "nothing to do for it yet") if run.struck else unreached(run, "before COMMIT")


def unreached(run: Run, gloss: str) -> Finding:
    """Say that the learner's code never came to the moment at which it was to be struck."""
    return differs(
        f"Your code never came to that moment: {gloss}.",
        AGREED,
        f"The fault lay in wait for a statement that was never sent, so nothing is proved. {run.verdict.sentence}",
        run.timeline,
    )


def _judged(run: Run, expected: str, good: str, words: Words = WORDS) -> Finding:
    if run.verdict.name == "consistent":
        return fits(good)
    return differs(f"{run.verdict.sign.gloss}.".capitalize(), expected, words[tie(run.story)], run.timeline)


def _kinds(run: Run) -> set[str]:
    return {event.kind for event in run.story.events}


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'s' * (number > 1)}"
