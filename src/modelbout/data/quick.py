"""Numbers read by the parser itself, for as long as that is what the slow way would read.

The slow way reads every cell as text and casts it, so that each failure can be counted; the casts take longer than the
parsing. The parser's own numbers are the same, as ``tests/unit/data/test_quick.py`` tries, but for three cases: it
skips white space before a number, it reads 1e999 as infinity, and it ends with an error at a cell that is no number.
Files with the first are not read this way; after the others the pass is done again, the slow way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from modelbout.data.casting import cast
from modelbout.data.engines.engine import RAW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from modelbout.data.reading import ColumnReading, Reading
    from modelbout.data.text import TextTable

_PARSED: Final[Mapping[str, pl.DataType]] = {"integer": pl.Int64(), "number": pl.Float64()}


@dataclass(frozen=True, eq=False)
class Quick:
    """A text table as the parser reads it.

    Attributes:
        lazy: the rows; the companion of a number is the number itself, as every one was read.
        floats: columns in which an infinity may have been a number too large.
        lines: of all files, at least as many as there are rows.
    """

    lazy: pl.LazyFrame
    floats: tuple[str, ...]
    lines: int

    def doubts(self) -> dict[str, nw.Expr]:
        """Return aggregates that are all 0 where no value must be read again the slow way."""
        infinite = {name: ~(nw.col(name).is_finite() | nw.col(name).is_nan()) for name in self.floats}
        return {f"{RAW}\ndoubts of {name}": mask.sum() for name, mask in infinite.items()}


def quick(files: Sequence[tuple[Path, TextTable]], columns: Sequence[str], reading: Reading) -> Quick | None:
    """Return the table as the parser reads it, None where it could be another one, or has no numbers.

    Args:
        files: each with what was seen in it; one that is not plain, or needs a plain copy, is not read this way.
        columns: of the table.
        reading: types and missing texts.
    """
    if not all(table.plain and not table.rewrite and table.header == tuple(columns) for _, table in files):
        return None
    declared = {column.name: column for column in reading.columns if column.name in columns}
    numbers = [name for name, column in declared.items() if column.type in _PARSED]
    # To the parser, an empty cell of a number column is always a missing one; so are, as it is told, those of texts.
    if not numbers or "" not in reading.missing:
        return None
    schema = {name: _PARSED.get(_kind(declared.get(name)), pl.String()) for name in columns}
    frames = [_parsed(path, table.delimiter, schema, reading.missing) for path, table in files]
    lazy = frames[0] if len(frames) == 1 else pl.concat(frames, how="vertical")
    selected: list[pl.Expr] = []
    for name in columns:
        column = declared.get(name)
        text = pl.col(name)
        if column is None or column.type == "string":
            selected.append(text)
        elif column.type in _PARSED:
            selected += [pl.col(name), pl.col(name).alias(RAW + name)]
        else:
            selected += [cast(text, column).alias(name), text.alias(RAW + name)]
    floats = tuple(name for name in numbers if declared[name].type == "number")
    return Quick(lazy.select(selected), floats, sum(table.lines for _, table in files))


def _kind(column: ColumnReading | None) -> str:
    return "string" if column is None else column.type


def _parsed(path: Path, delimiter: str, schema: dict[str, Any], missing: Sequence[str]) -> pl.LazyFrame:
    return pl.scan_csv(
        path,
        separator=delimiter,
        schema=schema,
        null_values=[text for text in missing if text],
        empty_string_is_null=True,
        quote_char=None,
        glob=False,
    )
