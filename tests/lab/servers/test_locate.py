"""The order in which a server is looked for, and what is said where there is none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import soniq
from soniq.errors import LabUnavailable
from soniq.lab.servers import find_postgres, find_valkey

NO_ENGINE = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


def run_python(code: str, *options: str, **env: str) -> "subprocess.CompletedProcess[str]":
    home = str(Path(soniq.__file__).parents[1])
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", env=os.environ | {"PYTHONPATH": home} | env)


def test_a_url_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONIQ_DATABASE_URL", "postgresql://environment/")
    monkeypatch.setenv("SONIQ_LAB_VALKEY_URL", "redis://environment/")

    assert find_postgres("postgresql://given/") == "postgresql://given/"
    assert find_valkey("redis://given/") == "redis://given/"


def test_the_environment_wins_over_docker_and_the_embedded_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONIQ_DATABASE_URL", "postgresql://environment/")
    monkeypatch.setenv("SONIQ_LAB_VALKEY_URL", "redis://environment/")

    assert find_postgres(via="docker") == "postgresql://environment/"
    assert find_valkey() == "redis://environment/"


@pytest.mark.parametrize("find", ["find_postgres", "find_valkey"])
def test_docker_without_an_engine_is_refused_before_testcontainers_is_loaded(find: str) -> None:
    asked = {"SONIQ_LAB_POSTGRES": "docker", "SONIQ_LAB_VALKEY": "docker", "SONIQ_DATABASE_URL": ""}
    code = f"""
import sys
from soniq.errors import LabUnavailable
from soniq.lab import servers
try:
    servers.{find}()
except LabUnavailable as error:
    print("testcontainers" in sys.modules, error.message)
"""
    done = run_python(code, **NO_ENGINE, **asked)

    assert done.stdout.startswith("False Docker was asked for, and no engine answers"), done.stderr


def test_an_unknown_source_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SONIQ_DATABASE_URL", raising=False)
    monkeypatch.setenv("SONIQ_LAB_POSTGRES", "podman")

    with pytest.raises(LabUnavailable, match="SONIQ_LAB_POSTGRES is 'podman'"):
        find_postgres()


@pytest.mark.parametrize("server", ["postgres", "valkey"])
def test_where_no_way_works_the_message_says_what_to_install(server: str) -> None:
    code = f"from soniq.lab.servers.front import hold_{server}; hold_{server}()"

    done = run_python(code, "-S", SONIQ_LAB_POSTGRES_BIN="")

    assert "is not installed" in done.stderr
    assert "Install the `lab` extra" in done.stderr
    assert "SONIQ_DATABASE_URL" in done.stderr


def test_the_keeper_loads_no_driver() -> None:
    code = "import sys, soniq.lab.servers.keeper; print({'asyncpg', 'pydantic', 'asyncio'} & set(sys.modules))"

    assert run_python(code).stdout == "set()\n"
