"""Two real processes promote at once: one wins, the other fights again against the new champion."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.integration.shop import PLAIN_STRONG

if TYPE_CHECKING:
    from tests.integration.shop import Repository

PATIENCE = 120.0  # seconds; a bout takes a few


def test_two_promoters_at_once(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    runs = []
    for number in (1, 2):
        repo.write("pipeline.py", f"{PLAIN_STRONG}\n# corner {number}\n")
        run = repo.root / f"run-{number}"
        assert repo("run", "--no-plots", "--no-html", "--run-dir", str(run)).code == 0
        assert json.loads((run / "bout.json").read_text(encoding="utf-8"))["verdict"] == "win"
        runs.append(run)

    started = [
        subprocess.Popen(
            [sys.executable, "-m", "modelbout", "promote", "--run-dir", str(run)],
            cwd=repo.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for run in runs
    ]
    told = [process.communicate(timeout=PATIENCE) for process in started]
    codes = sorted(process.returncode for process in started)
    assert codes == [0, 1], told

    events = json.loads(repo("registry", "history", "shop", "--json").out)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["version"] for event in events if event["event"] == "promote"] == ["v1.0.0", "v1.1.0"]
    bouts = [json.loads((run / "bout.json").read_text(encoding="utf-8")) for run in runs]
    assert sorted(bout["champion"]["version"] for bout in bouts) == ["v1.0.0", "v1.1.0"]
    (again,) = (bout for bout in bouts if bout["champion"]["version"] == "v1.1.0")
    assert again["verdict"] == "inconclusive"
    assert repo("registry", "doctor").code == 0


def test_two_commands_do_not_share_a_run_directory(repo: Repository) -> None:
    repo.edit("pipeline.py", "def train():", "def train():\n    import time\n    time.sleep(6)")
    first = subprocess.Popen(
        [sys.executable, "-m", "modelbout", "train"],
        cwd=repo.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    begun = time.monotonic()
    training = repo.root / ".modelbout/run/training"
    while not training.exists() and time.monotonic() - begun < PATIENCE:
        time.sleep(0.05)
    second = repo("train")
    assert second.code == 2, second.err
    assert "another command is at work" in second.err
    first.communicate(timeout=PATIENCE)
    assert first.returncode == 0
    assert repo("compare").code == 0
