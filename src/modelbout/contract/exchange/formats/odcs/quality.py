"""The quality rules of the library of ODCS: what they count, and the numbers that it must be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from modelbout.config.wording import quoted
from modelbout.contract.exchange.source import Keys, mapping_of, value_of

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.exchange.draft import Draft, DraftColumn
    from modelbout.errors import Place

# Version 3.0 called the metrics rules, and some of them otherwise.
_METRICS: Final = {
    "nullValues": "nullValues",
    "nullCheck": "nullValues",
    "duplicateValues": "duplicateValues",
    "duplicateCount": "duplicateValues",
    "invalidValues": "invalidValues",
    "validValues": "invalidValues",
    "rowCount": "rowCount",
    "missingValues": "missingValues",
}
_WHY: Final = {
    "sql": "it is a query, which Modelbout does not run; see `expressions` in the contract",
    "custom": "it is a rule of another tool",
    "text": "it is a text for people",
}


@dataclass(frozen=True)
class Quality:
    """One rule of the library.

    Attributes:
        metric: what is counted, by its name in version 3.1.
        low: the smallest allowed number, itself included.
        high: the largest allowed number, itself included.
        percent: whether the numbers are shares of the rows in percent.
        arguments: of the metric.
        place: where it stands.
        extras: level, name and reason of our rule.
    """

    metric: str
    low: float
    high: float
    percent: bool
    arguments: dict[str, Any]
    place: Place
    extras: dict[str, str]


def read_quality(draft: Draft, node: Node) -> Quality | None:
    """Read one rule; None, and told, when it is none that Modelbout could know."""
    keys = Keys(mapping_of(node, "quality rule"), draft.losses.append)
    kind = keys.text("type") or "library"
    name = keys.text("metric", "rule")
    if kind != "library" or name not in _METRICS:
        what = f"the quality rule {quoted(name or keys.text('name') or keys.text('description') or kind)}"
        draft.lose(node.place, what, _WHY.get(kind, "Modelbout does not know what it counts"))
        return None
    unit = keys.take("unit")
    arguments = keys.take("arguments")
    severity = keys.text("severity").casefold()
    extras = {"level": "warn"} if severity in ("info", "warn", "warning") else {}
    extras |= {"name": keys.text("name"), "reason": keys.text("description")}
    percent = unit is not None and unit.text.casefold() in ("percent", "%")
    strict = percent and any(node.get(f"mustBe{word}Than") is not None for word in ("Less", "Greater"))
    if strict:
        draft.lose(node.place, f"the strict end of {quoted(name)}", "a share of Modelbout includes its end")
    ends = _ends(keys, 0.0 if percent else 1.0)
    keys.take("id")
    keys.done("it is not about what is counted")
    if ends is None:
        draft.lose(node.place, f"the quality rule {quoted(name)}", "its numbers are no one range")
        return None
    given = value_of(arguments) if arguments is not None else {}
    made = given if isinstance(given, dict) else {}
    if name == "validValues" and "validValues" not in made:
        made["validValues"] = given if isinstance(given, list) else None
    return Quality(_METRICS[name], *ends, percent, made, node.place, extras)


def _ends(keys: Keys, step: float) -> tuple[float, float] | None:
    """Return the smallest and the largest allowed number, None for what is no such range; ``step`` is the next one."""
    low, high = -math.inf, math.inf
    exact = keys.number("mustBe")
    if exact is not None:
        low = high = exact
    for name, more in (("mustBeGreaterOrEqualTo", 0.0), ("mustBeGreaterThan", step)):
        value = keys.number(name)
        low = low if value is None else value + more
    for name, less in (("mustBeLessOrEqualTo", 0.0), ("mustBeLessThan", step)):
        value = keys.number(name)
        high = high if value is None else value - less
    between = keys.items("mustBeBetween")
    if between:
        ends = [value_of(item) for item in between]
        if len(ends) != 2 or not all(isinstance(end, int | float) for end in ends):  # noqa: PLR2004 -- two ends
            return None
        low, high = float(str(ends[0])), float(str(ends[1]))
    if keys.take("mustNotBe", "mustNotBeBetween") is not None or (low, high) == (-math.inf, math.inf):
        return None
    return low, high


def ask_of_column(draft: Draft, column: DraftColumn, quality: Quality) -> None:
    """Ask a column for what a rule says, or tell why not."""
    match quality.metric:
        case "nullValues" if not quality.arguments and (share := _share(quality)) is not None:
            column.ask("nulls", share, quality.place, **quality.extras)
        case "duplicateValues" if not quality.arguments and (quality.low <= 0 == quality.high):
            column.ask("unique", value=True, place=quality.place, **quality.extras)
        case "invalidValues" if set(quality.arguments) <= {"validValues", "pattern"} and quality.arguments:
            _ask_valid(draft, column, quality)
        case _:
            why = "Modelbout counts otherwise: see nulls, unique, values and pattern in its contract"
            draft.lose(quality.place, f"the quality rule {quoted(quality.metric)}", why)


def _share(quality: Quality) -> float | None:
    """Return the largest allowed share of rows; None for a number of rows, or a smallest number."""
    if quality.low > 0 or quality.high < 0:
        return None
    if quality.percent:
        return round(quality.high / 100, 12) if quality.high <= 100 else 1  # noqa: PLR2004 -- percent
    return 0 if quality.high < 1 else None


def _ask_valid(draft: Draft, column: DraftColumn, quality: Quality) -> None:
    tolerance: float | None = _share(quality)
    if tolerance is None and not quality.percent and quality.low <= 0 and quality.high.is_integer():
        tolerance = int(quality.high)
    if tolerance is None or (quality.percent and tolerance >= 1):
        draft.lose(quality.place, "the quality rule `invalidValues`", "its numbers are no tolerance of Modelbout")
        return
    extras: dict[str, Any] = {**quality.extras, "tolerance": tolerance}
    values = quality.arguments.get("validValues")
    if isinstance(values, list) and values:
        column.ask("values", values, quality.place, **extras)
    pattern = quality.arguments.get("pattern")
    if isinstance(pattern, str):
        draft.pattern(column, pattern, quality.place, "ecma", "search", **extras)


def ask_of_table(draft: Draft, quality: Quality) -> None:
    """Ask the table for what a rule says, or tell why not."""
    properties = quality.arguments.get("properties")
    if quality.metric == "rowCount" and not quality.percent and not quality.arguments:
        ends = {"min": max(quality.low, 0), "max": quality.high}
        draft.ask(
            "rows",
            {end: int(value) for end, value in ends.items() if math.isfinite(value)},
            quality.place,
            **quality.extras,
        )
    elif quality.metric == "duplicateValues" and isinstance(properties, list) and quality.low <= 0 == quality.high:
        draft.ask("unique", [str(name) for name in properties], quality.place, **quality.extras)
    else:
        why = "Modelbout has no such rule of the whole table"
        draft.lose(quality.place, f"the quality rule {quoted(quality.metric)}", why)
