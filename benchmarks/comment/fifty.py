"""Report 1 and 50 models in one comment on the test GitHub: seconds of the whole process, and calls of the API.

Three times each: the first report, the same again (nothing to write), and a newer run of all models.

    PYTHONPATH=. python benchmarks/comment/fifty.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from modelbout.record import to_json, write_atomically
from modelbout.results import BOUT_FILE, VALIDATION_FILE
from tests.github_server.fixtures import Ground, ground
from tests.github_server.server import Server
from tests.unit.github.comment.sections import story_of
from tests.unit.report.stories import STORIES

MODELS = (1, 50)


def lay(place: Path, models: int) -> None:
    """Write the run directories of that many models, of all kinds of outcomes in turn."""
    kinds = sorted(kind for kind in STORIES if STORIES[kind]().bout is not None)
    for number in range(models):
        story = story_of(f"model-{number:02d}", kinds[number % len(kinds)])
        run = place / f"model-{number:02d}"
        if story.bout is not None:
            write_atomically(run / BOUT_FILE, to_json(story.bout))
        if story.validation is not None:
            write_atomically(run / VALIDATION_FILE, to_json(story.validation))


def report(at: Ground, pull: int, head: str, place: Path, run: int) -> tuple[float, int]:
    """Run the action as a job does; return its seconds and calls."""
    side = {"sha": head, "repo": {"full_name": "octo/churn"}}
    event = {"number": pull, "pull_request": {"number": pull, "state": "open", "head": side, "base": {}}}
    (place / "event.json").write_text(json.dumps(event))
    inputs = {"run-directory": str(place / "runs"), "check": "modelbout", "github-token": at.writer.value}
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "MODELBOUT_"))},
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": at.url,
        "GITHUB_SERVER_URL": at.url,
        "GITHUB_REPOSITORY": "octo/churn",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(place / "event.json"),
        "GITHUB_SHA": head,
        "GITHUB_RUN_ID": str(run),
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_OUTPUT": str(place / "output"),
        "GITHUB_STEP_SUMMARY": str(place / "summary"),
        "RUNNER_TEMP": str(place),
        "MODELBOUT_INPUTS": json.dumps(inputs),
    }
    at.calls.clear()
    begin = time.perf_counter()
    command = [sys.executable, "-I", "-m", "modelbout", "action", "report"]
    done = subprocess.run(command, check=False, cwd=place, env=environ, capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    return seconds, len(at.calls)


def main() -> None:
    """Measure and print a table."""
    print("| models | what | seconds | calls | bytes of the comment |")
    print("| --: | :-- | --: | --: | --: |")
    for models in MODELS:
        with Server() as server, tempfile.TemporaryDirectory() as scratch:
            at = ground(server)
            at.repo.commit({"a.txt": "1"}, branch="topic")
            pull = at.repo.open_pull("topic")
            lay(Path(scratch) / "runs", models)
            for what, run in (("first", 1), ("the same again", 1), ("a newer run", 2)):
                seconds, calls = report(at, pull.number, pull.head_sha, Path(scratch), run)
                (comment,) = at.repo.comments_of(pull.number)
                size = len(comment.body.encode())
                print(f"| {models} | {what} | {seconds:.2f} | {calls} | {size:,} |")
            server.check()


if __name__ == "__main__":
    main()
