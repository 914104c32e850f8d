from __future__ import annotations

import re
from pathlib import Path

import click
import msgspec
import pytest

from modelbout.cli.main import command as root
from modelbout.manifest import Manifest, Scorer, Signature
from modelbout.report.escape import TEXT_LIMIT
from modelbout.training.ways_out import no_way_left
from tests.unit.training.conftest import lineage

MANIFEST = Manifest(
    schema_version=1,
    name="churn",
    task="regression",
    signature=Signature(inputs=(), target="price", target_type="number"),
    scorer=Scorer(kind="skops"),
    files=(),
    lineage=msgspec.structs.replace(lineage(10), python="3.11.7", commit="0123456789abcdef" * 2),
)


def fix(manifest: Manifest, new: int = 2) -> str:
    error = no_way_left(Path("b"), manifest, why="it is old", new=new, reason="there is no uv")
    (problem,) = error.problems
    assert problem.place.file == "b"
    rows = "1 row is" if new == 1 else "2 rows are"
    assert problem.found == f"the champion cannot be scored: it is old; {rows} not in its record; there is no uv"
    return problem.fix


def test_three_ways_as_commands_that_exist() -> None:
    said = fix(MANIFEST)
    for line in (
        "uv venv --python 3.11 old",
        "uv pip install --python old -c churn@*/requirements.lock numpy pandas scikit-learn skops",
        "git switch --detach 0123456789ab",
    ):
        assert f"`{line}`" in said
    ours = re.findall(r"`modelbout ([^`]*)`", said)
    assert len(ours) == 4
    for words in (one.split() for one in ours):
        command: click.Command = root
        while isinstance(command, click.Group):
            name = words.pop(0)
            found = command.get_command(click.Context(command), name)
            assert found is not None, name
            command = found
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options


def test_the_report_shows_all_of_it() -> None:
    assert len(fix(MANIFEST)) <= TEXT_LIMIT


def test_a_program_needs_an_environment_made_by_hand() -> None:
    said = fix(msgspec.structs.replace(MANIFEST, scorer=Scorer(kind="command", command=("python",))), new=1)
    assert "environment of the champion's program by hand" in said
    assert "uv" not in said


@pytest.mark.parametrize("commit", [None, ""])
def test_a_champion_without_a_commit(commit: str | None) -> None:
    bare = msgspec.structs.replace(MANIFEST.lineage, commit=commit)
    assert "git switch --detach COMMIT" in fix(msgspec.structs.replace(MANIFEST, lineage=bare))
