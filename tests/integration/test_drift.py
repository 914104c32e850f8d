"""Drift on the command line: against the champion, a version, a profile's file, another table; and inside of a run."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from modelbout.drift_result import DriftResult
from modelbout.record import from_json
from tests.integration.shop import CONFIG, STRONG, shop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.shop import Repository

pytestmark = pytest.mark.usefixtures("fitted")


def moved(rows: int = 900, seed: int = 2) -> str:
    """Return a table whose customers earn more and come from the north more often."""
    head, *lines = shop(rows, seed).splitlines()
    made = []
    for number, line in enumerate(lines):
        name, age, income, region, bought = line.split(",")
        north = "north" if number % 3 == 0 else region
        made.append(f"{name},{age},{float(income) + 8:.3f},{north},{bought}")
    return "\n".join([head, *made]) + "\n"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the first test leaves a repository with a champion for the others."""
    return tmp_path_factory.mktemp("champion") / "kept"


@pytest.fixture
def champion(repo: Repository, kept: Path) -> Repository:
    if kept.exists():
        shutil.copytree(kept, repo.root, dirs_exist_ok=True)
        return repo
    repo.write("pipeline.py", STRONG)  # uses age, income and region
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    shutil.copytree(repo.root, kept)
    return repo


def result(repo: Repository) -> DriftResult:
    return from_json((repo.root / ".modelbout/run/drift.json").read_bytes(), DriftResult)


def test_the_champions_own_data_has_not_drifted(champion: Repository) -> None:
    done = champion("drift")
    assert done.code == 0, done.err
    found = result(champion)
    assert found.passed
    assert (found.reference.kind, found.reference.name) == ("version", "shop@v1.0.0")
    assert {column.column for column in found.columns} == {"age", "income", "region", "bought"}
    assert {column.role for column in found.columns if column.column == "bought"} == {"label"}


def test_data_that_moved_is_told_column_by_column(champion: Repository) -> None:
    champion.write("data/shop.csv", moved())
    done = champion("drift", "--json")
    assert done.code == 1
    found = json.loads(done.out)
    assert found["verdict"] == "drift"
    drifted = {column["column"] for column in found["columns"] if column["verdict"] == "drift"}
    assert {"income", "region"} <= drifted
    assert "age" not in drifted
    plain = champion("drift")
    assert plain.code == 1
    assert "shop: drift" in plain.out
    assert "standard deviations" in plain.out
    written = champion("report", "--stdout")
    assert written.code == 0
    assert "### Drift" in written.out


