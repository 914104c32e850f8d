"""Check ``max``: no value lies above this one."""

from __future__ import annotations

from functools import partial
from typing import Final

from modelbout.contract.bounds import BOUND_SCHEMA, ORDERED, compare_bounds, measure_bound, read_bound
from modelbout.contract.kind import Check

CHECK: Final = Check(
    key="max",
    scope="column",
    summary="The largest allowed value; itself included.",
    schema=BOUND_SCHEMA,
    read=read_bound,
    measure=partial(measure_bound, end="max"),
    compare=partial(compare_bounds, end="max"),
    types=ORDERED,
)
