"""A PostgreSQL server of our own, on a socket and a port of this machine, gone with the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.tools import without

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "modelbout"
PASSWORD = "only-in-the-environment"  # noqa: S105 -- of a server that lives as long as the tests
SECONDS = 60
HOW = "on Debian and Ubuntu: apt-get install postgresql"


@dataclass(frozen=True)
class Server:
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def table(self, name: str) -> str:
        return f"{self.url}?table={name}"


def binaries() -> Path:
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if not places:
        without(f"there is no PostgreSQL server on this machine; {HOW}")
    return places[0]


def as_user() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("runuser") is None or "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        without(f"PostgreSQL does not run as root, and there is no user postgres; {HOW}")
    return ["runuser", "-u", "postgres", "--"]


@contextmanager
def serving() -> Iterator[Server]:
    programs, prefix = binaries(), as_user()
    home = Path(tempfile.mkdtemp(prefix="modelbout-pg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    try:
        (home / "password").write_text(PASSWORD, encoding="utf-8")
        if prefix:
            shutil.chown(home, "postgres")
            shutil.chown(home / "password", "postgres")

        def run(program: str, *arguments: str) -> None:
            command = [*prefix, str(programs / program), "-D", str(home / "data"), *arguments]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS)

        run(
            "initdb",
            "-U",
            USER,
            "--auth=scram-sha-256",
            f"--pwfile={home / 'password'}",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
        run("pg_ctl", "-o", options, "-l", str(home / "log"), "-w", "start")
        try:
            yield Server(port)
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
