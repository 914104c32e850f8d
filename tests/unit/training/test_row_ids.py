from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modelbout.errors import BundleError, DataError
from modelbout.training import row_ids as rows
from modelbout.training.row_ids import CONTENT_FILE, HEADER_FILE, ID_FILE, keys_like, row_ids, row_ids_of

if TYPE_CHECKING:
    from pathlib import Path

FRAME = pl.DataFrame({"id": ["a", "b", None, "d"], "x": [1, 2, 3, 3], "y": [0.5, 1.5, 2.5, 2.5]})


def kept(into: Path, ids: rows.RowIds) -> Path:
    for name, data in ids.files().items():
        (into / name).write_bytes(data)
    return into


def test_all_rows_are_found_again(tmp_path: Path) -> None:
    ids = row_ids_of(kept(tmp_path, row_ids(FRAME, id="id", salt="s")))
    assert ids is not None
    assert ids.id is not None
    assert (ids.content.rows, ids.content.below, ids.id.rows) == (4, None, 3)
    assert [(column.name, column.type) for column in ids.content.columns] == [("x", "integer"), ("y", "number")]
    for sample, frame in ((ids.content, FRAME), (ids.id, FRAME.drop_nulls())):
        keys, note = keys_like(frame.reverse(), sample, ids.salt)
        assert note == ""
        assert sorted(keys.tolist()) == sample.keys.tolist()


def test_the_files_are_plain_sorted_numbers(tmp_path: Path) -> None:
    kept(tmp_path, row_ids(FRAME, id="id", salt="s"))
    raw = (tmp_path / CONTENT_FILE).read_bytes()
    keys = [int.from_bytes(raw[at : at + 8], "little") for at in range(0, len(raw), 8)]
    assert len(keys) == 4
    assert keys == sorted(keys)
    assert len((tmp_path / ID_FILE).read_bytes()) == 24
    assert "a" not in json.loads((tmp_path / HEADER_FILE).read_text())["id"]["columns"][0]["name"][1:]


def test_without_an_id_there_is_one_block(tmp_path: Path) -> None:
    for name in (None, "elsewhere"):
        files = row_ids(FRAME, id=name, salt="s").files()
        assert set(files) == {HEADER_FILE, CONTENT_FILE}
    kept(tmp_path, row_ids(FRAME, id=None, salt="s"))
    ids = row_ids_of(tmp_path)
    assert ids is not None
    assert ids.id is None


def test_another_salt_is_another_hash() -> None:
    one, two = (row_ids(FRAME, id=None, salt=salt).content.keys for salt in ("a", "b"))
    assert not set(one.tolist()) & set(two.tolist())


def test_a_large_table_leaves_the_smallest_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_KEYS", 100)
    frame = pl.DataFrame({"x": range(1000)})
    ids = row_ids_of(kept(tmp_path, row_ids(frame, id=None, salt="s")))
    assert ids is not None
    keys, _ = keys_like(frame, ids.content, "s")
    assert ids.content.below == sorted(keys.tolist())[100]
    assert ids.content.keys.tolist() == sorted(keys.tolist())[:100]
    assert ids.content.rows == 1000


def test_equal_rows_at_the_border_leave_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_KEYS", 10)
    frame = pl.DataFrame({"x": [number // 4 for number in range(40)]})
    ids = row_ids_of(kept(tmp_path, row_ids(frame, id=None, salt="s")))
    assert ids is not None
    assert ids.content.keys.size == 8


def test_a_column_that_is_gone_or_has_another_type_is_said() -> None:
    sample = row_ids(FRAME, id="id", salt="s").content
    assert keys_like(FRAME.drop("y"), sample, "s")[1] == "column `y` of its training rows is not in the table any more"
    text = FRAME.with_columns(pl.col("x").cast(pl.String))
    assert keys_like(text, sample, "s")[1] == "column `x` was of type integer in its training rows"


def test_new_columns_and_wider_numbers_change_nothing() -> None:
    sample = row_ids(FRAME, id="id", salt="s").content
    other = FRAME.with_columns(pl.col("x").cast(pl.Float64), new=pl.lit(1))
    keys, note = keys_like(other, sample, "s")
    assert note == ""
    assert sorted(keys.tolist()) == sample.keys.tolist()


def test_a_type_that_no_table_may_have_is_refused() -> None:
    with pytest.raises(DataError, match="has no digest"):
        row_ids(pl.DataFrame({"x": [[1]]}), id=None, salt="s")


def test_a_bundle_without_them_has_none(tmp_path: Path) -> None:
    assert row_ids_of(tmp_path) is None


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        (HEADER_FILE, b"{", "cannot be read"),
        (HEADER_FILE, b"{}", "cannot be read"),
        (HEADER_FILE, b"\xff", "cannot be read"),
        (HEADER_FILE, b" " * (rows.HEADER_LIMIT + 1), "is too long"),
        (CONTENT_FILE, b"\x01" * 31, "do not fit"),
        (CONTENT_FILE, b"\x01" * 40, "do not fit"),
        (CONTENT_FILE, np.array([4, 3, 2, 1], "<u8").tobytes(), "do not fit"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, name: str, data: bytes, found: str) -> None:
    kept(tmp_path, row_ids(FRAME, id="id", salt="s"))
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BundleError, match=found):
        row_ids_of(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [('"kept": 4', '"kept": 3'), ('"rows": 4', '"rows": 5'), ('"below": null', '"below": "no number"')],
)
def test_a_header_that_does_not_fit_is_refused(tmp_path: Path, old: str, new: str) -> None:
    kept(tmp_path, row_ids(FRAME, id=None, salt="s"))
    text = (tmp_path / HEADER_FILE).read_text()
    assert text.count(old) == 1
    (tmp_path / HEADER_FILE).write_text(text.replace(old, new))
    with pytest.raises(BundleError, match="do not fit"):
        row_ids_of(tmp_path)


def test_a_missing_part_and_a_link_are_refused(tmp_path: Path) -> None:
    kept(tmp_path, row_ids(FRAME, id="id", salt="s"))
    (tmp_path / ID_FILE).rename(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="cannot be read"):
        row_ids_of(tmp_path)
    (tmp_path / ID_FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="cannot be read"):
        row_ids_of(tmp_path)
