"""The same 33 checks in pandera on pandas; run by the Python of an environment that has both and pyarrow."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from demands import GAPS, RANGES, WORDS

directory, kind = Path(sys.argv[1]), sys.argv[2]
parsed = {"parse_dates": ["opened"]}
table = (
    pd.read_parquet(directory / "table.parquet")
    if kind == "parquet"
    else pd.read_csv(directory / "table.csv", **parsed)
)
columns = {}
for name in table.columns:
    checks = []
    if name in RANGES:
        low, high = RANGES[name]
        checks = [pa.Check.ge(low), pa.Check.le(high)]
    elif name in WORDS:
        checks = [pa.Check.isin(WORDS[name])]
    elif name == "id":
        checks = [pa.Check.str_matches("^[0-9]{10}-[A-Z]{2}$")]
    elif name in GAPS:
        share = GAPS[name]
        checks = [pa.Check(lambda column, share=share: column.isna().mean() <= share, ignore_na=False)]
    columns[name] = pa.Column(checks=checks, nullable=name in GAPS, unique=name == "id")
whole = pa.Check(lambda frame: frame["count_0"] + frame["price"] >= 0)
pa.DataFrameSchema(columns, checks=[whole]).validate(table, lazy=True)
print(f"{len(table)} rows")
