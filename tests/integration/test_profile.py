"""The profile through the command line and in a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.profile import read_profile
from modelbout.stages import train as training

if TYPE_CHECKING:
    from modelbout.profile import Profile
    from tests.integration.shop import Repository


def sealed(repo: Repository) -> Profile:
    path = repo.root / ".modelbout" / "run" / "bundle" / "profile.json"
    return read_profile(path.read_bytes(), shown="profile.json")


def test_a_data_sheet_is_written(repo: Repository) -> None:
    done = repo("profile", "--html", "-q")
    assert done.code == 0, done.err
    run = repo.root / ".modelbout" / "run"
    written = (run / "datasheet.md").read_text(encoding="utf-8")
    assert "**900 rows of 5 columns** from `data/shop.csv`" in written
    assert "| key | `id` |" in written
    assert "| `region` | string | input |" in written
    assert "datasheet-plots/distributions-dark.png" in written
    assert (run / "datasheet-plots" / "distributions-light.png").is_file()
    assert "<table>" in (run / "datasheet.html").read_text(encoding="utf-8")
    assert "data sheet" in done.out


def test_a_column_that_looks_personal_is_named_and_no_value_shown(repo: Repository) -> None:
    head, *lines = (repo.root / "data" / "shop.csv").read_text(encoding="utf-8").splitlines()
    told = [f"{line},call nobody{number}@example.org" for number, line in enumerate(lines)]
    repo.write("data/shop.csv", "\n".join([f"{head},remark", *told]) + "\n")
    done = repo("profile", "--no-plots", "-q")
    assert done.code == 0, done.err
    written = (repo.root / ".modelbout" / "run" / "datasheet.md").read_text(encoding="utf-8")
    assert "| looks like personal data | `remark` (e-mail address, by its values) |" in written
    assert "example.org" not in written


def test_the_output_can_lie_elsewhere_without_plots(repo: Repository) -> None:
    assert repo("profile", "-o", str(repo.root / "docs" / "sheet.md"), "--no-plots").code == 0
    assert [path.name for path in (repo.root / "docs").iterdir()] == ["sheet.md"]


def test_json_is_the_profile_and_nothing_else(repo: Repository) -> None:
    done = repo("profile", "--json")
    assert done.code == 0
    found = read_profile(done.out.encode(), shown="stdout")
    assert found.rows == 900
    assert [one.column for one in found.slices] == ["region"]
    assert found.label is not None
    assert {one.value for one in found.label.categories} == {"yes", "no"}
    assert not (repo.root / ".modelbout" / "run" / "datasheet.md").exists()


def test_a_table_that_is_not_there(repo: Repository) -> None:
    (repo.root / "data" / "shop.csv").unlink()
    assert repo("profile").code == 3


def test_training_rows_are_described_where_there_are_two_tables(repo: Repository) -> None:
    table = (repo.root / "data" / "shop.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    repo.write("data/train.csv", "".join(table[:501]))
    repo.write("data/holdout.csv", "".join([table[0], *table[501:]]))
    repo.edit(
        "modelbout.yaml",
        "  source: data/shop.csv\n  split: {holdout: 0.4, by: id}\n",
        "  train: data/train.csv\n  holdout: data/holdout.csv\n",
    )
    found = read_profile(repo("profile", "--json").out.encode(), shown="stdout")
    assert found.rows == 500


def test_the_bundle_knows_what_moves_its_model(repo: Repository) -> None:
    done = repo("train")
    assert done.code == 0, done.err
    found = sealed(repo)
    weights = {column.name: column.importance for column in found.columns}
    assert weights["id"] is None
    assert weights["bought"] is None
    assert sum(weight or 0 for weight in weights.values()) == pytest.approx(1, abs=1e-5)
    assert [score.name for score in found.scores] == ["P(yes)"]
    assert found.label is not None
    assert found.slices[0].column == "region"


def test_a_model_that_cannot_say_still_has_a_bundle(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "dealt_anew", lambda _rows: None)
    assert repo("train").code == 0
    assert all(column.importance is None for column in sealed(repo).columns)
