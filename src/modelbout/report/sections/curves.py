"""The curves as tables of values at round places, folded: complete without a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import bars, readings, words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown
from modelbout.report.numbers import count, decimals, number, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.evidence import Curve
    from modelbout.report.story import Story

ORDER = 100
TITLE = "curves"
DROP: int | None = 10

BINS_LIMIT = 20
"""Lines of a calibration or residual table. Our own choice."""

_TEMPLATE = template("""
<details>
<summary><b>Curves as numbers</b></summary>
{% for part in parts %}

{{ part }}
{% endfor %}

</details>
""")


def render(story: Story) -> str | None:
    """Return the folded tables, or None when there is no curve."""
    bout = story.bout
    if bout is None or story.refused_by_contract:
        return None
    tables = {"roc": _roc, "precision_recall": _recall, "calibration": _calibration, "residuals": _residuals}
    parts = []
    for kind, title in readings.NAMES.items():
        sides = readings.of_kind(bout.curves, kind)
        if sides:
            parts.append(Markdown(f"**{title}**\n\n{tables[kind](sides)}"))
    return _TEMPLATE(parts=parts) if parts else None


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    # A column without a title holds bars, which grow from the left.
    rows = [head, [":--", *("--:" if title else ":--" for title in head[1:])], *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _roc(sides: dict[str, Curve]) -> str:
    head = ["Of the negatives, flagged", *(_place(place) for place in readings.ROC_PLACES)]
    return _table(
        head, [_read(f"of the positives, {side} finds", curve, readings.ROC_PLACES) for side, curve in sides.items()]
    )


def _recall(sides: dict[str, Curve]) -> str:
    head = ["Of the positives, found", *(_place(place) for place in readings.RECALL_PLACES)]
    return _table(
        head, [_read(f"{side}: flagged and right", curve, readings.RECALL_PLACES) for side, curve in sides.items()]
    )


def _place(share: float) -> str:
    return f"{100 * share:g} %"


def _read(label: str, curve: Curve, places: tuple[float, ...]) -> list[str]:
    return [label, *(readings.share(readings.at(curve, place)) for place in places)]


def _calibration(sides: dict[str, Curve]) -> str:
    tables = []
    for side, curve in sides.items():
        lines = [
            [readings.share(said), readings.share(happened), rows, bars.bar(happened)]
            for said, happened, rows in _bins(curve)
        ]
        tables.append(_table([f"{side.capitalize()} said", "came true", "rows", ""], lines))
    return "\n\n".join(tables)


def _residuals(sides: dict[str, Curve]) -> str:
    tables = []
    for side, curve in sides.items():
        points = _bins(curve)
        x_places = decimals((), width=max(x for x, _, _ in points) - min(x for x, _, _ in points) or None)
        y_places = decimals((), width=max(abs(y) for _, y, _ in points) or None)
        lines = [[number(x, x_places), signed(y, y_places), rows] for x, y, rows in points]
        tables.append(_table([f"{side.capitalize()} predicted about", "truth was off by", "rows"], lines))
    return "\n\n".join(tables)


def _bins(curve: Curve) -> list[tuple[float, float, Markdown]]:
    """Return the bins of a curve: both means, and how many rows they are made of."""
    known = len(curve.rows) == len(curve.x)
    rows = [count(rows) for rows in curve.rows] if known else [words.DASH] * len(curve.x)
    return list(zip(curve.x, curve.y, rows, strict=False))[:BINS_LIMIT]
