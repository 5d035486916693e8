"""Servers from Docker, for those who ask for them; testcontainers is loaded only where an engine answers."""

import atexit
import functools
import importlib.util
import os
import secrets
import socket
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from soniq.errors import LabUnavailable

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

POSTGRES_IMAGE: Final = "postgres:18-alpine"
VALKEY_IMAGE: Final = "valkey/valkey:9-alpine"
START_LIMIT_S: Final = 120.0


def docker_listens() -> bool:
    """Say whether a Docker engine answers, in microseconds; a `docker` on the PATH proves nothing."""
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not host.startswith("unix://"):
        return True  # the client finds out
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1)
        return line.connect_ex(host.removeprefix("unix://")) == 0


@functools.cache
def docker_postgres() -> str:
    """Return the URL of a Postgres in a container that ends with this process.

    Raises:
        LabUnavailable: No engine answers, or `testcontainers` is not installed.
    """
    password = secrets.token_hex(16)
    container = (
        _container(POSTGRES_IMAGE, 5432).with_env("POSTGRES_PASSWORD", password).with_env("POSTGRES_USER", "soniq")
    )
    # By TCP: while it sets itself up, the image's server listens on its socket only.
    address = _start(container, 5432, ["pg_isready", "-h", "127.0.0.1"])
    return f"postgresql://soniq:{password}@{address}/soniq"


@functools.cache
def docker_valkey() -> str:
    """Return the URL of a Valkey in a container that ends with this process.

    Raises:
        LabUnavailable: No engine answers, or `testcontainers` is not installed.
    """
    password = secrets.token_hex(16)
    container = _container(VALKEY_IMAGE, 6379).with_command(f"valkey-server --requirepass {password}")
    address = _start(container, 6379, ["valkey-cli", "-a", password, "ping"])
    return f"redis://:{password}@{address}/0"


def _container(image: str, port: int) -> "DockerContainer":
    if not docker_listens():
        raise LabUnavailable("Docker was asked for, and no engine answers (is it running? is DOCKER_HOST right?)")
    if importlib.util.find_spec("testcontainers") is None:
        raise LabUnavailable("Docker was asked for, and testcontainers is not installed: pip install testcontainers")
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - an extra, 0.5 s to import

    return DockerContainer(image).with_exposed_ports(port)


def _start(container: "DockerContainer", port: int, probe: Sequence[str]) -> str:
    container.start()
    atexit.register(container.stop)
    deadline = time.monotonic() + START_LIMIT_S
    while container.exec(list(probe)).exit_code != 0:
        if time.monotonic() > deadline:
            raise LabUnavailable(f"the container of {container.image} does not answer within {START_LIMIT_S:.0f} s")
        time.sleep(0.1)
    return f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"
