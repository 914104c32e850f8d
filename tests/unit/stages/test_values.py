from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ConfigError
from modelbout.progress import Quiet
from modelbout.stages.explain import plans
from modelbout.stages.validate import validate
from modelbout.stages.values import CI_VARIABLES, LONGEST_VALUE, Seen, refuse_in_ci, seen
from modelbout.stages.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
model: m
task: regression
data: {source: a.csv, target: y, split: {by: i, holdout: 0.2}, contract: contract.yaml}
train: {estimator: "p:b"}
"""
CONTRACT = """\
version: 1
table: {expressions: ["y >= 0"], rows: {min: 9}}
columns:
  i: {type: string, unique: true}
  y: {type: number, min: 0}
"""
ROWS = "i,y\na,1\nb,x\nb,-7\n"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, text in (("modelbout.yaml", CONFIG), ("contract.yaml", CONTRACT), ("a.csv", ROWS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return open_workspace(tmp_path / "modelbout.yaml", None)


def test_the_cells_of_each_finding_are_shown_once_with_their_raw_text(work: Workspace) -> None:
    result = validate(work, Quiet())
    assert list(seen(work, result)) == [
        Seen("source", 3, "y", "'-7'"),
        Seen("source", 3, "i", "'b'"),
        Seen("source", 2, "y", "'x'"),
    ]
    assert "-7" not in (work.run / "validation.json").read_text(encoding="utf-8")


def test_a_value_cannot_steer_the_terminal_or_fill_it(work: Workspace) -> None:
    cell = "\x1b]0;owned\x07" + "x" * 500
    (work.root / "a.csv").write_text(f'i,y\na,"{cell}"\n', encoding="utf-8")
    (shown,) = seen(work, validate(work, Quiet()))
    assert "\x1b" not in shown.value
    assert len(shown.value) == LONGEST_VALUE + 1


@pytest.mark.parametrize("name", CI_VARIABLES)
@pytest.mark.parametrize(("value", "refused"), [("true", True), ("1", True), ("false", False), ("", False)])
def test_a_job_of_continuous_integration_never_shows_values(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, *, refused: bool
) -> None:
    for other in CI_VARIABLES:
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, value)
    if not refused:
        refuse_in_ci()
        return
    with pytest.raises(ConfigError, match="continuous integration"):
        refuse_in_ci()


def test_the_plan_names_the_passes_and_the_rules_of_each(work: Workspace) -> None:
    (plan,) = plans(work)
    assert (plan.role, plan.engine, plan.columns) == ("source", "polars", 2)
    assert [one.kind for one in plan.passes] == ["rules", "key"]
    assert plan.passes[1].keys == ("columns.i.unique",)
    told = ["rows", "i null", "y null", "y no number", "y nan", "y not finite", "y below min", "expression false"]
    assert plan.passes[0].aggregates == len(told)
    assert not (work.run / "validation.json").exists()


def test_without_a_contract_there_is_nothing_to_explain(work: Workspace) -> None:
    path = work.root / "modelbout.yaml"
    path.write_text(CONFIG.replace(", contract: contract.yaml", ""), encoding="utf-8")
    with pytest.raises(ConfigError, match="no contract"):
        plans(open_workspace(path, None))


def test_the_other_formats_lie_beside_the_result_and_vanish_with_it(
    work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(work.root.parent)
    validate(work, Quiet())
    found = (work.run / "validation.sarif").read_text(encoding="utf-8")
    assert f'"uri": "{work.root.name}/contract.yaml"' in found
    assert "columns.y.min" in (work.run / "validation.junit.xml").read_text(encoding="utf-8")
    work.begin("validation.json")
    assert not [path for path in work.run.iterdir() if path.suffix in (".xml", ".sarif", ".json")]
