"""Two stages on a laptop: a winner goes to the first, and the same digest moves on to the last."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.integration.shop import PLAIN_CONFIG, PLAIN_STRONG

if TYPE_CHECKING:
    from tests.integration.shop import Repository


def test_from_test_to_production(repo: Repository) -> None:
    repo.write("modelbout.yaml", PLAIN_CONFIG + "promote: {stages: [test, production]}\n")
    assert repo("promote", "--from", "test").code == 1, "nobody holds test"
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    assert repo("promote", "--from", "test", "--dry-run").code == 0
    for _ in range(2):
        done = repo("promote", "--from", "test", "--stage", "production")
        assert done.code == 0, done.err
    events = json.loads(repo("registry", "history", "shop", "--json").out)
    assert [(event["event"], event["stage"]) for event in events] == [
        ("register", None),
        ("promote", "test"),
        ("promote", "production"),
    ]
    assert events[2]["verdict_digest"] == events[1]["verdict_digest"]
    repo.write("pipeline.py", PLAIN_STRONG)
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    assert repo("promote", "--from", "production", "--stage", "test").code == 2
    assert repo("promote", "--from", "test").code == 0
    assert json.loads(repo("registry", "history", "shop", "--json").out)[-1]["version"] == "v1.1.0"
