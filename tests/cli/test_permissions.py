"""A missing privilege is a message that says what to grant, never a traceback."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.test_cli import Shell
from tests.setup.roles import new_role


@pytest.fixture
def stranger(migrated_url: str) -> Iterator[tuple[str, str]]:
    """Make a role that was granted nothing."""
    with new_role(migrated_url) as made:
        yield made


WORDS = [("status",), ("jobs",), ("worker", "shop"), ("setup",), ("dead-letter", "list")]


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words[0])
@pytest.mark.parametrize("access", ["", "producer"])
def test_a_role_without_the_grant_is_told_which_one_it_needs(
    tmp_path: Path, migrated_url: str, stranger: tuple[str, str], words: tuple[str, ...], access: str
) -> None:
    role, url = stranger
    if access:
        with psycopg.connect(migrated_url) as admin:
            admin.execute("select soniq.grant_access(%s, %s)", [role, access])

    done = Shell(tmp_path, url).run(*words)

    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert "SONIQ_PERMISSION_DENIED" in done.stderr
    assert "soniq setup --grant ROLE=producer|viewer|worker" in done.stderr


def test_a_role_that_may_not_make_the_database_is_told_so(tmp_path: Path, stranger: tuple[str, str]) -> None:
    done = Shell(tmp_path, f"{stranger[1]}_missing").run("setup")

    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert "permission denied to create database" in done.stderr
    assert "CREATEDB" in done.stderr


def test_a_schema_name_that_postgres_keeps_is_refused(tmp_path: Path, migrated_url: str) -> None:
    shell = Shell(tmp_path, migrated_url)
    shell.environment["SONIQ_DATABASE_SCHEMA"] = "pg_x"

    done = shell.run("setup")

    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert "SONIQ_SETTINGS_INVALID" in done.stderr
