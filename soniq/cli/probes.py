"""Say to whoever supervises a worker whether it takes jobs: by a file, or over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import click

from soniq.app import Soniq

LOOK_SECONDS: Final = 0.25


@contextmanager
def probes(app: Soniq, ready_file: Path | None, http_port: int | None) -> Iterator[None]:
    """Answer while the block runs, from threads of its own: a handler that blocks the loop does not look dead.

    Args:
        app: Whose workers are asked about.
        ready_file: Is there while the worker takes jobs, and touched several times a second.
        http_port: `/ready` says 200 while the worker takes jobs and 503 otherwise; `/live` says 200.

    Raises:
        click.ClickException: The file cannot be written, or the port not be listened on.
    """
    with ExitStack() as stack:
        if ready_file is not None:
            stack.enter_context(_file(app, ready_file))
        if http_port is not None:
            stack.enter_context(_http(app, http_port))
        yield


@contextmanager
def _file(app: Soniq, path: Path) -> Iterator[None]:
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(LOOK_SECONDS):
            if app.is_ready:
                path.touch()
            else:
                path.unlink(missing_ok=True)

    try:
        path.touch()  # now rather than never
        path.unlink()
    except OSError as error:
        raise click.ClickException(f"--ready-file {path}: {error.strerror}") from error
    thread = threading.Thread(target=keep, name="soniq-ready-file", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        path.unlink(missing_ok=True)


@contextmanager
def _http(app: Soniq, port: int) -> Iterator[None]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/live":
                    self._say(HTTPStatus.OK)
                case "/ready":
                    self._say(HTTPStatus.OK if app.is_ready else HTTPStatus.SERVICE_UNAVAILABLE)
                case _:
                    self._say(HTTPStatus.NOT_FOUND)

        def _say(self, status: HTTPStatus) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: probes come each second."""

    try:
        server = ThreadingHTTPServer(("", port), Answers)
    except OSError as error:
        raise click.ClickException(f"--http-port {port}: {error.strerror}") from error
    threading.Thread(target=server.serve_forever, name="soniq-probes", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
