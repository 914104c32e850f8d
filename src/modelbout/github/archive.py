"""Read a zip that a stranger may have made: its directory first, within limits, then entry by entry.

Security contract: nothing of an archive is believed. Memory and bytes are capped before they are taken; an entry gives
exactly the bytes that its directory says, or an error; a name is a plain relative path on every system, and no two
entries are one file on any of them; links, devices and encrypted entries are refused; a zip inside is only bytes. One
strange entry refuses the whole archive: what packs artifacts and bundles writes none.

Not by the standard library's ``zipfile``: it builds an object for each of a million entries before anybody can count
them, takes the sizes of one header and the name of the other, and reads past what it does not understand. Where two
readers may differ in what an archive holds, the safe answer is to refuse it.
"""

from __future__ import annotations

import os
import stat
import struct
import unicodedata
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from modelbout.errors import DataError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 6.3.10: layouts and numbers below.
_END = struct.Struct("<4s4H2LH")
_END_64_PLACE = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_EXTRA = struct.Struct("<2H")
_SIGNS = (b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06", b"PK\x01\x02", b"PK\x03\x04")
_IN_ZIP64 = 0xFFFFFFFF
_ENTRIES_IN_ZIP64 = 0xFFFF
_ZIP64_EXTRA = 0x0001
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_UTF8 = 0x0800
_UNIX = 3
_DOS_DIRECTORY = 0x10

NAME_BYTES = 1024
"""Of one entry's path. Our own choice: Linux takes 4,096, Windows 260 characters."""

EXTRA_BYTES = 1024
"""Of an entry's further fields: the packers write below 50. Our own choice."""

BLOCK = 2**16
"""Bytes that are read, or come out of inflating, at a time."""

SMALL = 2**20
"""Below these bytes any ratio is fine: it cannot fill anything."""

MOST_RATIO = 200
"""Bytes that one packed byte may become. JSON of results reaches 20; deflate ends at 1,032. Our own choice."""

_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789\u00b9\u00b2\u00b3"}
)
_NO_FILE_NAME = frozenset('\\:*?"<>|')


@dataclass(frozen=True)
class Limits:
    """The most that is taken of one archive.

    Attributes:
        entries: files and directories in it.
        entry_bytes: of one file, unpacked.
        total_bytes: of all files, unpacked.
        ratio: unpacked bytes for each packed one, of entries above ``SMALL``.
    """

    entries: int
    entry_bytes: int
    total_bytes: int
    ratio: int = MOST_RATIO


@dataclass(frozen=True)
class Entry:
    """One file in an archive.

    Attributes:
        path: plain and relative, with forward slashes.
        bytes: unpacked.
        packed: bytes in the archive.
        offset: of its local header.
        deflated: whether it is packed at all.
        crc: CRC-32 of the unpacked bytes.
    """

    path: str
    bytes: int
    packed: int
    offset: int
    deflated: bool
    crc: int


