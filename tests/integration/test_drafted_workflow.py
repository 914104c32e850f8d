"""The workflow that `modelbout init` drafts: GitHub's own schema and zizmor find nothing in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.shop import shop

if TYPE_CHECKING:
    from tests.integration.shop import Repository

BIN = Path(sys.executable).parent


@pytest.fixture
def drafted(repo: Repository) -> Path:
    repo.write("people.csv", shop(300))
    answer = repo("init", "people.csv", "--target", "bought", "--force")
    assert answer.code == 0, answer.err
    return repo.root / ".github/workflows/modelbout.yml"


def test_it_fits_githubs_schema(drafted: Path) -> None:
    check = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows", str(drafted)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    drafted.write_text(drafted.read_text(encoding="utf-8").replace("runs-on:", "runs-in:"), encoding="utf-8")
    assert subprocess.run(check, capture_output=True, check=False).returncode != 0


def test_zizmor_finds_nothing(drafted: Path) -> None:
    audit = [str(BIN / "zizmor"), "--offline", "--no-config", "--persona=pedantic", str(drafted)]
    done = subprocess.run(audit, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings" in done.stdout + done.stderr
    drafted.write_text(
        drafted.read_text(encoding="utf-8").replace("permissions: {}", "permissions: write-all"), encoding="utf-8"
    )
    assert subprocess.run(audit, capture_output=True, check=False).returncode != 0


def test_it_is_short(drafted: Path) -> None:
    assert len(drafted.read_text(encoding="utf-8").splitlines()) <= 40
