from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelbout.data.sources import scan
from modelbout.errors import ConfigError, DataError
from modelbout.progress import Quiet
from modelbout.results import VALIDATION_FILE
from modelbout.stages.tables import contract_of, rows, scans
from modelbout.stages.validate import require_valid
from modelbout.stages.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "version: 1\nmodel: m\ntask: binary\ntrain: {estimator: 'p:b'}\n"
SPLIT = HEAD + "data: {target: y, positive: 1, source: a.csv, split: {by: i, holdout: 0.5}, id: i}\n"
SIDES = HEAD + "data: {target: y, positive: 1, train: a.csv, holdout: b.csv}\n"


def workspace(root: Path, config: str, **tables: str) -> Workspace:
    (root / "modelbout.yaml").write_text(config, encoding="utf-8")
    for name, text in tables.items():
        (root / f"{name}.csv").write_text(text, encoding="utf-8")
    return open_workspace(root / "modelbout.yaml", None)


def test_the_holdout_is_guessed_to_be_what_the_training_rows_are(tmp_path: Path) -> None:
    work = workspace(tmp_path, SIDES, a="x,y\nA1,0\n2,1\n", b="x,y\n1,0\n2,1\n")
    table = rows(work, scans(work, contract_of(work)))
    assert table.train.schema == table.holdout.schema
    assert table.holdout["x"].to_list() == ["1", "2"]


def test_a_column_that_only_one_side_has_is_told(tmp_path: Path) -> None:
    work = workspace(tmp_path, SIDES, a="x,y\n1,0\n2,1\n", b="x,z\n1,0\n2,1\n")
    with pytest.raises(DataError, match="there is no column 'y'"):
        rows(work, scans(work, contract_of(work)))


def test_all_columns_that_are_not_there_are_told_at_once(tmp_path: Path) -> None:
    config = SPLIT + "compare: {slices: [regon, x]}\n"
    work = workspace(tmp_path, config.replace("target: y", "target: yy"), a="i,x,y,region\n1,2,0,a\n")
    with pytest.raises(ConfigError) as raised:
        scans(work, None)
    told = [(problem.place.key, problem.place.line) for problem in raised.value.problems]
    assert told == [("data.target", 5), ("compare.slices[0]", 6)]
    assert "Did you mean `region`?" in raised.value.problems[1].found


def test_rows_without_a_target_are_counted_with_their_numbers(tmp_path: Path) -> None:
    lines = "".join(f"{n},1,{'' if n % 3 == 0 else n % 2}\n" for n in range(60))
    work = workspace(tmp_path, SPLIT, a="i,x,y\n" + lines)
    with pytest.raises(DataError) as raised:
        rows(work, scans(work, None))
    training, holdout = raised.value.problems
    assert "training rows have no target 'y'" in training.found
    assert "holdout rows have no target 'y'" in holdout.found
    assert " ... of that side" in training.found.replace("...", " ...").replace("  ", " ")


def test_an_empty_side_is_told(tmp_path: Path) -> None:
    work = workspace(tmp_path, SIDES, a="x,y\n1,0\n2,1\n", b="x,y\n")
    with pytest.raises(DataError, match="there are no holdout rows"):
        rows(work, scans(work, None))
    work = workspace(tmp_path, SPLIT, a="i,x,y\n1,1,0\n")
    with pytest.raises(DataError) as raised:
        rows(work, scans(work, None))
    assert raised.value.problems[0].place.key == "data.split"


def test_digests_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    lines = [f"{n},{n * 2},{n % 2}\n" for n in range(40)]
    one = workspace(tmp_path, SPLIT, a="i,x,y\n" + "".join(lines))
    first = rows(one, scans(one, None))
    two = workspace(tmp_path, SPLIT, a="i,x,y\n" + "".join(reversed(lines)))
    second = rows(two, scans(two, None))
    assert (first.train_digest, first.holdout_digest) == (second.train_digest, second.holdout_digest)
    assert first.train_digest != first.holdout_digest


def test_a_stage_opens_each_table_once_and_checks_it_only_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = workspace(tmp_path, SIDES, a="x,y\n1,0\n2,1\n", b="x,y\n1,0\n2,1\n")
    opened: list[str] = []

    def counting(*arguments: Any, **named: Any) -> Any:
        opened.append(arguments[0])
        return scan(*arguments, **named)

    monkeypatch.setattr("modelbout.data.opening.scan", counting)
    assert set(require_valid(work, Quiet())) == {"train", "holdout"}
    assert opened == ["a.csv", "b.csv"]
    checked = (work.run / VALIDATION_FILE).read_bytes()
    require_valid(work, Quiet())
    assert opened == ["a.csv", "b.csv"] * 2
    assert (work.run / VALIDATION_FILE).read_bytes() == checked
    (tmp_path / "b.csv").write_text("x,y\n1,0\n2,1\n3,1\n", encoding="utf-8")
    require_valid(work, Quiet())
    assert (work.run / VALIDATION_FILE).read_bytes() != checked
