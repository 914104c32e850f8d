"""`modelbout action run`, `validate`, `train` and `compare` in a user's repository, as a job starts them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import EXIT_DATA
from modelbout.results import CONTRACT_DIFF_FILE, ORIGIN_FILE
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture
from tests.integration.shop import PLAIN_CONFIG, PLAIN_NOISE, PLAIN_STRONG, PLAIN_WEAK
from tests.unit.github.test_outputs import read

if TYPE_CHECKING:
    from tests.github_server.fixtures import Ground
    from tests.integration.shop import Answer, Repository

RUN_ID = 77
TOKEN = "ghs_distinctive_token"  # noqa: S105 -- of nobody


class Job:
    """The repository of a user as a checkout in a job."""

    def __init__(self, repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        self.repo, self.patch = repo, monkeypatch
        self.output, self.summary = repo.root / "output", repo.root / "summary.md"
        self.git("init", "--quiet")
        self.git("add", "modelbout.yaml", "contract.yaml", "pipeline.py", "data")
        self.git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "First")

    def git(self, *words: str) -> str:
        command = ["git", "-C", str(self.repo.root), *words]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def __call__(self, name: str, *, event: str = "push", payload: object = None, **inputs: str) -> Answer:
        for file in (self.output, self.summary):
            file.unlink(missing_ok=True)
        (self.repo.root / "event.json").write_text(json.dumps(payload or {}), encoding="utf-8")
        (self.repo.root / "registry").mkdir(exist_ok=True)
        given = {
            "registry": str(self.repo.root / "registry"),
            "comment": "false",
            "check": "false",
            "python": sys.executable,
            "github-token": TOKEN,
            **{key.replace("_", "-"): value for key, value in inputs.items()},
        }
        environ = {
            "MODELBOUT_INPUTS": json.dumps(given),
            "MODELBOUT_PYTHON": "",  # so that it is put back after the test
            "MODELBOUT_GITHUB_TOKEN": "",
            "GITHUB_REPOSITORY": "octo/shop",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(self.repo.root / "event.json"),
            "GITHUB_SHA": self.git("rev-parse", "HEAD"),
            "GITHUB_REF": "refs/heads/topic",
            "GITHUB_RUN_ID": str(RUN_ID),
            "GITHUB_WORKSPACE": str(self.repo.root),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "RUNNER_TEMP": str(self.repo.root / "temp"),
            "GITHUB_API_URL": os.environ.get("GITHUB_API_URL") or "http://127.0.0.1:9",
        }
        for key, value in environ.items():
            self.patch.setenv(key, value)
        answer = self.repo("action", name)
        assert TOKEN not in answer.out + answer.err
        assert "MODELBOUT_INPUTS" not in os.environ
        return answer

    @property
    def outputs(self) -> dict[str, str]:
        return {key: value for key, value in read(self.output).items() if value}


@pytest.fixture
def job(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> Job:
    return Job(repo, monkeypatch)


def test_the_whole_bout_in_one_step(job: Job) -> None:
    answer = job("run")
    assert answer.code == 0, answer.err
    assert job.outputs == {
        "verdict": "first",
        "result": ".modelbout/run/bout.json",
        "report": ".modelbout/run/report.md",
        "run-directory": ".modelbout/run",
    }
    assert "`shop`: the first champion" in job.summary.read_text(encoding="utf-8")
    assert "::error" not in answer.out
    origin = job.repo.result(ORIGIN_FILE)
    assert origin["tree"] == job.git("rev-parse", "HEAD^{tree}")
    assert (origin["run_id"], origin["repository"], origin["config"]) == (RUN_ID, "octo/shop", "modelbout.yaml")


def test_a_loss_ends_the_step_with_1_and_says_whom_it_met(job: Job) -> None:
    job.repo.write("pipeline.py", PLAIN_STRONG)
    assert job("run").code == 0
    assert job.repo("promote", "--registry", "registry").code == 0
    job.repo.write("pipeline.py", PLAIN_NOISE)
    assert job("run").code == 1
    assert job.outputs["verdict"] == "loss"
    assert job.outputs["version"] == "v1.0.0"
    # The tree that was judged is not the one that git knows.
    assert job.repo.result(ORIGIN_FILE)["tree"] is None


def test_an_inconclusive_bout_fails_only_where_a_win_is_required(job: Job) -> None:
    job("run")
    assert job.repo("promote", "--registry", "registry").code == 0
    job.repo.write("pipeline.py", PLAIN_WEAK + "# the same again\n")
    assert job("run").code == 0
    assert job.outputs["verdict"] == "inconclusive"
    assert job("compare", require_win="true").code == 1
    assert job.outputs["verdict"] == "inconclusive"


def test_broken_data_are_shown_on_the_lines_of_the_contract(job: Job) -> None:
    job.repo.edit("contract.yaml", "max: 120", "max: 20")
    answer = job("run")
    assert answer.code == 3
    shown = [line for line in answer.out.splitlines() if line.startswith("::error")]
    assert any("file=contract.yaml" in line and "line=6" in line for line in shown)
    assert job.outputs["verdict"] == "error"
    assert not (job.repo.root / ".modelbout" / "run" / "training.json").exists()
    assert job("run", annotations="false").out.count("::error") == 0
    assert job("validate").code == 3
    assert job.outputs == {
        "passed": "false",
        "result": ".modelbout/run/validation.json",
        "run-directory": ".modelbout/run",
    }


def test_a_bout_that_broke_off_leaves_an_error_and_none_of_the_programs_words(job: Job) -> None:
    job("run")
    job.repo.write("pipeline.py", "import os\nprint('row 7 is SECRET-VALUE', flush=True)\nos._exit(3)\n")
    answer = job("run")
    assert answer.code == 2
    assert job.outputs["verdict"] == "error"
    bout = job.repo.result("bout.json")
    assert (bout["verdict"], bout["passed"], bout["exit_code"]) == ("error", False, 2)
    assert "SECRET-VALUE" in answer.err  # the log is for who may read it
    left = (job.repo.root / ".modelbout" / "run").glob("*.json")
    assert not any("SECRET-VALUE" in file.read_text(encoding="utf-8") for file in left)
    assert "SECRET-VALUE" not in job.summary.read_text(encoding="utf-8")
    assert not any("SECRET-VALUE" in line for line in answer.out.splitlines() if line.startswith("::"))


def test_one_model_that_fails_does_not_keep_the_others_from_their_bout(job: Job) -> None:
    for name, pipeline in (("one", "import os\nos._exit(3)\n"), ("two", PLAIN_WEAK)):
        place = f"models/{name}"
        job.repo.write(f"{place}/modelbout.yaml", PLAIN_CONFIG.replace("model: shop", f"model: {name}"))
        job.repo.write(f"{place}/pipeline.py", pipeline)
        for file in ("contract.yaml", "data/shop.csv"):
            job.repo.write(f"{place}/{file}", (job.repo.root / file).read_bytes())
    answer = job("run", config="models/*/modelbout.yaml")
    assert answer.code == 2
    assert job.outputs["verdict"] == "error"
    assert job.outputs["run-directory"].split("\n") == ["models/one/.modelbout/run", "models/two/.modelbout/run"]
    assert answer.out.index("::group::one") < answer.out.index("::endgroup::") < answer.out.index("::group::two")
    two = json.loads((job.repo.root / "models/two/.modelbout/run/bout.json").read_text(encoding="utf-8"))
    assert two["verdict"] == "first"


def test_train_and_compare_hand_on_what_they_made(job: Job) -> None:
    assert job("train").code == 0
    assert job.outputs["bundle-digest"] == job.repo.result("training.json")["bundle_digest"]
    assert job("compare").code == 0
    assert job.outputs["verdict"] == "first"
    assert job.outputs["result"] == ".modelbout/run/bout.json"


@pytest.mark.parametrize("name", ["run", "validate", "train", "compare"])
def test_on_an_event_that_asks_for_nothing_it_says_why_and_does_nothing(job: Job, name: str) -> None:
    answer = job(name, event="release", payload={"release": {"tag_name": "churn@v1.0.0"}})
    assert answer.code == 0
    assert "nothing to do: the release is a version" in answer.out
    assert job.outputs == {}
    assert not (job.repo.root / ".modelbout").exists()


@pytest.mark.parametrize("event", ["issue_comment", "pull_request_target"])
@pytest.mark.parametrize("name", ["run", "validate", "train", "compare"])
def test_an_event_that_strangers_can_cause_is_no_green_job(job: Job, name: str, event: str) -> None:
    answer = job(name, event=event)
    assert answer.code == 2
    assert "on: pull_request" in answer.err
    assert job.outputs == {}
    assert not (job.repo.root / ".modelbout").exists()


def test_a_wrong_input_stops_the_step_before_anything_is_done(job: Job) -> None:
    answer = job("run", require_win="yes")
    assert answer.code == 2
    assert "`require-win`" in answer.err
    assert "::error title=Modelbout%3A require-win::" in answer.out
    assert "require-win" in job.summary.read_text(encoding="utf-8")
    assert not (job.repo.root / ".modelbout").exists()


def test_a_comment_that_the_token_may_not_write_fails_nothing(
    job: Job,
    github: Ground,  # noqa: F811 -- the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    github.repo.commit({"model.py": "1"}, branch="topic")
    pull = github.repo.open_pull("topic")
    payload = {
        "action": "synchronize",
        "number": pull.number,
        "repository": {"full_name": "octo/churn", "default_branch": "main"},
        "pull_request": {
            "number": pull.number,
            "state": "open",
            "head": {"sha": pull.head_sha, "ref": "topic", "repo": {"full_name": "octo/churn"}},
            "base": {"ref": "main"},
        },
    }
    monkeypatch.setenv("GITHUB_API_URL", github.url)
    real = monkeypatch.setenv
    monkeypatch.setattr(
        job.patch, "setenv", lambda key, value: real(key, "octo/churn" if key == "GITHUB_REPOSITORY" else value)
    )
    answer = job(
        "run",
        event="pull_request",
        payload=payload,
        comment="true",
        check="modelbout",
        github_token=github.reader.value,
    )
    assert answer.code == 0, answer.err
    assert github.repo.comments_of(pull.number) == []
    assert "no comment" in job.summary.read_text(encoding="utf-8")


def test_a_pull_request_that_changes_the_contract_says_whom_that_breaks(job: Job) -> None:
    def commit(*words: str) -> str:
        job.git("-c", "user.name=a", "-c", "user.email=a@example.com", *words)
        return job.git("rev-parse", "HEAD")

    base = job.git("rev-parse", "HEAD")
    main = job.git("branch", "--show-current")
    job.git("checkout", "--quiet", "-b", "topic")
    contract = job.repo.root / "contract.yaml"
    job.repo.write("contract.yaml", contract.read_text(encoding="utf-8") + "  'new | <b>@me</b>': {type: string}\n")
    head = commit("commit", "--quiet", "-am", "Ask for more")
    job.git("checkout", "--quiet", main)
    commit("merge", "--quiet", "--no-ff", "--no-edit", "topic")
    pull = {
        "number": 3,
        "state": "open",
        "head": {"sha": head, "repo": {"full_name": "octo/shop"}},
        "base": {"sha": base, "ref": main, "repo": {"full_name": "octo/shop"}},
    }
    answer = job("run", event="pull_request", payload={"action": "synchronize", "pull_request": pull})
    assert answer.code == EXIT_DATA, "the new column is not in the data"
    (change,) = job.repo.result(CONTRACT_DIFF_FILE)["changes"]
    assert (change["what"], change["breaking"]) == ("column added", True)
    summary = job.summary.read_text(encoding="utf-8")
    assert f"1 change since `{base[:12]}`, **1 breaks** those who write or read the data" in summary
    assert "<b>@me" not in re.sub("`[^`]*`", "", summary)
    # A push is no pull request: there is nothing to compare with, and what an older run left is gone.
    job("validate")
    assert not (job.repo.root / ".modelbout" / "run" / CONTRACT_DIFF_FILE).exists()
