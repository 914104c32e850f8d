"""One delimited text file: what it is made of, checked byte by byte before a parser may guess."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import polars as pl

from modelbout.data.structure import Structure
from modelbout.errors import DataError, Place, Problem, cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from modelbout.data.reading import Reading

DELIMITERS: Final = (",", ";", "\t", "|")
ENCODINGS: Final = {"utf-8": "utf-8", "iso8859-1": "latin-1", "cp1252": "windows-1252", "utf-16": "utf-16"}

CHUNK_BYTES: Final = 1024 * 1024  # measured: larger ones leave the caches, and each array of them is a new mapping
HEAD_BYTES: Final = 1024 * 1024  # a header of 10,000 columns with 100 letters each
SNIFF_RECORDS: Final = 50  # enough to see a delimiter that also occurs inside some values
LINES_AT_ONCE: Final = 65_536  # rows of the decompressed stream that are held at a time

_GZIP_MAGIC: Final = b"\x1f\x8b"
_ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_FOREIGN: Final = {
    b"PAR1": ("a Parquet file", "name it `.parquet`"),
    b"PK\x03\x04": ("a ZIP or Excel file", "export it as CSV, or unpack it"),
    b"\xd0\xcf\x11\xe0": ("an old Excel file", "export it as CSV"),
    _GZIP_MAGIC: ("compressed by gzip", "name it `.csv.gz`"),
    _ZSTD_MAGIC: ("compressed by zstd", "name it `.csv.zst`"),
}
_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class TextTable:
    """A text file that is sound: every record has as many fields as the header.

    Attributes:
        header: the column names, in file order.
        delimiter: one character.
        rewrite: whether a parser needs a plain UTF-8 copy (another encoding, or blank lines at the end).
        plain: no quote, and no blank behind a delimiter or a line end.
        lines: at least as many as there are rows.
    """

    header: tuple[str, ...]
    delimiter: str
    rewrite: bool
    plain: bool = False
    lines: int = 0


def inspect(path: Path, reading: Reading, *, shown: str) -> TextTable:
    """Read the whole file once, in constant memory, and say what it is.

    Raises:
        DataError: the file is empty, is no text, has another encoding than declared, a NUL byte, a blank or doubled
            column name, a record with too few or too many fields, or a quote that is never closed.
    """
    encoding = known_encoding(reading.encoding, shown=shown)
    head = _head(path, encoding, shown=shown)
    delimiter = reading.delimiter or _sniff(head, shown=shown)
    header = _header(head, delimiter, shown=shown)
    structure = Structure(fields=len(header), delimiter=delimiter, shown=shown)
    for chunk in utf8_chunks(path, encoding, shown=shown):
        structure.feed(chunk)
    blank_tail = structure.close()
    return TextTable(
        header=header,
        delimiter=delimiter,
        rewrite=encoding != "utf-8" or blank_tail,
        plain=structure.plain and not path.name.lower().endswith((".gz", ".zst")),
        lines=structure.lines,
    )


def known_encoding(declared: str | None, *, shown: str) -> str:
    """Return the declared encoding's usual name, ``utf-8`` when nothing is declared.

    Raises:
        DataError: the encoding is unknown or not among those that are read.
    """
    try:
        return ENCODINGS[codecs.lookup(declared or "utf-8").name]
    except (LookupError, ValueError):
        raise DataError(
            Problem(
                found=f"the encoding `{declared}` is not known here",
                allowed=", ".join(ENCODINGS.values()),
                fix="change `encoding:` under `read:` in the contract",
                place=Place(file=shown),
            )
        ) from None


def utf8_chunks(path: Path, encoding: str, *, shown: str) -> Iterator[bytes]:
    """Yield the file's text as UTF-8 without byte order mark, decompressed, in pieces of a few megabytes.

    A piece may end inside a record but never inside a character.

    Raises:
        DataError: the file cannot be read or decompressed, or has a byte that the encoding does not know.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)(errors="strict")
    done = pieces = 0
    for raw in _raw_chunks(path, shown=shown):
        if done == 0:
            _refuse_foreign(raw, encoding, shown=shown)
        pending = len(decoder.getstate()[0])
        if done and not pending and raw.isascii() and encoding != "utf-16":
            # Bytes below 128 are themselves in every encoding but this one.
            text = raw
        else:
            try:
                text = decoder.decode(raw).encode()
            except UnicodeDecodeError as error:
                sound = islice(utf8_chunks(path, encoding, shown=shown), pieces)
                raise _undecodable(error, done - pending, sound, encoding, shown) from None
        done += len(raw)
        pieces += 1
        yield text
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        sound = islice(utf8_chunks(path, encoding, shown=shown), pieces)
        raise _undecodable(error, done - len(decoder.getstate()[0]), sound, encoding, shown) from None


def _undecodable(
    error: UnicodeDecodeError, before: int, sound: Iterable[bytes], encoding: str, shown: str
) -> DataError:
    offset = max(before, 0) + error.start
    # The lines are counted now, in the pieces before: in a sound file nobody needs their number.
    line = 1 + sum(piece.count(b"\n") for piece in sound)
    line += bytes(error.object[: error.start]).count(b"\n")
    return DataError(
        Problem(
            found=f"byte {offset} (from 0) is not valid {encoding}",
            allowed=", ".join(ENCODINGS.values()),
            fix="save the file as UTF-8, or say its encoding in the contract: `read: {encoding: latin-1}`",
            place=Place(file=shown, line=line),
        )
    )


