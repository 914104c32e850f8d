"""Digests of rows, tables and files that stay the same for ever, whatever wrote the file."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.errors import DataError, Place, Problem, cause
from modelbout.results import DataFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from modelbout.manifest import ColumnType

FORMAT: Final = "modelbout-table-1"  # part of every table digest: a new way of hashing needs a new name
WIDE_INTEGERS: Final = (pl.Int128, pl.UInt128)
EXACT_FLOAT: Final = 2**53  # every whole number up to here is exactly a double

# The increment and the two multipliers of splitmix64: Steele, Lea and Flood, OOPSLA 2014.
_INCREMENT: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


def logical_type(dtype: pl.DataType) -> ColumnType | None:
    """Return a column's type in the contract's words, None for a type that no table may have."""
    if dtype.is_integer():
        return "integer"
    if dtype.is_float() or dtype.is_decimal():
        return "number"
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Null):
        return "string"
    if isinstance(dtype, pl.Boolean):
        return "boolean"
    if isinstance(dtype, pl.Date):
        return "date"
    return "datetime" if isinstance(dtype, pl.Datetime) else None


def row_keys(frame: pl.DataFrame, columns: Sequence[str] | None = None) -> NDArray[np.uint64]:
    """Return one 64-bit key a row, shape (n,), worked out from the names and values of the columns alone.

    Equal rows have equal keys, in any order of columns, chunks or files and on any machine. 1 and 1.0 are the same
    value, so are 0.0 and -0.0 and all NaN; null is none of them. Text counts by its UTF-8 bytes.

    Raises:
        DataError: a column has a type that no table may have.
    """
    keys = np.zeros(frame.height, dtype=np.uint64)
    for name in frame.columns if columns is None else columns:
        keys += _column_keys(frame.get_column(name))
    return _mix(keys)


def value_keys(column: pl.Series) -> NDArray[np.uint64]:
    """Return one 64-bit key for each value that is not null, shape (n,): equal for equal values, as in ``row_keys``.

    Raises:
        DataError: the column has a type that no table may have.
    """
    present = column.drop_nulls()
    kind = _known_type(present)
    if kind == "string":
        # Not by way of the different texts, as `_text_bits` does: who asks for keys often has just these.
        return _mix(_text_hashes(present.cast(pl.String)) ^ _seed("string"))
    return _mix(_value_bits(present, kind))


def table_digest(frame: pl.DataFrame) -> str:
    """Return a sha256 in hex over the schema and the multiset of rows.

    The order of rows, columns and files, chunks, compression and the width of numbers do not matter; any other
    cell, another count of a row, another column name or type does.

    Raises:
        DataError: a column has a type that no table may have.
    """
    digest = hashlib.sha256()
    schema = sorted([name, logical_type(dtype)] for name, dtype in frame.schema.items())
    digest.update(json.dumps([FORMAT, frame.height, schema], ensure_ascii=True, separators=(",", ":")).encode())
    keys = row_keys(frame)
    keys.sort()
    digest.update(keys.astype("<u8", copy=False).tobytes())
    return digest.hexdigest()


def file_digest(path: Path, *, shown: str) -> DataFile:
    """Return the file's length and the sha256 of its bytes.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
            return DataFile(path=shown, sha256=digest.hexdigest(), bytes=stream.tell())
    except OSError as error:
        raise DataError(
            Problem(
                found=f"cannot be read: {cause(error.strerror)}",
                fix="check the file and its permissions",
                place=Place(file=shown),
            )
        ) from None


def text_hash(text: str, salt: str) -> int:
    """Return 64 bits of blake2b over the text; the salt keeps one use apart from another."""
    person = hashlib.blake2b(salt.encode(), digest_size=16).digest()
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8, person=person).digest(), "little")


def salted(keys: NDArray[np.uint64], salt: str) -> NDArray[np.uint64]:
    """Return the keys in an order and with values of their own for each salt, shape (n,); equal keys stay equal."""
    return _mix(keys ^ np.uint64(text_hash(salt, "modelbout row ids")))


def _seed(*parts: str) -> np.uint64:
    return np.uint64(text_hash("\0".join(parts), "modelbout seed"))


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = bits + _INCREMENT
    mixed ^= mixed >> np.uint64(30)
    mixed *= _FIRST
    mixed ^= mixed >> np.uint64(27)
    mixed *= _SECOND
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _column_keys(column: pl.Series) -> NDArray[np.uint64]:
    bits = _mix(_value_bits(column, _known_type(column)))
    if column.null_count():
        bits[column.is_null().to_numpy()] = _seed("null")
    return _mix(bits ^ _seed("column", column.name))


