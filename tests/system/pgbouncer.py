"""A real PgBouncer in transaction mode, with few connections, so that sessions are nobody's for long."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import unquote, urlsplit

import psycopg

SETTINGS: Final = """
[databases]
* = host={host} port={port} user={user} password='{password}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 4
ignore_startup_parameters = {ignored}
"""


@contextmanager
def pgbouncer(server_url: str, mode: str = "transaction", ignored: str = "") -> Iterator[int]:
    """Run one before that server for the length of the block; give its port."""
    server = urlsplit(server_url)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        listen: int = free.getsockname()[1]
    text = SETTINGS.format(
        host=server.hostname, port=server.port, user=server.username, password=unquote(server.password or ""),
        listen=listen, mode=mode, ignored=ignored,
    )  # fmt: skip
    with TemporaryDirectory(prefix="soniq-pgbouncer-") as folder:
        process = subprocess.Popen(_command(Path(folder), text))
        try:
            _wait(process, server_url.replace(f":{server.port}/", f":{listen}/"))
            yield listen
        finally:
            process.kill()
            process.wait()


def _command(folder: Path, settings: str) -> list[str]:
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    assert program, "there is no PgBouncer: run `make test-system`, which installs it or says how"
    file = folder / "pgbouncer.ini"
    file.write_text(settings)
    command = [program, "--quiet", str(file)]
    if os.geteuid() != 0:
        return command
    for path in (folder, file):  # it refuses to be root's
        shutil.chown(path, "nobody")
    return ["setpriv", "--reuid=nobody", "--clear-groups", *command]


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    while process.poll() is None:
        with suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=10):
            return
    raise AssertionError("PgBouncer did not start")
