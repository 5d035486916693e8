"""`soniq dead-letter` and `soniq prune`, as a shell runs them."""

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.cli.test_cli import Shell
from tests.dead_letter.conftest import burier

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def shell(tmp_path: Path, migrated_url: str) -> Shell:
    return Shell(tmp_path, migrated_url)


@pytest.fixture
async def ids(other: "asyncpg.Connection[Any]") -> list[str]:
    """Bury three, the first one last."""
    bury = burier(other)
    facts: list[dict[str, Any]] = [{"reason": "timeout"}, {"task": "pay", "days": 1}, {"days": 40, "tags": ["old"]}]
    return [await bury(number, **each) for number, each in enumerate(facts)]


def listed(shell: Shell, *words: str) -> list[dict[str, Any]]:
    done = shell.run("dead-letter", "list", "--json", *words)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ([], [0, 1, 2]),
        (["--limit", "1"], [0]),
        (["--filter", "task=mail", "--filter", "reason=timeout"], [0]),
        (["--filter", "error=ValueError", "--filter", "tag=old"], [2]),
        (["--filter", f"from={datetime.now(UTC) - timedelta(days=2):%Y-%m-%d}"], [0, 1]),
        (["--filter", "to=2020-01-01T00:00+02:00"], []),
        (["--filter", "replayed=yes"], []),
    ],
    ids=str,
)
def test_a_list_holds_what_the_filters_say(shell: Shell, ids: list[str], words: list[str], numbers: list[int]) -> None:
    assert [dead["args"]["number"] for dead in listed(shell, *words)] == numbers


def test_a_table_and_one_whole_are_shown_to_people(shell: Shell, ids: list[str]) -> None:
    table, one = shell.run("dead-letter", "list"), shell.run("dead-letter", "show", ids[2])
    data = json.loads(shell.run("dead-letter", "show", ids[2], "--json").stdout)

    heads = table.stdout.splitlines()[0].split()
    assert heads == ["ID", "TASK", "QUEUE", "REASON", "DIED", "REPLAYED", "TAGS", "LAST", "ERROR"]
    assert len(table.stdout.splitlines()) == 4
    for part in ("mail  max_retries_exceeded", '{"number": 2}', "tags               old", "Traceback …"):
        assert part in one.stdout
    assert (data["tags"], data["errors"][0]["error"]) == (["old"], "ValueError: no")


def test_named_ones_are_replayed_together_or_not_at_all(shell: Shell, ids: list[str]) -> None:
    refused = shell.run("dead-letter", "replay", ids[0], NOBODY)
    assert (refused.returncode, "SONIQ_DEAD_LETTER_NOT_FOUND" in refused.stderr) == (1, True)
    assert json.loads(shell.run("jobs", "--status", "queued", "--json").stdout) == []

    done = shell.run("dead-letter", "replay", *ids[:2])

    queued = json.loads(shell.run("jobs", "--status", "queued", "--json").stdout)
    assert (done.returncode, set(done.stdout.split())) == (0, {job["id"] for job in queued})


def test_chosen_ones_are_counted_then_replayed_once(shell: Shell, ids: list[str]) -> None:
    words = ("dead-letter", "replay", "--filter", "task=mail")

    said = [shell.run(*words, flag).stdout for flag in ("--dry-run", "--yes", "--yes")]
    all_of_them = shell.run("dead-letter", "replay", "--all", "--yes").stdout

    assert said == ["would replay 2 dead letters\n", "replayed 2 dead letters\n", "replayed 0 dead letters\n"]
    assert all_of_them == "replayed 1 dead letter\n"


def test_deleting_says_what_was_not_there(shell: Shell, ids: list[str]) -> None:
    some = shell.run("dead-letter", "delete", ids[0], NOBODY)
    chosen = shell.run("dead-letter", "delete", "--filter", "tag=old", "--yes")

    assert (some.returncode, some.stdout) == (1, "deleted 1 dead letter\n")
    assert f"no dead letter has the id {NOBODY}" in some.stderr
    assert (chosen.returncode, chosen.stdout) == (0, "deleted 1 dead letter\n")
    assert [dead["id"] for dead in listed(shell)] == [ids[1]]


def test_cleaning_up_takes_the_old_ones(shell: Shell, ids: list[str]) -> None:
    said = [shell.run("dead-letter", "cleanup", "--days", "30", flag).stdout for flag in ("--dry-run", "--yes")]

    assert said == ["would delete 1 dead letter\n", "deleted 1 dead letter\n"]
    assert [dead["id"] for dead in listed(shell)] == ids[:2]


