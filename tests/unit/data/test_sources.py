from __future__ import annotations

import gzip
import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import polars as pl
import pytest

from modelbout.data.engines.engine import RAW
from modelbout.data.reading import ColumnReading, Reading
from modelbout.data.sources import MOST_FILES, find, scan
from modelbout.data.table import load
from modelbout.errors import DataError, Place, Problem

if TYPE_CHECKING:
    from modelbout.manifest import ColumnType


HERE = Place(file="modelbout.yaml", line=4, column=3, key="data.source")
PLAIN = b"a,b\n1,x\n2,y\n"


def read(root: Path, content: bytes, *, name: str = "t.csv", reading: Reading | None = None) -> dict[str, list[Any]]:
    (root / name).write_bytes(content)
    return load(scan(name, root=root, reading=reading or Reading())).to_dict(as_series=False)


def declared(**types: ColumnType) -> Reading:
    return Reading(columns=tuple(ColumnReading(name, kind) for name, kind in types.items()))


def problems(root: Path, source: str | tuple[str, ...], reading: Reading | None = None) -> tuple[Problem, ...]:
    with pytest.raises(DataError) as caught:
        scan(source, root=root, reading=reading or Reading(), place=HERE)
    return caught.value.problems


def refused(root: Path, content: bytes, *, name: str = "t.csv", reading: Reading | None = None) -> Problem:
    (root / name).write_bytes(content)
    (problem,) = problems(root, name, reading)
    assert problem.place.file == name
    assert problem.fix
    return problem


def test_types_are_inferred_from_the_whole_file_when_nothing_is_declared(tmp_path: Path) -> None:
    header = b"whole,decimal,flag,day,naive,aware,code,phone,long,word,nothing,mixed\n"
    first = b"1,1.5,true,2011-01-01,2011-01-01T10:00:00,2011-01-01T10:00:00Z,007,+49,12345678901234567890,a,,1\n"
    last = b"-2,2,FALSE,2012-02-29,2011-01-01 10:00,2011-01-01 10:00+02:00,1,1,1,,,x\n"
    (tmp_path / "t.csv").write_bytes(header + first + last)

    opened = scan("t.csv", root=tmp_path, reading=Reading())

    assert {column.name: column.type for column in opened.reading.columns} == {
        "whole": "integer",
        "decimal": "number",
        "flag": "boolean",
        "day": "date",
        "naive": "datetime",
        "aware": "datetime",
        "code": "string",
        "phone": "string",
        "long": "string",
        "word": "string",
        "nothing": "string",
        "mixed": "string",
    }
    assert [column.timezone for column in opened.reading.columns if column.type == "datetime"] == [None, "UTC"]
    frame = load(opened)
    assert frame["code"].to_list() == ["007", "1"]
    assert frame["long"].to_list() == ["12345678901234567890", "1"]
    assert frame["word"].to_list() == ["a", None]
    assert frame["aware"].dt.hour().to_list() == [10, 8]


def test_a_type_must_hold_beyond_the_first_rows(tmp_path: Path) -> None:
    assert read(tmp_path, b"a\n" + b"1\n" * 20_000 + b"x\n")["a"][-1] == "x"
    assert read(tmp_path, b"a\n" + b"1\n" * 20_000 + b"1.5\n")["a"][-1] == 1.5


def test_numbers_that_are_never_finite_are_no_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\nnan,inf\nnan,1\n") == {"a": ["nan", "nan"], "b": [float("inf"), 1.0]}


