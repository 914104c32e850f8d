"""Types by the names that other tools give them, and a type for a column that has none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelbout.manifest import ColumnType

# SQL and Arrow names without what stands in brackets behind them, of PostgreSQL, BigQuery, Snowflake, DuckDB, Spark.
_SQL: Final[Mapping[ColumnType, str]] = {
    "integer": (
        "int integer bigint smallint tinyint mediumint hugeint int2 int4 int8 int16 int32 int64 uint8 uint16 uint32 "
        "ubigint uinteger usmallint utinyint byteint long short byte serial bigserial"
    ),
    "number": "float float4 float8 float32 float64 double real decimal numeric number bignumeric dec money",
    "string": "string text varchar char character nvarchar nchar bpchar clob uuid json variant",
    "boolean": "bool boolean bit",
    "date": "date date32",
    "datetime": "datetime datetime2 timestamp timestamptz timestamp_ntz timestamp_ltz timestamp_tz timestamp_ns",
}
_BY_SQL: Final = {word: kind for kind, words in _SQL.items() for word in words.split()}
# The names of data frames' types: NumPy, pandas, Arrow, Polars, and Spark's without their ending.
_FRAME: Final[tuple[tuple[str, ColumnType], ...]] = (
    (r"u?int(?:eger)?(?:8|16|32|64)?|long|short|byte", "integer"),
    (r"float(?:16|32|64)?|double|decimal.*", "number"),
    (r"(?:str|string|object|category|large_string|utf8)(?:\[.*\])?", "string"),
    (r"bool(?:ean)?", "boolean"),
    (r"date|date32.*", "date"),
    (r"(?:datetime|timestamp|datetime64)(?:\[.*\]|\(.*\))?", "datetime"),
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


def sql_type(text: str) -> ColumnType | None:
    """Return the type of an SQL name such as ``NUMERIC(10, 2)``, or None."""
    word = text.strip().casefold().replace("double precision", "double").replace("character varying", "varchar")
    base = re.split(r"[(\s<]", word, maxsplit=1)[0]
    if base in ("decimal", "numeric", "number") and re.search(r"\(\s*\d+\s*(?:,\s*0\s*)?\)", word):
        return "integer"
    return _BY_SQL.get(base)


def frame_type(text: str) -> ColumnType | None:
    """Return the type of a data frame's name such as ``datetime64[ns]`` or ``StringType``, or None."""
    word = text.strip().casefold().removesuffix("type")
    return next((kind for form, kind in _FRAME if re.fullmatch(form, word)), None)


def end_of(value: object) -> object:
    """Return the end of a range as what it says of a column: 0 is an end of whole numbers and of others."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def type_of(values: Iterable[object]) -> ColumnType | None:
    """Return the type that all the values have, or None: what a rule says of a column that has no type."""
    found = {_kind(value) for value in values}
    if found == {"integer", "number"}:
        return "number"
    if found == {"date", "datetime"}:
        return "datetime"
    return found.pop() if len(found) == 1 else None


def _kind(value: object) -> ColumnType | None:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str() if _DAY.match(value):
            return "date"
        case str():
            return "datetime" if _MOMENT.match(value) else "string"
    return None
