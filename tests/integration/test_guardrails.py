"""Guardrails that look at the model itself, and expectations, measured for real through the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.shop import STRONG

if TYPE_CHECKING:
    from tests.integration.shop import Repository

pytestmark = [pytest.mark.usefixtures("fitted"), pytest.mark.exhaustive]

GUARDRAILS = """\
    - {metric: train_minutes, max: 60}
    - {metric: latency_row_ms, max: 60000}
    - {metric: latency_row_ratio, max: 10000}
    - {metric: load_seconds, max: 60}
    - {metric: load_ratio, max: 10000}
    - {metric: memory_mb, max: 100000}
    - {metric: stability_errors, max: 0}
    - {metric: parity, max: 0}
    - {metric: determinism, max: 0}
    - {metric: calibration_gap, max: 0.5}
    - {metric: dummy_gain, min: 0}
    - {metric: linear_gain, min: -0.2}
    - {metric: single_feature_gain, min: -0.2}
    - {metric: negative_flips, max: 0.9}
    - {metric: flip_cost, max: 100000}
    - {metric: importance_shift, max: 0.01}
    - {metric: signature_changes, max: 0}
  costs: {false_positive: 1, false_negative: 5, currency: EUR}
  expectations:
    - {rising: income}
    - {falling: age, tolerance: 0.001, share: 0.1}
    - {invariant: [region]}
"""


def test_a_model_is_measured_beside_its_answers(repo: Repository) -> None:
    assert repo("run").code == 0
    assert repo("promote").code == 0
    repo.write("pipeline.py", STRONG)
    loss = "    - {metric: log_loss, rule: non_inferior, margin: 0.05}\n"
    repo.edit("modelbout.yaml", loss, GUARDRAILS)
    answer = repo("run")
    assert answer.code == 1, answer.err
    bout = repo.result("bout.json")
    assert bout["verdict"] == "loss"
    found = {one["guardrail"]: one for one in bout["guardrails"] if one["group"] != "Behaviour"}
    assert len(found) == 17
    broken = {name for name, one in found.items() if one["status"] != "holds"}
    assert broken == {"stability_errors", "importance_shift"}
    # The encoder refuses regions that it has not seen, and blanks: four of twelve troubles, and all blanks at once.
    assert found["stability_errors"]["measured"]["value"] == 5 / 11
    assert found["stability_errors"]["note"] == (
        "No ordinary answer to missing values in region; unseen text in region; empty text in region; "
        "long text in region; all values missing."
    )
    assert found["memory_mb"]["measured"]["value"] > 50
    assert found["load_ratio"]["measured"]["value"] > 0
    assert found["flip_cost"]["note"] == "Costs are in EUR."
    assert found["single_feature_gain"]["note"] == "In ROC AUC. The best single column is income."
    assert "income +0." in found["importance_shift"]["note"]
    behaviours = [(one["title"], one["status"]) for one in bout["guardrails"] if one["group"] == "Behaviour"]
    assert behaviours == [
        ("Rises with income", "holds"),
        ("Falls with age", "broken"),
        ("Does not depend on region", "broken"),
    ]
    report = (repo.root / ".modelbout" / "run" / "report.md").read_text(encoding="utf-8")
    assert "| **Safe answers** |" in report
    assert "rows break it (100 %), at most 10 % may. The worst of them by" in report


def test_columns_of_expectations_are_held_to_the_data(repo: Repository) -> None:
    repo.edit("modelbout.yaml", "  slices: [region]\n", "  expectations: [{rising: incme}]\n")
    answer = repo("run")
    assert answer.code == 2
    assert "there is no column 'incme' in the data. Did you mean `income`?" in answer.err
    repo.edit("modelbout.yaml", "{rising: incme}", "{rising: region}")
    answer = repo("run")
    assert answer.code == 2
    assert "the column 'region' is of type string, which has no larger and smaller" in answer.err
    assert "modelbout.yaml:18" in answer.err
    assert "training" not in answer.err