class Archive:
    """The files of a zip.

    Args:
        file: can be sought; stays open, and is the caller's to close.
        limits: the most that is taken.
        name: what errors call the archive.

    Raises:
        DataError: it is no zip, is damaged, breaks a limit, or holds what no artifact of ours holds.
    """

    def __init__(self, file: BinaryIO, limits: Limits, *, name: str = "the artifact") -> None:
        self._file = file
        self._name = name
        self._limits = limits
        try:
            self.entries = self._directory()
        except (struct.error, OSError) as error:
            raise self._refused("it is no zip, or is cut off") from error

    def read(self, entry: Entry) -> bytes:
        """Return a file's bytes: as many as its entry says, or an error.

        Raises:
            DataError: the entry lies about its bytes.
        """
        return b"".join(self.chunks(entry))

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """Yield a file's bytes, at most ``BLOCK`` at a time and never more in all than its entry says.

        Raises:
            DataError: they are more or fewer than the entry says, or others.
        """
        self._file.seek(entry.offset)
        header = _LOCAL.unpack(self._exactly(_LOCAL.size))
        self._file.seek(entry.offset + _LOCAL.size + header[9] + header[10])
        found, crc = 0, 0
        for chunk in self._inflated(entry) if entry.deflated else self._raw(entry.packed):
            found += len(chunk)
            if found > entry.bytes:
                raise self._refused("it holds more bytes than it says", entry.path)
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if found != entry.bytes:
            raise self._refused(f"it holds {found} bytes and says {entry.bytes}", entry.path)
        if crc != entry.crc:
            raise self._refused("its bytes are not those of its checksum", entry.path)

    def _raw(self, length: int) -> Iterator[bytes]:
        while length > 0:
            chunk = self._exactly(min(BLOCK, length))
            length -= len(chunk)
            yield chunk

    def _inflated(self, entry: Entry) -> Iterator[bytes]:
        machine = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for packed in self._raw(entry.packed):
                waiting = packed
                while waiting and not machine.eof:
                    yield machine.decompress(waiting, BLOCK)
                    waiting = machine.unconsumed_tail
                if machine.unused_data or (machine.eof and waiting):
                    raise self._refused("something stands behind its end", entry.path)
            while not machine.eof and (chunk := machine.decompress(b"", BLOCK)):
                yield chunk
        except zlib.error as error:
            raise self._refused("it cannot be unpacked", entry.path) from error
        if not machine.eof:
            raise self._refused("it is cut off", entry.path)

    def _directory(self) -> tuple[Entry, ...]:
        """Read the central directory and hold every entry against the rules."""
        offset, length, count, end = self._end()
        if count > self._limits.entries:
            raise self._refused(f"it has {count} entries", allowed=f"at most {self._limits.entries}")
        if length > count * (_CENTRAL.size + NAME_BYTES + EXTRA_BYTES) or offset + length != end:
            raise self._refused("its directory is not where and as long as it says")
        self._file.seek(offset)
        raw = self._exactly(length)
        found: list[Entry] = []
        directories: list[str] = []
        place = 0
        for _ in range(count):
            entry, is_directory, place = self._entry(raw, place)
            if is_directory:
                directories.append(entry.path)
            else:
                found.append(entry)
        if place != length:
            raise self._refused("its directory is longer than its entries")
        self._unlike(found, directories)
        self._in_bounds(found, offset)
        return tuple(found)

    def _end(self) -> tuple[int, int, int, int]:
        """Return where the directory starts, its bytes, its entries, and where it must end."""
        size = self._file.seek(0, os.SEEK_END)
        if size < _END.size:
            raise self._refused("it is no zip")
        self._file.seek(size - _END.size)
        sign, disk, first, here, count, length, offset, comment = _END.unpack(self._exactly(_END.size))
        # A comment could hold a second end, and readers differ in which they believe.
        if sign != _SIGNS[0] or comment:
            raise self._refused("it is no zip, or something stands behind its end")
        end = size - _END.size
        if _IN_ZIP64 in {length, offset} or _ENTRIES_IN_ZIP64 in {here, count}:
            return self._end_64(end)
        if disk or first or here != count:
            raise self._refused("it is one part of several")
        return offset, length, count, end

    def _end_64(self, end: int) -> tuple[int, int, int, int]:
        self._file.seek(max(0, end - _END_64_PLACE.size))
        sign, disk, place, disks = _END_64_PLACE.unpack(self._exactly(_END_64_PLACE.size))
        if sign != _SIGNS[1] or disk or disks > 1 or place != end - _END_64_PLACE.size - _END_64.size:
            raise self._refused("its end is not a zip's")
        self._file.seek(place)
        sign, rest, _, _, disk, first, here, count, length, offset = _END_64.unpack(self._exactly(_END_64.size))
        # Its own length leaves out the sign and itself: 12 bytes.
        if sign != _SIGNS[2] or rest != _END_64.size - 12 or disk or first or here != count:
            raise self._refused("its end is not a zip's")
        return offset, length, count, place

    def _entry(self, raw: bytes, place: int) -> tuple[Entry, bool, int]:
        """Return the entry at a place of the directory, whether it is a directory, and where the next one is."""
        fields = _CENTRAL.unpack_from(raw, place)
        sign, made_by, _, flags, method, _, _, crc, packed, length, name_length, extra_length, comment, disk = fields[
            :14
        ]
        attributes, offset = fields[15], fields[16]
        start = place + _CENTRAL.size
        following = start + name_length + extra_length + comment
        if sign != _SIGNS[3] or following > len(raw):
            raise self._refused("its directory is damaged")
        path, is_directory = self._path(raw[start : start + name_length], utf8=bool(flags & _UTF8))
        extra = raw[start + name_length : start + name_length + extra_length]
        length, packed, offset, disk = self._wide(extra, length, packed, offset, disk)
        if flags & _ENCRYPTED:
            raise self._refused("it is encrypted", path)
        if method not in {_STORED, _DEFLATED}:
            raise self._refused(f"it is packed by method {method}", path, allowed="stored or deflated")
        kind = stat.S_IFMT(attributes >> 16) if made_by >> 8 == _UNIX else 0
        if kind not in {0, stat.S_IFDIR if is_directory else stat.S_IFREG}:
            raise self._refused("it is a link, or no plain file", path)
        if not is_directory and made_by >> 8 != _UNIX and attributes & _DOS_DIRECTORY:
            raise self._refused("it is a file and a directory at once", path)
        if disk or comment or (method == _STORED and length != packed) or (is_directory and length):
            raise self._refused("its sizes or its place contradict each other", path)
        if length > self._limits.entry_bytes:
            raise self._refused(f"it has {length} bytes", path, allowed=f"at most {self._limits.entry_bytes}")
        if length > max(SMALL, packed * self._limits.ratio):
            raise self._refused(f"{packed} bytes become {length}", path, allowed=f"{self._limits.ratio} times as many")
        return Entry(path, length, packed, offset, method == _DEFLATED, crc), is_directory, following

    def _wide(self, extra: bytes, *narrow: int) -> list[int]:
        """Return length, packed, offset and disk, from the zip64 field where the narrow ones are full."""
        marks = (_IN_ZIP64, _IN_ZIP64, _IN_ZIP64, 0xFFFF)
        wanted = [position for position, value in enumerate(narrow) if value == marks[position]]
        values = list(narrow)
        place, seen = 0, False
        while place + _EXTRA.size <= len(extra):
            kind, size = _EXTRA.unpack_from(extra, place)
            body = extra[place + _EXTRA.size : place + _EXTRA.size + size]
            place += _EXTRA.size + size
            if kind != _ZIP64_EXTRA:
                continue
            layout = "<" + "".join("L" if position == 3 else "Q" for position in wanted)  # noqa: PLR2004 -- the disk
            if seen or len(body) != size or size < struct.calcsize(layout):
                raise self._refused("its long sizes are damaged")
            for position, value in zip(wanted, struct.unpack_from(layout, body), strict=True):
                values[position] = value
            seen = True
        if wanted and not seen:
            raise self._refused("its long sizes are missing")
        return values

    def _path(self, raw: bytes, *, utf8: bool) -> tuple[str, bool]:
        """Return a name as a plain relative path, and whether it is a directory's."""
        if not 0 < len(raw) <= NAME_BYTES:
            raise self._refused("an entry has no name, or an endless one")
        try:
            # Without the mark the encoding is anybody's guess, and guesses differ.
            path = raw.decode("utf-8" if utf8 else "ascii")
        except UnicodeDecodeError:
            raise self._refused("an entry's name is not UTF-8") from None
        is_directory = path.endswith("/")
        path = path[:-1] if is_directory else path
        wrong = unsafe(path)
        if wrong:
            raise self._refused(f"the path {path[:80]!a} {wrong}")
        return path, is_directory

    def _unlike(self, files: Sequence[Entry], directories: Sequence[str]) -> None:
        """Refuse two entries that some system takes for one, and a file in whose place a directory is."""
        taken: set[str] = set()
        for entry in files:
            name = folded(entry.path)
            if name in taken:
                raise self._refused("it is there twice, as some systems read names", entry.path)
            taken.add(name)
        above = {folded(path) for path in directories}
        for path in (*directories, *(entry.path for entry in files)):
            parts = folded(path).split("/")[:-1]
            above.update("/".join(parts[: depth + 1]) for depth in range(len(parts)))
        both = sorted(taken & above)
        if both:
            raise self._refused("it is a file and a directory at once", both[0])

    def _in_bounds(self, files: Sequence[Entry], end: int) -> None:
        """Refuse entries that share bytes, are not where they say, or are too many bytes together."""
        total = sum(entry.bytes for entry in files)
        if total > self._limits.total_bytes:
            raise self._refused(f"it has {total} bytes unpacked", allowed=f"at most {self._limits.total_bytes}")
        free = 0
        for entry in sorted(files, key=lambda entry: entry.offset):
            if not free <= entry.offset <= end - _LOCAL.size:
                raise self._refused("it shares its bytes with another, or is outside", entry.path)
            self._file.seek(entry.offset)
            header = _LOCAL.unpack(self._exactly(_LOCAL.size))
            name = self._exactly(header[9]) if header[9] <= NAME_BYTES else b""
            if header[0] != _SIGNS[4] or name != entry.path.encode():
                raise self._refused("its two headers disagree", entry.path)
            if header[2] & _ENCRYPTED or (header[3] == _DEFLATED) != entry.deflated:
                raise self._refused("its two headers disagree", entry.path)
            free = entry.offset + _LOCAL.size + header[9] + header[10] + entry.packed
            if free > end:
                raise self._refused("it reaches into the directory", entry.path)

    def _exactly(self, length: int) -> bytes:
        found = self._file.read(length)
        if len(found) != length:
            raise self._refused("it is cut off")
        return found

    def _refused(self, found: str, path: str = "", *, allowed: str = "") -> DataError:
        return refused(found, name=self._name, path=path, allowed=allowed)


def refused(found: str, *, name: str, path: str = "", allowed: str = "") -> DataError:
    """Return the error for an archive, or for one file in it, that is not taken."""
    return DataError(
        Problem(
            found=f"{name} is refused: {found}",
            allowed=allowed,
            fix="no step of Modelbout packs this: look at what the run did, then run it again",
            place=Place(file=path if path.isprintable() else ascii(path)[1:-1]) if path else Place(),
        )
    )


def unsafe(path: str) -> str:
    """Return why a path is not plain and relative on every system; empty when it is."""
    if not path.isprintable() or _NO_FILE_NAME & set(path):
        return "holds a character that not every system takes in a file name"
    for part in path.split("/"):
        if part in {"", ".", ".."}:
            return "leaves its directory, or is absolute"
        if part[-1] in ". " or part[0] == " ":
            return "has a part that some systems shorten"
        if part.partition(".")[0].rstrip().lower() in _RESERVED:
            return "has a part that names a device on Windows"
    return ""


def folded(path: str) -> str:
    """Return a path as file systems compare it that do not tell cases or forms of one letter apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", path).casefold())
