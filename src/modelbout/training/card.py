"""The model card in a bundle: what a person wants to know of a model file found two years later."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from modelbout.report.bars import bar
from modelbout.report.engine import template
from modelbout.report.escape import Markdown
from modelbout.report.numbers import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.evidence import Estimate
    from modelbout.manifest import Lineage, Scorer, ScorerKind, Signature, Task

MAX_INPUTS = 200  # ours: a longer table is read by nobody; manifest.json has them all
MAX_MOVERS = 10  # ours: what is below moves little
SCORED: Mapping[ScorerKind, str] = MappingProxyType(
    {
        "skops": "scikit-learn, loaded by skops",
        "onnx": "onnxruntime",
        "xgboost": "XGBoost, from its own format",
        "lightgbm": "LightGBM, from its own format",
        "catboost": "CatBoost, from its own format",
        "mlflow": "MLflow's pyfunc; loading it may run code",
        "pickle": "joblib; loading it may run code",
    }
)

_CARD = template(
    """
# Model card: {{ name | code }}

A {{ task }} model that predicts {{ signature.target | code }} ({{ signature.target_type }}).
{% if signature.classes %}
Classes: {% for one in signature.classes[:most] %}{{ one | code }}{% if not loop.last %}, {% endif %}{% endfor %}
{% if signature.positive is not none %}; positive: {{ signature.positive | code }}{% endif %}.
{% endif %}

## How it was made

| | |
|---|---|
| trained | {{ lineage.created }} |
| training rows | {{ rows_text }} |
| commit | {{ commit }} |
| seed | {{ lineage.seed }} |
| Python | {{ lineage.python | code }} |
| fingerprint | {{ lineage.fingerprint | code }} |
| scored by | {{ scored }} |
{% if threshold %}
| says yes from | a probability of {{ threshold }}, chosen on folds of the training rows |
{% endif %}

## What it reached

{% if metrics %}
On {{ holdout }} held-out rows, on the day it was trained. Numbers of another day or another holdout cannot be
compared with these; a bout scores both models afresh.

| metric | value | interval |
|---|---|---|
{% for row in metrics %}
| {{ row[0] | code }} | {{ row[1] }} | {{ row[2] }} |
{% endfor %}
{% else %}
No metrics were worked out.
{% endif %}

{% if moved %}
## What moves its answers

| column | share | |
|---|--:|---|
{% for line in moved %}
| {{ line[0] | code }} | {{ line[1] }} | {{ line[2] }} |
{% endfor %}

How far the answers on the holdout moved when the column's values were dealt out anew: not what is right.
{% if unmoved %}
The other {{ unmoved }} together: {{ rest }}.
{% endif %}

{% endif %}
## Inputs

What the training rows looked like is in `profile.json`.

| column | type | missing values in training |
|---|---|---|
{% for feature in signature.inputs[:most] %}
| {{ feature.name | code }} | {{ feature.type }} | {{ "yes" if feature.nullable else "no" }} |
{% endfor %}
{% if signature.inputs | length > most %}

{{ signature.inputs | length - most }} more are in `manifest.json`.
{% endif %}
"""
)


def card(
    name: str,
    *,
    task: Task,
    signature: Signature,
    scorer: Scorer,
    lineage: Lineage,
    metrics: Mapping[str, Estimate],
    rows: int,
    importances: Mapping[str, float] | None = None,
) -> str:
    """Return the card as Markdown in which every name from outside is escaped.

    Args:
        name: the model's name.
        task: binary, multiclass or regression.
        signature: inputs and outputs.
        scorer: how it is scored.
        lineage: where it comes from.
        metrics: what it reached on the holdout of its day.
        rows: how many rows that holdout had.
        importances: each input's share of what moves the answers, where that is known.
    """
    ranked = sorted((importances or {}).items(), key=lambda item: (-item[1], item[0]))
    dirty = " (with changes that were not committed)" if lineage.dirty else ""
    return (
        _CARD(
            name=name,
            task=task,
            signature=signature,
            lineage=lineage,
            rows_text=f"{lineage.train_rows:,}",
            commit=f"{lineage.commit}{dirty}" if lineage.commit else "not known",
            scored=" ".join(scorer.command) if scorer.kind == "command" else SCORED[scorer.kind],
            metrics=[(key, _number(estimate.value), _interval(estimate)) for key, estimate in sorted(metrics.items())],
            threshold=None if scorer.threshold is None else _number(scorer.threshold),
            holdout=f"{rows:,}",
            most=MAX_INPUTS,
            moved=[(key, percent(share, 1), bar(share)) for key, share in ranked[:MAX_MOVERS]],
            unmoved=len(ranked[MAX_MOVERS:]),
            rest=percent(sum(share for _, share in ranked[MAX_MOVERS:]), 1),
        )
        + "\n"
    )


def _number(value: float) -> Markdown:
    return Markdown(f"{value:.4g}")


def _interval(estimate: Estimate) -> Markdown:
    found = estimate.interval
    return Markdown(f"{_number(found.low)} to {_number(found.high)}" if found else "not worked out")
