"""Several challengers in one bout, and a search of hyper-parameters, with the command line on a real table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.integration.shop import CONFIG, NOISE, STRONG, WEAK

if TYPE_CHECKING:
    from tests.integration.shop import Repository

pytestmark = pytest.mark.usefixtures("fitted")

SPACE = """

def space():
    return {"logisticregression__C": [1e-9, 1.0, 1e-8]}
"""
SEVERAL = """\
train:
  challengers:
    - {name: noise, estimator: noise:build}
    - {name: strong, estimator: strong:build, search: {by: halving, space: strong:space, minutes: 1, trials: 3}}
    - {name: weak, estimator: pipeline:build}
  seed: 3
"""
ONE = "train:\n  estimator: pipeline:build\n  seed: 3\n"


@pytest.mark.exhaustive
def test_the_best_of_several_meets_the_champion_and_is_the_one_that_is_promoted(repo: Repository) -> None:
    repo.write("pipeline.py", WEAK)
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0

    repo.write("strong.py", STRONG + SPACE)
    repo.write("noise.py", NOISE)
    repo.write("modelbout.yaml", CONFIG.replace(ONE, SEVERAL))
    done = repo("run", "--no-plots", "--no-html")
    assert done.code == 0, done.err
    bout = repo.result("bout.json")
    assert bout["verdict"] == "win"
    told = {one["name"]: one for one in bout["contenders"]}
    assert list(told) == ["noise", "strong", "weak"]
    assert [name for name, one in told.items() if one["chosen"]] == ["strong"]
    assert told["noise"]["verdict"] == "loss"
    assert told["weak"]["verdict"] == "inconclusive"
    assert "3 challengers met the champion, each judged at 98.33 %" in bout["reasons"][-1]
    assert bout["reasons"][-1].endswith("strong is the best of them.")
    assert bout["search"]["best"] == {"logisticregression__C": "1.0"}
    assert bout["search"]["tried"] == 3

    report = (repo.root / ".modelbout" / "run" / "report.md").read_text(encoding="utf-8")
    assert "### Challengers" in report
    assert "### Search of hyper-parameters" in report

    assert repo("promote").code == 0
    history = json.loads(repo("registry", "history", "shop", "--json").out)
    assert history[-1]["bundle_digest"] == bout["challenger"]["bundle_digest"]

    again = repo("train")
    assert again.code == 0, again.err
    own = json.loads((repo.root / ".modelbout/run/entrants/strong/training.json").read_text(encoding="utf-8"))
    assert own["status"] == "reused"


def test_when_none_wins_the_reason_says_so(repo: Repository) -> None:
    repo.write("pipeline.py", STRONG)
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    repo.write("weak.py", WEAK)
    repo.write("noise.py", NOISE)
    two = "train:\n  challengers: [{name: a, estimator: weak:build}, {name: b, estimator: noise:build}]\n  seed: 3\n"
    repo.write("modelbout.yaml", CONFIG.replace(ONE, two))
    done = repo("run", "--no-plots", "--no-html")
    assert done.code == 1, done.err
    bout = repo.result("bout.json")
    assert bout["verdict"] == "loss"
    assert [one["name"] for one in bout["contenders"] if one["chosen"]] == ["a"]
    assert bout["reasons"][-1].endswith("none of them wins.")
    assert repo("promote").code == 1
