"""A second worker, which takes the first one for dead and runs its job again."""

from typing import Final

from soniq.lab.exercises.run.attempt import Actor, Attempt
from soniq.lab.stage import Blow, Scene

# The silence after which others take a worker for dead, without the wait: its last sign of life is made an old one.
SILENCE: Final = "update soniq.workers set beat_at = beat_at - interval '1 hour'"


async def succeed(attempt: Attempt, scene: Scene, worker: Actor, *arguments: object) -> None:
    """Let another worker take the others for dead and run their job, and end when it has said how that went.

    Args:
        attempt: Whose cell.
        scene: Where.
        worker: Works until SIGTERM, and looks often for the dead.
        arguments: What it is given.
    """
    await attempt.shop.ask(SILENCE)
    await attempt.work(scene, worker, *arguments, blow=Blow("after_the_record", "stop"))