def test_an_export_goes_to_a_file_or_to_the_next_program(shell: Shell, ids: list[str]) -> None:
    piped = shell.run("dead-letter", "export", "--format", "jsonl", "--limit", "2")
    filed = shell.run("dead-letter", "export", "--format", "csv", "--output", "dead.csv")
    nowhere = shell.run("dead-letter", "export", "--output", "no/such/folder.json")

    assert [json.loads(line)["id"] for line in piped.stdout.splitlines()] == ids[:2]
    assert (filed.returncode, filed.stdout) == (0, "")
    assert len((shell.folder / "dead.csv").read_text().splitlines()) == 4
    assert (nowhere.returncode, "no/such/folder.json" in nowhere.stderr) == (1, True)


def test_tags_are_written(shell: Shell, ids: list[str]) -> None:
    assert shell.run("dead-letter", "tag", ids[0], "ticket-7", "ada").stdout == "ada, ticket-7\n"
    assert listed(shell, "--filter", "tag=ada")[0]["tags"] == ["ada", "ticket-7"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("replay",), 2, "say which ones"),
        (("delete", NOBODY, "--all"), 2, "not both"),
        (("replay", "--all", "--filter", "task=a"), 2, "not both"),
        (("replay", NOBODY, "--dry-run"), 2, "nothing to count"),
        (("replay", "--all"), 2, "give --yes"),
        (("cleanup", "--days", "-1"), 2, "--days"),
        (("cleanup",), 2, "--days"),
        (("list", "--filter", "colour=red"), 2, "KEY=VALUE with a KEY of task, queue"),
        (("list", "--filter", "task=a", "--filter", "task=b"), 2, "given twice"),
        (("list", "--filter", "from=yesterday"), 2, "is no date or time"),
        (("list", "--filter", "replayed=perhaps"), 2, "yes or no"),
        (("list", "--filter", "task="), 1, "SONIQ_OPTION_INVALID"),
        (("show", NOBODY), 1, "no dead letter has the id"),
        (("tag", NOBODY, "a"), 1, "SONIQ_DEAD_LETTER_NOT_FOUND"),
        (("export", "--format", "xml"), 2, "--format"),
    ],
    ids=str,
)
def test_a_mistake_is_a_message_and_an_exit_status(shell: Shell, words: tuple[str, ...], code: int, says: str) -> None:
    done = shell.run("dead-letter", *words)

    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert says in " ".join(done.stderr.split())


@pytest.mark.parametrize(("answer", "code", "left"), [(b"n\n", 1, 3), (b"y\n", 0, 0)], ids=["no", "yes"])
def test_a_person_is_asked(shell: Shell, ids: list[str], answer: bytes, code: int, left: int) -> None:
    here, there = pty.openpty()
    os.write(here, answer)

    done = subprocess.run(
        [sys.executable, "-m", "soniq", "dead-letter", "delete", "--all"],
        cwd=shell.folder, env=shell.environment, stdin=there, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    os.close(here)
    os.close(there)
    assert done.returncode == code
    assert "delete 3 dead letters? [y/N]" in done.stdout
    assert len(listed(shell)) == left


async def test_old_days_of_the_history_are_pruned_by_hand(shell: Shell, other: "asyncpg.Connection[Any]") -> None:
    await other.execute("create table soniq.job_history_20200101 (like soniq.job_history including all)")
    await other.execute(
        "alter table soniq.job_history attach partition soniq.job_history_20200101"
        " for values from ('2020-01-01') to ('2020-01-02')"
    )
    kept = shell.run("prune", "--days", "36500")
    await other.execute("select pg_advisory_lock(hashtext('soniq.prune_history'))")
    busy = shell.run("prune")
    await other.execute("select pg_advisory_unlock_all()")
    would, gone = shell.run("prune", "--dry-run"), shell.run("prune")

    assert (kept.returncode, kept.stdout) == (0, "nothing to drop\n")
    assert (busy.returncode, busy.stdout, "try again later" in busy.stderr) == (1, "left 2020-01-01\n", True)
    assert (would.returncode, would.stdout) == (0, "would drop 2020-01-01\n")
    assert (gone.returncode, gone.stdout) == (0, "dropped 2020-01-01\n")
