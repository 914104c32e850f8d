from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelbout.errors import TrainingError
from modelbout.training import child
from modelbout.training.child import POLITE, describe, failed, quoted_tail, run, safe_environment

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = {
    "GITHUB_TOKEN": "x",
    "gh_token": "x",
    "ACTIONS_RUNTIME_TOKEN": "x",
    "ACTIONS_ID_TOKEN_REQUEST_URL": "x",
    "INPUT_GITHUB-TOKEN": "x",
    "MODELBOUT_INPUTS": "{}",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_ACCESS_KEY_ID": "x",
    "DB_PASSWORD": "x",
    "SLACK_SECRET": "x",
    "OPENAI_API_KEY": "x",
    "ENCRYPTION_KEY": "x",
    "GITHUB_ENV": "/file",
    "GITHUB_PATH": "/file",
    "GITHUB_OUTPUT": "/file",
    "GITHUB_STEP_SUMMARY": "/file",
    "SSH_AUTH_SOCK": "/socket",
    "DATABASE_URL": "postgres://me:word@host/db",
    "PGPASSWORD": "x",
    "MYSQL_PWD": "x",
    "DB_PASS": "x",
    "MYTOKEN": "x",
    "NPM_AUTH": "x",
    "DOCKER_AUTH_CONFIG": "{}",
    "AZURE_STORAGE_CONNECTIONSTRING": "x",
    "SLACK_WEBHOOK_URL": "https://host/x",
    "REMOTE": "HTTPS://ghp_x@github.example/o/r.git",
}
HARMLESS = {
    "PATH": "/bin",
    "HOME": "/root",
    "TOKENIZERS_PARALLELISM": "0",
    "LANG": "C",
    "KEYBOARD": "us",
    "PROXY": "http://proxy:8080/",
}


def python(code: str, work: Path, *, timeout_seconds: float = 30, **extra: str) -> int:
    return run(
        (sys.executable, "-S", "-c", code),
        cwd=work,
        extra=extra,
        log=work / "log",
        timeout_seconds=timeout_seconds,
        key="train.command",
    )


def test_secrets_stay_here() -> None:
    assert safe_environment(SECRETS | HARMLESS, {"PYTHONHASHSEED": "1"}) == POLITE | HARMLESS | {"PYTHONHASHSEED": "1"}


def test_a_real_child_sees_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    assert python("import os; print(sorted(os.environ))", tmp_path, MODELBOUT_SEED="3") == 0
    seen = (tmp_path / "log").read_text()
    assert "MODELBOUT_SEED" in seen
    assert not [name for name in SECRETS if f"'{name}'" in seen]


def test_output_and_exit_code_come_back(tmp_path: Path) -> None:
    assert python("import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)", tmp_path) == 3
    assert (tmp_path / "log").read_text() == "out\nerr\n"


def test_input_is_closed(tmp_path: Path) -> None:
    assert python("import sys; print(repr(sys.stdin.read()))", tmp_path) == 0
    assert (tmp_path / "log").read_text() == "''\n"


def test_megabytes_of_output_keep_head_and_tail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "LOG_HEAD_BYTES", 1000)
    monkeypatch.setattr(child, "LOG_TAIL_BYTES", 100_000)
    assert python("print('first')\nfor i in range(400_000): print('line', i)\nprint('last')", tmp_path) == 0
    log = (tmp_path / "log").read_bytes()
    assert log.startswith(b"first\nline 0\n")
    assert log.endswith(b"line 399999\nlast\n")
    assert b" bytes left out ...\n" in log
    assert len(log) < 1000 + 100_000 + child.READ_BYTES + 100


def test_a_child_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys, time\n"
        "inner = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
        "open('inner', 'w').write(str(inner.pid))\n"
        "print('waiting', flush=True)\n"
        "time.sleep(60)\n"
    )
    with pytest.raises(TrainingError, match=r"ended after 0.01\d* minutes.*\n  \| waiting") as caught:
        python(code, tmp_path, timeout_seconds=1)
    assert "train.timeout_minutes" in str(caught.value)
    assert str(tmp_path / "log") in str(caught.value)
    assert gone(int((tmp_path / "inner").read_text()))


def test_a_child_that_ignores_the_request_is_ended_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "GRACE_SECONDS", 0.2)
    code = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)"
    began = time.monotonic()
    with pytest.raises(TrainingError, match="It printed nothing"):
        python(code, tmp_path, timeout_seconds=1)
    assert time.monotonic() - began < 30


