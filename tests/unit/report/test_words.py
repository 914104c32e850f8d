from __future__ import annotations

import pytest

from modelbout.report import words
from modelbout.report.escape import Markdown
from tests.unit.report.stories import metric


@pytest.mark.parametrize(
    ("items", "shown"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_listed(items: list[str], shown: str) -> None:
    assert words.listed([Markdown(item) for item in items]) == shown


def test_every_status_has_its_words() -> None:
    assert words.status("shown") == "\u2013"
    assert words.status("uncertain") == "\u2754 not settled"
    assert words.slice_status("not enough rows") == "\u26a0\ufe0f not enough rows"
    assert words.slice_status("worse") == "\u274c worse"


def test_amounts_and_directions() -> None:
    assert words.amount("roc_auc", 0.005) == "0.5 points"
    assert words.amount("rmse", 100.0) == "100"
    assert words.moved(metric("mcc", "MCC", None, 0.5, 0.1)) == "stays"
    assert words.moved(metric("mcc", "MCC", 0.4, 0.5, 0.1)) == "rises"
    assert words.rule(metric("mcc", "MCC", 0.4, 0.5, 0.1)) == "\u2013"
    assert words.rule(metric("mcc", "MCC", 0.4, 0.5, 0.1, rule="non_inferior")) == "at most 0 worse"


def test_every_rule_has_its_words() -> None:
    assert words.rule(metric("mcc", "MCC", 0.4, 0.5, 0.1, rule="equivalent", margin=0.02)) == "at most 0.02 away"
    cost = metric("log_loss", "Log loss", 0.4, 0.5, 0.1, rule="relative_cost", margin=0.05)
    assert words.rule(cost) == "at most 1.05 times the champion's"
