"""What can be chosen: durability, other programs, the folder, the port."""

import os
import socket
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from soniq.errors import LabUnavailable
from soniq.lab.servers import hold_postgres, use_postgres
from soniq.lab.servers.account import Account, server_account
from soniq.lab.servers.folder import Folder
from soniq.lab.servers.launch import start
from soniq.lab.servers.places import lab_dir
from soniq.lab.servers.postgres import Postgres, embedded_bin_dir
from soniq.lab.servers.valkey import Valkey, embedded_valkey
from tests.lab.servers.crew import Crew

OLDEST = Path("/usr/lib/postgresql/15/bin")


def shown(url: str, setting: str) -> str:
    with psycopg.connect(url) as connection:
        [value] = connection.execute(f"show {setting}").fetchone() or [""]
        return str(value)


def test_a_lesson_server_is_quick_and_forgets_in_a_power_cut(place: Path) -> None:
    with use_postgres(place) as url:
        assert [shown(url, name) for name in ("fsync", "synchronous_commit")] == ["off", "off"]


def test_a_durable_server_is_another_one_and_keeps_its_promises(place: Path) -> None:
    with use_postgres(place, durable=True) as url:
        assert [shown(url, name) for name in ("fsync", "synchronous_commit")] == ["on", "on"]

    assert (place / "postgres-18-durable" / "data").is_dir()


def test_text_beyond_ascii_has_upper_case(place: Path) -> None:
    with use_postgres(place) as url, psycopg.connect(url) as connection:
        assert connection.execute("select upper('žluť'), current_setting('timezone')").fetchone() == ("ŽLUŤ", "UTC")


@pytest.mark.system
@pytest.mark.skipif(not OLDEST.exists(), reason="needs Debian's postgresql-15")
def test_an_older_postgres_runs_from_its_own_folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONIQ_LAB_POSTGRES_BIN", str(OLDEST))

    with use_postgres(place) as url:
        assert shown(url, "server_version").startswith("15.")

    assert (place / "postgres-15").is_dir()


def test_programs_that_do_not_run_are_named(place: Path) -> None:
    with pytest.raises(LabUnavailable, match="/nowhere/postgres does not run"):
        hold_postgres(place, bin_dir=Path("/nowhere"))


@dataclass(frozen=True, slots=True)
class LatePort(Valkey):
    """A Valkey whose first port is taken by somebody between the look and the start."""

    taken: list[int] = field(default_factory=list)

    def command(self, folder: Folder, account: Account, port: int) -> list[str | Path]:
        return Valkey.command(self, folder, account, self.taken.pop() if self.taken else port)


def test_a_port_that_was_taken_in_the_last_moment_costs_one_more_try(place: Path) -> None:
    folder, account = Folder(place / "late"), server_account()
    folder.make()
    with socket.create_server(("127.0.0.1", 0)) as rival:
        server = LatePort(embedded_valkey(), [rival.getsockname()[1]])
        server.prepare(folder, account)

        process, port = start(folder, server, account)

        assert port != rival.getsockname()[1]
        process.terminate()
        process.wait()


def test_the_named_folder_comes_before_the_cache(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(place / "cache"))
    assert lab_dir() == place / "cache" / "soniq"

    monkeypatch.setenv("SONIQ_LAB_DIR", str(place / "named"))
    assert lab_dir() == place / "named"


@pytest.mark.skipif(os.geteuid() != 0, reason="about root")
def test_roots_closed_cache_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.delenv("SONIQ_LAB_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert lab_dir() == Path("/var/cache/soniq")


def test_a_folder_whose_name_is_too_long_for_a_socket_goes_without_one() -> None:
    server = Postgres(embedded_bin_dir())

    words = server.command(Folder(Path("/" + "long" * 25)), Account(), 5432)

    assert "unix_socket_directories=" in words


def test_a_learners_file_named_like_a_standard_module_does_no_harm(postgres: Crew) -> None:
    (postgres.place / "socket.py").write_text("raise SystemExit('a lesson about sockets')")

    holder = postgres.recruit(env={"PYTHONSAFEPATH": "1"}, cwd=postgres.place)

    assert holder.hold().startswith("postgresql://")


def test_a_server_that_does_not_start_is_quoted(place: Path) -> None:
    data = place / "damaged" / "postgres-18" / "data"
    data.mkdir(mode=0o700, parents=True)
    (data / "PG_VERSION").write_text("3")
    for path in (data / "PG_VERSION", data):
        server_account().own(path)

    with (
        pytest.raises(LabUnavailable, match=r"could not access(.|\n)*delete that folder"),
        use_postgres(data.parents[1]),
    ):
        pass
