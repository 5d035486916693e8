"""Dead letters as users see them: the filter that chooses some, the record of one, the counts of many."""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from soniq.errors import OptionInvalid
from soniq.job.numbers import check_whole
from soniq.job.record import Attempt, Readable, shown

TEXTS: Final = ("task", "queue", "error_class", "reason")
TAG_CHARACTERS: Final = 100
TAGS: Final = 50


@dataclass(frozen=True, slots=True)
class DeadLetterFilter:
    """Which dead letters are meant: everything that is named has to fit, and what is not named is not asked.

    Attributes:
        task: The task's name.
        queue: Where the job was taken from.
        error_class: The class of the last error, such as `ValueError`.
        reason: Why it is a dead letter, such as `max_retries_exceeded`.
        tags: It has all of these.
        from_time: It died then or later; aware.
        to_time: It died before; aware.
        replayed: True: only those that were replayed, False: only those that were not.
        limit: This many at most, 1 or more: of a list the latest, of a bulk verb the oldest.

    Raises:
        OptionInvalid: A value has a wrong type or range.
    """

    task: str | None = None
    queue: str | None = None
    error_class: str | None = None
    reason: str | None = None
    tags: Sequence[str] = ()
    from_time: datetime | None = None
    to_time: datetime | None = None
    replayed: bool | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        for name in TEXTS:
            _check_text(name, getattr(self, name))
        object.__setattr__(self, "tags", check_tags(self.tags) if self.tags else ())
        _check_moment("from_time", self.from_time)
        _check_moment("to_time", self.to_time)
        if self.replayed is not None and not isinstance(self.replayed, bool):
            raise OptionInvalid(f"`replayed` must be True, False or None, not {self.replayed!r}", option="replayed")
        if self.limit is not None:
            check_whole("limit", self.limit, 1, 2**63 - 1)


@dataclass(frozen=True, slots=True, eq=False)
class DeadLetterJob(Readable):
    """One dead letter. Reads as attributes and as a mapping: `dead.last_error`, `dead["last_error"]`.

    Attributes:
        id: UUID as text, the id that the job had.
        job_name: The task's name.
        args: The arguments as they travel: plain JSON values.
        queue: Where it was taken from.
        priority: 1 to 1000, lower first.
        attempts: Runs that were started.
        max_attempts: Runs at most.
        created_at: When it was enqueued. All times are the database's, aware.
        scheduled_at: When its caller asked for; None for at once.
        dead_at: When it became a dead letter.
        last_error: One line of the failure that ended it.
        dead_letter_reason: Why, such as `max_retries_exceeded`.
        resurrection_count: How often it was replayed.
        tags: What people wrote on it, sorted.
        worker_id: Who ran it last, None where nobody did.
        errors: The last 20 failed attempts, oldest first.
        traceback: Of the failure that ended it, None where there was none.
    """

    id: str
    job_name: str
    args: dict[str, Any]
    queue: str
    priority: int
    attempts: int
    max_attempts: int
    created_at: datetime
    scheduled_at: datetime | None
    dead_at: datetime
    last_error: str | None
    dead_letter_reason: str
    resurrection_count: int
    tags: tuple[str, ...]
    worker_id: str | None
    errors: tuple[Attempt, ...]
    traceback: str | None

    def __repr__(self) -> str:
        return (
            f"<DeadLetterJob {self.job_name} id={self.id} queue={self.queue!r} reason={self.dead_letter_reason} "
            f"args={json.dumps(self.args, ensure_ascii=False)} last_error={self.last_error!r}>"
        )

    def _repr_html_(self) -> str:
        """Show it as a small table in Jupyter, in the theme's own colours."""
        texts = {name: ", ".join(self.tags) if name == "tags" else shown(self[name]) for name in self}
        rows = "".join(
            f'<tr><th style="text-align:left">{name}</th>'
            f'<td style="text-align:left"><code>{html.escape(text)}</code></td></tr>'
            for name, text in texts.items()
            if self[name] not in (None, (), "")
        )
        return f"<table><caption>{html.escape(self.job_name)}: dead letter</caption>{rows}</table>"


@dataclass(frozen=True, slots=True, eq=False)
class DeadLetterStats(Readable):
    """How many dead letters there are, and of what.

    Attributes:
        total: All that were counted.
        replayed: How many of them were replayed.
        by_task: Counts by the task's name, most first; so are the others.
        by_queue: Counts by queue.
        by_reason: Counts by reason.
        by_error_class: Counts by the class of the last error.
        oldest_at: When the first one died, None where there is none.
        newest_at: When the last one died.
    """

    total: int = 0
    replayed: int = 0
    by_task: Mapping[str, int] = field(default_factory=dict)
    by_queue: Mapping[str, int] = field(default_factory=dict)
    by_reason: Mapping[str, int] = field(default_factory=dict)
    by_error_class: Mapping[str, int] = field(default_factory=dict)
    oldest_at: datetime | None = None
    newest_at: datetime | None = None


def check_tags(tags: object) -> tuple[str, ...]:
    """Return the tags.

    Raises:
        OptionInvalid: They are no list of 1 to 50 printable texts of up to 100 characters.
    """
    if not isinstance(tags, list | tuple | set | frozenset) or not 0 < len(tags) <= TAGS:
        raise OptionInvalid(f"`tags` must be a list of 1 to {TAGS} texts, not {tags!r}", option="tags")
    for tag in tags:
        if not isinstance(tag, str) or not 0 < len(tag) <= TAG_CHARACTERS or not tag.isprintable():
            raise OptionInvalid(
                f"a tag must be printable text of 1 to {TAG_CHARACTERS} characters, not {tag!r}", option="tags"
            )
    return tuple(tags)


def _check_text(name: str, value: object) -> None:
    if value is not None and (not isinstance(value, str) or not value or not value.isprintable()):
        raise OptionInvalid(f"`{name}` must be printable text, not {value!r}", option=name)


def _check_moment(name: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise OptionInvalid(f"`{name}` must be an aware datetime, not {value!r}", option=name)
