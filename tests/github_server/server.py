"""Run the server on loopback, in threads of the test's own process."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any, Self

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from tests.github_server.app import App, Call
from tests.github_server.state import GitHub

if TYPE_CHECKING:
    from tests.github_server.faults import Rules

HOST = "127.0.0.1"
BACKLOG = 512  # many promoters at once must wait in line, and not be refused


class Handler(WSGIRequestHandler):
    """A quiet handler that can cut its connection hard."""

    def log(self, *_: object, **__: object) -> None:
        """Say nothing: ``server.calls`` is the log."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Say the status alone: the date is the application's, whose clock a test can move."""
        self.send_response_only(code, message)

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """Close with a reset: whoever is connected sees an error, and no clean end."""
        del error, environ
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close_connection = True


class Listener(ThreadedWSGIServer):
    request_queue_size = BACKLOG
    daemon_threads = True

    def shutdown_request(self, request: Any) -> None:
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER):
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away; the tests kill many."""


class Server:
    """A GitHub on a free port of loopback, and a second port where its storage is.

    ``url`` is both ``GITHUB_API_URL`` and ``GITHUB_SERVER_URL``; ``ghes_url`` is the same with ``/api/v3``.
    """

    def __init__(self, port: int = 0) -> None:
        self.github = GitHub()
        self.app = App(self.github)
        self._listeners = [Listener(HOST, number, self.app, Handler) for number in (port, 0)]
        self.url, self.storage_url = (f"http://{HOST}:{listener.server_port}" for listener in self._listeners)
        self.app.storage_url = f"{self.storage_url}/_storage"
        self._threads = [
            threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            for listener in self._listeners
        ]

    @property
    def ghes_url(self) -> str:
        return f"{self.url}/api/v3"

    @property
    def calls(self) -> list[Call]:
        return self.app.calls

    @property
    def faults(self) -> Rules:
        return self.app.faults

    @property
    def violations(self) -> list[str]:
        return self.app.violations

    def start(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        for listener in self._listeners:
            listener.shutdown()
            listener.server_close()
        for thread in self._threads:
            thread.join()

    def check(self) -> None:
        """Raise AssertionError when any request or answer was against GitHub's description."""
        assert not self.violations, "against GitHub's description:\n" + "\n".join(self.violations)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
