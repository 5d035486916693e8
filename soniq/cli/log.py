"""What a worker says in a terminal: each message on one line, and the facts that it does not say itself."""

import logging
from typing import Final

LAYOUT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
# What every record has; the rest are facts that were given as `extra=`.
_PLAIN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# What `ctx.logger` says at the beginning of each message.
_JOBS_LOGGER: Final = "soniq.job"
_SAID_BY_IT: Final = frozenset({"job_id", "task", "attempt", "max_attempts"})


class WithFacts(logging.Formatter):
    """Writes `message  name=value …`."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line; facts that are None or in the message are left out."""
        said = {str(value) for value in record.args} if isinstance(record.args, tuple) else set()
        hidden = _PLAIN | _SAID_BY_IT if record.name == _JOBS_LOGGER else _PLAIN
        given = {name: value for name, value in vars(record).items() if name not in hidden and value is not None}
        facts = " ".join(f"{name}={_shown(value)}" for name, value in given.items() if _text(value) not in said)
        return f"{super().formatMessage(record)}  {facts}".rstrip().replace("\n", "\\n")


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _shown(value: object) -> str:
    text = str(value)
    return repr(text) if any(character.isspace() for character in text) or not text else text


def log_to_terminal(level: str) -> None:
    """Write the log of this process to stderr, Soniq's own from a level on."""
    handler = logging.StreamHandler()
    handler.setFormatter(WithFacts(LAYOUT))
    logging.basicConfig(handlers=[handler])
    logging.getLogger("soniq").setLevel(level.upper())
