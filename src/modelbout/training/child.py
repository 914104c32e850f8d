"""Run somebody else's program: without our secrets, with a time-out, its output in a file of bounded size."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import IO, TYPE_CHECKING

from modelbout.errors import Place, Problem, TrainingError, cause

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOG_HEAD_BYTES = 1024 * 1024  # ours: where a program says how it was started
LOG_TAIL_BYTES = 1024 * 1024  # ours: where it says why it ended
READ_BYTES = 64 * 1024  # the capacity of a pipe on Linux
TAIL_LINES = 20  # ours: a Python traceback through one library
TAIL_CHARACTERS = 4096  # where GitHub cuts an annotation's message
GRACE_SECONDS = 3.0  # ours, between asking a program to end and ending it
DRAIN_SECONDS = 5.0  # ours: what an orphan that left its group may keep us waiting

# Files through which a step steers later steps of its job, and keys to other services.
_DROPPED = frozenset(
    {
        "GITHUB_ENV",
        "GITHUB_OUTPUT",
        "GITHUB_PATH",
        "GITHUB_STATE",
        "GITHUB_STEP_SUMMARY",
        "GIT_ASKPASS",
        "MODELBOUT_INPUTS",
        "SSH_ASKPASS",
        "SSH_AUTH_SOCK",
    }
)
_DROPPED_PREFIXES = ("ACTIONS_", "INPUT_")
# Words that are written together with others (PGPASSWORD, MYTOKEN), then those that other words end in (MONKEY).
_SECRET_NAME = re.compile(
    r"(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|APIKEY|CONNECTION_?STRING|WEBHOOK)S?(_|$)"
    r"|(^|_)(PAT|KEY|PASS|AUTH)(_|$)|_PWD$"
)
# Threads that spin while they wait starve the one that works when the machine is shared, as hosted runners are: a
# HistGradientBoosting on a busy two-core machine took 1.5 to 7 s to fit with spinning threads, 0.4 to 0.7 s with
# sleeping ones (measured).
POLITE = {"OMP_WAIT_POLICY": "passive"}
# A name alone before a web host is a token as well: https://ghp_...@github.com.
_PASSWORD_IN_ADDRESS = re.compile(r"://[^/\s:@]*:[^/\s@]+@|https?://[^/\s@]+@", re.IGNORECASE)


def safe_environment(given: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a child: without tokens, passwords, keys and GitHub's command files, plus ``extra``.

    A variable goes by its name (``*_TOKEN``, ``ACTIONS_*``, ``AWS_SECRET_ACCESS_KEY`` ...) or because its value is
    an address with a password or a token in it. Unless the user says otherwise, idle OpenMP threads sleep (``POLITE``).
    """
    kept = {
        name: value
        for name, value in given.items()
        if name.upper() not in _DROPPED
        and not name.upper().startswith(_DROPPED_PREFIXES)
        and not _SECRET_NAME.search(name.upper())
        and not _PASSWORD_IN_ADDRESS.search(value)
    }
    return POLITE | kept | dict(extra)


def run(
    command: Sequence[str], *, cwd: Path, extra: Mapping[str, str], log: Path, timeout_seconds: float, key: str
) -> int:
    """Run a program to its end and return its exit code, negative for a signal.

    Its output goes to ``log``, of which head and tail are kept. When the time is over, on Ctrl-C and after its end,
    everything it started in its process group is ended too.

    Args:
        command: the program and its arguments; no shell.
        cwd: the directory in which it runs.
        extra: variables added to its environment.
        log: where its output goes; an existing file is replaced.
        timeout_seconds: after this it is ended.
        key: the key of the configuration that names the program, for messages.

    Raises:
        TrainingError: it cannot be started, took too long, or its log cannot be written.
    """
    place = Place(key=key)
    pump = _Pump(log)
    child = _start(command, cwd=cwd, environment=safe_environment(os.environ, extra), place=place)
    pump.start(child.stdout)
    try:
        code = child.wait(timeout=timeout_seconds)
    except subprocess.TimeoutExpired:
        _end_group(child, grace=GRACE_SECONDS)
        pump.finish()
        raise TrainingError(
            Problem(
                found=f"the program was ended after {timeout_seconds / 60:g} minutes.{quoted_tail(log)}",
                allowed="an end within `train.timeout_minutes`",
                fix=f"make it faster, or raise `train.timeout_minutes`; the whole log is {log}",
                place=place,
            )
        ) from None
    finally:
        # Also after a good end and on Ctrl-C: what it left running must not outlive it.
        _end_group(child, grace=0.0)
        pump.finish()
    if pump.error is not None:
        raise TrainingError(
            Problem(
                found=f"the program's log cannot be written: {pump.error.strerror or cause(pump.error)}",
                fix=f"look for a full disk or missing permissions at {log.parent}",
                place=place,
            )
        )
    return code


