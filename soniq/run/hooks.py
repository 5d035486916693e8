"""Call an app's hooks; what goes wrong in one is logged, and changes nothing."""

import asyncio
import inspect
import logging
from collections.abc import Sequence
from typing import Any, Final

from soniq.task.surroundings import Hook

logger: Final = logging.getLogger("soniq")

HOOK_SECONDS: Final = 10.0  # a hook that hangs would keep its worker's slot for ever


async def call_hooks(hooks: Sequence[Hook], **facts: Any) -> None:
    """Call them one after the other, awaiting those that are asynchronous.

    Args:
        hooks: In order.
        facts: Their arguments, by name.
    """
    for hook in hooks:
        try:
            async with asyncio.timeout(HOOK_SECONDS):
                answer = hook(**facts)
                if inspect.isawaitable(answer):
                    await answer
        except Exception:  # around the user's hook
            name = getattr(hook, "__qualname__", repr(hook))
            logger.exception(
                "hook failed: %s, for job %s", name, facts["job_id"], extra={"hook": name, **_plain(facts)}
            )


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {"job_id": facts["job_id"], "task": facts["job_name"]}