def test_what_a_good_child_leaves_running_is_ended(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        "inner = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
        "print(inner.pid)\n"
    )
    assert python(code, tmp_path) == 0
    assert gone(int((tmp_path / "log").read_text()))


def test_an_orphan_with_the_pipe_in_its_hand_does_not_keep_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "DRAIN_SECONDS", 0.2)
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(4)'], start_new_session=True)\n"
    )
    began = time.monotonic()
    assert python(code, tmp_path) == 0
    assert time.monotonic() - began < 3.5


def test_ctrl_c_ends_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(subprocess.Popen[bytes]):
        def wait(self, timeout: float | None = None) -> int:
            if timeout is not None:
                raise KeyboardInterrupt
            return super().wait()

    started: list[int] = []
    plain = Interrupted.__init__

    def remember(self: Interrupted, *args: object, **options: object) -> None:
        plain(self, *args, **options)  # type: ignore[call-overload]
        started.append(self.pid)

    monkeypatch.setattr(Interrupted, "__init__", remember)
    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        python("import time; time.sleep(60)", tmp_path)
    assert gone(started[0])


def gone(pid: int) -> bool:
    """Wait until a process is no more, or only a zombie that its new parent has not looked at."""
    for _ in range(200):
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123 -- proc, not a file of ours
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("name", ["nowhere/python", "."])
def test_a_program_that_cannot_start(tmp_path: Path, name: str) -> None:
    with pytest.raises(TrainingError, match=r"cannot be started: (No such file|Permission denied)") as caught:
        run((name,), cwd=tmp_path, extra={}, log=tmp_path / "log", timeout_seconds=5, key="train.command")
    assert caught.value.problems[0].place.key == "train.command"


def test_a_null_byte_in_an_argument_is_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="cannot be started: embedded null byte"):
        run(("a\0b",), cwd=tmp_path, extra={}, log=tmp_path / "log", timeout_seconds=5, key="train.command")


def test_a_log_that_cannot_be_opened_is_an_error_but_the_child_never_waits(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    with pytest.raises(TrainingError, match=r"log cannot be written: Is a directory"):
        python("print('x' * 1_000_000)", tmp_path)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")  # noqa: PTH110 -- a device
def test_a_full_disk_is_an_error_but_the_child_never_waits(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to("/dev/full")
    with pytest.raises(TrainingError, match="log cannot be written: No space left on device"):
        python("print('x' * 1_000_000)", tmp_path)


def test_exit_codes_as_words() -> None:
    assert describe(3) == "ended with exit code 3"
    assert describe(-11) == "was ended by signal 11 (SIGSEGV)"
    assert describe(-9) == "was ended by signal 9 (SIGKILL; the system does this when memory runs out)"
    assert describe(-200) == "was ended by signal 200 (unknown)"


def test_a_signal_is_named(tmp_path: Path) -> None:
    code = python("import os, signal; print('bye', flush=True); os.kill(os.getpid(), signal.SIGABRT)", tmp_path)
    error = failed(code, tmp_path / "log", key="train.command")
    assert "was ended by signal 6 (SIGABRT)" in str(error)
    assert "\n  | bye\n" in str(error)


def test_only_the_last_lines_are_quoted(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(f"line {i}\n" for i in range(1000)))
    shown = quoted_tail(log)
    assert "line 999" in shown
    assert "line 980" in shown
    assert "line 979" not in shown
    log.write_text("y" * 10**6)
    assert len(quoted_tail(log)) <= child.TAIL_CHARACTERS + 100


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text() | st.lists(st.sampled_from(["::error::x", "##[add-mask]", "\x1b[2J", "\r", "\n", "a"])).map("".join)
)
def test_a_log_can_neither_paint_nor_command(tmp_path: Path, text: str) -> None:
    log = tmp_path / "log"
    log.write_bytes(text.encode("utf-8", "surrogatepass"))
    shown = quoted_tail(log)
    assert "##[" not in shown
    lines = shown.split("\n")
    assert all(line.isprintable() for line in lines)
    assert not any(line.lstrip().startswith("::") for line in lines)


def test_no_log_at_all_is_said(tmp_path: Path) -> None:
    assert quoted_tail(tmp_path / "none") == " It printed nothing."


def test_threads_end_with_the_child(tmp_path: Path) -> None:
    before = threading.active_count()
    python("print(1)", tmp_path)
    assert threading.active_count() == before


def test_idle_threads_sleep_unless_the_user_says_otherwise() -> None:
    assert safe_environment({}, {})["OMP_WAIT_POLICY"] == "passive"
    assert safe_environment({"OMP_WAIT_POLICY": "active"}, {})["OMP_WAIT_POLICY"] == "active"
