"""pandas, with Arrow types: null and NaN stay apart. The whole table is in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import pandas as pd
import polars as pl

from modelbout.data.engines.dialect import PARTS, Dialect
from modelbout.data.engines.engine import ROW
from modelbout.data.engines.native import FileEngine
from modelbout.data.engines.packages import needed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.data.engines.dialect import Kind
    from modelbout.data.engines.files import Files, Part

# pyarrow's names of the types; strings of any length.
_TYPES: Final[Mapping[Kind, tuple[str, ...]]] = {
    "integer": ("int64",),
    "number": ("float64",),
    "string": ("large_string",),
    "boolean": ("bool_",),
    "date": ("date32",),
    "datetime": ("timestamp", "us"),
    "instant": ("timestamp", "us", "UTC"),
}


class PandasEngine(FileEngine):
    """See ``Engine``."""

    name = "pandas"
    dialect = Dialect(words=PARTS | {"abs", "n_unique", "str.len_chars"}, nan_is_largest=False)

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        super().__init__(kinds)
        self.failures = (needed("pyarrow").ArrowException, OSError, MemoryError)

    def hold(self, files: Files) -> nw.LazyFrame[Any]:
        """Read every column of the files into memory."""
        table = needed("pyarrow").concat_tables([_read(part, self.kinds) for part in files.parts])
        frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
        return nw.from_native(frame).lazy()

    def fetch(self, query: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Return the rows of a query."""
        return pl.DataFrame(query.collect().to_arrow())


def _read(part: Part, kinds: Mapping[str, Kind]) -> Any:  # noqa: ANN401 -- a table of pyarrow
    arrow, compute = needed("pyarrow"), needed("pyarrow.compute")
    # Through one file handle: a path could be taken for a directory of partitions, with columns of their own.
    with part.path.open("rb") as stream:
        read = needed("pyarrow.parquet").ParquetFile(stream).read([name for name in kinds if name != ROW])
    columns = {ROW: arrow.array(range(part.before + 1, part.before + part.rows + 1), arrow.int64())}
    for name, kind in kinds.items():
        if name != ROW:
            function, *arguments = _TYPES[kind]
            column = read.column(name).cast(getattr(arrow, function)(*arguments))
            # -0.0 + 0.0 is 0.0: else the two zeros would be two values.
            columns[name] = compute.add(column, 0.0) if kind == "number" else column
    return arrow.table(columns)


ENGINE: Final = PandasEngine
