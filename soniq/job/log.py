"""A logger that names the job."""

import logging
from collections.abc import MutableMapping
from typing import Any, Final

LOGGER: Final = logging.getLogger("soniq.job")


class JobLogger(logging.LoggerAdapter[logging.Logger]):
    """Says which job each message is about: in the text, and as the fields of the worker's own messages.

    Args:
        facts: `job_id`, `task`, `queue`, `attempt` and `max_attempts`.
    """

    def __init__(self, facts: dict[str, object]) -> None:
        super().__init__(LOGGER, facts)
        self._prefix = "job {job_id} of task {task}, attempt {attempt} of {max_attempts}: ".format_map(facts)

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Add the job to one message; fields of the caller's own stay."""
        kwargs["extra"] = {**(self.extra or {}), **(kwargs.get("extra") or {})}
        return f"{self._prefix}{msg}", kwargs
