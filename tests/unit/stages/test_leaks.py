from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modelbout.data.digests import table_digest
from modelbout.errors import DataError
from modelbout.evidence import Estimate
from modelbout.manifest import Feature, Signature
from modelbout.progress import Quiet
from modelbout.results import Leak, SeenRows
from modelbout.stages.leaks import (
    Memory,
    after_verdict,
    look_for_leaks,
    refuse_leaks,
    remembered,
    time_column,
    with_clean_rows,
    without_seen,
)
from modelbout.stages.tables import Rows
from modelbout.stages.workspace import Workspace, open_workspace
from modelbout.training import row_ids as ids
from modelbout.training.row_ids import row_ids

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.errors import Level

HEAD = "version: 1\nmodel: m\ntask: regression\ntrain: {estimator: 'p:b'}\n"
TABLES = "train: a.csv, holdout: b.csv"
ROWS = 1000


def workspace(root: Path, data: str = TABLES, compare: str = "") -> Workspace:
    (root / "modelbout.yaml").write_text(f"{HEAD}data: {{target: y, {data}}}\n{compare}", encoding="utf-8")
    return open_workspace(root / "modelbout.yaml", None)


def frame(rows: int = ROWS, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "id": range(rows),
            "who": rng.integers(0, rows // 4, rows),
            "t": np.datetime64("2024-01-01T00", "us") + np.arange(rows) * np.timedelta64(1, "h"),
            "x": rng.normal(size=rows),
            "y": rng.normal(size=rows),
        }
    )


def table(train: pl.DataFrame, holdout: pl.DataFrame) -> Rows:
    return Rows(train, holdout, table_digest(train), table_digest(holdout))


def looked(work: Workspace, train: pl.DataFrame, holdout: pl.DataFrame) -> list[tuple[str, Level]]:
    inputs = tuple(Feature(name=name, type="number") for name in ("x",))
    shape = Signature(inputs=inputs, target="y", target_type="number")
    return [(leak.kind, leak.level) for leak in look_for_leaks(work, shape, table(train, holdout), Quiet())]


def kept(root: Path, train: pl.DataFrame, *, id: str | None = "id") -> Path:  # noqa: A002 -- as the function's
    bundle = root / "bundle"
    bundle.mkdir(exist_ok=True)
    for name, data in row_ids(train, id=id, salt="s").files().items():
        (bundle / name).write_bytes(data)
    return bundle


def test_the_time_column_is_the_splits_unless_another_is_named(tmp_path: Path) -> None:
    timed = "source: a.csv, split: {by: time, column: t, from: 2024-01-02}"
    assert time_column(workspace(tmp_path).config.data) is None
    assert time_column(workspace(tmp_path, f"{TABLES}, time: u").config.data) == "u"
    assert time_column(workspace(tmp_path, timed).config.data) == "t"
    assert time_column(workspace(tmp_path, f"{timed}, time: u").config.data) == "u"
    assert time_column(workspace(tmp_path, "source: a.csv, split: {by: id, holdout: 0.2}").config.data) is None


def test_each_key_of_the_configuration_has_its_check(tmp_path: Path) -> None:
    whole = frame()
    train, holdout = whole[::2], whole[1::2]
    assert looked(workspace(tmp_path, f"{TABLES}, id: id"), train, holdout) == []
    assert looked(workspace(tmp_path, f"{TABLES}, id: id, group: who"), train, holdout) == [("shared entity", "error")]
    assert looked(workspace(tmp_path, f"{TABLES}, id: id, group: [who, id]"), train, holdout) == []
    assert looked(workspace(tmp_path, f"{TABLES}, id: id, time: t"), train, holdout) == [("time leak", "warn")]
    timed = "source: a.csv, id: id, split: {by: time, column: t, from: 2024-01-02}"
    assert looked(workspace(tmp_path, timed), train, holdout) == [("time leak", "error")]
    assert looked(workspace(tmp_path, timed), whole.head(500), whole.tail(500)) == []


def test_an_entity_that_was_not_declared_is_a_hint_unless_the_split_is_by_time(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    traits = rng.integers(0, 3, (2, ROWS))
    whole = frame().with_columns(
        sex=pl.Series(traits[0])[pl.Series(frame()["who"])], kind=pl.Series(traits[1])[pl.Series(frame()["who"])]
    )
    assert looked(workspace(tmp_path, f"{TABLES}, id: id"), whole[::2], whole[1::2]) == [("shared entity", "warn")]
    timed = "source: a.csv, id: id, split: {by: time, column: t, from: 2024-01-02}"
    assert looked(workspace(tmp_path, timed), whole.head(500), whole.tail(500)) == []


@pytest.mark.parametrize(
    ("kind", "key"),
    [("target leak", "data.exclude"), ("shared entity", "data.group"), ("near rows", "data.split")],
)
def test_errors_are_refused_with_their_place_and_fix(tmp_path: Path, kind: str, key: str) -> None:
    work = workspace(tmp_path)
    leak = Leak(kind=kind, columns=("x",), level="error", strength=1.0, message="it is so", fix="do this")  # type: ignore[arg-type]
    with pytest.raises(DataError) as raised:
        refuse_leaks(work, (leak, leak))
    assert [(problem.found, problem.fix, problem.place.key) for problem in raised.value.problems] == [
        (f"{kind}: it is so", "do this", key)
    ] * 2
    refuse_leaks(work, (Leak(kind="near rows", columns=(), level="warn", strength=1.0, message="m"),))


def test_ids_decide_where_both_name_them(tmp_path: Path) -> None:
    work = workspace(tmp_path, f"{TABLES}, id: id")
    bundle = kept(tmp_path, frame())
    # Row 1 has a new id and the old content, the others old ids and new contents.
    holdout = frame(50, seed=1).with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(5000).otherwise("id").alias("id")
    )
    memory = remembered(work, bundle, holdout)
    assert (memory.told.by, memory.told.seen) == ("id", Estimate(value=49))
    assert memory.clean is not None
    assert memory.clean.tolist() == [True] + [False] * 49
    assert memory.leak is not None
    assert (memory.leak.level, memory.leak.columns, memory.leak.rows) == ("error", ("id",), (2, 3, 4, 5, 6))
    for changed in (f"{TABLES}", f"{TABLES}, id: who"):
        assert remembered(workspace(tmp_path, changed), bundle, holdout).told.by == "content"


