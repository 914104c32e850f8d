"""A split that was changed after the champion was trained: the champion has seen rows of today's holdout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.shop import PLAIN_STRONG, PLAIN_WEAK

if TYPE_CHECKING:
    from tests.integration.shop import Repository

pytestmark = pytest.mark.exhaustive


def champion(repo: Repository, code: str = PLAIN_WEAK) -> None:
    repo.write("pipeline.py", code)
    assert repo("run").code == 0
    assert repo("promote").code == 0


def widened(repo: Repository) -> None:
    """Hold out more rows: those that come in were training rows yesterday."""
    repo.edit("modelbout.yaml", "holdout: 0.4", "holdout: 0.5")


def report(repo: Repository) -> str:
    assert repo("report", "--no-plots").code == 0
    return (repo.root / ".modelbout" / "run" / "report.md").read_text(encoding="utf-8")


def contaminated(bout: dict[str, Any]) -> dict[str, Any]:
    (leak,) = [leak for leak in bout["leaks"] if leak["kind"] == "contaminated champion"]
    found: dict[str, Any] = leak
    return found


def test_an_unchanged_split_is_clean(repo: Repository) -> None:
    champion(repo)
    repo.write("pipeline.py", PLAIN_STRONG)
    assert repo("run").code == 0
    bout = repo.result("bout.json")
    assert bout["leaks"] == []
    assert (bout["seen"]["seen"], bout["seen"]["by"], bout["seen"]["note"]) == (
        {"value": 0.0, "interval": None},
        "id",
        "",
    )
    assert "champion was trained" not in report(repo)


def test_a_win_stands_and_is_told(repo: Repository) -> None:
    champion(repo)
    widened(repo)
    repo.write("pipeline.py", PLAIN_STRONG)
    answer = repo("run")
    assert answer.code == 0, answer.err
    bout = repo.result("bout.json")
    leak = contaminated(bout)
    assert (bout["verdict"], leak["level"], leak["columns"]) == ("win", "warn", ["id"])
    assert 0.1 < leak["strength"] < 0.3
    assert leak["message"].endswith("it looks better than it is; the challenger wins even so")
    assert len(leak["rows"]) == 5
    assert bout["seen"]["clean_rows"] == bout["holdout"]["rows"] - leak["count"]
    assert bout["seen"]["clean"]["improvement"]["value"] > 0
    assert bout["reasons"][-2].endswith("the challenger wins even so.")
    assert bout["reasons"][-1].startswith("On the ")
    assert "rows that the champion surely never saw, ROC AUC is better by" in report(repo)


def test_a_challenger_that_does_not_win_has_no_verdict(repo: Repository) -> None:
    champion(repo, PLAIN_STRONG)
    widened(repo)
    repo.write("pipeline.py", PLAIN_WEAK)
    answer = repo("run")
    assert answer.code == 3
    bout = repo.result("bout.json")
    assert (bout["verdict"], contaminated(bout)["level"]) == ("error", "error")
    assert "the challenger did not win against that. On the " in bout["error"]["found"]
    assert "compare: {contaminated: drop}" in bout["error"]["fix"]
    assert bout["seen"]["clean"]["improvement"]["value"] < 0
    assert repo("promote").code == 1


def test_rows_can_be_dropped_and_the_rest_decides(repo: Repository) -> None:
    champion(repo, PLAIN_STRONG)
    widened(repo)
    repo.edit("modelbout.yaml", "  slices: [region]", "  slices: [region]\n  contaminated: drop")
    repo.write("pipeline.py", PLAIN_WEAK)
    answer = repo("run")
    assert answer.code == 1, answer.err
    bout = repo.result("bout.json")
    assert (bout["verdict"], contaminated(bout)["level"]) == ("loss", "warn")
    seen = bout["seen"]
    assert seen["dropped"] == contaminated(bout)["count"] == seen["rows"] - bout["holdout"]["rows"]
    assert seen["clean_rows"] == bout["holdout"]["rows"]
    assert f"{seen['dropped']:,} rows were left out of this bout" in contaminated(bout)["message"]


def test_a_warning_changes_nothing(repo: Repository) -> None:
    champion(repo, PLAIN_STRONG)
    widened(repo)
    repo.edit("modelbout.yaml", "  slices: [region]", "  slices: [region]\n  contaminated: warn")
    repo.write("pipeline.py", PLAIN_WEAK)
    assert repo("run").code == 1
    bout = repo.result("bout.json")
    assert (bout["verdict"], contaminated(bout)["level"]) == ("loss", "warn")
    assert bout["seen"]["dropped"] == 0


def test_without_an_id_rows_are_known_by_their_content(repo: Repository) -> None:
    repo.edit("modelbout.yaml", "  id: id\n", "")
    champion(repo, PLAIN_STRONG)
    widened(repo)
    repo.write("pipeline.py", PLAIN_WEAK)
    assert repo("run").code == 3
    bout = repo.result("bout.json")
    assert (contaminated(bout)["columns"], bout["seen"]["by"]) == ([], "content")
    assert "or rows equal to these in every column" in contaminated(bout)["message"]


def test_a_champion_that_saw_all_rows_leaves_none(repo: Repository) -> None:
    table = (repo.root / "data" / "shop.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    repo.write("data/train.csv", "".join(table[:600]))
    repo.write("data/hold.csv", table[0] + "".join(table[600:]))
    repo.edit(
        "modelbout.yaml",
        "  source: data/shop.csv\n  split: {holdout: 0.4, by: id}\n",
        "  train: data/train.csv\n  holdout: data/hold.csv\n",
    )
    champion(repo, PLAIN_STRONG)
    repo.write("data/hold.csv", table[0] + "".join(table[300:600]))
    repo.write("data/train.csv", table[0] + "".join(table[600:]) + "".join(table[1:300]))
    repo.edit("modelbout.yaml", "  slices: [region]", "  slices: [region]\n  contaminated: drop")
    repo.write("pipeline.py", PLAIN_WEAK)
    assert repo("run").code == 3
    assert repo.result("bout.json")["error"]["found"] == "the champion was trained on all rows of the holdout"


def test_what_is_not_known_is_said(repo: Repository) -> None:
    repo.edit("modelbout.yaml", "  seed: 3", "  seed: 3\n  row_ids: none")
    champion(repo)
    repo.write("pipeline.py", PLAIN_STRONG)
    assert repo("run").code == 0
    seen = repo.result("bout.json")["seen"]
    assert seen["seen"] is None
    assert "carries no row ids" in seen["note"]
    assert "It is not known whether the champion was trained on rows of this holdout" in report(repo)


def test_row_ids_that_were_kept_are_not_reused_when_they_are_not_wanted(repo: Repository) -> None:
    champion(repo)
    repo.edit("modelbout.yaml", "  seed: 3", "  seed: 3\n  row_ids: none")
    assert repo("train").code == 0
    assert repo.result("training.json")["status"] == "trained"
    manifest = json.loads((repo.root / ".modelbout" / "run" / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    assert [entry["path"] for entry in manifest["files"] if "train_" in entry["path"]] == []


def test_an_entity_on_both_sides_has_no_verdict(repo: Repository) -> None:
    repo.edit("modelbout.yaml", "  id: id\n", "  id: id\n  group: region\n")
    assert repo("run").code == 3
    (problem,) = [repo.result("bout.json")["error"]]
    assert "belong to 3 entities that training rows belong to too" in problem["found"]
    assert problem["place"]["key"] == "data.group"


def test_a_time_column_that_is_no_time_is_refused(repo: Repository) -> None:
    repo.edit("modelbout.yaml", "  id: id\n", "  id: id\n  time: region\n")
    assert repo("run").code == 3
    error = repo.result("bout.json")["error"]
    assert "no date and no time" in error["found"]
    assert error["place"]["line"] is not None
