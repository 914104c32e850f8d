"""What is known of a table before a row is read: its columns as the checks see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import narwhals as nw

from modelbout.contract.kind import Field, Setting, Table
from modelbout.data.engines.engine import RAW
from modelbout.data.table import engine_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.contract.model import Contract
    from modelbout.data.sources import Scan
    from modelbout.manifest import ColumnType

_EMPTY: Final[Mapping[ColumnType, nw.dtypes.DType]] = {
    "integer": nw.Int64(),
    "number": nw.Float64(),
    "string": nw.String(),
    "boolean": nw.Boolean(),
    "date": nw.Date(),
    "datetime": nw.Datetime(),
}


def table_of(scan: Scan, contract: Contract, setting: Setting | None = None) -> Table:
    """Return what is known of the table without reading its rows.

    Raises:
        DataError: the file's own description of its columns cannot be read.
    """
    # An engine's own names of types would make other messages of the same table.
    whole = scan.exact or scan
    with engine_errors(whole):
        schema = nw.from_native(whole.lazy).collect_schema()
    fields = {}
    for name in scan.columns:
        column = contract.column(name)
        raw = RAW + name if RAW + name in schema else None
        declared = column.type if column else None
        fields[name] = describe(name, schema[name], declared, raw, column.timezone if column else None)
    return Table(fields, contract, setting or Setting(), scan.engine)


def describe(
    name: str, dtype: nw.dtypes.DType, declared: ColumnType | None, raw: str | None = None, zone: str | None = None
) -> Field:
    """Return a column as the checks see it."""
    kind = column_type(dtype)
    carried = dtype.time_zone if isinstance(dtype, nw.Datetime) else None
    cast: nw.dtypes.DType | None = None
    if isinstance(dtype, nw.Unknown) and declared is not None:
        # A column without a single value has no type of its own: it could hold any.
        kind, cast, carried = declared, _EMPTY[declared], zone
    elif isinstance(dtype, nw.Categorical | nw.Enum):
        cast = nw.String()
    elif isinstance(dtype, nw.Decimal) or (declared == "number" and kind == "integer"):
        cast = nw.Float64()
    return Field(
        name=name,
        declared=declared,
        type=kind,
        stored=str(dtype),
        floating=isinstance(dtype, nw.Float64 | nw.Float32),
        zone=carried,
        declared_zone=zone,
        cast=cast,
        raw=raw,
    )


def column_type(dtype: nw.dtypes.DType) -> ColumnType | None:
    """Return the contract's word for an engine's type, or None for one that no contract can name."""
    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "number"
    if isinstance(dtype, nw.Datetime):
        return "datetime"
    if isinstance(dtype, nw.Date):
        return "date"
    if isinstance(dtype, nw.Boolean):
        return "boolean"
    return "string" if isinstance(dtype, nw.String | nw.Categorical | nw.Enum) else None
