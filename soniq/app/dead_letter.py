"""`app.dead_letter`: find dead letters, run them again, tag them, let them go."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Final
from uuid import UUID

from soniq.adapters import join
from soniq.app.enqueue import EnqueueVerbs
from soniq.app.joining import join_given
from soniq.enqueue.options import check_priority, check_queue
from soniq.errors import DeadLetterNotFound, OptionInvalid
from soniq.job import DeadLetterFilter, DeadLetterJob, DeadLetterStats
from soniq.job.dead_letter import check_tags
from soniq.job.numbers import check_number, check_whole
from soniq.watch.dead_letter import (
    Wanted,
    older_than,
    read_dead_letters,
    read_pages,
    read_stats,
    wanted,
    wanted_id,
)
from soniq.watch.export import check_format, written
from soniq.watch.inspect import to_id
from soniq.watch.replay import Changes, Graveyard, not_replayed

LISTED: Final = 100
ATTEMPTS: Final = 1001
LONGEST_DAYS: Final = 36_500
# A bulk verb on Soniq's own connection takes as long as it takes.
NO_TIMEOUT: Final = "set local statement_timeout = 0"


class DeadLetters:
    """The dead letters of an app.

    Every verb that writes takes `connection=`, the connection or session of your transaction in any asynchronous
    shape that `enqueue` takes: what it writes exists if and only if your transaction commits. Without it, or
    with `app.separate`, the verb has a transaction of its own. Every verb raises what `ensure_initialized` raises;
    those that write raise what `enqueue` raises about its connection.
    """

    def __init__(self, app: EnqueueVerbs) -> None:
        self._app = app

    async def list_dead_letter_jobs(self, filter: DeadLetterFilter | None = None) -> list[DeadLetterJob]:
        """Return dead letters, the latest first; 100 at most where the filter sets no limit.

        Raises:
            OptionInvalid: `filter` is no `DeadLetterFilter`.
        """
        which = wanted(_checked(filter) or DeadLetterFilter())
        pool = await self._app.opened()
        async with pool.inner() as connection:
            return await read_dead_letters(connection, self._schema, Wanted(which.conditions, which.limit or LISTED))

    async def get_dead_letter_job(self, job_id: str | UUID) -> DeadLetterJob | None:
        """Return one dead letter; None where there is none of that id.

        Raises:
            OptionInvalid: `job_id` is no UUID.
        """
        which = wanted_id(to_id(job_id))
        pool = await self._app.opened()
        async with pool.inner() as connection:
            return next(iter(await read_dead_letters(connection, self._schema, which)), None)

    async def replay(
        self,
        job_id: str | UUID,
        reset_attempts: bool = True,
        new_max_attempts: int | None = None,
        new_priority: int | None = None,
        new_queue: str | None = None,
        connection: object | None = None,
    ) -> str:
        """Make a new job of a dead letter, due at once, and wake a worker for it.

        The new job carries the errors so far. The record stays, with one more in `resurrection_count`. It takes no
        key of a unique task: that job is made, whatever is queued.

        Args:
            job_id: The dead letter.
            reset_attempts: Count attempts from the beginning. False goes on counting; where no run was left
                there is one more.
            new_max_attempts: Runs at most, 1 to 1001; as before by default.
            new_priority: 1 to 1000, lower first; as before by default.
            new_queue: Where workers look for it; as before by default.
            connection: Of your transaction.

        Returns:
            The new job's id, a UUID as text.

        Raises:
            DeadLetterNotFound: No dead letter has this id.
            OptionInvalid: An option is out of range, or `job_id` is no UUID.
        """
        found = to_id(job_id)
        changes = Changes(
            bool(reset_attempts),
            None if new_max_attempts is None else check_whole("new_max_attempts", new_max_attempts, 1, ATTEMPTS),
            None if new_priority is None else check_priority(new_priority),
            None if new_queue is None else check_queue(new_queue),
        )
        async with self._through(connection) as graveyard:
            _, new_id = await graveyard.replay(wanted_id(found), changes)
        if new_id is None:
            raise _not_found(found)
        return new_id

    async def bulk_replay(
        self, filter: DeadLetterFilter, *, dry_run: bool = False, connection: object | None = None
    ) -> int:
        """Make a new job of each dead letter that the filter wants, in one statement, and return how many.

        Those that were replayed before are left out, unless the filter says `replayed=True`: so the same call
        twice makes no job twice, and a job that died again is found by its own, new record.

        Args:
            filter: Which ones; an empty `DeadLetterFilter()` means all.
            dry_run: Only count them.
            connection: Of your transaction.

        Raises:
            OptionInvalid: `filter` is no `DeadLetterFilter`.
        """
        which = not_replayed(wanted(_required(filter)))
        async with self._through(connection) as graveyard:
            if dry_run:
                return await graveyard.count(which)
            count, _ = await graveyard.replay(which, Changes())
        return count

    async def delete_dead_letter_job(self, job_id: str | UUID, *, connection: object | None = None) -> bool:
        """Delete one dead letter for good; False where there is none of that id.

        Raises:
            OptionInvalid: `job_id` is no UUID.
        """
        which = wanted_id(to_id(job_id))
        async with self._through(connection) as graveyard:
            return await graveyard.delete(which) == 1

    async def bulk_delete(
        self, filter: DeadLetterFilter, *, dry_run: bool = False, connection: object | None = None
    ) -> int:
        """Delete the dead letters that the filter wants for good, in one statement, and return how many.

        Args:
            filter: Which ones; an empty `DeadLetterFilter()` means all.
            dry_run: Only count them.
            connection: Of your transaction.

        Raises:
            OptionInvalid: `filter` is no `DeadLetterFilter`.
        """
        return await self._delete(wanted(_required(filter)), dry_run, connection)

    async def cleanup_old_dead_letter_jobs(
        self, days: float, dry_run: bool = False, *, connection: object | None = None
    ) -> int:
        """Delete the dead letters that died so many days ago or earlier, and return how many. Nothing else does.

        Args:
            days: 0 or more, by the database's clock.
            dry_run: Only count them.
            connection: Of your transaction.

        Raises:
            OptionInvalid: `days` is no number from 0 to 36500.
        """
        return await self._delete(older_than(check_number("days", days, LONGEST_DAYS)), dry_run, connection)

    async def get_dead_letter_stats(self, hours: float | None = 24) -> DeadLetterStats:
        """Count dead letters by task, queue, reason and error class.

        Args:
            hours: Of the last so many hours; None for all.

        Raises:
            OptionInvalid: `hours` is no number from 0 to 876000.
        """
        if hours is not None:
            check_number("hours", hours, LONGEST_DAYS * 24)
        pool = await self._app.opened()
        async with pool.inner() as connection:
            return await read_stats(connection, self._schema, hours)

    async def export_dead_letter_jobs(self, filter: DeadLetterFilter | None = None, format: str = "json") -> str:
        """Return dead letters as one text, the latest first.

        Args:
            filter: Which ones; all by default.
            format: `json` (a list of objects), `jsonl` (an object a line) or `csv` (with a head; fields that are
                no plain values are JSON).

        Raises:
            OptionInvalid: There is no such format, or `filter` is no `DeadLetterFilter`.
        """
        return "".join([part async for part in self.export_in_parts(filter, format)])

    def export_in_parts(self, filter: DeadLetterFilter | None = None, format: str = "json") -> AsyncIterator[str]:
        """Give what `export_dead_letter_jobs` returns part by part, so that any number of them fits into memory."""
        return self._export(wanted(_checked(filter)), check_format(format))

    async def add_tags_to_job(
        self, job_id: str | UUID, tags: Sequence[str], *, connection: object | None = None
    ) -> tuple[str, ...]:
        """Add tags to a dead letter, and return all that it has now, sorted.

        Args:
            job_id: The dead letter.
            tags: 1 to 50 printable texts of up to 100 characters; one that it has already is not added twice.
            connection: Of your transaction.

        Raises:
            DeadLetterNotFound: No dead letter has this id.
            OptionInvalid: A tag cannot be one, or `job_id` is no UUID.
        """
        found, given = to_id(job_id), check_tags(tags)
        async with self._through(connection) as graveyard:
            has = await graveyard.tag(found, given)
        if has is None:
            raise _not_found(found)
        return has

    @property
    def _schema(self) -> str:
        return self._app.settings.database_schema

    async def _export(self, which: Wanted, form: str) -> AsyncIterator[str]:
        pool = await self._app.opened()
        async for part in written(read_pages(pool, self._schema, which), form):
            yield part

    async def _delete(self, which: Wanted, dry_run: bool, connection: object | None) -> int:
        async with self._through(connection) as graveyard:
            return await graveyard.count(which) if dry_run else await graveyard.delete(which)

    @asynccontextmanager
    async def _through(self, connection: object | None) -> AsyncIterator[Graveyard]:
        """Speak on the user's connection, or on one of Soniq's in a transaction of its own."""
        joined = join_given(connection)
        pool, place = await self._app.opened(), self._app.known_place()
        if joined is not None:
            yield Graveyard(joined, place)
            return
        async with pool.inner() as own, own.transaction():
            await own.execute(NO_TIMEOUT)
            yield Graveyard(join(own), place)

    # The short names.
    list = list_dead_letter_jobs
    get = get_dead_letter_job
    delete = delete_dead_letter_job
    purge = cleanup_old_dead_letter_jobs


class DeadLetterVerbs(EnqueueVerbs):
    """Gives the app its dead letters."""

    @cached_property
    def dead_letter(self) -> DeadLetters:
        """The jobs that will not run again by themselves: list, replay, tag, export, delete."""
        return DeadLetters(self)


def _checked(chosen: object) -> DeadLetterFilter | None:
    if chosen is not None and not isinstance(chosen, DeadLetterFilter):
        raise OptionInvalid(f"`filter` must be a DeadLetterFilter, not {chosen!r}", option="filter")
    return chosen


def _required(chosen: object) -> DeadLetterFilter:
    found = _checked(chosen)
    if found is None:
        raise OptionInvalid(
            "`filter` is None: say which ones are meant, or `DeadLetterFilter()` for all", option="filter"
        )
    return found


def _not_found(job_id: UUID) -> DeadLetterNotFound:
    return DeadLetterNotFound(f"no dead letter has the id {job_id}", id=str(job_id))
