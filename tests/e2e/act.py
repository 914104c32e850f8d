"""Run a workflow with act, on this machine, against the server of the test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.init.pins import PINS, US
from tests.e2e.jobs import PLATFORM
from tests.tools import GO, need

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
STAND_INS = HERE / "stand_ins"
PYTHON = """\
#!/bin/sh
if [ "$1 $2 $3" = "-m pip install" ]; then echo "not installed, as all is here: $*"; exit 0; fi
exec "{}" "$@"
"""
PATIENCE = 300  # seconds for one job; act itself obeys no timeout-minutes


@dataclass(frozen=True)
class Log:
    """What act told of one run.

    Attributes:
        code: act's exit code.
        text: what the steps printed.
        summaries: what was added to the job's summary, step by step.
        annotations: the workflow commands ``error``, ``warning`` and ``notice`` that the runner understood.
    """

    code: int
    text: str
    summaries: tuple[str, ...]
    annotations: tuple[str, ...]


@dataclass(frozen=True)
class Act:
    """act with everything that is the same in each run of a test.

    Attributes:
        suite: a copy of our repository, for ``uses: modelbout/modelbout@...``.
        scratch: a directory of the test.
    """

    program: str
    suite: Path
    scratch: Path

    @classmethod
    def found(cls, suite: Path, scratch: Path) -> Act:
        """Find act, or skip the test."""
        return cls(need("act", how=GO), suite, scratch)

    def __call__(
        self,
        event: str,
        workflow: Path,
        *,
        tree: Path,
        payload: Mapping[str, object],
        token: str,
        environment: Mapping[str, str],
    ) -> Log:
        """Run the jobs of one workflow file.

        Args:
            event: what started the run.
            workflow: the file.
            tree: the repository's files at the run's commit; reusable workflows are looked up there.
            payload: the event.
            token: the job's token.
            environment: what the runner tells, such as ``GITHUB_SHA``.
        """
        event_file = self.scratch / "event.json"
        event_file.write_text(json.dumps(payload), encoding="utf-8")
        home = self.scratch / "home"
        home.mkdir(exist_ok=True)
        command = [self.program, event, "-C", str(tree), "-W", str(workflow), "-e", str(event_file), "--json"]
        command += [
            "-P",
            f"{PLATFORM}=-self-hosted",
            "--matrix",
            f"os:{PLATFORM}",
            "--no-skip-checkout",
            "--no-cache-server",
        ]
        command += ["--action-cache-path", str(self.scratch / "act"), "-s", f"GITHUB_TOKEN={token}"]
        command += [f"--{kind}-file={os.devnull}" for kind in ("env", "secret", "var", "input")]
        for repository, pin in PINS.items():
            here = self.suite if repository == US else STAND_INS / repository.partition("/")[2]
            command += ["--local-repository", f"{repository}@{pin.commit}={here}"]
        for name, value in environment.items():
            command += ["--env", f"{name}={value}"]
        done = subprocess.run(
            command,
            env={"PATH": f"{STAND_INS / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(home)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        text = "".join(line["msg"] for line in lines if line.get("raw_output"))
        summaries = tuple(line["content"] for line in lines if line.get("command") == "summary")
        annotations = tuple(line["raw"] for line in lines if line.get("command") in ("error", "warning", "notice"))
        failed = [line["msg"] for line in lines if line.get("level") in ("error", "warning")]
        return Log(done.returncode, "\n".join([text, *failed, done.stderr]), summaries, annotations)


def python_directory(scratch: Path) -> Path:
    """Return a directory with the Python of the tests and nothing else: beside it lie uv and more.

    What a user installs by pip is here already; pip itself would take a second to find that out.
    """
    made = scratch / "python"
    made.mkdir(exist_ok=True)
    for name in ("python", "python3"):
        (made / name).write_text(PYTHON.format(sys.executable), encoding="utf-8")
        (made / name).chmod(0o755)
    return made
