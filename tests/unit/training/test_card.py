from __future__ import annotations

import msgspec

from modelbout.evidence import Estimate, Interval
from modelbout.manifest import Feature, Lineage, Scorer, Signature
from modelbout.training.card import MAX_INPUTS, card

EVIL = "@octocat <img src=x onerror=alert(1)> [x](http://evil) | # h"
LINEAGE = Lineage(
    created="2026-11-20T12:00:00Z",
    seed=7,
    code_digest="a",
    config_digest="b",
    data_digest="c",
    environment_digest="d",
    fingerprint="e" * 64,
    python="3.12.0",
    train_rows=1234,
    commit="0123456789abcdef0123456789abcdef01234567",
    dirty=True,
)
SHAPE = Signature(
    inputs=(Feature(name=EVIL, type="number", nullable=True), Feature(name="age", type="integer")),
    target="left",
    target_type="string",
    classes=("no", EVIL),
    positive=EVIL,
)


def show(shape: Signature = SHAPE, lineage: Lineage = LINEAGE, scorer: Scorer | None = None) -> str:
    metrics = {
        "roc_auc": Estimate(value=0.81234, interval=Interval(low=0.7, high=0.9, method="m")),
        "f1": Estimate(value=0.5),
    }
    return card(
        "churn",
        task="binary",
        signature=shape,
        scorer=scorer or Scorer(kind="skops"),
        lineage=lineage,
        metrics=metrics,
        rows=60,
    )


def test_a_reader_finds_what_it_is_and_what_it_reached() -> None:
    text = show()
    assert text.startswith("# Model card: `churn`\n")
    assert "| training rows | 1,234 |" in text
    assert "changes that were not committed" in text
    assert text.index("| `f1` | 0.5 | not worked out |") < text.index("| `roc_auc` | 0.8123 | 0.7 to 0.9 |")
    assert "| `age` | integer | no |" in text
    assert "On 60 held-out rows" in text


def test_names_from_outside_are_only_text() -> None:
    text = show()
    rest = "".join(part for i, part in enumerate(text.split("`")) if i % 2 == 0)
    assert "octocat" in text
    for piece in ("@octocat", "<img", "](http"):
        assert piece not in rest
    assert len([line for line in text.splitlines() if line.startswith("| ") and "octocat" in line]) == 1


def test_long_tables_are_cut() -> None:
    shape = msgspec.structs.replace(
        SHAPE, inputs=tuple(Feature(name=f"x{i}", type="number") for i in range(MAX_INPUTS + 5))
    )
    text = show(shape)
    assert "5 more are in `manifest.json`." in text
    assert f"`x{MAX_INPUTS}`" not in text


def test_regression_without_commit_and_metrics() -> None:
    shape = Signature(inputs=SHAPE.inputs, target="cnt", target_type="number")
    lineage = msgspec.structs.replace(LINEAGE, commit=None)
    scorer = Scorer(kind="command", command=("Rscript", "score.R"))
    text = card("bikes", task="regression", signature=shape, scorer=scorer, lineage=lineage, metrics={}, rows=0)
    assert "Classes" not in text
    assert "| commit | not known |" in text
    assert "| scored by | Rscript score.R |" in text
    assert "No metrics were worked out." in text


def test_what_moves_the_answers() -> None:
    assert "What moves" not in show()
    shares = {EVIL: 0.5, "age": 0.3} | {f"x{place:02}": 0.01 for place in range(20)}
    text = card(
        "churn",
        task="binary",
        signature=SHAPE,
        scorer=Scorer(kind="skops"),
        lineage=LINEAGE,
        metrics={},
        rows=0,
        importances=shares,
    )
    moved = text.partition("## What moves its answers")[2].partition("## Inputs")[0]
    assert moved.index("octocat") < moved.index("| `age` | 30 % | ") < moved.index("| `x00` | 1 % | ")
    assert "`x07`" in moved
    assert "`x08`" not in moved
    assert "The other 12 together: 12 %." in moved


def test_a_threshold_is_said() -> None:
    line = "| says yes from | a probability of 0.3125, chosen on folds of the training rows |"
    assert line in show(scorer=Scorer(kind="skops", threshold=0.31249)).splitlines()
    assert "says yes from" not in show()