def test_with_declared_columns_every_other_column_is_text(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1,2\n", reading=declared(a="integer")) == {"a": [1], "b": ["2"]}


def test_a_failed_cast_is_countable_and_its_text_is_kept(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,s\n1,007\nx,8\n,9\n12345678901234567890,\n1.5,1\n1.0,1\n")

    opened = scan("t.csv", root=tmp_path, reading=declared(a="integer", s="string"))

    assert opened.columns == ("a", "s")
    assert opened.text
    frame = opened.lazy.collect()
    assert frame.columns == ["a", "s", RAW + "a"]
    assert frame["a"].to_list() == [1, None, None, None, None, 1]
    assert frame[RAW + "a"].to_list() == ["1", "x", None, "12345678901234567890", "1.5", "1.0"]
    assert frame["s"].to_list() == ["007", "8", "9", None, "1", "1"]


def test_infinities_and_nan_are_numbers_but_an_overflow_is_a_failure(tmp_path: Path) -> None:
    values = read(tmp_path, b"x\ninf\n-Infinity\n1e400\n5\nNA\n", reading=declared(x="number"))["x"]
    assert values == [float("inf"), float("-inf"), None, 5.0, None]


def test_booleans_are_true_false_yes_no_1_0_in_any_case(tmp_path: Path) -> None:
    content = b"b\nTrue\nFALSE\nyes\nNo\n1\n0\nmaybe\nt\n"
    values = read(tmp_path, content, reading=declared(b="boolean"))["b"]
    assert values == [True, False, True, False, True, False, None, None]


def test_the_usual_words_alone_are_the_same_booleans(tmp_path: Path) -> None:
    assert read(tmp_path, b"b,x\ntrue,1\n,2\nno,3\n", reading=declared(b="boolean", x="integer"))["b"] == [
        True,
        None,
        False,
    ]


@pytest.mark.parametrize("zone", [None, "America/New_York"])
def test_a_moment_before_the_year_1_or_after_9999_is_a_failure(tmp_path: Path, zone: str | None) -> None:
    offset = "+00:00" if zone else ""
    texts = [f"{day} 01:00{offset}" for day in ("0000-06-01", "2011-06-01", "10000-06-01", "0001-01-01")]
    (tmp_path / "t.csv").write_text("\n".join(["t", *texts, ""]))
    frame = load(scan("t.csv", root=tmp_path, reading=Reading((ColumnReading("t", "datetime", timezone=zone),))))
    # At one o'clock in London, the first year has not begun in New York.
    assert frame["t"].dt.year().to_list() == [None, 2011, None, None if zone else 1]


def test_dates_by_format_or_iso(tmp_path: Path) -> None:
    american = Reading(columns=(ColumnReading("d", "date", "%m/%d/%Y"),))
    assert read(tmp_path, b"d\n1/31/2011\n01/02/2012\n31/1/2011\n", reading=american)["d"] == [
        date(2011, 1, 31),
        date(2012, 1, 2),
        None,
    ]
    assert read(tmp_path, b"d\n2011-01-31\n2011-02-30\n0000-01-01\n", reading=declared(d="date"))["d"] == [
        date(2011, 1, 31),
        None,
        None,
    ]


def test_an_offset_in_a_naive_column_fails_and_a_naive_value_in_a_zoned_column_too(tmp_path: Path) -> None:
    content = b"t\n2011-01-01T10:00:00\n2011-01-01T10:00:00+01:00\n2011-01-01 10:00:00.25Z\n"
    naive = read(tmp_path, content, reading=declared(t="datetime"))["t"]
    assert naive == [datetime(2011, 1, 1, 10), None, None]  # noqa: DTZ001 -- naive is what is tested
    zoned = Reading(columns=(ColumnReading("t", "datetime", timezone="Europe/Berlin"),))
    (tmp_path / "t.csv").write_bytes(content)
    frame = load(scan("t.csv", root=tmp_path, reading=zoned))
    assert frame.schema["t"] == pl.Datetime("us", "Europe/Berlin")
    assert frame["t"].dt.hour().to_list() == [None, 10, 11]


def test_datetime_formats_with_and_without_an_offset(tmp_path: Path) -> None:
    def hours(content: bytes, pattern: str, zone: str | None) -> list[int | None]:
        reading = Reading(columns=(ColumnReading("t", "datetime", pattern, zone),))
        (tmp_path / "t.csv").write_bytes(content)
        return load(scan("t.csv", root=tmp_path, reading=reading))["t"].dt.hour().to_list()

    assert hours(b"t\n1.2.2011 10:30\nx\n", "%d.%m.%Y %H:%M", None) == [10, None]
    assert hours(b"t\n1.2.2011 10:30 +0000\n", "%d.%m.%Y %H:%M %z", "Europe/Berlin") == [11]
    # 02:30 on that day was skipped in Berlin, and 02:30 in October came twice
    assert hours(b"t\n27.3.2011 02:30\n30.10.2011 02:30\n1.1.2011 02:30\n", "%d.%m.%Y %H:%M", "Europe/Berlin") == [
        None,
        None,
        2,
    ]


@pytest.mark.parametrize(
    "column",
    [
        ColumnReading("t", "datetime", "%Y-%m-%d %H"),
        ColumnReading("t", "datetime", timezone="Mars/Olympus"),
        ColumnReading("t", "datetime", "%d.%m.%Y %H:%M %z"),
    ],
)
def test_a_format_or_zone_that_can_never_work_is_refused(tmp_path: Path, column: ColumnReading) -> None:
    (tmp_path / "t.csv").write_bytes(b"t\nx\n")
    (problem,) = problems(tmp_path, "t.csv", Reading(columns=(column,)))
    assert "`t`" in problem.found
    assert problem.place == HERE


def test_na_is_no_null_unless_it_is_listed_and_quotes_make_no_difference(tmp_path: Path) -> None:
    content = b'a,b\nNA,\n"NA",""\nx,y\n'
    assert read(tmp_path, content) == {"a": ["NA", "NA", "x"], "b": [None, None, "y"]}
    assert read(tmp_path, content, reading=Reading(missing=("NA",))) == {
        "a": [None, None, "x"],
        "b": ["", "", "y"],
    }
    assert read(tmp_path, content, reading=Reading(missing=()))["b"] == ["", "", "y"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_and_told(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "t.csv").write_bytes(f'a{delimiter}b\n"1{delimiter},;"{delimiter}x\n3{delimiter}y\n'.encode())
    opened = scan("t.csv", root=tmp_path, reading=Reading())
    assert opened.delimiters == (delimiter,)
    assert opened.columns == ("a", "b")


def test_a_declared_delimiter_is_taken(tmp_path: Path) -> None:
    assert read(tmp_path, b"a:b\n1:2\n", reading=Reading(delimiter=":")) == {"a": [1], "b": [2]}


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "\u00a7"])
def test_a_delimiter_that_cannot_be_one_is_refused(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "t.csv").write_bytes(PLAIN)
    (problem,) = problems(tmp_path, "t.csv", Reading(delimiter=delimiter))
    assert "delimiter" in problem.found


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert read(tmp_path, b'\xef\xbb\xbf"a",b\n1,2\n') == {"a": [1], "b": [2]}


def test_header_only_is_a_table_without_rows(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n") == {"a": [], "b": []}
    assert read(tmp_path, b"a,b") == {"a": [], "b": []}


def test_quoted_line_ends_delimiters_and_quotes_are_values(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b\r\n"x\r\ny, ""z""",1\r\n') == {"a": ['x\r\ny, "z"'], "b": [1]}


def test_hostile_but_lawful_names_stay_as_they_are(tmp_path: Path) -> None:
    assert list(read(tmp_path, '#,$ref,../../x,"a,b",<b>,@all,é,^x,{0},%s\n1,2,3,4,5,6,7,8,9,0\n'.encode())) == [
        *("#", "$ref", "../../x", "a,b", "<b>", "@all", "é", "^x", "{0}", "%s")
    ]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (b"a,a", "more than once"),
        (b"a,", "blank"),
        (b"a, ", "blank"),
        (b'a,"x\ny"', "control"),
        (b"a,*", "pattern"),
        (b"a,^x$", "pattern"),
        (b"a," + RAW.encode() + b"b", "reserved"),
    ],
)
def test_names_that_name_no_single_column_are_refused(tmp_path: Path, header: bytes, said: str) -> None:
    assert said in refused(tmp_path, header + b"\n1,2\n").found


def test_all_faults_of_a_header_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,a,,*\n1,2,3,4\n")
    assert len(problems(tmp_path, "t.csv")) == 3


def test_gzip_and_zstd_and_tsv_give_the_same_rows(tmp_path: Path) -> None:
    expected = read(tmp_path, PLAIN)
    assert read(tmp_path, gzip.compress(PLAIN), name="t.csv.gz") == expected
    assert read(tmp_path, gzip.compress(PLAIN[:8]) + gzip.compress(PLAIN[8:]), name="t.csv.gz") == expected
    load(scan("t.csv", root=tmp_path, reading=Reading())).lazy().sink_csv(tmp_path / "t.csv.zst", compression="zstd")
    assert load(scan("t.csv.zst", root=tmp_path, reading=Reading())).to_dict(as_series=False) == expected
    assert read(tmp_path, PLAIN.replace(b",", b"\t"), name="t.tsv") == expected


def test_another_encoding_is_read_when_declared(tmp_path: Path) -> None:
    text = "a,b\né,1\nß,2\n"
    for encoding in ("latin-1", "ISO-8859-1", "windows-1252", "utf-16"):
        reading = Reading(encoding=encoding)
        assert read(tmp_path, text.encode(encoding), reading=reading)["a"] == ["é", "ß"]
    assert read(tmp_path, gzip.compress(text.encode("latin-1")), name="t.csv.gz", reading=Reading(encoding="latin-1"))


def test_blank_lines_at_the_end_are_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, PLAIN + b"\n\r\n\n")["a"] == [1, 2]
    assert read(tmp_path, b"a\n1\n\n3\n")["a"] == [1, None, 3]


