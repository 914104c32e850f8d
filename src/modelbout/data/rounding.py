"""The roundest number, or moment, within an interval: what may be said aloud of a group of rows."""

from __future__ import annotations

import decimal
import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final, Literal

import numpy as np

Scale = Literal["number", "days", "seconds"]

_EXACT: Final = decimal.Context(prec=700, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)  # spans all doubles
_CALENDAR: Final = ("Y", "M", "D", "h", "m")  # numpy's names
_COARSER: Final[dict[Scale, int]] = {"days": 2, "seconds": 5}  # than the unit itself
_MOMENT: Final[dict[Scale, str]] = {"days": "M8[D]", "seconds": "M8[s]"}


def roundest(low: float, high: float, *, near: float, scale: Scale = "number") -> float:
    """Return the number with the fewest digits from ``low`` to ``high``; of equally round ones that next to ``near``.

    For days and seconds since 1970 it is the start of a year before that of a month, and so on.
    """
    if not low < high:
        return low + 0.0  # -0.0 + 0.0 is 0.0
    if scale != "number":
        found = _roundest_moment(low, high, near, scale)
        if found is not None:
            return found
    return _roundest_number(low, high, near)


def _roundest_number(low: float, high: float, near: float) -> float:
    with decimal.localcontext(_EXACT):
        first, last, wanted = Decimal(repr(low)), Decimal(repr(high)), Decimal(repr(near))
        exponent = (last - first).adjusted() + 1
        while True:
            step = Decimal(1).scaleb(exponent)
            least = (first / step).to_integral_value(ROUND_CEILING)
            most = (last / step).to_integral_value(ROUND_FLOOR)
            if least <= most:
                choice = min(max((wanted / step).to_integral_value(decimal.ROUND_HALF_EVEN), least), most)
                return float(choice * step) + 0.0
            exponent -= 1


def _roundest_moment(low: float, high: float, near: float, scale: Scale) -> float | None:
    for unit in _CALENDAR[: _COARSER[scale]]:
        found = (start for value in (low, near, high) for start in _starts(value, _MOMENT[scale], unit))
        starts = {start for start in found if low <= start <= high}
        if starts:
            return min(starts, key=lambda start: (abs(start - near), start))
    return None


def _starts(value: float, moment: str, unit: str) -> tuple[float, float]:
    """Return the start of the year (month, ...) that a moment lies in, and of the next."""
    start = np.array([math.floor(value)], dtype=np.int64).astype(moment).astype(f"M8[{unit}]")
    here, after = (
        np.concatenate([start, start + np.ones(1, dtype=f"m8[{unit}]")]).astype(moment).astype(np.int64).tolist()
    )
    return float(here), float(after)
