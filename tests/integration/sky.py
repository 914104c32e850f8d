"""A model on the test GitHub with two versions and a third that has won, and the commands that meet its weather."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelbout.cli.main import run
from modelbout.github.api import session
from modelbout.github.comment.post import Poster
from modelbout.record import to_json
from modelbout.registry.open import open_registry
from modelbout.results import Origin
from modelbout.seal import bundle_digest
from tests.github_server.fixtures import ground
from tests.github_server.records import Token
from tests.integration.arena import PROMOTE, WORKFLOW, zipped
from tests.integration.messages import is_explained
from tests.integration.photograph import photograph, put_back
from tests.integration.shop import CONTRACT, PLAIN_CONFIG, PLAIN_STRONG, PLAIN_WEAK, shop
from tests.unit.github.test_outputs import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.github_server.records import WorkflowRun
    from tests.github_server.server import Server

WRITER = Token("")  # stands for the token of a job that may do everything
MODEL = "shop"
NAME = "octo/churn"
ADDRESS = f"github:{NAME}"
STAGE = "production"
BRANCH = "modelbout/ledger"
REF = f"refs/heads/{BRANCH}"
WRITTEN = ("refs", "releases", "tagged", "comments", "checks", "deployments", "dispatches")
REGISTRY = ("refs", "releases", "tagged")
READING = {
    "list": ("registry", "list"),
    "show": ("registry", "show", MODEL),
    "history": ("registry", "history", MODEL),
    "pull": ("registry", "pull", f"{MODEL}@champion", "pulled"),
    "doctor": ("registry", "doctor"),
}
WRITING = {
    "promote": ("promote",),
    "rollback": ("rollback", "--reason", "complaints"),
    "hold": ("registry", "hold", MODEL, "--reason", "incident"),
    "release": ("registry", "release", MODEL, "--reason", "over"),
}
LAPTOP = {"run": ("run", "--no-plots", "--no-html"), **READING, **WRITING}
ACTIONS = ("action run", "action report", "action promote", "action rollback")
COMMANDS = (*LAPTOP, *ACTIONS)
OF_REGISTRY = tuple(name for name in COMMANDS if name != "action report")


@dataclass
class Told:
    """What a command answered."""

    code: int
    out: str
    err: str
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    name: str = ""

    @property
    def problems(self) -> list[str]:
        """Return the problems of level error that were printed, with their next steps."""
        found: list[str] = []
        said = False
        for line in self.err.splitlines():
            if line.startswith(("error: ", "warn: ")):
                said = line.startswith("error: ")
            if line.startswith("error: "):
                found.append(line.removeprefix("error: "))
            elif said and line.startswith("  -> "):
                found[-1] += f"\n{line}"
        return found


class Sky:
    """The repository, its registry, a checkout of it, and the weather."""

    def __init__(self, server: Server, root: Path) -> None:
        self.ground = ground(server, NAME)
        self.repo: Any = self.ground.repo
        self.root = root
        self.home, self.bare, self.temp = root / "home", root / "bare", root / "temp"
        self.url = self.ground.url
        for place in (self.home, self.bare, self.temp):
            place.mkdir()
        self.slept: list[float] = []
        self.jobs: dict[str, Any] = {}  # a command that is run again is run again in the same run
        with pytest.MonkeyPatch.context() as self.patch:
            self._still()
            self.reset_environment()
            self._found()
        self._kept = photograph(self.repo)
        shutil.copytree(self.home, root / "as-it-was")

    # Making it

    def _still(self) -> None:
        """Let nobody sleep."""
        for one in (session.connect, Poster.__init__):
            told = one.__kwdefaults__
            assert told is not None
            self.patch.setattr(one, "__kwdefaults__", {**told, "sleep": self.slept.append})

    def _found(self) -> None:
        files = {"modelbout.yaml": PLAIN_CONFIG, "contract.yaml": CONTRACT, "data/shop.csv": shop()}
        self.write(files | {"pipeline.py": PLAIN_WEAK})
        self.repo.commit({"modelbout.yaml": PLAIN_CONFIG, "pipeline.py": "1"}, branch="main")
        self.must("run", "--no-plots", "--no-html")
        self.must("promote")
        first = bundle_digest(self.home / ".modelbout/run/bundle")
        self.write({"pipeline.py": f"{PLAIN_WEAK}# again\n"})
        self.must("train")
        open_registry(ADDRESS, root=self.home).promote(
            self.home / ".modelbout/run/bundle",
            model=MODEL,
            stage=STAGE,
            beaten=first,
            actor="ada",
            reason="agreed",
            verdict_digest=None,
        )
        self.write({"pipeline.py": PLAIN_STRONG})
        self.must("run", "--no-plots", "--no-html")
        self.before = self.repo.tip("main").sha
        self.pull = self._merged()
        self.repo.commit({"topic.txt": "x"}, branch="topic")
        self.open = self.repo.open_pull("topic")

    def _merged(self) -> Any:
        """Merge a pull request whose run judged what lies in the run directory."""
        self.repo.commit({"better.txt": "x"}, branch="better")
        pull = self.repo.open_pull("better")
        self.repo.settle()
        made = self.repo.add_run(pull=pull, path=WORKFLOW)
        claimed = Origin(
            model=MODEL,
            config="modelbout.yaml",
            repository=NAME,
            event="pull_request",
            head_sha=pull.head_sha,
            tree=self.repo.objects.commit(pull.merge_commit_sha).tree,
            run_id=made.id,
            run_attempt=1,
            created="2026-05-03T12:00:00Z",
            pull_request=pull.number,
        )
        results = self.home / ".modelbout/run"
        files = {"bout.json": (results / "bout.json").read_bytes(), "origin.json": to_json(claimed)}
        self.repo.add_artifact(made, "modelbout-results", files)
        self.repo.add_artifact(made, "modelbout-bundle", zipped(results / "bundle"))
        self.repo.merge(pull)
        return pull

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def must(self, *arguments: str) -> None:
        more = () if arguments[0] == "train" else ("--registry", ADDRESS)
        code, out, err = self._captured(self.home, (*arguments, *more))
        assert code == 0, (arguments, out, err)

    # Every test's beginning

    def begin(self, patch: pytest.MonkeyPatch) -> None:
        """Bring everything back to fair weather."""
        self.patch = patch
        self.jobs.clear()
        self._still()
        self.ground.faults.clear()
        self.ground.calls.clear()
        self.slept.clear()
        for token in self.ground.github.tokens.values():
            token.limit, token.used, token.expires = 5_000, 0, None
        put_back(self.repo, self._kept)
        for place in (self.home, self.bare, self.temp):
            shutil.rmtree(place)
        shutil.copytree(self.root / "as-it-was", self.home)
        self.bare.mkdir()
        self.temp.mkdir()
        self.url = self.ground.url
        self.reset_environment()

    def reset_environment(self) -> None:
        for name in list(os.environ):
            if name.startswith(("GITHUB_", "MODELBOUT_", "GH_", "RUNNER_")):
                self.patch.delenv(name)
        self.patch.setenv("NO_COLOR", "1")
        self.patch.setenv("TMPDIR", str(self.temp))
        self.patch.setattr(tempfile, "tempdir", None)
        self.patch.setenv("GITHUB_API_URL", self.url)
        self.patch.setenv("GITHUB_SERVER_URL", self.ground.url)
        self.patch.setenv("MODELBOUT_GITHUB_TOKEN", self.ground.writer.value)

    # What is remembered

    def state(self, names: tuple[str, ...] = WRITTEN) -> dict[str, Any]:
        """Return what is on the server, without what changes by reading."""
        told = photograph(self.repo, names)
        for release in told.get("releases", {}).values():
            for asset in release.assets.values():
                asset.downloads = 0
        return told

    def litter(self) -> list[str]:
        """Return what commands have left where nobody would look for it."""
        own = {str(path.relative_to(self.root / "as-it-was")) for path in (self.root / "as-it-was").rglob("*")}
        known = (".modelbout", "__pycache__")
        found = [path.relative_to(self.home) for path in self.home.rglob("*")]
        left = [str(path) for path in found if str(path) not in own and not set(path.parts) & set(known)]
        return left + [str(path.relative_to(self.root)) for path in self.temp.rglob("*") if path.is_file()]

    @property
    def verdict(self) -> str | None:
        """Return the verdict that lies in the run directory."""
        path = self.home / ".modelbout/run/bout.json"
        return json.loads(path.read_bytes())["verdict"] if path.exists() else None

    @property
    def met(self) -> str | None:
        """Return whom the challenger met, by the verdict that lies in the run directory."""
        champion = json.loads((self.home / ".modelbout/run/bout.json").read_bytes())["champion"]
        return None if champion is None else str(champion["version"])

    def champion(self) -> str | None:
        self.ground.faults.clear()
        self.url = self.ground.url
        self.reset_environment()
        title = open_registry(ADDRESS, root=self.home).champion(MODEL, STAGE)
        return None if title is None else title.version

    # Doing

    @contextmanager
    def inside(self, place: Path) -> Iterator[None]:
        here = Path.cwd()
        os.chdir(place)
        try:
            yield
        finally:
            os.chdir(here)

    def __call__(self, name: str, *more: str, token: Token | None = WRITER, **given: str) -> Told:
        """Do a command: one of the laptop's with more arguments, or an action with more inputs."""
        mine = self.ground.writer if token is WRITER else token
        where = self.prepare(name, token=mine, **given)
        try:
            code, out, err = self._captured(where, (*self.arguments(name), *more))
        finally:
            for variable in ("MODELBOUT_GITHUB_TOKEN", "MODELBOUT_PYTHON"):
                os.environ.pop(variable, None)
        told = Told(code, out, err, self.read_outputs(), self.summary()) if name in ACTIONS else Told(code, out, err)
        told.name = name
        shown = out + err + told.summary + str(told.outputs)
        assert not [token for token in self.ground.github.tokens if token in shown], "a token was shown"
        assert "Traceback" not in shown
        assert "did not foresee" not in shown, shown
        return told

    def type(self, *arguments: str) -> Told:
        """Type a command as it is, as somebody who may do everything."""
        self.reset_environment()
        return Told(*self._captured(self.home, arguments))

    def files(self) -> dict[str, bytes]:
        """Return what lies in the checkout, the run directory too."""
        return {str(path): path.read_bytes() for path in self.home.rglob("*") if path.is_file()}

    def _captured(self, where: Path, arguments: tuple[str, ...]) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with self.inside(where), redirect_stdout(out), redirect_stderr(err):
            code = run(list(arguments))
        return code, out.getvalue(), err.getvalue()

    def arguments(self, name: str) -> tuple[str, ...]:
        return (*LAPTOP[name], "--registry", ADDRESS) if name in LAPTOP else tuple(name.split())

    def prepare(self, name: str, *, token: Token | None = None, **given: str) -> Path:
        """Set the environment of a command, and return the directory it runs in."""
        self.reset_environment()
        secret = None if token is None else token.value
        if name in LAPTOP:
            if token is None:
                self.patch.delenv("MODELBOUT_GITHUB_TOKEN", raising=False)
            else:
                self.patch.setenv("MODELBOUT_GITHUB_TOKEN", token.value)
            return self.home
        event, payload, started, inputs = self.jobs.setdefault(name, self._job(name))
        place = self.root / "job"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        (place / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        inputs = {"registry": "github", "github-token": secret or "", "python": sys.executable, **inputs}
        inputs |= {key.replace("_", "-"): value for key, value in given.items()}
        told = {
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(place / "event.json"),
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_ACTOR": "octocat",
            "GITHUB_SHA": started.head_sha,
            "GITHUB_RUN_ID": str(started.id),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_STEP_SUMMARY": str(place / "summary.md"),
            "GITHUB_OUTPUT": str(place / "outputs"),
            "RUNNER_TEMP": str(place),
            "MODELBOUT_INPUTS": json.dumps(inputs),
            "MODELBOUT_PYTHON": "",
        }
        where = self.home if name in {"action run", "action report"} else self.bare
        for key, value in {**told, "GITHUB_WORKSPACE": str(where)}.items():
            self.patch.setenv(key, value)
        self.patch.setenv("MODELBOUT_GITHUB_TOKEN", "")
        return where

    def _job(self, name: str) -> tuple[str, dict[str, Any], WorkflowRun, dict[str, str]]:
        own = {"repository": {"full_name": NAME, "default_branch": "main"}}
        tip = self.repo.tip("main").sha
        match name:
            case "action promote":
                run = self.repo.add_run(event="push", path=PROMOTE, head_sha=tip, head_branch="main")
                payload = {"ref": "refs/heads/main", "before": self.before, "after": tip}
                return "push", own | payload, run, {"dispatch": NAME}
            case "action rollback":
                run = self.repo.add_run(event="workflow_dispatch", path=PROMOTE, head_sha=tip, head_branch="main")
                return "workflow_dispatch", own | {"inputs": {}}, run, {"reason": "complaints"}
            case _:
                pull = self.repo.pulls[self.open.number]
                run = self.repo.add_run(pull=pull, path=WORKFLOW, status="in_progress")
                head = {"sha": pull.head_sha, "ref": "topic", "repo": {"full_name": NAME}}
                told = {"number": pull.number, "state": "open", "head": head, "base": {"ref": "main"}}
                payload = {"action": "synchronize", "number": pull.number, "pull_request": told}
                inputs = {"check": "modelbout"}
                if name == "action report":
                    inputs["run-directory"] = ".modelbout/run"
                return "pull_request", own | payload, run, inputs

    def read_outputs(self) -> dict[str, str]:
        path = self.root / "job" / "outputs"
        return read(path) if path.exists() else {}

    def summary(self) -> str:
        path = self.root / "job" / "summary.md"
        return path.read_text(encoding="utf-8") if path.exists() else ""


def check(sky: Sky, told: Told, words: str, *, code: int = 4) -> None:
    """One problem, with its next step; no pass, and nothing left behind."""
    assert told.code == code, told
    (problem,) = told.problems
    assert re.search(words, problem), problem
    assert "\n  -> " in problem, "no next step"
    assert is_explained(problem), f"docs/troubleshooting.md has no row for it: {problem}"
    assert told.err.count(problem.partition("\n")[0]) == 1
    due = "error" if told.name in {"run", "action run"} else "win"
    assert sky.verdict == due, "a verdict on a champion that nobody could read"
    if told.name == "action run":
        assert told.outputs["verdict"] == "error"
    assert told.outputs.get("promoted", "false") == "false"
    assert sky.litter() == []
