from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ConfigError
from modelbout.progress import Quiet
from modelbout.stages.explain import plans
from modelbout.stages.policy import forbidden_in
from modelbout.stages.setting import setting_of
from modelbout.stages.tables import contract_of, rows, scans
from modelbout.stages.validate import last_valid, validate
from modelbout.stages.workspace import Workspace, open_workspace
from modelbout.training.fingerprint import config_digest
from modelbout.training.signature import signature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., Workspace]

CONFIG = """\
version: 1
model: m
task: regression
data: {source: a.csv, target: y, id: i, split: {by: i, holdout: 0.2}%s}
train: {estimator: "p:b"}
%s
"""
CONTRACT = """\
version: 1
table: {unexpected: allow%s}
columns:
  Gender: {type: string}
  title: {type: string}
"""


@pytest.fixture
def make(tmp_path: Path) -> Make:
    draw = random.Random(1)  # noqa: S311 -- data for tests
    lines = ["i,y,Gender,title,noise"]
    for number in range(300):
        sex = draw.choice("fm")
        lines.append(f"{number},{draw.random()},{sex},{'Ms' if sex == 'f' else 'Mr'},{draw.random()}")
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def made(policy: str, contract: str | None = None) -> Workspace:
        named = ""
        if contract is not None:
            (tmp_path / "contract.yaml").write_text(CONTRACT % contract, encoding="utf-8")
            named = ", contract: contract.yaml"
        (tmp_path / "modelbout.yaml").write_text(CONFIG % (named, policy), encoding="utf-8")
        return open_workspace(tmp_path / "modelbout.yaml", None)

    return made


@pytest.mark.parametrize("name", ["Gender", "gender", "GEN*", "gende?"])
def test_a_forbidden_column_is_no_input(make: Make, name: str) -> None:
    work = make(f"policy: {{forbidden: ['{name}']}}")
    table = rows(work, scans(work, None))
    forbidden = forbidden_in(work, table.train.columns)
    assert forbidden == {"Gender": "policy.forbidden[0]"}
    shape = signature(table.train, work.config.data, work.config.task, tuple(forbidden))
    assert [feature.name for feature in shape.inputs] == ["title", "noise"]
    assert setting_of(work, table.train.columns).unused == ("i", "Gender")


def test_another_policy_is_another_challenger(make: Make) -> None:
    digests = {config_digest(make(policy).config) for policy in ("", "policy: {forbidden: []}")}
    assert len(digests) == 1
    assert config_digest(make("policy: {forbidden: [Gender]}").config) not in digests


def test_a_slip_is_told_and_an_absent_column_is_none(make: Make) -> None:
    with pytest.raises(ConfigError, match="no column `gendr` in the data, but there is `Gender`") as caught:
        validate(make("policy: {forbidden: [race, gendr]}"), Quiet())
    assert caught.value.problems[0].place.key == "policy.forbidden[1]"
    assert validate(make("policy: {forbidden: [race, 'religio*']}"), Quiet()).findings == ()


def test_the_target_cannot_be_forbidden(make: Make) -> None:
    work = make("policy: {forbidden: [Y]}")
    table = rows(work, scans(work, None))
    with pytest.raises(ConfigError, match="the target 'y' is forbidden"):
        signature(table.train, work.config.data, work.config.task, tuple(forbidden_in(work, table.train.columns)))


@pytest.mark.parametrize("contract", [None, ""])
def test_its_proxies_are_looked_for_and_only_told(make: Make, contract: str | None) -> None:
    work = make("policy: {forbidden: [gender]}", contract)
    result = validate(work, Quiet())
    (found,) = result.findings
    assert result.passed
    assert (found.check, found.rule, found.level) == ("proxies", "policy.forbidden[0]", "warn")
    assert found.message.startswith("the other columns tell `Gender` (AUC 1.00")
    assert "most tell `title` 1.00" in found.message
    if contract is not None:
        (plan,) = plans(work)
        assert any("policy.forbidden[0]" in one.keys for one in plan.passes)


def test_a_rule_of_the_contract_takes_its_place(make: Make) -> None:
    work = make("policy: {forbidden: [gender]}", ", proxies: [{of: Gender, ignore: [title]}]")
    assert validate(work, Quiet()).findings == ()


def test_a_result_under_another_policy_is_not_taken_again(make: Make) -> None:
    work = make("", "")
    validate(work, Quiet())
    opened = scans(work, contract_of(work))
    assert last_valid(work, contract_of(work), opened) is not None
    work = make("policy: {forbidden: [race]}", "")
    assert last_valid(work, contract_of(work), opened) is None
    validate(work, Quiet())
    assert last_valid(work, contract_of(work), opened) is not None
