"""Zips as artifacts have them, and zips that nobody packs by accident, byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def packed(files: Mapping[str, bytes]) -> io.BytesIO:
    """Return a zip as packers write it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


@dataclass(frozen=True)
class Piece:
    """One entry, each part of which can lie."""

    name: bytes
    content: bytes = b"{}"
    length: int | None = None
    packed_length: int | None = None
    method: int = 8
    flags: int = 0x0800
    made_by: int = 3 << 8
    attributes: int = 0o100644 << 16
    crc: int | None = None
    local_name: bytes | None = None
    offset: int | None = None
    extra: bytes = b""
    tail: bytes = b""
    comment: bytes = b""


def forged(
    pieces: Sequence[Piece], *, count: int | None = None, comment: bytes = b"", size: int | None = None, disk: int = 0
) -> io.BytesIO:
    """Return a zip of these pieces."""
    body, directory = b"", b""
    for piece in pieces:
        machine = zlib.compressobj(9, zlib.DEFLATED, -15)
        data = machine.compress(piece.content) + machine.flush() if piece.method == 8 else piece.content
        data += piece.tail
        crc = zlib.crc32(piece.content) if piece.crc is None else piece.crc
        length = len(piece.content) if piece.length is None else piece.length
        packed_length = len(data) if piece.packed_length is None else piece.packed_length
        offset = len(body) if piece.offset is None else piece.offset
        name = piece.name if piece.local_name is None else piece.local_name
        sizes = (crc, packed_length & 0xFFFFFFFF, length & 0xFFFFFFFF)
        body += struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, piece.flags, piece.method, 0, 0, *sizes, len(name), 0)
        body += name + data
        lengths = (len(piece.name), len(piece.extra), len(piece.comment))
        directory += struct.pack("<4s6H3L", b"PK\x01\x02", piece.made_by, 20, piece.flags, piece.method, 0, 0, *sizes)
        directory += struct.pack("<5H2L", *lengths, 0, 0, piece.attributes, offset)
        directory += piece.name + piece.extra + piece.comment
    total = len(pieces) if count is None else count
    held = len(directory) if size is None else size
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", disk, disk, total, total, held, len(body), len(comment))
    return io.BytesIO(body + directory + end + comment)


def one(name: str = "bout.json", **changes: object) -> io.BytesIO:
    """Return a zip of one piece."""
    return forged([replace(Piece(name.encode()), **changes)])  # type: ignore[arg-type]
