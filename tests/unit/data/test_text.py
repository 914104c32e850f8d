from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, NoReturn

import polars as pl
import pytest

from modelbout.data.reading import Reading
from modelbout.data.text import CHUNK_BYTES, inspect, known_encoding, utf8_chunks
from modelbout.errors import DataError, Problem

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = Reading()


def refused(root: Path, content: bytes, *, name: str = "t.csv", reading: Reading = PLAIN) -> Problem:
    path = root / name
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        inspect(path, reading, shown=f"data/{name}")
    (problem,) = caught.value.problems
    assert problem.place.file == f"data/{name}"
    return problem


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n\n"])
@pytest.mark.parametrize("packed", [False, True])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes, packed: bool) -> None:  # noqa: FBT001 -- a parameter
    name = "t.csv.gz" if packed else "t.csv"
    assert (
        refused(tmp_path, gzip.compress(content, mtime=0) if packed else content, name=name).found
        == "the file is empty"
    )
    assert refused(tmp_path, b"", name=name).found == "the file is empty"


def test_a_blank_first_line_is_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, b"\na,b\n1,2\n")
    assert problem.found == "the first line is blank"
    assert problem.place.line == 1


@pytest.mark.parametrize("content", [b'"a,b\n' + b"1,2\n" * 40_000, b"a," * 600_000 + b"b\n", b'"' + b"a\n" * 800_000])
def test_a_header_without_end_is_refused(tmp_path: Path, content: bytes) -> None:
    problem = refused(tmp_path, content)
    assert "the header does not end" in problem.found
    assert problem.place.line == 1


def test_old_mac_line_ends_are_refused(tmp_path: Path) -> None:
    assert "carriage return" in refused(tmp_path, b"a,b\r1,2\r").found


def test_a_byte_of_another_encoding_is_found_with_offset_and_line(tmp_path: Path) -> None:
    problem = refused(tmp_path, "a,b\nx,1\né,2\n".encode("latin-1"))
    assert problem.found == "byte 8 (from 0) is not valid utf-8"
    assert problem.place.line == 3
    assert "encoding: latin-1" in problem.fix


def test_a_bad_byte_far_into_the_file_is_found_too(tmp_path: Path) -> None:
    rows = CHUNK_BYTES // 4 + 10
    problem = refused(tmp_path, b"a,b\n" + b"1,2\n" * rows + b"\xe9,2\n")
    assert problem.found.startswith(f"byte {4 + 4 * rows} ")
    assert problem.place.line == rows + 2


def test_a_letter_that_is_cut_between_two_pieces_is_whole(tmp_path: Path) -> None:
    start = b"a\n" + b"x" * (CHUNK_BYTES - 3)
    content = start + "é\n".encode()
    (tmp_path / "t.csv").write_bytes(content)
    assert b"".join(utf8_chunks(tmp_path / "t.csv", "utf-8", shown="t.csv")) == content
    problem = refused(tmp_path, start + b"\xc3x\n")
    assert problem.place.line == 2
    assert problem.found.startswith(f"byte {CHUNK_BYTES - 1} ")


def test_a_file_that_ends_inside_a_letter_is_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, b"a,b\n1,\xc3")
    assert problem.found == "byte 6 (from 0) is not valid utf-8"
    assert problem.place.line == 2


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"PAR1", "Parquet"),
        (b"PK\x03\x04", "Excel"),
        (b"\xd0\xcf\x11\xe0", "Excel"),
        (gzip.compress(b"a,b\n", mtime=0), "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_text_is_named(tmp_path: Path, start: bytes, said: str) -> None:
    assert said in refused(tmp_path, start).found


def test_a_utf8_mark_contradicts_another_declared_encoding(tmp_path: Path) -> None:
    problem = refused(tmp_path, b"\xef\xbb\xbfa,b\n", reading=Reading(encoding="latin-1"))
    assert "byte order mark" in problem.found


@pytest.mark.parametrize("encoding", ["klingon", "utf-7", "rot13", "a\0b"])
def test_an_encoding_that_is_not_read_is_refused(encoding: str) -> None:
    with pytest.raises(DataError, match="is not known here"):
        known_encoding(encoding, shown="t.csv")


def test_a_gzip_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(9999)))
    assert "damaged or cut short" in refused(tmp_path, packed[:-500], name="t.csv.gz").found
    assert "damaged or cut short" in refused(tmp_path, packed[:-3], name="t.csv.gz").found
    spoilt = packed[:2000] + bytes(2000) + packed[4000:]
    assert "damaged or cut short" in refused(tmp_path, spoilt, name="t.csv.gz").found


