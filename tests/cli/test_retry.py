"""`soniq jobs retry`."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest

from soniq import Soniq
from tests.cli.test_cli import Shell


@pytest.fixture
def shell(tmp_path: Path, migrated_url: str) -> Shell:
    return Shell(tmp_path, migrated_url)


def fail(url: str, retries: int) -> str:
    """Enqueue a job that fails once, run it, and return its id."""

    async def run() -> str:
        async with Soniq(url) as app:

            @app.job(name="fails", retries=retries, retry_delay=3600)
            async def fails() -> None:
                raise ConnectionError("not yet")

            job_id = await app.enqueue(fails)
            await app.run_worker(run_once=True)
            return job_id

    return asyncio.run(run())


def test_a_job_that_waits_for_its_next_attempt_is_due_now(shell: Shell, migrated_url: str) -> None:
    job_id = fail(migrated_url, retries=1)

    first, second = shell.run("jobs", "retry", job_id), shell.run("jobs", "retry", job_id, "--json")

    assert (first.returncode, first.stdout) == (0, f"job {job_id} is due now\n")
    job = json.loads(second.stdout)
    assert (second.returncode, job["id"], job["status"], job["attempts"]) == (0, job_id, "queued", 1)


def test_a_dead_letter_runs_again_as_a_job_of_its_own(shell: Shell, migrated_url: str) -> None:
    job_id = fail(migrated_url, retries=0)

    said = shell.run("jobs", "retry", job_id).stdout

    [queued] = json.loads(shell.run("jobs", "--status", "queued", "--json").stdout)
    assert said == f"dead letter {job_id} runs again as job {queued['id']}\n"


def test_what_has_ended_is_refused(shell: Shell) -> None:
    shell.enqueue("Ada")
    [job] = json.loads(shell.run("jobs", "--json").stdout)
    shell.run("jobs", "cancel", job["id"])

    cancelled, unknown = shell.run("jobs", "retry", job["id"]), shell.run("jobs", "retry", str(uuid4()))

    assert (cancelled.returncode, cancelled.stderr) == (1, f"nothing to retry: job {job['id']} is cancelled\n")
    assert (unknown.returncode, "no job has the id" in unknown.stderr) == (1, True)
