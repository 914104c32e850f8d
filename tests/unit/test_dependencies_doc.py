from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECTIONS = {
    "runtime": "What a user installs",
    "engines": "What a user of another engine installs",
    "dev": "What a developer installs as well",
    "scorers": "What the tests of models install as well",
    "bootstrap": "What sets the environment up",
}


def names(requirements: list[str]) -> list[str]:
    found = [re.match(r"[A-Za-z0-9][\w.-]*", line) for line in requirements]
    return [match.group() for match in found if match]


def declared(kind: str) -> list[str]:
    if kind in ("bootstrap", "scorers"):
        # A line with an upper limit alone constrains what others bring along.
        lines = (ROOT / f"requirements/{kind}.in").read_text(encoding="utf-8").splitlines()
        return names([line for line in lines if not re.search(r"<[^=]*$", line.partition(";")[0])])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if kind == "engines":
        extras = project["project"]["optional-dependencies"].values()
        return names([line for extra in extras for line in extra])
    return names(project["project"]["dependencies"] if kind == "runtime" else project["dependency-groups"]["dev"])


def explained(kind: str) -> dict[str, str]:
    text = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    section = text.split(f"## {SECTIONS[kind]}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {cells[0]: cells[1] for cells in lines[1:]}


@pytest.mark.parametrize("kind", sorted(SECTIONS))
def test_every_dependency_has_its_line_and_no_line_is_stale(kind: str) -> None:
    assert list(explained(kind)) == sorted(declared(kind), key=str.casefold)


@pytest.mark.parametrize("kind", sorted(SECTIONS))
def test_every_line_gives_a_reason(kind: str) -> None:
    reasons = explained(kind)
    assert reasons
    for name, reason in reasons.items():
        assert len(reason.split()) > 3, name
        assert reason.endswith("."), name
