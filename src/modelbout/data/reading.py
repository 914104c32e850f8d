"""What a contract says about reading a file: the type of each column, what counts as missing, how text is encoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelbout.manifest import ColumnType


@dataclass(frozen=True)
class ColumnReading:
    """How one column's text becomes values.

    Attributes:
        name: the column's name in the file's header, letter for letter.
        type: the declared type.
        format: for dates and datetimes, a strftime pattern such as ``%m/%d/%Y``; None means ISO 8601.
        timezone: for datetimes, an IANA name; the values must then carry an offset (or ``format`` has no ``%z`` and
            they are local times of that zone). None means that the values are naive, and an offset is a failure.
    """

    name: str
    type: ColumnType
    format: str | None = None
    timezone: str | None = None


@dataclass(frozen=True)
class Reading:
    """How the files of one table are read.

    Attributes:
        columns: declared columns. With none, the types are worked out from the whole file; with some, every
            column that is not among them is read as text.
        missing: the texts that mean "no value", quoted or not. ``NA`` is an ordinary text unless it is listed.
        delimiter: one character; None looks for a comma, semicolon, tab or bar that fits the first lines.
        encoding: ``utf-8`` (also None), ``latin-1``, ``windows-1252`` or ``utf-16``; never guessed.
    """

    columns: tuple[ColumnReading, ...] = ()
    missing: tuple[str, ...] = ("",)
    delimiter: str | None = None
    encoding: str | None = None
