"""Check ``min``: no value lies below this one."""

from __future__ import annotations

from functools import partial
from typing import Final

from modelbout.contract.bounds import BOUND_SCHEMA, ORDERED, compare_bounds, measure_bound, read_bound
from modelbout.contract.kind import Check

CHECK: Final = Check(
    key="min",
    scope="column",
    summary="The smallest allowed value; itself included.",
    schema=BOUND_SCHEMA,
    read=read_bound,
    measure=partial(measure_bound, end="min"),
    compare=partial(compare_bounds, end="min"),
    types=ORDERED,
)