def test_many_files_and_globs_are_one_table_in_sorted_order(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for number in (2, 10, 1):
        (tmp_path / "parts" / f"p{number}.csv").write_bytes(b"a,b\n%d,x\n" % number)
    (tmp_path / "parts" / "q.csv").write_bytes(b"b;a\ny;7\n")

    opened = scan(("parts/p*.csv", "parts/q.csv", "parts/p1.csv"), root=tmp_path, reading=Reading())

    assert [source.shown for source in opened.sources] == [
        *("parts/p1.csv", "parts/p10.csv", "parts/p2.csv", "parts/q.csv")
    ]
    assert opened.delimiters == (",", ",", ",", ";")
    assert load(opened).to_dict(as_series=False) == {"a": [1, 10, 2, 7], "b": ["x", "x", "x", "y"]}
    assert [file.path for file in opened.files] == [source.shown for source in opened.sources]
    assert opened.files[0].bytes == 8


def test_a_name_with_glob_signs_is_the_file_of_that_name(tmp_path: Path) -> None:
    assert read(tmp_path, PLAIN, name="t[1].csv")["a"] == [1, 2]


def test_a_path_outside_the_root_is_shown_as_it_is(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "t.csv").write_bytes(PLAIN)
    assert scan(str(tmp_path / "*.csv"), root=inner, reading=Reading()).sources[0].shown == f"{tmp_path}/t.csv"


def test_files_that_differ_in_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_bytes(PLAIN)
    (tmp_path / "2.csv").write_bytes(b"a,c\n1,2\n")
    (problem,) = problems(tmp_path, "*.csv")
    assert "lacks `b`" in problem.found
    assert "has `c` besides" in problem.found
    assert problem.place.file == "2.csv"


def test_text_and_parquet_are_not_one_table(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_bytes(PLAIN)
    pl.DataFrame({"a": [1], "b": ["x"]}).write_parquet(tmp_path / "2.parquet")
    (problem,) = problems(tmp_path, "[12].*")
    assert "Parquet" in problem.found
    assert problem.place == HERE


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("none.csv", "no file `none.csv`"),
        ("*.csv", "no file matches"),
        ("none\0.csv", "no file matches"),
        ("folder", "is a directory"),
        ("notes.txt", "no known format"),
        ("x" * 300 + ".csv", "cannot be opened"),
    ],
)
def test_a_source_that_is_no_file_is_refused_at_its_key(tmp_path: Path, source: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    (problem,) = problems(tmp_path, source)
    assert said in problem.found
    assert problem.place == HERE
    assert problem.fix


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "t.csv")
    (problem,) = problems(tmp_path, "t.csv")
    assert "no regular file" in problem.found


