"""A run that is told to end takes the training with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.integration.shop import WEAK

if TYPE_CHECKING:
    from tests.integration.shop import Repository

pytestmark = pytest.mark.usefixtures("fitted")

PATIENCE = 60.0  # seconds; the training starts within a few


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_training_ends_with_the_run(repo: Repository, name: str) -> None:
    told = repo.root / "pid"
    note = f"    open({str(told)!r}, 'w').write(f'{{os.getpid()}}.')\n"
    slow = f"def build():\n    import os, time\n{note}    time.sleep(300)\n"
    repo.write("pipeline.py", WEAK.replace("def build():\n", slow))
    # Whoever started the tests may ignore these, as nohup does, and a child inherits that.
    heard = "import signal, sys; signal.signal(signal.{0}, signal.{1}); from modelbout.cli.main import entry; entry()"
    code = heard.format(name, "default_int_handler" if name == "SIGINT" else "SIG_DFL")
    words = ["run", "--no-plots", "-q"]
    running = subprocess.Popen([sys.executable, "-c", code, *words], stderr=subprocess.PIPE)
    end = time.monotonic() + PATIENCE
    while not (told.exists() and told.read_text(encoding="utf-8").endswith(".")):
        assert time.monotonic() < end
        time.sleep(0.05)
    running.send_signal(getattr(signal, name))
    _, said = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert b"interrupted" in said
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text(encoding="utf-8").rstrip(".")), 0)
