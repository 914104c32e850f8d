"""Numbers as a reviewer wants them: no more digits than the interval supports, signs, thousands, units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.report.escape import Markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelbout.evidence import Estimate

MINUS = "\N{MINUS SIGN}"
NOT_A_NUMBER = "not a number"
MOST_DECIMALS = 8
"""Beyond this a difference of a metric is noise of floating-point sums."""

_WIDTH_DIGITS = 2
_LEVEL_DIGITS = 4

POINT_METRICS = frozenset(
    {
        "accuracy",
        "average_precision",
        "balanced_accuracy",
        "ece",
        "f05",
        "f1",
        "f1_macro",
        "f1_weighted",
        "f2",
        "jaccard",
        "jaccard_macro",
        "mape",
        "mape_safe",
        "precision",
        "precision_at_k",
        "precision_macro",
        "recall",
        "recall_macro",
        "roc_auc",
        "specificity",
        "top_2_accuracy",
    }
)
"""Metrics between 0 and 1 whose difference people speak of in points (1 point = 0.01)."""

TARGET_METRICS = frozenset({"mae", "max_error", "medae", "pinball", "rmse"})
"""Metrics that are measured as the target is: dollars, bikes, days. Every other metric is said as a plain number."""


@dataclass(frozen=True)
class Unit:
    """How a metric's differences are said: multiplied by ``factor``, followed by ``name``."""

    factor: float = 1.0
    name: str = ""

    def suffix(self, shown: str) -> str:
        """Return the unit with its leading space, in the singular after exactly one."""
        name = "point" if self.name == "points" and shown.lstrip(f"+{MINUS}") == "1" else self.name
        return f" {name}" if name else ""


PLAIN = Unit()
POINTS = Unit(100.0, "points")
TARGET = Unit(1.0, "in the target's unit")


def unit_of(metric: str) -> Unit:
    """Return the unit in which a metric's differences are said; a metric that is not known here has none."""
    if metric in POINT_METRICS:
        return POINTS
    return TARGET if metric in TARGET_METRICS else PLAIN


def decimals(values: Iterable[float], *, width: float | None = None, landmarks: Iterable[float] = ()) -> int:
    """Return how many decimals to print.

    Two significant digits of the interval's width, or four of the value where there is none; more when rounding
    would put a value on a landmark (zero, a margin) on which it does not lie: that would turn a verdict round.
    """
    finite = [value for value in values if math.isfinite(value)]
    if width is not None and math.isfinite(width) and width > 0:
        places = _WIDTH_DIGITS - 1 - math.floor(math.log10(width))
    else:
        largest = max((abs(value) for value in finite), default=0.0)
        places = _LEVEL_DIGITS - 1 - math.floor(math.log10(largest)) if largest else 1
    places = min(max(places, 0), MOST_DECIMALS)
    marks = [mark for mark in landmarks if math.isfinite(mark)]
    while places < MOST_DECIMALS and any(
        value != mark and round(value, places) == round(mark, places) for value in finite for mark in marks
    ):
        places += 1
    return places


def number(value: float, places: int) -> Markdown:
    """Return a number with thousands separators and a true minus sign."""
    if not math.isfinite(value):
        return Markdown(NOT_A_NUMBER)
    shown = f"{abs(value):,.{places}f}"
    return Markdown(f"{MINUS}{shown}" if value < 0 and float(shown.replace(",", "")) else shown)


def signed(value: float, places: int) -> Markdown:
    """Return a number with its sign, and zero without one."""
    shown = number(value, places)
    positive = math.isfinite(value) and value > 0 and float(shown.replace(",", ""))
    return Markdown(f"+{shown}" if positive else shown)


def plain(value: float) -> Markdown:
    """Return a number that somebody typed (a limit, a margin) as short as it was typed."""
    if not math.isfinite(value):
        return Markdown(NOT_A_NUMBER)
    shown = f"{abs(value):,.10f}".rstrip("0").rstrip(".")
    return Markdown(f"{MINUS}{shown}" if value < 0 and shown != "0" else shown)


def count(value: int) -> Markdown:
    """Return a whole number with thousands separators."""
    return Markdown(f"{value:,}")


def about(value: int) -> Markdown:
    """Return an estimated count, upwards to two digits: more of them would pretend to know."""
    step = 10 ** max(len(str(value)) - 2, 0)
    return count(-(-value // step) * step)


def counted(value: int, one: str, many: str) -> Markdown:
    """Return a count with its noun: ``1 row``, ``1,409 rows``."""
    return Markdown(f"{value:,} {one if value == 1 else many}")


def percent(part: float, whole: float) -> Markdown:
    """Return a share such as ``0.8 %``; a share that is not zero never reads as zero, nor one below all as all."""
    if not whole:
        return Markdown(f"{MINUS}")
    share = 100 * part / whole
    return Markdown(f"{number(share, decimals((share,), width=10.0, landmarks=(0.0, 100.0)))} %")


def seconds(value: float) -> Markdown:
    """Return a duration: milliseconds, seconds or minutes, whatever reads best."""
    if not math.isfinite(value):
        return Markdown(NOT_A_NUMBER)
    if value < 1:
        return Markdown(f"{value * 1000:.0f} ms")
    return Markdown(f"{value:.1f} s" if value < 120 else f"{value / 60:.1f} min")  # noqa: PLR2004 -- two minutes


@dataclass(frozen=True)
class Gain:
    """A difference of two models in words: the value with its sign and unit, and the interval's two ends."""

    value: Markdown
    low: Markdown | None
    high: Markdown | None
    unit: Unit
    places: int

    @property
    def amount(self) -> Markdown:
        """Return the value with its unit: ``+1.4 points``."""
        return Markdown(f"{self.value}{self.unit.suffix(self.value)}")

    @property
    def amount_in_table(self) -> Markdown:
        """Return the value with its unit, unless that is the target's, which a table says once."""
        return self.value if self.unit == TARGET else self.amount

    @property
    def span(self) -> Markdown:
        """Return the interval as ``+0.5 to +2.2``, or a dash where none was worked out."""
        return Markdown("\N{EN DASH}" if self.low is None else f"{self.low} to {self.high}")


def gain(estimate: Estimate, unit: Unit, *, margin: float | None = None) -> Gain:
    """Return a difference with as many digits as its interval supports.

    Args:
        estimate: the difference, positive is better, in the metric's own unit.
        unit: how to say it.
        margin: where the rule draws its line; no end of the interval is rounded onto it.
    """
    factor = unit.factor
    ends = (estimate.interval.low * factor, estimate.interval.high * factor) if estimate.interval else ()
    landmarks = [0.0] if margin is None else [0.0, margin * factor, -margin * factor]
    width = ends[1] - ends[0] if ends else None
    value = estimate.value * factor
    places = decimals((value, *ends), width=width, landmarks=landmarks if ends else (0.0,))
    return Gain(
        value=signed(value, places),
        low=signed(ends[0], places) if ends else None,
        high=signed(ends[1], places) if ends else None,
        unit=unit,
        places=places,
    )


def level_places(levels: Iterable[Estimate | None], improvement: Estimate | None) -> int:
    """Return the decimals in which the scores of one metric are printed, the same for both models."""
    shown = [level for level in levels if level is not None]
    interval = improvement.interval if improvement else None
    if interval is None:
        interval = next((level.interval for level in shown if level.interval), None)
    width = interval.high - interval.low if interval else None
    if width is not None and not width > 0:
        width = None
    return decimals((level.value for level in shown), width=width)
