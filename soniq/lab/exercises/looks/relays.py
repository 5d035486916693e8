"""What a relay must bear: a day on which nothing happens, and a knife before the queue hears of anything."""

from functools import partial
from typing import Final

from soniq.lab.exercises.exercise import Step
from soniq.lab.exercises.looks.outbox import ONCE, Outbox, Relay
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Attempt

NONE_LOST: Final = "Each note's job reaches RQ at last."


def in_order(by: Relay) -> Step:
    """Check that notes are published once, also when the relay looks again."""
    return Step(f"Two notes; `{by.name}` runs twice", partial(_in_order, by))


def killed_relay(by: Relay, why: str) -> Step:
    """Check that what a dead relay had in hand is published by the next.

    Args:
        by: The relay.
        why: How a note came to be lost.
    """
    return Step(f"SIGKILL before RQ hears of a job; then `{by.name}` runs again", partial(_killed_relay, by, why))


def judged(outbox: Outbox, sent: dict[int, int], lost: str, twice: str) -> Finding:
    """Say that each note was published once, or how that failed.

    Args:
        outbox: Where.
        sent: How many jobs each order has.
        lost: How a note came to be lost; it may name the `{number}`.
        twice: How one came to be published twice; likewise.
    """
    missing = [number for number, jobs in sent.items() if not jobs]
    doubled = [number for number, jobs in sent.items() if jobs > 1]
    if missing:
        return differs(f"No job for {_orders(missing)}.", ONCE, lost.format(number=missing[0]), outbox.drawn)
    if doubled:
        return differs(f"Two jobs for {_orders(doubled)}.", ONCE, twice.format(number=doubled[0]), outbox.drawn)
    return fits(f"{len(sent)} notes, {len(sent)} jobs")


async def _in_order(by: Relay, attempt: Attempt) -> Finding:
    outbox = Outbox(attempt, by, "Two notes, and two looks")
    await outbox.note(2)
    await outbox.look()
    await outbox.look()
    return judged(
        outbox,
        await outbox.sent(),
        "Two looks at the outbox did not publish it.",
        "The second look published it once more: nothing that the first look left behind said that it was done.",
    )


async def _killed_relay(by: Relay, why: str, attempt: Attempt) -> Finding:
    outbox = Outbox(attempt, by, "SIGKILL before RQ hears of a job")
    await outbox.note(2)
    if not await outbox.die("before_the_queue"):
        return differs("No job was published.", NONE_LOST, "The knife lay in wait for the first one.", outbox.drawn)
    await outbox.look()
    missing = [number for number, jobs in (await outbox.sent()).items() if not jobs]
    if missing:
        return differs(f"No job for {_orders(missing)}, though `{by.name}` ran again.", NONE_LOST, why, outbox.drawn)
    return fits("the next look publishes them")


def _orders(numbers: list[int]) -> str:
    named = " and ".join(map(str, numbers))
    return f"order {named}" if len(numbers) == 1 else f"orders {named}"
