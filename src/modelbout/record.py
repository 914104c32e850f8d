"""The base of every frozen record that is written to disk or handed from stage to stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

RecordT = TypeVar("RecordT", bound="Record")


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen value with named fields; JSON with other fields or other types is refused on reading."""


def to_json(record: Record) -> bytes:
    """Return the record as JSON: indented, keys in declared order, ending in a newline.

    A NaN or an infinity becomes ``null``, which no number field accepts on reading: it fails closed.
    """
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def from_json(data: bytes, kind: type[RecordT]) -> RecordT:
    """Read one record of the given kind.

    Raises:
        msgspec.ValidationError: the JSON has another shape than the record.
        msgspec.DecodeError: the bytes are no JSON.
    """
    return msgspec.json.decode(data, type=kind)


def write_atomically(path: Path, data: bytes) -> None:
    """Write the file so that a reader sees the old bytes or the new ones, never a part of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.part")
    scratch.write_bytes(data)
    scratch.replace(path)
