"""Metrics of one's own and the best threshold through the command line, with a real training and real functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from modelbout.cli.main import run
from tests.integration.shop import STRONG

if TYPE_CHECKING:
    from tests.integration.shop import Repository

pytestmark = [pytest.mark.usefixtures("fitted"), pytest.mark.exhaustive]

COMPARE = """\
  primary: {metric: profit}
  guardrails:
    - {metric: quadratic, rule: non_inferior, margin: 0.05}
    - {metric: cost_matrix, max: 400}
  slices: [region]
  min_slice_rows: 30
  metrics:
    - {name: profit, function: "business:profit", better: higher}
    - {name: quadratic, function: "business:quadratic", better: lower, needs: proba}
  costs: {false_positive: 0.3, false_negative: 1, currency: EUR}
  threshold: best
"""
BUSINESS = """\
import numpy as np


def profit(truth, answers):
    print("::error::secret", truth[0])
    assert set(truth) <= {"yes", "no"}
    return np.where(answers == "yes", np.where(truth == "yes", 1.0, -0.3), 0.0)


def quadratic(truth, chances):
    return ((chances - (truth == "yes")) ** 2).mean()
"""


def settle(repo: Repository) -> None:
    text = (repo.root / "modelbout.yaml").read_text(encoding="utf-8")
    repo.write("modelbout.yaml", text[: text.index("compare:\n")] + "compare:\n" + COMPARE)
    repo.write("business.py", BUSINESS)


def test_the_threshold_comes_from_training_and_ones_own_metrics_decide(repo: Repository) -> None:
    settle(repo)
    first = repo("run", "--no-plots", "--no-html")
    assert first.code == 0, first.err
    bout = repo.result("bout.json")
    manifest = json.loads((repo.root / ".modelbout" / "run" / "bundle" / "manifest.json").read_text())
    threshold = manifest["scorer"]["threshold"]
    # A hit is worth three false alarms: it pays to say yes long before 0.5 (Elkan 2001: at 0.3 / 1.3).
    assert 0.05 < threshold < 0.45
    assert bout["challenger"]["threshold"] == threshold
    assert (bout["primary"]["metric"], bout["baseline"]["status"]) == ("profit", "holds")
    assert repo("promote").code == 0
    repo.write("pipeline.py", STRONG)
    won = repo("run", "--no-plots", "--no-html")
    assert won.code == 0, won.err
    bout = repo.result("bout.json")
    assert bout["verdict"] == "win"
    assert bout["champion"]["threshold"] == threshold != bout["challenger"]["threshold"]
    methods = {one["metric"]: one["improvement"]["interval"]["method"] for one in bout["guardrail_metrics"]}
    assert methods == {"quadratic": "paired bootstrap", "cost_matrix": "Dirichlet draws"}
    assert {one["unit"] for one in bout["guardrail_metrics"]} == {"", "EUR"}
    assert {one["status"] for one in bout["slices"]} <= {"better", "no difference shown"}
    told = won.out + won.err + json.dumps(bout)
    assert "secret" not in told


def test_a_function_that_fails_is_an_error_and_never_a_verdict(repo: Repository) -> None:
    settle(repo)
    repo.edit("modelbout.yaml", "  threshold: best\n", "")
    assert repo("train").code == 0
    for body, found in (
        ("raise ValueError(f'{truth[0]} secret')", "could not be worked out"),
        ("return 'a lot'", "returned neither one number nor one for each row"),
    ):
        repo.write("business.py", BUSINESS.replace("    return ((chances", f"    {body}\n    return ((chances"))
        # On the console its last words are shown, traceback and all; nothing of them is kept.
        assert run(["compare"]) == 3
        text = (repo.root / ".modelbout" / "run" / "bout.json").read_text(encoding="utf-8")
        assert "secret" not in text
        bout = json.loads(text)
        assert (bout["verdict"], bout["passed"]) == ("error", False)
        assert found in bout["error"]["found"]
        assert "`quadratic`" in bout["error"]["found"]
        assert bout["error"]["place"]["key"] == "compare.metrics[1].function"
        assert bout["error"]["place"]["line"] == 23
        assert bout["error"]["fix"]


def test_what_contradicts_itself_is_told_before_anything_is_trained(repo: Repository) -> None:
    repo.edit("modelbout.yaml", "{metric: roc_auc, rule: superior, margin: 0.0}", "{metric: cost_matrix}")
    answer = repo("train")
    assert answer.code == 2
    assert "cost_matrix needs `compare.costs`" in answer.err
    assert "modelbout.yaml:15" in answer.err
    assert not (repo.root / ".modelbout" / "run" / "bundle").exists()
    repo.edit("modelbout.yaml", "{metric: cost_matrix}", "{metric: roc_auc}\n  threshold: best")
    assert "no threshold is best for roc_auc" in repo("train").err