def failed(code: int, log: Path, *, key: str, found: str = "", allowed: str = "", fix: str = "") -> TrainingError:
    """Return the error for a program that ended badly, with the last lines of its log."""
    return TrainingError(
        Problem(
            found=f"{found or f'the program {describe(code)}'}.{quoted_tail(log)}",
            allowed=allowed,
            fix=f"{fix or 'mend the program'}; the whole log is {log}",
            place=Place(key=key),
        )
    )


def describe(code: int) -> str:
    """Return an exit code as words; negative ones are signals."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unknown"
    memory = "; the system does this when memory runs out" if name == "SIGKILL" else ""
    return f"was ended by signal {-code} ({name}{memory})"


def quoted_tail(log: Path) -> str:
    """Return the last lines of a log as they may be printed anywhere, each behind a bar, or a remark.

    Control characters come as escapes and no line begins with ``::`` or holds ``##[``, so that a program under test
    can neither paint on a terminal nor give commands to a workflow runner.
    """
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 4 * TAIL_CHARACTERS))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        text = ""
    lines = text.splitlines()[-TAIL_LINES:]
    shown = "\n".join(f"  | {_harmless(line)}" for line in lines)[-TAIL_CHARACTERS:]
    if not shown.strip(" |\n"):
        return " It printed nothing."
    if not shown.startswith("  | "):
        shown = "  | ..." + (shown[shown.index("\n") :] if "\n" in shown else shown)
    return f" The last lines of its log:\n{shown}\n "


def _harmless(line: str) -> str:
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line.expandtabs(4))
    return plain.replace("##[", "# #[")


class _Pump:
    """Carries a child's output into its log, keeping the head and the tail when it is long."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.error: OSError | None = None
        self._thread: threading.Thread | None = None

    def start(self, stream: IO[bytes] | None) -> None:
        assert stream is not None  # noqa: S101 -- the child was started with a pipe
        self._thread = threading.Thread(target=self._carry, args=(stream,), daemon=True)
        self._thread.start()

    def finish(self) -> None:
        if self._thread is not None:
            self._thread.join(DRAIN_SECONDS)

    def _carry(self, stream: IO[bytes]) -> None:
        head = 0
        left_out = 0
        tail: deque[bytes] = deque()
        kept = 0
        try:
            file = self.log.open("wb", buffering=0)
        except OSError as error:
            self.error = error
            file = None
        with stream, contextlib.ExitStack() as closing:
            if file is not None:
                closing.enter_context(file)
            # A child must never wait for us: read on, even when nothing can be written.
            while block := os.read(stream.fileno(), READ_BYTES):
                room = block[: max(0, LOG_HEAD_BYTES - head)]
                head += len(room)
                self._write(file, room)
                tail.append(block[len(room) :])
                kept += len(block) - len(room)
                while kept - len(tail[0]) >= LOG_TAIL_BYTES:
                    left_out += len(tail[0])
                    kept -= len(tail.popleft())
            if left_out:
                self._write(file, f"\n... {left_out} bytes left out ...\n".encode())
            self._write(file, b"".join(tail))

    def _write(self, file: IO[bytes] | None, data: bytes) -> None:
        if file is None or self.error is not None or not data:
            return
        try:
            file.write(data)
        except OSError as error:
            self.error = error


def _start(command: Sequence[str], *, cwd: Path, environment: dict[str, str], place: Place) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(command),
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # ignored on Windows, where the flag below does it
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else cause(error)
        raise TrainingError(
            Problem(
                found=f"{command[0]!r} cannot be started: {reason}",
                allowed="a program that this machine can run",
                fix="look at `train.python` and `train.command`",
                place=place,
            )
        ) from error


def _end_group(child: subprocess.Popen[bytes], *, grace: float) -> None:
    """End the child and all that it started in its group; first politely, when there is time."""
    if sys.platform == "win32":  # pragma: no cover -- the tests run on POSIX
        if child.poll() is None:
            program = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
            subprocess.run([str(program), "/F", "/T", "/PID", str(child.pid)], check=False, capture_output=True)
            child.wait()
        return
    if grace > 0:
        _signal_group(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
    _signal_group(child.pid, signal.SIGKILL)
    child.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    # The group is gone, or only a zombie of another owner is left in it.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