def _refuse_foreign(start: bytes, encoding: str, *, shown: str) -> None:
    for magic, (what, fix) in _FOREIGN.items():
        if start.startswith(magic):
            raise DataError(Problem(found=f"this is {what}, not text", fix=fix, place=Place(file=shown)))
    if encoding != "utf-16" and start.startswith(_WIDE_MARKS):
        raise DataError(
            Problem(
                found=f"the file starts with a UTF-16 byte order mark but is read as {encoding}",
                fix="save it as UTF-8, or say `read: {encoding: utf-16}` in the contract",
                place=Place(file=shown),
            )
        )
    if encoding != "utf-8" and start.startswith(codecs.BOM_UTF8):
        raise DataError(
            Problem(
                found=f"the file starts with a UTF-8 byte order mark but `encoding: {encoding}` is declared",
                fix="take `encoding:` out of the contract",
                place=Place(file=shown),
            )
        )


def _raw_chunks(path: Path, *, shown: str) -> Iterator[bytes]:
    packed = path.suffix in {".gz", ".zst"}
    if packed:
        _expect_magic(path, shown=shown)
    try:
        if path.suffix == ".zst":
            yield from _zstd_lines(path)
            return
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk
    except (OSError, EOFError, zlib.error, pl.exceptions.PolarsError) as error:
        if packed and not isinstance(error, (PermissionError, FileNotFoundError)):
            raise _damaged(error, path.suffix, shown) from None
        raise DataError(Problem(found=f"cannot be read: {cause(error)}", place=Place(file=shown))) from None


def _zstd_lines(path: Path) -> Iterator[bytes]:
    # The standard library has no zstd before Python 3.14; polars has, but hands out lines.
    for lines in pl.scan_lines(path).collect_batches(chunk_size=LINES_AT_ONCE, maintain_order=True):
        column = lines.get_column("line")
        if column.len():
            yield str(column.str.join("\n").item()).encode() + b"\n"


def _damaged(error: BaseException, suffix: str, shown: str) -> DataError:
    if "utf" in str(error):
        found, fix = "the decompressed text is not valid utf-8", "save the text as UTF-8 before compressing it"
    else:
        found = f"the {suffix} file is damaged or cut short: {cause(error)}"
        fix = "copy or download the file again, and compare its size with the original"
    return DataError(Problem(found=found, fix=fix, place=Place(file=shown)))


def _expect_magic(path: Path, *, shown: str) -> None:
    magic = _GZIP_MAGIC if path.suffix == ".gz" else _ZSTD_MAGIC
    with path.open("rb") as stream:
        start = stream.read(len(magic))
    if not start:
        raise DataError(_empty(shown))
    if start != magic:
        raise DataError(
            Problem(
                found=f"the name ends in {path.suffix} but the bytes are not compressed that way",
                fix=f"take {path.suffix} off the name, or compress the file again",
                place=Place(file=shown),
            )
        )


def _empty(shown: str) -> Problem:
    return Problem(
        found="the file is empty",
        allowed="a header line with column names, then rows",
        fix="make the file again; an export may have failed",
        place=Place(file=shown),
    )


def _head(path: Path, encoding: str, *, shown: str) -> str:
    head = b""
    for chunk in utf8_chunks(path, encoding, shown=shown):
        head += chunk
        if len(head) >= HEAD_BYTES:
            break
    if not head.strip(b"\r\n"):
        raise DataError(_empty(shown))
    return head[:HEAD_BYTES].decode(errors="ignore")


def _records(head: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, strict=False)
    try:
        for _ in range(SNIFF_RECORDS):
            yield next(reader)
    except (StopIteration, csv.Error):
        return


def _sniff(head: str, *, shown: str) -> str:
    def fit(delimiter: str) -> tuple[bool, int]:
        widths = [len(record) for record in _records(head, delimiter) if record]
        if len(head) >= HEAD_BYTES and len(widths) > 1:
            widths.pop()
        return len(set(widths)) == 1, max(widths[:1], default=0)

    fits = {delimiter: fit(delimiter) for delimiter in DELIMITERS}
    consistent = {delimiter: width for delimiter, (same, width) in fits.items() if same and width > 1}
    candidates = consistent or {delimiter: width for delimiter, (_, width) in fits.items()}
    best = max(candidates, key=lambda delimiter: candidates[delimiter])
    if candidates[best] > 1:
        return best
    return "\t" if ".tsv" in shown.lower() else ","


def _header(head: str, delimiter: str, *, shown: str) -> tuple[str, ...]:
    place = Place(file=shown, line=1)
    stream = io.StringIO(head, newline="")
    try:
        names = next(csv.reader(stream, delimiter=delimiter))
    except csv.Error:
        names = None
    if names is None or (stream.tell() == len(head) and len(head.encode()) >= HEAD_BYTES):
        raise DataError(
            Problem(
                found="the header does not end within the first megabyte, or holds a name that long",
                allowed="one line of column names",
                fix="look for a quote that is left open in the first line, or add the header",
                place=place,
            )
        )
    if not names:
        raise DataError(
            Problem(found="the first line is blank", allowed="column names", fix="delete the blank line", place=place)
        )
    if "\r" in head and "\n" not in head:
        raise DataError(
            Problem(
                found="lines end in a bare carriage return (old Mac style)",
                allowed="lines that end in LF or CR LF",
                fix="save the file with Unix or Windows line ends",
                place=place,
            )
        )
    return tuple(names)