def test_an_id_of_another_type_falls_back_to_content_and_a_lost_column_is_not_known(tmp_path: Path) -> None:
    work = workspace(tmp_path, f"{TABLES}, id: id")
    bundle = kept(tmp_path, frame())
    holdout = frame().head(100).with_columns(pl.col("id").cast(pl.String))
    memory = remembered(work, bundle, holdout)
    assert (memory.told.by, memory.told.seen) == ("content", Estimate(value=100))
    lost = remembered(work, bundle, holdout.drop("x"))
    assert lost.told == SeenRows(rows=100, note="column `x` of its training rows is not in the table any more")
    assert (lost.leak, lost.clean) == (None, None)


@pytest.mark.parametrize(("count", "level"), [(0, None), (9, "warn"), (10, "error")])
def test_the_level_follows_from_the_share(tmp_path: Path, count: int, level: str | None) -> None:
    work = workspace(tmp_path, f"{TABLES}, id: id")
    bundle = kept(tmp_path, frame())
    holdout = frame(1000, seed=2).with_columns(id=pl.int_range(pl.len()) + 1000 - count)
    leak = remembered(work, bundle, holdout).leak
    assert (None if leak is None else leak.level) == level
    lenient = workspace(tmp_path, f"{TABLES}, id: id", "compare: {contaminated: warn}")
    leak = remembered(lenient, bundle, holdout).leak
    assert (None if leak is None else leak.level) == (level and "warn")


def test_natural_twins_are_no_contamination(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    coarse = pl.DataFrame({"x": rng.integers(0, 40, 3000), "y": rng.integers(0, 20, 3000)})
    memory = remembered(workspace(tmp_path), kept(tmp_path, coarse.head(2400), id=None), coarse.tail(600))
    assert memory.told.natural
    assert memory.told.seen is not None
    assert memory.told.seen.value > 300
    assert (memory.leak, memory.clean) == (None, None)


def test_where_many_rows_have_twins_rows_cannot_be_told_apart(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    coarse = pl.DataFrame({"x": rng.integers(0, 400, 3000), "y": rng.integers(0, 20, 3000)})
    bundle = kept(tmp_path, coarse.head(2400), id=None)
    work = workspace(tmp_path, compare="compare: {contaminated: drop}")
    holdout = pl.concat([coarse.tail(100), coarse.head(500)])
    memory = remembered(work, bundle, holdout)
    assert memory.leak is not None
    assert memory.clean is None
    with pytest.raises(DataError, match="cannot be told from others"):
        without_seen(work, table(coarse, holdout), memory)


def test_a_sample_tells_an_estimate_and_the_rows_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "MOST_KEYS", 300)
    work = workspace(tmp_path, f"{TABLES}, id: id", "compare: {contaminated: drop}")
    bundle = kept(tmp_path, frame())
    holdout = frame(1000, seed=5).with_columns(id=pl.int_range(pl.len()) + 500)
    memory = remembered(work, bundle, holdout)
    assert memory.told.seen is not None
    assert memory.told.seen.interval is not None
    assert memory.told.seen.interval.low <= 500 <= memory.told.seen.interval.high
    assert memory.leak is not None
    assert memory.leak.message.startswith("about ")
    left, after = without_seen(work, table(frame(), holdout), memory)
    # Of rows beyond the sample nothing is known: they do not stay.
    assert 100 < left.holdout.height < 200
    assert left.holdout["id"].min() >= 1000  # type: ignore[operator]
    assert left.holdout_digest == table_digest(left.holdout)
    assert after.told.dropped == 1000 - left.holdout.height
    monkeypatch.setattr(ids, "MOST_KEYS", 1)
    few = remembered(work, kept(tmp_path, frame()), holdout.head(1))
    assert few.told.seen is None
    assert few.told.note.startswith("none of the holdout's rows")


def test_nothing_is_dropped_without_need(tmp_path: Path) -> None:
    rows = table(frame(), frame(10, seed=6))
    memory = Memory(SeenRows(rows=10))
    work = workspace(tmp_path, compare="compare: {contaminated: drop}")
    assert without_seen(work, rows, memory) == (rows, memory)
    assert with_clean_rows(memory, None) is memory  # type: ignore[arg-type]
    assert with_clean_rows(None, None) is None  # type: ignore[arg-type]
    assert after_verdict(work, memory, passed=False) is None
    assert after_verdict(work, None, passed=False) is None
