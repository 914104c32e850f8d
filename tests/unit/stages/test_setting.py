from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.errors import DataError
from modelbout.progress import Quiet
from modelbout.stages.explain import plans
from modelbout.stages.setting import setting_of
from modelbout.stages.validate import require_valid, validate
from modelbout.stages.workspace import Workspace, open_workspace
from tests.tools import need_engine

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
model: m
task: regression
data: {source: a.csv, target: y, id: i, exclude: [z], split: {by: i, holdout: 0.2}, contract: contract.yaml}
train: {estimator: "p:b"}
"""
CONTRACT = """\
version: 1
columns:
  i: {type: string, references: {table: sub/there.csv, column: id}}
  y: {type: number}
  z: {type: number}
"""


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    (tmp_path / "sub").mkdir()
    files = {"modelbout.yaml": CONFIG, "contract.yaml": CONTRACT, "a.csv": "i,y,z\n07,1,2\n08,2,3\n"}
    files["sub/there.csv"] = "id\n07\n08\n"
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return open_workspace(tmp_path / "modelbout.yaml", None)


def test_rules_know_the_columns_of_the_model(work: Workspace) -> None:
    setting = setting_of(work)
    assert (setting.target, setting.unused) == ("y", ("i", "z"))


def test_another_table_is_opened_from_the_directory_of_the_configuration_and_once(work: Workspace) -> None:
    setting = setting_of(work)
    assert setting.open is not None
    first = setting.open("sub/there.csv", ())
    assert first.columns == ("id",)
    assert setting.open("sub/there.csv", ()) is first


@pytest.mark.parametrize("engine", ["polars", "pandas"])
def test_a_foreign_key_is_held_on_every_engine(work: Workspace, engine: str) -> None:
    if engine != "polars":
        need_engine(engine)
    (work.root / "modelbout.yaml").write_text(
        CONFIG.replace("{source", f"{{engine: {engine}, source"), encoding="utf-8"
    )
    work = open_workspace(work.root / "modelbout.yaml", None)
    assert validate(work, Quiet()).passed
    (work.root / "sub" / "there.csv").write_text("id\n07\n8\n", encoding="utf-8")
    (found,) = validate(work, Quiet()).findings
    assert (found.check, found.failed, found.rows) == ("references", 1, (2,))


def test_the_other_table_is_asked_again_though_the_first_has_not_changed(work: Workspace) -> None:
    validate(work, Quiet())
    require_valid(work, Quiet())
    (work.root / "sub" / "there.csv").write_text("id\n07\n", encoding="utf-8")
    with pytest.raises(DataError, match="1 of 2 rows have `i` that is not in `id`"):
        require_valid(work, Quiet())


def test_its_plan_opens_nothing(work: Workspace) -> None:
    (work.root / "sub" / "there.csv").unlink()
    (plan,) = plans(work)
    assert plan.rules


CHECKS = """\
import os
from pathlib import Path

Path("called").write_text("by " + str(os.getppid()))


def positive(frame):
    print("secret")
    return frame["y"] > 1


def broken(frame):
    raise ValueError("secret " + str(frame["y"][0]))
"""


def custom(work: Workspace, function: str) -> Workspace:
    rules = CONTRACT.replace("columns:", f"table: {{custom: [{{function: 'checks:{function}'}}]}}\ncolumns:", 1)
    (work.root / "contract.yaml").write_text(rules, encoding="utf-8")
    (work.root / "checks.py").write_text(CHECKS, encoding="utf-8")
    return open_workspace(work.root / "modelbout.yaml", None)


def test_a_function_of_the_repository_is_asked_in_its_own_python(work: Workspace) -> None:
    (found,) = validate(custom(work, "positive"), Quiet()).findings
    assert (found.check, found.failed, found.rows) == ("custom", 1, (1,))
    assert (work.root / "called").read_text(encoding="utf-8").startswith("by ")


def test_what_a_function_says_stays_in_its_log(work: Workspace) -> None:
    (found,) = validate(custom(work, "broken"), Quiet()).findings
    assert found.message == (
        "the function `checks:broken` gave no answer; what it said is in"
        " `checks/source-1-checks-broken.log` of the run directory"
    )
    assert "secret" not in (work.run / "validation.json").read_text(encoding="utf-8")
    assert "secret 1" in (work.run / "checks" / "source-1-checks-broken.log").read_text(encoding="utf-8")


def test_without_such_a_rule_no_code_of_the_repository_runs(work: Workspace) -> None:
    (work.root / "checks.py").write_text(CHECKS, encoding="utf-8")
    assert validate(work, Quiet()).passed
    assert not (work.root / "called").exists()


def test_without_a_champion_rows_have_no_measure(work: Workspace) -> None:
    rules = CONTRACT.replace("columns:", "table: {rows: {reference: {min: 0.5}}}\ncolumns:", 1)
    (work.root / "contract.yaml").write_text(rules, encoding="utf-8")
    result = validate(work, Quiet())
    assert result.passed
    assert [(one.check, one.level) for one in result.findings] == [("rows", "warn")]
