"""`soniq lab`: real servers for as long as somebody wants them."""

import os
import signal
import subprocess
import sys

import psycopg
import pytest

from soniq.lab.servers import use_valkey


@pytest.fixture
def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "SONIQ_DATABASE_URL"}


def test_the_lab_prints_its_urls_and_ends_on_ctrl_c(environment: dict[str, str]) -> None:
    lab = subprocess.Popen(
        [sys.executable, "-u", "-m", "soniq", "lab"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert lab.stdout is not None
    assert lab.stderr is not None
    postgres, valkey = lab.stdout.readline().split("=", 1), lab.stdout.readline().split("=", 1)
    lab.stderr.readline()

    with psycopg.connect(postgres[1].strip()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    lab.send_signal(signal.SIGINT)
    lab.communicate(timeout=20)

    assert [postgres[0], valkey[0]] == ["export SONIQ_DATABASE_URL", "export SONIQ_LAB_VALKEY_URL"]
    assert lab.returncode == 0


def test_the_labs_status_names_its_servers(environment: dict[str, str]) -> None:
    with use_valkey():
        done = subprocess.run(
            [sys.executable, "-m", "soniq", "lab", "status"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )

    [line] = [line for line in done.stdout.splitlines() if line.startswith("valkey")]
    assert line.split()[1] == "yes"


def test_asking_for_docker_where_none_answers_says_so(environment: dict[str, str]) -> None:
    nowhere = environment | {"DOCKER_HOST": "unix:///nowhere/docker.sock"}

    done = subprocess.run(
        [sys.executable, "-m", "soniq", "lab", "--docker"], env=nowhere, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "SONIQ_LAB_UNAVAILABLE" in done.stderr
    assert "Traceback" not in done.stderr
