from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pytest

from modelbout.data.engines import groups
from modelbout.data.engines.dialect import Dialect
from modelbout.data.engines.engine import ROW
from modelbout.data.engines.queries import reads

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.data.engines.dialect import Kind

COLUMNS: dict[str, Kind] = {"a": "integer", "s": "string", ROW: "integer"}
Query = "Callable[[Any], Any]"

FINE: dict[str, Callable[[Any], Any]] = {
    "repetitions": lambda frame: groups.repetitions(frame, ("a", "s")),
    "repeated": lambda frame: groups.repeated(frame.filter(~nw.col("a").is_null()), ("a",)),
    "a column": lambda frame: frame.select("a"),
    "aggregates": lambda frame: frame.select(nw.len().alias("n"), nw.col("a").max()),
}
STRANGE: dict[str, Callable[[Any], Any]] = {
    "an unknown column": lambda frame: groups.repetitions(frame, ("a", "unknown")),
    "an unknown mask": lambda frame: frame.filter(nw.col("s").str.contains("a")),
    "a mask that is none": lambda frame: frame.filter(nw.col("a")),
    "an unknown step": lambda frame: frame.sort("a"),
    "a join": lambda frame: frame.join(frame, on="a", how="anti"),
    "no name": lambda frame: frame.select(nw.len()),
    "rows beside aggregates": lambda frame: frame.select("a", nw.len().alias("n")),
    "rows as groups": lambda frame: frame.group_by("a").agg(nw.col("a") > 1),
    "a group of expressions": lambda frame: frame.group_by(nw.col("s").str.to_lowercase()).agg(nw.len().alias("n")),
}


@pytest.mark.parametrize("name", FINE)
def test_queries_that_mean_the_same(name: str) -> None:
    assert reads(FINE[name], COLUMNS, Dialect())


@pytest.mark.parametrize("name", STRANGE)
def test_queries_that_may_mean_something_else(name: str) -> None:
    assert not reads(STRANGE[name], COLUMNS, Dialect())


def test_an_engine_without_tables_of_its_own() -> None:
    assert not reads(FINE["repetitions"], COLUMNS, Dialect(queries=False))
    assert not reads(None, COLUMNS, Dialect())