def test_what_the_champion_does_not_use_informs_only(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0  # by age alone
    assert repo("promote").code == 0
    repo.write("data/shop.csv", moved())
    done = repo("drift")
    assert done.code == 0, done.out
    levels = {column.column: (column.verdict, column.level) for column in result(repo).columns}
    assert levels["income"] == levels["region"] == ("drift", "info")


def test_scores_are_judged_where_asked_for(champion: Repository) -> None:
    done = champion("drift", "--scores", "--json")
    assert done.code == 0, done.err
    roles = {column["role"] for column in json.loads(done.out)["columns"]}
    assert roles == {"feature", "label", "prediction"}


def test_another_table_is_a_reference_without_any_champion(repo: Repository) -> None:
    repo.write("data/before.csv", shop(900, 7))
    assert repo("drift", "--against", "data/before.csv").code == 0
    repo.write("data/before.csv", moved(900, 7))
    done = repo("drift", "--against", "data/before.csv", "--json")
    assert done.code == 1
    found = json.loads(done.out)
    assert found["reference"] == {"kind": "table", "name": "data/before.csv", "rows": 900}
    assert {reading["measure"] for reading in found["table"]} == {"rows", "dependence", "domain_classifier"}
    assert all(column["importance"] is None for column in found["columns"])


def test_a_version_and_a_profile_are_references(champion: Repository) -> None:
    assert champion("drift", "--reference", "v1.0.0").code == 0
    assert champion("drift", "--reference", "shop@v1.0.0").code == 0
    done = champion("drift", "--reference", ".modelbout/run/bundle/profile.json", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["reference"]["kind"] == "profile"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "nobody holds the title"),
        (("--against", "data/shop.csv", "--reference", "v1.0.0"), 2, "both --against and --reference"),
        (("--against", "data/nothing.csv"), 3, "there is no file"),
        (("--reference", "nothing.json"), 3, "the profile cannot be read"),
        (("--reference", "data/shop.json"), 3, "this is no profile"),
        (("--against", "data/other.csv"), 3, "no column that the configured data has"),
        (("--against", "data/shop.csv", "--scores"), 2, "cannot score rows"),
        (("--reference", "v9.9.9"), 4, "v9.9.9"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(repo: Repository, arguments: tuple[str, ...], code: int, said: str) -> None:
    repo.write("data/shop.json", "[]")
    repo.write("data/other.csv", "x,y\n1,2\n")
    done = repo("drift", *arguments)
    assert done.code == code, done.err
    assert said in done.err
    assert not (repo.root / ".modelbout/run/drift.json").exists()


def test_columns_can_be_named_and_ignored(champion: Repository) -> None:
    champion.write("data/shop.csv", moved())
    champion.write("modelbout.yaml", CONFIG + "drift: {columns: [age, income], ignore: [region]}\n")
    assert champion("drift").code == 1
    assert {column.column for column in result(champion).columns} == {"age", "income", "bought"}
    champion.write("modelbout.yaml", CONFIG + "drift: {effect: 1.0}\n")
    assert champion("drift").code == 0
    champion.write("modelbout.yaml", CONFIG + "drift: {columns: [age], ignore: [age, age]}\n")
    refused = champion("drift")
    assert refused.code == 2
    assert "both looked at and ignored" in refused.err
    assert "is there twice" in refused.err


def test_a_run_tells_of_drift_and_goes_on(champion: Repository) -> None:
    champion.write("data/shop.csv", moved())
    done = champion("run", "--no-plots", "--no-html")
    assert done.code in {0, 1}
    assert "shop: drift" in done.out
    assert (champion.root / ".modelbout/run/bout.json").exists()
    assert "### Drift" in (champion.root / ".modelbout/run/report.md").read_text(encoding="utf-8")


def test_a_run_stops_before_training_where_the_configuration_says_so(champion: Repository) -> None:
    champion.write("data/shop.csv", moved())
    champion.write("modelbout.yaml", CONFIG + "drift: {fail: true}\n")
    done = champion("run", "--no-plots", "--no-html")
    assert done.code == 1
    assert not (champion.root / ".modelbout/run/bout.json").exists()
    written = (champion.root / ".modelbout/run/report.md").read_text(encoding="utf-8")
    assert "the data has drifted" in written
    assert "Nothing was trained" in written


def test_a_run_on_data_that_breaks_the_contract_tells_of_drift_too(champion: Repository) -> None:
    champion.write(
        "contract.yaml", "version: 1\ntable: {unexpected: allow}\ncolumns: {income: {type: number, max: 1}}\n"
    )
    champion.write("data/shop.csv", moved())
    done = champion("run", "--no-plots", "--no-html")
    assert done.code == 3, done.err
    assert not (champion.root / ".modelbout/run/bout.json").exists()
    assert result(champion).verdict == "drift"
    written = (champion.root / ".modelbout/run/report.md").read_text(encoding="utf-8")
    assert "### Drift" in written
    assert "`income`" in written


def test_a_run_goes_on_when_drift_cannot_be_judged(champion: Repository) -> None:
    kept = champion.root / ".modelbout/registry"
    profile = next(kept.rglob("profile.json"))
    profile.write_bytes(b"{}")
    done = champion("run", "--no-plots", "--no-html")
    assert "drift not judged" in done.err
    assert not (champion.root / ".modelbout/run/drift.json").exists()
    assert (champion.root / ".modelbout/run/bout.json").exists()


def test_new_data_takes_an_old_verdict_on_drift_away(champion: Repository) -> None:
    assert champion("drift").code == 0
    assert champion("validate").code == 0
    assert not (champion.root / ".modelbout/run/drift.json").exists()
