"""Time the set-up of the actions and what follows, each in a fresh job on a machine whose uv has all packages already.

python benchmarks/actions/set_up.py [repeats]
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIGHT = "import modelbout.github.actions.report, modelbout.github.api.session"
INPUTS = {"comment": "false", "check": "false", "registry": "registry", "python": sys.executable}


def timed(command: list[str], environ: dict[str, str], where: Path) -> float:
    """Run a command and return its seconds."""
    began = time.perf_counter()
    done = subprocess.run(command, env=environ, cwd=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.perf_counter() - began


def job(profile: str) -> dict[str, float]:
    """Return the seconds of each step of one fresh job."""
    with tempfile.TemporaryDirectory() as scratch:
        temp = Path(scratch)
        skip = ("PYTHONDONTWRITEBYTECODE", "GITHUB_", "MODELBOUT_")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(skip)}
        environ |= {"RUNNER_TEMP": scratch, "GITHUB_OUTPUT": str(temp / "output")}
        environ |= {"GITHUB_REPOSITORY": "octo/churn", "GITHUB_STEP_SUMMARY": str(temp / "summary")}
        set_up = ["bash", str(ROOT / "actions" / "set-up.sh"), profile]
        found = {"set-up": timed(set_up, environ, temp)}
        found["set-up again"] = timed(set_up, environ, temp)
        python = (temp / "output").read_text(encoding="utf-8").splitlines()[0].partition("=")[2]
        if profile == "light":
            found["first start"] = timed([python, "-I", "-c", LIGHT], environ, temp)
            found["later start"] = timed([python, "-I", "-c", LIGHT], environ, temp)
            found["in all"] = found["set-up"] + found["first start"]
        else:
            shop = temp / "churn"
            shutil.copytree(ROOT / "examples" / "churn", shop, ignore=shutil.ignore_patterns(".modelbout"))
            (shop / "registry").mkdir()
            environ["MODELBOUT_INPUTS"] = json.dumps(INPUTS)
            found["bout"] = timed([python, "-I", "-m", "modelbout", "action", "run"], environ, shop)
            found["in all"] = found["set-up"] + found["bout"]
        return found


def main() -> None:
    """Print the median and the slowest of each step."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for profile in ("light", "full"):
        job(profile)  # fills uv's cache
        times = [job(profile) for _ in range(repeats)]
        for step in times[0]:
            values = [one[step] for one in times]
            print(f"{profile:<6} {step:<13} median {statistics.median(values):6.2f} s  slowest {max(values):6.2f} s")


if __name__ == "__main__":
    main()
