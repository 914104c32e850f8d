"""Take what jobs upload: the real action speaks a protocol of its own, which is no part of GitHub's public API."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"


class Shelf:
    """A door on loopback for uploads: ``PUT /<run id>/<artifact's name>``."""

    def __init__(self, keep: Callable[[int, str, bytes], str | None]) -> None:
        """``keep`` takes run, name and bytes, and returns why it refuses, or None."""

        class Door(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                _, run, name = self.path.split("/")
                refusal = keep(int(run), name, self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(409 if refusal else 201)
                self.end_headers()
                self.wfile.write((refusal or "").encode())

            def log_message(self, *_: object) -> None:
                """Say nothing: the job's log has it."""

        self._server = ThreadingHTTPServer((HOST, 0), Door)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.url = f"http://{HOST}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