def test_a_name_that_lies_about_compression_is_refused(tmp_path: Path) -> None:
    for name in ("t.csv.gz", "t.csv.zst"):
        assert "not compressed that way" in refused(tmp_path, b"a,b\n1,2\n", name=name).found


def test_zstd_is_read_in_pieces_and_a_cut_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.zst"
    pl.DataFrame({"a": range(200_000), "b": ["x\ny"] * 200_000}).lazy().sink_csv(path, compression="zstd")
    assert inspect(path, PLAIN, shown="t.csv.zst").header == ("a", "b")
    text = b"".join(utf8_chunks(path, "utf-8", shown="t.csv.zst"))
    assert text.count(b"\n") == 400_001
    assert text.endswith(b'199999,"x\ny"\n')
    packed = path.read_bytes()
    assert "damaged or cut short" in refused(tmp_path, packed[: len(packed) // 2], name="t.csv.zst").found


def zstd(content: bytes) -> bytes:
    """Pack up to 255 bytes as one raw block without a checksum (RFC 8878)."""
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(content)]) + (len(content) << 3 | 1).to_bytes(3, "little") + content


def test_zstd_with_another_encoding_is_refused_and_says_so(tmp_path: Path) -> None:
    problem = refused(tmp_path, zstd("a,b\né,1\n".encode("latin-1")), name="t.csv.zst")
    assert problem.found == "the decompressed text is not valid utf-8"


def test_zstd_of_nothing_is_an_empty_file(tmp_path: Path) -> None:
    assert refused(tmp_path, zstd(b""), name="t.csv.zst").found == "the file is empty"
    assert refused(tmp_path, zstd(b"\n\n"), name="t.csv.zst").found == "the file is empty"


def test_a_file_that_vanishes_or_closes_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        inspect(tmp_path / "none.csv", PLAIN, shown="none.csv")

    def closed(*_: object, **__: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a\n1\n", mtime=0))
    monkeypatch.setattr(gzip, "open", closed)
    with pytest.raises(DataError, match="cannot be read"):
        inspect(path, PLAIN, shown="t.csv.gz")


def test_the_delimiter_that_fits_all_first_records_beats_the_frequent_one(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"name, first;born;town, country\na, b;1;c\nd;2;e, f, g\n")
    assert inspect(tmp_path / "t.csv", PLAIN, shown="t.csv").delimiter == ";"


def test_one_column_has_the_delimiter_of_its_ending(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a\n1\n")
    assert inspect(tmp_path / "t.csv", PLAIN, shown="t.csv").delimiter == ","
    assert inspect(tmp_path / "t.csv", PLAIN, shown="t.TSV").delimiter == "\t"


def test_a_ragged_file_is_told_by_its_line_and_not_by_another_delimiter(tmp_path: Path) -> None:
    problem = refused(tmp_path, b"a,b\n1,2\n3\n")
    assert problem.found == "this record has 1 field, the header has 2"
    assert problem.place.line == 3


def test_a_wide_head_is_cut_for_the_sniffer_only(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\n" + b'"' + b"x" * 1_100_000 + b'",1\n' + b"y,2\n")
    table = inspect(tmp_path / "t.csv", PLAIN, shown="t.csv")
    assert table.header == ("a", "b")
    assert table.delimiter == ","
    assert not table.rewrite
