"""What no packer writes is refused with one clear problem, before it costs memory, time or disk."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.errors import DataError
from modelbout.github.archive import BLOCK, Archive, Limits, unsafe
from tests.unit.github.zips import Piece, forged, one, packed

LIMITS = Limits(entries=20, entry_bytes=4 * 2**20, total_bytes=8 * 2**20)


def contents(file: io.BytesIO) -> dict[str, bytes]:
    archive = Archive(file, LIMITS)
    return {entry.path: archive.read(entry) for entry in archive.entries}


def one_problem(error: DataError) -> None:
    assert len(error.problems) == 1


def refusal(file: io.BytesIO) -> str:
    with pytest.raises(DataError) as caught:
        contents(file)
    (problem,) = caught.value.problems
    assert problem.fix
    return problem.found


def test_what_packers_write_comes_out() -> None:
    files = {"bout.json": b"{}", "a/b/report.md": b"x" * 200_000, "empty": b"", "ma\u00f1ana.txt": b"1"}
    assert contents(packed(files)) == files


def test_directories_are_passed_over() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.mkdir("plots")
        archive.writestr("plots/a.svg", b"1")
    assert contents(file) == {"plots/a.svg": b"1"}


def test_streamed_entries_with_their_sizes_behind_them_come_out() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bout.json", b"{}" * 5_000)
        archive.writestr("origin.json", b"[]")
    assert contents(io.BytesIO(pipe.getvalue())) == {"bout.json": b"{}" * 5_000, "origin.json": b"[]"}


def test_long_sizes_of_zip64_come_out() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, archive.open("bout.json", "w", force_zip64=True) as entry:
        entry.write(b"{}")
    assert contents(file) == {"bout.json": b"{}"}


def long_sizes(*values: int) -> bytes:
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values)


@pytest.mark.parametrize(
    "name",
    [
        "../bout.json",
        "a/../../bout.json",
        "/etc/passwd",
        "//host/share/x",
        "C:/x",
        "C:x",
        "a\\b.json",
        "..\\..\\x",
        "\\\\host\\x",
        "./bout.json",
        "a//b",
        "a/./b",
        "a\x00.json",
        "a\nb",
        "a\x1bb",
        "a\u202eb",
        "a\u200bb",
        "nul",
        "a/CON.json",
        "Aux",
        "com1.txt",
        "LPT9",
        "com\u00b9",
        "a./b",
        "trail ",
        " lead",
        "what?",
        "a*",
        'a"b',
        "a|b",
        "a<b>",
        "x:stream",
    ],
)
def test_a_path_that_is_not_plain_on_every_system_is_refused(name: str) -> None:
    assert "path" in refusal(one(name))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (io.BytesIO(b""), "no zip"),
        (io.BytesIO(b"PK\x05\x06"), "no zip"),
        (io.BytesIO(b"x" * 5000), "no zip"),
        (forged([Piece(b"a")], comment=b"PK\x05\x06"), "behind its end"),
        (forged([Piece(b"a")], disk=1), "several"),
        (forged([Piece(b"a")], count=2), "damaged|no zip|as it says"),
        (forged([Piece(b"a")], count=0), "as it says|longer than"),
        (forged([Piece(b"a")], count=65_534), "65534 entries"),
        (forged([Piece(b"a")], size=2**31), "as it says"),
        (forged([Piece(str(number).encode()) for number in range(21)]), "21 entries"),
        (one(length=1), "more bytes than it says"),
        (one(length=3), "holds 2 bytes and says 3"),
        (one(length=100, method=0), "contradict"),
        (one(crc=1), "checksum"),
        (one(content=b"\xff" * 9, method=8, packed_length=2), "unpacked|cut off"),
        (one(tail=b"more"), "behind its end"),
        (one(packed_length=2**20), "reaches into|bytes with another"),
        (one(content=b"0" * (3 * 2**20)), "bytes become"),
        (one(content=b"0" * (5 * 2**20)), "5242880 bytes"),
        (one(length=2**32 - 1, extra=long_sizes(2**63)), "9223372036854775808 bytes"),
        (one(length=2**32 - 1), "long sizes"),
        (one(length=2**32 - 1, extra=long_sizes(2) * 2), "long sizes"),
        (one(length=2**32 - 1, extra=struct.pack("<2H", 1, 60)), "long sizes"),
        (one(flags=0x0801), "encrypted"),
        (one(flags=0x0840), "encrypted"),
        (one(flags=0x2800), "encrypted"),
        (one(method=99), "method 99"),
        (one(method=12), "method 12"),
        (one(method=9), "method 9"),
        (one(attributes=0o120777 << 16), "link"),
        (one(attributes=0o010644 << 16), "link, or no plain file"),
        (one(attributes=0o060644 << 16), "link, or no plain file"),
        (one(attributes=0o040755 << 16), "no plain file"),
        (one(made_by=0, attributes=0x10), "file and a directory"),
        (one("dir/", content=b"x"), "no plain file|contradict"),
        (one(comment=b"hello"), "contradict"),
        (one(""), "no name"),
        (one("x" * 1025), "endless"),
        (one("\u00e9", flags=0), "not UTF-8"),
        (forged([Piece(b"\xff\xfe.json")]), "not UTF-8"),
        (forged([Piece(b"\xed\xa0\x80.json")]), "not UTF-8"),
        (one(local_name=b"report.json"), "headers disagree"),
        (forged([Piece(b"bout.json"), Piece(b"bout.json")]), "twice"),
        (forged([Piece(b"bout.json"), Piece(b"BOUT.json")]), "twice"),
        (forged([Piece("\u00e9".encode()), Piece("e\u0301".encode())]), "twice"),
        (forged([Piece(b"a"), Piece(b"a/b")]), "file and a directory"),
        (forged([Piece(b"A"), Piece(b"a/b/c")]), "file and a directory"),
        (forged([Piece(b"a"), Piece(b"a", offset=0)]), "twice"),
        (forged([Piece(b"a"), Piece(b"b", offset=0)]), "shares its bytes|headers disagree"),
        (forged([Piece(b"a", offset=2**31)]), "outside"),
    ],
)
def test_what_nobody_packs_is_refused(file: io.BytesIO, said: str) -> None:
    found = refusal(file)
    assert any(word in found for word in said.split("|")), found


def test_entries_that_share_one_body_are_refused() -> None:
    kernel = Piece(b"kernel", content=b"0" * 900_000)
    quoted = [Piece(b"kernel", offset=0), Piece(b"other", offset=31)]
    refusal(forged([kernel, *quoted]))


def test_many_entries_that_are_too_much_together_are_refused() -> None:
    assert "unpacked" in refusal(forged([Piece(f"{n}".encode(), content=bytes(2**20)) for n in range(9)]))


def test_a_bomb_inside_is_only_bytes() -> None:
    inner = packed({"bomb": b"0" * 2**20}).getvalue()
    assert contents(packed({"inner.zip": inner})) == {"inner.zip": inner}


def test_a_lie_about_the_size_costs_no_memory() -> None:
    file = one(content=bytes(200 * 2**20), length=1000)
    archive = Archive(file, LIMITS)
    tracemalloc.start()
    try:
        with pytest.raises(DataError):
            archive.read(archive.entries[0])
        assert tracemalloc.get_traced_memory()[1] < 20 * BLOCK
    finally:
        tracemalloc.stop()


def test_a_cut_at_any_place_is_refused() -> None:
    whole = packed({"bout.json": b"{}", "b": b"1" * 50}).getvalue()
    for length in range(len(whole)):
        refusal(io.BytesIO(whole[:length]))


@settings(max_examples=300)
@given(st.data())
def test_a_changed_byte_gives_the_same_bytes_or_one_problem(data: st.DataObject) -> None:
    files = {"bout.json": b"{}" * 40, "a/origin.json": b"[1, 2]"}
    raw = bytearray(packed(files).getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = contents(io.BytesIO(bytes(raw)))
    except DataError as error:
        one_problem(error)
    else:
        assert set(found.values()) <= set(files.values())
        assert not any(unsafe(path) for path in found)
