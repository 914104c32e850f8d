"""The workflows that `modelbout init` drafts: GitHub's schema, actionlint and zizmor find nothing in them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.shop import shop
from tests.tools import GO, need

if TYPE_CHECKING:
    from tests.integration.shop import Repository

BIN = Path(sys.executable).parent
EXAMPLE = Path(__file__).parents[2] / "examples" / "churn" / ".github" / "workflows"


@pytest.fixture(params=["", "models/My shop"])
def drafted(repo: Repository, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    (repo.root / ".git").mkdir()
    root = repo.root / request.param
    root.mkdir(parents=True, exist_ok=True)
    (root / "people.csv").write_text(shop(300), encoding="utf-8")
    (root / "requirements.txt").write_text("scikit-learn\n", encoding="utf-8")
    monkeypatch.chdir(root)
    answer = repo("init", "people.csv", "--target", "bought", "--force")
    assert answer.code == 0, answer.err
    return repo.root / ".github/workflows"


def finds_nothing(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_they_fit_githubs_schema(drafted: Path) -> None:
    files = sorted(str(path) for path in drafted.iterdir())
    check = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *files]
    assert finds_nothing(check)
    spoil(drafted, "runs-on:", "runs-in:")
    assert not finds_nothing(check)


def test_zizmor_finds_nothing(drafted: Path) -> None:
    audit = [str(BIN / "zizmor"), "--offline", "--no-config", "--persona=pedantic", str(drafted)]
    done = subprocess.run(audit, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings" in done.stdout + done.stderr
    spoil(drafted, "permissions: {}", "permissions: write-all")
    assert not finds_nothing(audit)


def test_actionlint_finds_nothing(drafted: Path) -> None:
    lint = [need("actionlint", how=GO), *sorted(str(path) for path in drafted.iterdir())]
    done = subprocess.run(lint, cwd=drafted.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    spoil(drafted, "github.ref", "github.reff")
    assert subprocess.run(lint, cwd=drafted.parents[1], capture_output=True, check=False).returncode != 0


def spoil(drafted: Path, old: str, new: str) -> None:
    for path in drafted.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_they_are_short(drafted: Path) -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in drafted.iterdir()}
    assert len(lengths) == 5
    assert {name: length for name, length in lengths.items() if length > 40} == {}


def test_the_example_has_what_init_drafts(drafted: Path) -> None:
    if (drafted / "modelbout.yml").exists():  # the draft at the top of a repository
        names = sorted(path.name for path in drafted.iterdir())
        assert names == sorted(path.name for path in EXAMPLE.iterdir())
        for name in names:
            assert (drafted / name).read_text(encoding="utf-8") == (EXAMPLE / name).read_text(encoding="utf-8"), name
