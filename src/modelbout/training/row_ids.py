"""Hashed ids of the training rows, which a bundle carries: a later bout sees what its champion was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import numpy as np

from modelbout.data.digests import logical_type, row_keys, salted
from modelbout.errors import BundleError, Problem, cause
from modelbout.manifest import ColumnType
from modelbout.record import Record, from_json, to_json
from modelbout.seal import AGAIN, open_regular, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    Keys = NDArray[np.uint64]

HEADER_FILE: Final = "train_rows.json"
CONTENT_FILE: Final = "train_rows.u64"
ID_FILE: Final = "train_ids.u64"
MOST_KEYS: Final = 5_000_000  # of a kind: 40 MB; beyond, the smallest ones stand for all
KEY_TYPE: Final = np.dtype("<u8")
HEADER_LIMIT: Final = 4 * 2**20  # ours: 100 bytes a column
THRESHOLD_DIGITS: Final = 16  # of 64 bits in hex


class Column(Record, frozen=True):
    """A column that went into the keys."""

    name: str
    type: ColumnType


class Block(Record, frozen=True):
    """The keys of one kind: ``rows`` went in, ``kept`` are in the file, all those below ``below`` (hex; None: all)."""

    columns: tuple[Column, ...]
    rows: int
    kept: int
    below: str | None = None


class Header(Record, frozen=True):
    """The content of train_rows.json: what the two files of keys are made of, and the salt of their hashes."""

    format: Literal["modelbout-row-ids-1"]
    salt: str
    content: Block
    id: Block | None = None


@dataclass(frozen=True, eq=False)
class Sample:
    """Keys of training rows, sorted, equal ones as often as they came.

    Attributes:
        keys: shape (k,), little-endian uint64.
        below: the sample holds every key below this; None when it holds all keys.
        columns: what went into them.
        rows: how many rows there were.
    """

    keys: Keys
    below: int | None
    columns: tuple[Column, ...]
    rows: int


@dataclass(frozen=True, eq=False)
class RowIds:
    """The training rows by their content (all columns but the id) and, where there is one, by their id."""

    salt: str
    content: Sample
    id: Sample | None = None

    def files(self) -> dict[str, bytes]:
        """Return the files that a bundle keeps of it: plain sorted 64-bit little-endian numbers and a header."""
        header = Header(
            format="modelbout-row-ids-1",
            salt=self.salt,
            content=_block(self.content),
            id=None if self.id is None else _block(self.id),
        )
        files = {HEADER_FILE: to_json(header), CONTENT_FILE: self.content.keys.tobytes()}
        if self.id is not None:
            files[ID_FILE] = self.id.keys.tobytes()
        return files


def row_ids(train: pl.DataFrame, *, id: str | None, salt: str) -> RowIds:  # noqa: A002 -- the config's word
    """Hash the training rows.

    Above ``MOST_KEYS`` keys of a kind, the smallest are kept: hashes are evenly spread, so these are the rows of a
    random sample, drawn alike from every table (Cohen and Kaplan 2007, Summarizing data using bottom-k sketches).

    Args:
        train: the training rows.
        id: the column that names a row.
        salt: keeps the hashes of one table apart from those of another.

    Raises:
        DataError: a column has a type that no table may have.
    """
    named = id is not None and id in train.columns
    others = [name for name in train.columns if name != id]
    return RowIds(
        salt=salt,
        content=_sample(train, others, salt),
        id=_sample(train.drop_nulls(id), [id], salt) if named and id is not None else None,
    )


def keys_like(frame: pl.DataFrame, sample: Sample, salt: str) -> tuple[Keys, str]:
    """Hash the rows of a frame as those of the sample were, shape (n,); or say why that means nothing.

    Returns:
        The keys, and an empty text; or no keys, and what is different.
    """
    names = [column.name for column in sample.columns]
    absent = [name for name in names if name not in frame.columns]
    if absent:
        return np.zeros(0, np.uint64), f"column `{absent[0]}` of its training rows is not in the table any more"
    for column in sample.columns:
        found = logical_type(frame.schema[column.name])
        # A whole number has the key of the equal number.
        if found != column.type and {found, column.type} != {"integer", "number"}:
            return np.zeros(0, np.uint64), f"column `{column.name}` was of type {column.type} in its training rows"
    return salted(row_keys(frame, names), salt), ""


def row_ids_of(bundle: Path) -> RowIds | None:
    """Read a bundle's hashed row ids; None when it has none.

    Raises:
        BundleError: the files are damaged or do not fit each other.
    """
    if not (bundle / HEADER_FILE).exists():
        return None
    try:
        header = from_json(_read(bundle / HEADER_FILE, HEADER_LIMIT), Header)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BundleError(
            Problem(found=f"cannot be read: {cause(error)}", fix=AGAIN, place=place_of(bundle / HEADER_FILE))
        ) from error
    content = _read_block(bundle / CONTENT_FILE, header.content)
    return RowIds(header.salt, content, None if header.id is None else _read_block(bundle / ID_FILE, header.id))


def _sample(frame: pl.DataFrame, names: Sequence[str], salt: str) -> Sample:
    keys = salted(row_keys(frame, names), salt)
    below = None
    if keys.size > MOST_KEYS:
        keys = np.partition(keys, MOST_KEYS)[: MOST_KEYS + 1]
        below = int(keys.max())
        keys = keys[keys < below]
    keys = np.sort(keys).astype(KEY_TYPE, copy=False)
    # A type that no table may have was refused by row_keys.
    columns = tuple(Column(name=name, type=logical_type(frame.schema[name]) or "string") for name in names)
    return Sample(keys, below, columns, frame.height)


def _block(sample: Sample) -> Block:
    below = None if sample.below is None else f"{sample.below:0{THRESHOLD_DIGITS}x}"
    return Block(columns=sample.columns, rows=sample.rows, kept=int(sample.keys.size), below=below)


def _read(path: Path, limit: int) -> bytes:
    try:
        with open_regular(path) as file:
            data = file.read(limit + 1)
    except OSError as error:
        found = f"cannot be read: {error.strerror or cause(error)}"
        raise BundleError(Problem(found=found, fix=AGAIN, place=place_of(path))) from error
    if len(data) > limit:
        raise BundleError(Problem(found="is too long", allowed=f"{limit} bytes", fix=AGAIN, place=place_of(path)))
    return data


def _read_block(path: Path, block: Block) -> Sample:
    data = _read(path, MOST_KEYS * KEY_TYPE.itemsize)
    whole = len(data) == block.kept * KEY_TYPE.itemsize
    keys = np.frombuffer(data if whole else b"", KEY_TYPE)
    below: int | None = None
    try:
        below = None if block.below is None else int(block.below, 16)
    except ValueError:
        whole = False
    ordered = bool((keys[1:] >= keys[:-1]).all())
    if not whole or not ordered or (below is None and block.kept != block.rows):
        raise BundleError(
            Problem(found="the keys do not fit their header", allowed=HEADER_FILE, fix=AGAIN, place=place_of(path))
        )
    return Sample(keys, below, block.columns, block.rows)
