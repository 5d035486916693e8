"""What the report on servers says, while they run and afterwards."""

from pathlib import Path
from urllib.parse import urlsplit

from soniq.lab.servers import describe
from tests.lab.servers.crew import FOLDERS, Crew, wait_until


def test_a_running_server_is_described_without_its_password(crew: Crew) -> None:
    url = urlsplit(crew.recruit().hold())

    report = crew.report()

    assert (report.running, report.name, report.folder) == (True, FOLDERS[crew.kind], crew.folder)
    assert report.address == f"127.0.0.1:{url.port}"
    assert report.version.split(".")[0] == report.name.split("-")[1]
    assert str(url.password) not in repr(report)


def test_a_stopped_server_keeps_its_folder_and_says_so(crew: Crew) -> None:
    holder = crew.recruit()
    holder.hold()
    holder.end()
    wait_until(crew.is_gone, "keeper and server have ended")

    report = crew.report()

    assert (report.running, report.address, report.pid, report.keeper_pid) == (False, "", None, None)
    assert report.version != ""


def test_a_place_without_servers_has_nothing_to_report(tmp_path: Path) -> None:
    assert describe(tmp_path) == describe(tmp_path / "missing") == []
