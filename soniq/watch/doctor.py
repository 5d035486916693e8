"""Judge a queue: what is wrong, in plain words, and what to do."""

from collections.abc import Iterator
from typing import Final

from soniq.errors import SoniqError
from soniq.job import Finding
from soniq.watch.facts import Condition, DeadRows, Link, OpenTransaction, SilentWorker, Stranger, Waiting

CLOCK_SECONDS: Final = 2.0
SNAPSHOT_SECONDS: Final = 300.0
# The table is vacuumed from 500 dead rows and 2 % on: so many mean that vacuum runs in vain, or not at all.
DEAD_ROWS: Final = 20_000
HISTORY_DAYS: Final = 2  # today and tomorrow; workers make a week of them
DIRECT: Final = "Give `soniq worker` a URL that leads to Postgres itself."


def judge_schema(refusal: SoniqError | None, version: int) -> Finding:
    """Say whether the schema fits this code.

    Args:
        refusal: What an app that opens would raise, None where it would work.
        version: The schema version that this code needs.
    """
    if refusal is None:
        return Finding("schema", "ok", f"it serves this code, which needs version {version}")
    return Finding("schema", "wrong", refusal.message, refusal.hint)


def judge_link(link: Link) -> Iterator[Finding]:
    """Judge how this program reaches the database."""
    yield _pooler(link)
    yield _clock(link)


def judge_condition(found: Condition, link: Link) -> Iterator[Finding]:
    """Judge what the tables hold."""
    yield _snapshots(found.snapshots, link.sees_everybody)
    yield _dead_rows(found.dead_rows)
    yield _queues(found.unserved)
    if found.strangers is not None:
        yield _tasks(found.strangers)
    yield _workers(found.silent_workers)
    yield _history(found.history_days)


def _pooler(link: Link) -> Finding:
    if link.pooled == "transaction":
        return Finding(
            "pooler",
            "note",
            "a pooler gives each transaction another session of the server, such as PgBouncer in transaction mode: "
            "workers look for jobs instead of being woken, notice a dead worker by its silence only, leave "
            "old days of the history, and each statement takes four round trips",
            f"Enqueue through it as you like. {DIRECT}",
        )
    if link.pooled == "session":
        return Finding(
            "pooler",
            "note",
            "a pooler stands between that seems to keep sessions whole; Soniq trusts none with one, and speaks as "
            "through PgBouncer in transaction mode: workers look for jobs instead of being woken",
            DIRECT,
        )
    if not (link.listens and link.locks):
        broken = " and ".join(
            name for name, works in [("LISTEN", link.listens), ("session locks", link.locks)] if not works
        )
        return Finding(
            "pooler",
            "wrong",
            f"{broken} did not work, though nothing else shows a pooler",
            DIRECT,
        )
    return Finding("pooler", "ok", "sessions are this program's own: LISTEN and session locks work")


def _clock(link: Link) -> Finding:
    off = abs(link.clock_ahead)
    if off - link.clock_doubt <= CLOCK_SECONDS:
        return Finding("clock", "ok", f"this machine and the database agree within {CLOCK_SECONDS:.0f} s")
    return Finding(
        "clock",
        "wrong",
        f"this machine's clock is {off:.1f} s {'behind' if link.clock_ahead > 0 else 'ahead of'} the database's",
        "Let both keep time by NTP: a job for a moment that this machine names runs when the database has it.",
    )


def _snapshots(snapshots: tuple[OpenTransaction, ...], sees_everybody: bool) -> Finding:
    blind = "" if sees_everybody else "; this role sees its own sessions only (pg_read_all_stats shows all)"
    old = [one for one in snapshots if one.seconds > SNAPSHOT_SECONDS]
    if not old:
        return Finding("snapshots", "ok", f"no transaction is open for more than {_time(SNAPSHOT_SECONDS)}{blind}")
    who = "; ".join(
        f"pid {one.pid} ({one.role}, {one.program or 'no name'}, {one.state}) for {_time(one.seconds)}" for one in old
    )
    return Finding(
        "snapshots",
        "wrong",
        f"a transaction is open that keeps dead rows of every table: {who}{blind}",
        f"End it: `select pg_terminate_backend({old[0].pid})`; and let idle_in_transaction_session_timeout do so.",
    )


def _dead_rows(rows: DeadRows | None) -> Finding:
    if rows is None or rows.dead <= max(DEAD_ROWS, rows.alive):
        return Finding("dead rows", "ok", f"{rows.dead if rows else 0} of soniq.jobs wait to be removed")
    last = "never" if rows.vacuumed_ago is None else f"{_time(rows.vacuumed_ago)} ago"
    return Finding(
        "dead rows",
        "wrong",
        f"{rows.dead} of soniq.jobs are dead and {rows.alive} alive; it was last vacuumed {last}",
        "See that autovacuum is on and that no old transaction is open, then `vacuum soniq.jobs`.",
    )


def _queues(unserved: tuple[Waiting, ...]) -> Finding:
    if not unserved:
        return Finding("queues", "ok", "each queue with jobs has a worker")
    which = "; ".join(f"{one.queue} ({_jobs(one.jobs)}, for {_time(one.oldest)})" for one in unserved)
    names = ",".join(one.queue for one in unserved)
    return Finding(
        "queues",
        "wrong",
        f"no worker serves {which}",
        f"Start one: `soniq worker MODULE:APP --queues {names}`; without `--queues` it serves all.",
    )


def _tasks(strangers: tuple[Stranger, ...]) -> Finding:
    if not strangers:
        return Finding("tasks", "ok", "this program has the task of every job")
    which = "; ".join(f"{one.task} ({_jobs(one.jobs)})" for one in strangers)
    return Finding(
        "tasks",
        "wrong",
        f"this program does not have the task {which}",
        "Import the module that defines it, or cancel these jobs; workers pass them on until SONIQ_UNKNOWN_TASK_TTL.",
    )


def _workers(silent: tuple[SilentWorker, ...]) -> Finding:
    if not silent:
        return Finding("workers", "ok", "none is gone")
    who = "; ".join(
        f"pid {one.pid} on {one.host}, silent for {_time(one.silent)}, holds {_jobs(one.jobs)}" for one in silent
    )
    return Finding(
        "workers",
        "wrong",
        f"a worker is gone that did not take its leave: {who}",
        "Start one: whichever runs takes up what it held.",
    )


def _history(days: int) -> Finding:
    if days >= HISTORY_DAYS:
        return Finding("history", "ok", f"it is ready for {days} days, today included")
    return Finding(
        "history",
        "wrong",
        "it has no partition for tomorrow" if days else "it has no partition for today",
        "Run `soniq setup`; workers make a week of them each minute, where their role may.",
    )


def _jobs(number: int) -> str:
    return f"{number} job{'s' * (number != 1)}"


def _time(seconds: float) -> str:
    for length, unit in [(86400, "days"), (3600, "hours"), (60, "minutes")]:
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
