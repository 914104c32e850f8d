"""docs/promotion.md and docs/rollback.md say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from modelbout.github.api.commits import MOST_PAGES
from modelbout.github.api.dispatch import MOST_KEYS
from modelbout.github.promotion.aftermath import EVENT_TYPES
from modelbout.github.promotion.judged import WORKFLOW
from modelbout.github.promotion.merges import PULLS_LOOKED_AT
from modelbout.results import Notice

ROOT = Path(__file__).parents[4]
PROMOTION = (ROOT / "docs" / "promotion.md").read_text(encoding="utf-8")
ROLLBACK = (ROOT / "docs" / "rollback.md").read_text(encoding="utf-8")


def test_the_payload_of_a_dispatch() -> None:
    table = PROMOTION.split("notice.schema.json`:")[1].split("\n\n")[1]
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert named == list(Notice.__struct_fields__)
    assert len(named) <= MOST_KEYS
    for event_type in EVENT_TYPES.values():
        assert f"`{event_type}`" in PROMOTION


def test_the_limits() -> None:
    assert f"more than {MOST_PAGES * 100:,} commits, or {PULLS_LOOKED_AT:,} merges" in PROMOTION
    assert f"default `{WORKFLOW}`" in PROMOTION


def test_the_inputs_that_are_named_exist() -> None:
    for page, action in ((PROMOTION, "promote"), (ROLLBACK, "rollback")):
        inputs = yaml.safe_load((ROOT / "actions" / action / "action.yml").read_text(encoding="utf-8"))["inputs"]
        missing = {name for name in inputs if f"`{name}" not in page and f"{name}:" not in page}
        assert missing <= {"config", "registry", "dry-run", "github-token", "python", "reason", "run-id"}, action
    assert (
        yaml.safe_load((ROOT / "actions" / "promote" / "action.yml").read_text(encoding="utf-8"))["inputs"]["workflow"][
            "default"
        ]
        == WORKFLOW
    )
