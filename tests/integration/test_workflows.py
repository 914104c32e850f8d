"""Every workflow that we ship, the examples' and our own: what linters find, and what none of them looks for."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tools import GO, need

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
# Where `.github` stands: our own repository and each example, which is a repository of its own to its users.
PLACES = (ROOT, *sorted(path.parent for path in (ROOT / "examples").glob("*/.github")))
FILES = [path for place in PLACES for path in sorted((place / ".github" / "workflows").iterdir())]
OUR_CI = {"ci.yml", "self-test.yml"}
FOR_USERS = [path for path in FILES if path.parents[2] != ROOT or path.name not in OUR_CI]
LINES = 40
# What runs code of the repository: a checkout brings it, and `run:` or a bout may execute it.
BRINGS_CODE = "actions/checkout@"
GRANT = re.compile(r"^ +[a-z-]+: (read|write)\b(?P<why>.*)$")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> dict[Any, Any]:
    workflow: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return workflow


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read(path)["jobs"]
    return found


def done(command: list[str], where: Path = ROOT) -> None:
    ran = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_zizmor_finds_nothing() -> None:
    places = [str(place / ".github") for place in PLACES]
    done([str(BIN / "zizmor"), "--offline", "--no-config", "--persona=pedantic", "--strict-collection", *places])


def test_they_fit_githubs_schema() -> None:
    done([str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *map(str, FILES)])


@pytest.mark.parametrize("place", PLACES, ids=shown)
def test_actionlint_finds_nothing(place: Path, tmp_path: Path) -> None:
    lint = need("actionlint", how=GO)
    shutil.copytree(place / ".github", tmp_path / ".github")
    (tmp_path / ".git").mkdir()  # actionlint looks for the top of a repository
    done([lint, f"-shellcheck={BIN / 'shellcheck'}", "-pyflakes="], tmp_path)


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_every_right_is_given_to_a_job_and_says_why(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert isinstance(job["permissions"], dict)
    grants = [found for line in path.read_text(encoding="utf-8").splitlines() if (found := GRANT.match(line))]
    assert len(grants) == sum(len(job["permissions"]) for job in workflow["jobs"].values())
    assert [found[0] for found in grants if not re.match(r" # \w", found["why"])] == []


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_code_of_the_repository_meets_no_right_to_write(path: Path) -> None:
    for name, job in jobs(path).items():
        steps = job.get("steps", [])
        brings = any(step.get("uses", "").startswith(BRINGS_CODE) for step in steps)
        if brings:
            assert set(job["permissions"].values()) <= {"read"}, name
        if "write" in job["permissions"].values():
            assert [step["run"] for step in steps if "run" in step] == [], name


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_what_no_linter_asks_for(path: Path) -> None:
    workflow = read(path)
    text = path.read_text(encoding="utf-8")
    assert "pull_request_target" not in text
    assert "secrets" not in text
    assert workflow["name"] == path.stem
    for name, job in workflow["jobs"].items():
        assert job.get("name"), name
        assert "uses" in job or 0 < job["timeout-minutes"] <= 60, name
        for step in job.get("steps", []):
            if step.get("uses", "").startswith(BRINGS_CODE):
                assert step["with"]["persist-credentials"] is False, name


@pytest.mark.parametrize("path", FOR_USERS, ids=shown)
def test_a_workflow_for_users_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES


@pytest.mark.parametrize("path", [path for path in FILES if "promote" in path.stem], ids=shown)
def test_a_promotion_that_has_begun_is_never_cancelled(path: Path) -> None:
    workflow = read(path)
    called = "workflow_call" in (workflow[True] if isinstance(workflow[True], dict) else {workflow[True]: None})
    if called:
        assert "concurrency" not in workflow  # the caller has the group; twice the same would wait for itself
    else:
        assert workflow["concurrency"] == {"group": "${{ github.workflow }}", "cancel-in-progress": False}


def test_workflows_on_pages_are_as_good(tmp_path: Path) -> None:
    into = tmp_path / ".github" / "workflows"
    into.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        blocks = re.findall(r"^```ya?ml\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        for number, block in enumerate(block for block in blocks if re.search(r"^jobs:", block, re.MULTILINE)):
            (into / f"{page.stem}-{number}.yml").write_text(block, encoding="utf-8")
    assert {"README-0.yml", "workflows-0.yml"} <= {path.name for path in into.iterdir()}
    done([str(BIN / "zizmor"), "--offline", "--no-config", "--persona=pedantic", str(tmp_path / ".github")])
    done([need("actionlint", how=GO), "-pyflakes="], tmp_path)
