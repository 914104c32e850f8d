from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.data.reading import Reading
from modelbout.data.sources import Scan, scan
from modelbout.errors import DataError
from modelbout.init.look import Column, Look, look, moment, values

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "id,when,grade,size,ok\n" + "".join(
    f"{n},2024-01-{n:02d},{'ab'[n % 3 == 0]},{n / 2 if n > 2 else ''},{'true' if n % 2 else 'false'}\n"
    for n in range(1, 11)
)


def opened(tmp_path: Path, text: str = TEXT) -> Scan:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    return scan("t.csv", root=tmp_path, reading=Reading())


def test_look_counts(tmp_path: Path) -> None:
    found = look(opened(tmp_path), shown="t.csv")
    assert found == Look(
        10,
        (
            Column("id", "integer", 10, 0),
            Column("when", "date", 10, 0),
            Column("grade", "string", 2, 0),
            Column("size", "number", 8, 2),
            Column("ok", "boolean", 2, 0),
        ),
    )
    assert [column.is_key(10) for column in found.columns] == [True, False, False, False, False]
    assert found.column("size") is found.columns[3]
    assert found.column("x") is None


def test_names_of_counters_do_not_clash(tmp_path: Path) -> None:
    text = "rows,distinct rows,missing rows\n" + "1,2,3\n" * 3
    assert [column.distinct for column in look(opened(tmp_path, text), shown="t").columns] == [1, 1, 1]


def test_values_come_rarest_first(tmp_path: Path) -> None:
    assert values(opened(tmp_path), "grade", most=2) == (("b", 3), ("a", 7))
    assert values(opened(tmp_path), "grade", most=1) == (("b", 3),)
    assert values(opened(tmp_path), "ok", most=2) == ((False, 5), (True, 5))


def test_moment(tmp_path: Path) -> None:
    assert moment(opened(tmp_path), "when", 0.2) == "2024-01-09"
    pl.DataFrame(
        {"t": pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 1, 5), "1d", eager=True)}
    ).write_parquet(tmp_path / "t.parquet")
    timed = scan("t.parquet", root=tmp_path, reading=Reading())
    assert moment(timed, "t", 0.2) == "2024-01-05T00:00:00"


def test_a_header_alone(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a header and no rows"):
        look(opened(tmp_path, "a,b\n"), shown="t.csv")