def test_all_missing_files_are_told_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, ("1.csv", "2.csv", "3.parquet"))) == 3


def test_no_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.csv").write_bytes(PLAIN)

    def closed(*_: object, **__: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", closed)
    (problem,) = problems(tmp_path, "t.csv")
    assert "no permission" in problem.found


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelbout.data.sources.MOST_FILES", 1)
    assert MOST_FILES > 1
    (tmp_path / "1.csv").write_bytes(PLAIN)
    (tmp_path / "2.csv").write_bytes(PLAIN)
    with pytest.raises(DataError, match="2 files"):
        find("*.csv", root=tmp_path, place=HERE)


def test_parquet_keeps_its_types_and_reads_only_what_is_asked(tmp_path: Path) -> None:
    pl.DataFrame({"a": ["1", "2"], "b": [1.0, 2.0]}).write_parquet(tmp_path / "t.parquet")
    opened = scan("t.parquet", root=tmp_path, reading=declared(a="integer"))
    assert not opened.text
    assert opened.lazy.collect_schema() == {"a": pl.String, "b": pl.Float64}
    assert "1/2 COLUMNS" in opened.lazy.select("b").explain()


def test_a_reserved_name_in_parquet_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({RAW + "a": [1]}).write_parquet(tmp_path / "t.parquet")
    (problem,) = problems(tmp_path, "t.parquet")
    assert "reserved" in problem.found


@pytest.mark.parametrize(
    "fault", [pl.exceptions.ComputeError("row 3 says secret"), OSError("secret")], ids=["engine", "disk"]
)
def test_a_parser_that_fails_anyway_shows_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise fault

    monkeypatch.setattr("modelbout.data.sources.infer_columns", fail)
    assert "secret" not in refused(tmp_path, PLAIN).found


def test_a_second_table_can_be_read_with_the_types_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_bytes(b"a\n1.5\n")
    (tmp_path / "holdout.csv").write_bytes(b"a\n2\n")
    first = scan("train.csv", root=tmp_path, reading=Reading())
    second = scan("holdout.csv", root=tmp_path, reading=first.reading)
    assert load(second).schema == load(first).schema


def test_a_path_that_is_no_utf_8_is_told(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"d\xff")
    try:
        root.mkdir()
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (root / "t.csv").write_bytes(PLAIN)
    (problem,) = problems(root, "t.csv")
    assert "not UTF-8" in problem.found
    assert "LC_ALL" in problem.fix


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    frame = pl.DataFrame({"a": [1, 2]})
    write = frame.write_csv if name.endswith("csv") else frame.write_parquet
    write(path)
    opened = scan(name, root=tmp_path, reading=Reading())
    opened.require_unchanged()
    write(path)
    with pytest.raises(DataError) as caught:
        opened.files  # noqa: B018 -- a property that looks
    (problem,) = caught.value.problems
    assert (problem.found, problem.place.file) == ("the file was changed while it was read", name)
    path.unlink()
    with pytest.raises(DataError):
        opened.require_unchanged()
