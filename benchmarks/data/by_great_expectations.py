"""The same 33 checks by Great Expectations on pandas, its usual engine; in an environment of its own.

At its defaults it gives the counts and the places of the first 20 rows that fail, Modelbout the counts and the first 5.
With a third argument `rows` it is asked for the numbers of all of them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
from demands import GAPS, RANGES, WORDS
from great_expectations import expectations as gxe


def expectations(columns: list[str]) -> list[Any]:
    """Return the checks: nulls, ends of ranges, lists, a pattern, a key; a comparison of columns is one of its own."""
    demands: list[Any] = [
        gxe.ExpectColumnValuesToNotBeNull(column=name, mostly=1 - GAPS.get(name, 0)) for name in columns
    ]
    for name, (low, high) in RANGES.items():
        demands += [
            gxe.ExpectColumnValuesToBeBetween(column=name, min_value=low),
            gxe.ExpectColumnValuesToBeBetween(column=name, max_value=high),
        ]
    demands += [gxe.ExpectColumnValuesToBeInSet(column=name, value_set=list(words)) for name, words in WORDS.items()]
    demands += [
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^[0-9]{10}-[A-Z]{2}\Z"),
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        gxe.ExpectColumnValuesToBeBetween(column="sum", min_value=0),
    ]
    return demands


directory, kind, asked = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
path = directory / f"table.{kind}"
table = pd.read_parquet(path) if kind == "parquet" else pd.read_csv(path, parse_dates=["opened"])
columns = list(table.columns)
table["sum"] = table["count_0"] + table["price"]
if asked == ["rows"]:
    table["row"] = range(1, len(table) + 1)
numbers = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["row"],
    "return_unexpected_index_query": False,
}
context = gx.get_context(mode="ephemeral")
batch = (
    context.data_sources.add_pandas("pandas").add_dataframe_asset("table").add_batch_definition_whole_dataframe("all")
)
suite = gx.ExpectationSuite(name="suite", expectations=expectations(columns))
only = {"result_format": numbers} if asked == ["rows"] else {}
result = batch.get_batch(batch_parameters={"dataframe": table}).validate(suite, **only)
assert result.success, result
print(f"{len(suite.expectations)} checks, {len(table)} rows")
