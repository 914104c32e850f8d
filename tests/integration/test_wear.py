"""A holdout that wears out, through the command line: counted bouts, the anchor, sealed rows that open once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.integration.shop import PLAIN_STRONG, shop

if TYPE_CHECKING:
    from tests.integration.shop import Repository

PRIMARY = "{metric: roc_auc, rule: superior, margin: 0.0}"


def lines(repo: Repository) -> list[tuple[str, bool | None]]:
    path = repo.root / ".modelbout" / "registry" / "queries" / "shop.jsonl"
    told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(one["part"], one["passed"]) for one in told]


def test_a_winner_opens_the_sealed_rows_and_each_question_is_kept(repo: Repository) -> None:
    repo.write("data/shop.csv", shop(rows=2000))
    repo.edit("modelbout.yaml", PRIMARY, f"{PRIMARY}\n  sealed: 0.5\n  wear: {{budget: 2, anchor: 0.02}}")
    assert repo("run", "--no-plots", "--no-html").code == 0
    first = repo.result("bout.json")
    assert (first["verdict"], first["sealed"]["opened"]) == ("first", False)
    assert first["sealed"]["open_rows"] == first["holdout"]["rows"] < first["sealed"]["rows"] + first["holdout"]["rows"]
    assert repo("promote").code == 0
    assert not (repo.root / ".modelbout" / "registry" / "queries").exists(), "there was nobody to meet"

    repo.write("pipeline.py", PLAIN_STRONG)
    assert repo("run", "--no-plots", "--no-html").code == 0
    won = repo.result("bout.json")
    assert (won["verdict"], won["wear"]["bouts"], won["wear"]["left"]) == ("win", 1, 1)
    assert (won["anchor"]["version"], won["anchor"]["result"]["status"]) == ("v1.0.0", "holds")
    assert lines(repo) == [("open", None)]
    before = repo.registry()
    assert "would hold" in repo("promote", "--dry-run").out
    assert repo.registry() == before
    assert repo("promote").code == 0
    assert lines(repo) == [("open", None), ("sealed", True)]
    assert repo.result("bout.json")["sealed"]["passed"] is True
    events = [json.loads(line) for line in before["ledger/shop.jsonl"].splitlines()]
    assert {event["holdout_digest"] for event in events} == {won["wear"]["holdout"]}

    repo.write("pipeline.py", PLAIN_STRONG + "\n# once more\n")
    assert repo("run", "--no-plots", "--no-html").code == 0
    spent = repo.result("bout.json")
    assert (spent["verdict"], spent["wear"]["left"]) == ("inconclusive", 0)
    assert any("Refresh the holdout" in reason for reason in spent["reasons"])
    assert repo("promote").code == 1