def _known_type(column: pl.Series) -> ColumnType:
    kind = logical_type(column.dtype)
    if kind is None:
        raise DataError(
            Problem(
                found=f"column `{column.name}` has the type {column.dtype}, which has no digest",
                allowed="numbers, text, booleans, dates, datetimes",
                fix="drop the column or take it apart into plain columns",
            )
        )
    return kind


def _value_bits(column: pl.Series, kind: ColumnType) -> NDArray[np.uint64]:
    match kind:
        case "integer":
            return _integer_bits(column)
        case "number":
            return _float_bits(column.cast(pl.Float64).fill_null(0.0).to_numpy()) ^ _seed("number")
        case "boolean":
            return column.fill_null(value=False).cast(pl.UInt64).to_numpy() ^ _seed("boolean")
        case "date":
            return _signed(column.to_physical()) ^ _seed("date")
        case "datetime":
            aware = getattr(column.dtype, "time_zone", None) is not None
            return _moment_bits(column) ^ _seed("instant" if aware else "datetime")
        case _:
            return _text_bits(column.cast(pl.String)) ^ _seed("string")


def _signed(column: pl.Series) -> NDArray[np.uint64]:
    bits: NDArray[np.uint64] = column.cast(pl.Int64).fill_null(0).to_numpy().view(np.uint64)
    return bits


def _moment_bits(column: pl.Series) -> NDArray[np.uint64]:
    """Return microseconds; what is finer than these counts too, but only where it is not 0."""
    bits = _signed(column.dt.cast_time_unit("us").to_physical())
    if getattr(column.dtype, "time_unit", "us") == "ns":
        finer = (column.to_physical() % 1000).fill_null(0).cast(pl.UInt64).to_numpy()
        bits = np.where(finer > 0, bits ^ _mix(finer), bits)
    return bits


def _integer_bits(column: pl.Series) -> NDArray[np.uint64]:
    if column.dtype in WIDE_INTEGERS:
        column = _narrowed(column)
    wide = column.fill_null(0)
    if column.dtype == pl.UInt64:
        whole = wide.to_numpy()
        large = whole > np.uint64(EXACT_FLOAT)
    else:
        signed = wide.cast(pl.Int64).to_numpy()
        below = signed < -EXACT_FLOAT
        large = (signed > EXACT_FLOAT) | below
        # As an unsigned number, -2**60 would be 2**64 - 2**60.
        whole = np.where(below, signed.view(np.uint64) ^ _seed("below zero"), signed.view(np.uint64))
    small = wide.cast(pl.Float64).to_numpy()
    bits = _float_bits(small) ^ _seed("number")
    if large.any():
        bits[large] = whole[large] ^ _seed("large integer")
    return bits


def _narrowed(column: pl.Series) -> pl.Series:
    try:
        return column.cast(pl.Int64)
    except pl.exceptions.PolarsError:
        raise DataError(
            Problem(
                found=f"column `{column.name}` holds whole numbers beyond 64 bits",
                allowed="-2^63 to 2^63 - 1",
                fix="read it as a string or a number (contract)",
            )
        ) from None


def _float_bits(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    tidy = values + 0.0  # -0.0 + 0.0 is 0.0
    tidy[np.isnan(tidy)] = np.nan
    bits: NDArray[np.uint64] = tidy.view(np.uint64)
    return bits


def _text_bits(column: pl.Series) -> NDArray[np.uint64]:
    unique = column.unique().drop_nulls()
    hashes = pl.Series(_text_hashes(unique), dtype=pl.UInt64)
    if not len(unique):
        return np.zeros(len(column), dtype=np.uint64)
    replaced = column.replace_strict(unique, hashes, default=None, return_dtype=pl.UInt64)
    return replaced.fill_null(0).to_numpy().copy()


def _text_hashes(texts: pl.Series) -> NDArray[np.uint64]:
    blake2b = hashlib.blake2b
    packed = b"".join([blake2b(text.encode(), digest_size=8).digest() for text in texts.to_list()])
    return np.frombuffer(packed, dtype="<u8").astype(np.uint64)
