from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
import pytest

from modelbout.errors import ConfigError, GateRefusedError, Problem
from modelbout.evidence import Estimate, GuardrailResult, Interval, MetricResult
from modelbout.results import BoutResult
from modelbout.stages import promote as stage
from modelbout.stages.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
model: m
task: regression
data: {source: a.csv, target: y, split: {by: i, holdout: 0.2}}
train: {estimator: "p:b"}
compare: {primary: {metric: rmse, margin: 0.02}}
promote: {inconclusive: promote_if_non_inferior, stages: [test, production]}
"""

Status = Literal["holds", "broken", "uncertain", "shown"]


def metric(low: float, high: float, status: Status) -> MetricResult:
    return MetricResult(
        metric="rmse",
        title="RMSE",
        better="lower",
        rule="superior",
        status=status,
        challenger=Estimate(value=1.0),
        champion=Estimate(value=1.0),
        improvement=Estimate(value=(low + high) / 2, interval=Interval(low=low, high=high, method="test")),
        margin=0.02,
    )


def bout(low: float, high: float) -> BoutResult:
    return BoutResult(
        model="m",
        task="regression",
        verdict="inconclusive",
        passed=False,
        reasons=(),
        exit_code=0,
        stage="production",
        confidence=0.95,
        seed=0,
        created="2026-01-01T00:00:00Z",
        primary=metric(low, high, "uncertain"),
    )


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    path = tmp_path / "modelbout.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return open_workspace(path, None)


def test_within_the_margin_is_enough_when_the_configuration_says_so(work: Workspace, tmp_path: Path) -> None:
    assert stage.non_inferior(work, bout(-0.01, 0.05))
    assert not stage.non_inferior(work, bout(-0.03, 0.05))
    assert not stage.non_inferior(work, bout(-0.02, 0.05)), "on the margin is not above it"
    path = tmp_path / "keep.yaml"
    path.write_text(CONFIG.replace("promote_if_non_inferior", "keep"), encoding="utf-8")
    assert not stage.non_inferior(open_workspace(path, None), bout(-0.01, 0.05))


@pytest.mark.parametrize("verdict", ["loss", "error"])
def test_other_verdicts_are_never_enough(work: Workspace, verdict: Literal["loss", "error"]) -> None:
    assert not stage.non_inferior(work, msgspec.structs.replace(bout(-0.01, 0.05), verdict=verdict))


@pytest.mark.parametrize("status", ["uncertain", "broken", "shown"])
def test_every_guardrail_must_hold_for_sure(work: Workspace, status: Status) -> None:
    result = bout(-0.01, 0.05)
    assert not stage.non_inferior(
        work, msgspec.structs.replace(result, guardrail_metrics=(metric(0, 1, "holds"), metric(0, 1, status)))
    )
    size = GuardrailResult(
        guardrail="artifact_mb", title="Size", rule="max", status=status, measured=Estimate(value=1.0), limit=2.0
    )
    assert not stage.non_inferior(work, msgspec.structs.replace(result, guardrails=(size,)))


def test_without_an_interval_nothing_is_enough(work: Workspace) -> None:
    result = bout(-0.01, 0.05)
    assert not stage.non_inferior(work, msgspec.structs.replace(result, primary=None))
    assert result.primary is not None
    bare = msgspec.structs.replace(result.primary, improvement=Estimate(value=0.1))
    assert not stage.non_inferior(work, msgspec.structs.replace(result, primary=bare))


def test_the_first_stage_is_the_default_and_others_must_be_known(work: Workspace) -> None:
    assert stage.chosen_stage(work, None) == "test"
    assert stage.chosen_stage(work, "production") == "production"
    with pytest.raises(ConfigError, match="test, production") as raised:
        stage.chosen_stage(work, "prod")
    assert raised.value.problems[0].place.line == 7


def test_a_verdict_on_another_model_is_refused(work: Workspace) -> None:
    with pytest.raises(ConfigError, match="'other'"):
        stage.allowed(work, msgspec.structs.replace(bout(0, 1), model="other"))


def test_the_ledger_gets_the_reason_that_was_found_on_the_rows(
    work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "verify_files", lambda *_args, **_kwargs: None)
    told = msgspec.structs.replace(
        bout(0, 1), verdict="first", passed=True, reasons=("It takes this.", "It reached that.", "All hold.")
    )
    assert stage.allowed(work, told) == "first: It reached that."
    assert stage.allowed(work, msgspec.structs.replace(told, verdict="win")) == "win: It takes this."


def test_a_refusal_gives_all_reasons_as_sentences(work: Workspace) -> None:
    told = msgspec.structs.replace(bout(-1, -0.5), verdict="loss", reasons=("It is worse.", "The guardrail holds."))
    with pytest.raises(GateRefusedError) as raised:
        stage.allowed(work, told)
    assert raised.value.problems[0].found == "the verdict is loss: It is worse. The guardrail holds."
    assert raised.value.exit_code == 1


def test_who_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "octocat")
    assert stage.actor() == "octocat"
    monkeypatch.delenv("GITHUB_ACTOR")
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    assert stage.actor() == "ada"

    def nobody() -> str:
        raise KeyError("uid")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert stage.actor() == "unknown"


def test_a_verdict_that_is_an_error_hands_its_own_next_step_on(work: Workspace) -> None:
    fault = Problem(found="no disk", fix="mount it")
    failed = msgspec.structs.replace(bout(0.0, 0.0), verdict="error", reasons=("no disk",), error=fault)
    with pytest.raises(GateRefusedError) as caught:
        stage.allowed(work, failed)
    assert caught.value.problems[0].fix == "mount it"
