"""The curves as tables of values at round places, folded: complete without a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import bars, readings
from modelbout.report.engine import template
from modelbout.report.escape import Markdown
from modelbout.report.numbers import count, decimals, number, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.report.story import Story
    from modelbout.results import Curve

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
    rows = [head, [":--", *["--:"] * (len(head) - 1)], *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _roc(sides: dict[str, Curve]) -> str:
    head = ["Of the negatives, flagged", *(readings.share(place) for place in readings.ROC_PLACES)]
    return _table(
        head, [_read(f"of the positives, {side} finds", curve, readings.ROC_PLACES) for side, curve in sides.items()]
    )


def _recall(sides: dict[str, Curve]) -> str:
    head = ["Of the positives, found", *(readings.share(place) for place in readings.RECALL_PLACES)]
    return _table(
        head, [_read(f"{side}: flagged and right", curve, readings.RECALL_PLACES) for side, curve in sides.items()]
    )


def _read(label: str, curve: Curve, places: tuple[float, ...]) -> list[str]:
    return [label, *(readings.share(readings.at(curve, place)) for place in places)]


def _calibration(sides: dict[str, Curve]) -> str:
    tables = []
    for side, curve in sides.items():
        rows = curve.rows if len(curve.rows) == len(curve.x) else ()
        lines = []
        for index, (said, happened) in enumerate(zip(curve.x[:BINS_LIMIT], curve.y, strict=False)):
            lines.append(
                [
                    readings.share(said),
                    readings.share(happened),
                    count(rows[index]) if rows else "\N{EN DASH}",
                    bars.bar(happened),
                ]
            )
        table = _table([f"{side.capitalize()} said", "it happened", "rows", "it happened"], lines)
        tables.append(table.replace("--: |\n", ":-- |\n", 1))
    return "\n\n".join(tables)


def _residuals(sides: dict[str, Curve]) -> str:
    tables = []
    for side, curve in sides.items():
        points = _thinned(curve)
        width = max((abs(y) for _, y in points), default=0.0) or None
        x_places = decimals([x for x, _ in points])
        y_places = decimals([y for _, y in points], width=width)
        lines = [[number(x, min(x_places, 2)), signed(y, y_places)] for x, y in points]
        tables.append(_table([f"{side.capitalize()} predicted about", "mean error there"], lines))
    return "\n\n".join(tables)


def _thinned(curve: Curve) -> list[tuple[float, float]]:
    """Return the means of up to ten groups of neighbouring points."""
    points = sorted(zip(curve.x, curve.y, strict=False))
    size = max(1, -(-len(points) // 10))
    groups = [points[start : start + size] for start in range(0, len(points), size)]
    return [(sum(x for x, _ in group) / len(group), sum(y for _, y in group) / len(group)) for group in groups]
