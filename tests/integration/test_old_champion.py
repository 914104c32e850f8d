"""A champion whose library has changed: scored by its record, then in an environment of its own, then not at all."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.integration.shop import STRONG, shop
from tests.unit.training.shop import open_shop

if TYPE_CHECKING:
    from tests.integration.shop import Repository

pytestmark = [pytest.mark.usefixtures("fitted"), pytest.mark.exhaustive]

TREE = """\
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier


def build():
    one = ColumnTransformer([("age", "passthrough", ["age"])])
    return make_pipeline(one, DecisionTreeClassifier(max_depth=3))
"""
# Stands in for another version of scikit-learn: trees say the opposite of what they said.
OTHER_LIBRARY = """\
import importlib.abc, importlib.util, sys


class Changed(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "sklearn.tree._classes":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            tree = module.DecisionTreeClassifier
            honest = tree.predict_proba
            tree.predict_proba = lambda self, X, *rest, **named: honest(self, X, *rest, **named)[:, ::-1]

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Changed())
"""
# An environment that has what ours has, and nothing of what the user's variables add.
INTERPRETER = f"""#!/bin/sh
exec {sys.executable} "$@"
"""


def grown(repo: Repository) -> None:
    """Add customers, so that the holdout has rows that no model has seen."""
    more = shop(120, seed=2).replace("c0", "d0").partition("\n")[2]
    repo.write("data/shop.csv", shop() + more)


def test_an_old_champion_stays_comparable(
    repo: Repository, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = open_shop(
        tmp_path_factory.mktemp("machine") / "shop",
        monkeypatch,
        python=".".join(map(str, sys.version_info[:2])),
        interpreter=INTERPRETER,
    )
    stand.rule(known=sys.executable)
    monkeypatch.delenv("MODELBOUT_PYTHON", raising=False)
    repo.write("pipeline.py", TREE)
    assert repo("run", "--no-plots", "--no-html").code == 0
    reached = repo.result("bout.json")["primary"]["challenger"]["value"]
    assert repo("promote").code == 0
    changed = tmp_path_factory.mktemp("changed")
    (changed / "sitecustomize.py").write_text(OTHER_LIBRARY)
    monkeypatch.setenv("PYTHONPATH", str(changed))
    repo.write("pipeline.py", STRONG)

    # The same rows: the record answers, and nothing is made.
    answer = repo("run", "--no-plots", "--no-html")
    assert answer.code == 0, answer.err
    assert "golden rows otherwise than on the day it was trained" in answer.err
    bout = repo.result("bout.json")
    assert bout["verdict"] == "win"
    assert bout["primary"]["champion"]["value"] == reached
    rows = bout["holdout"]["rows"]
    scored = bout["champion"]["scored"]
    assert (scored["fresh"], scored["recorded"], scored["environment"]) == (0, rows, "none")
    assert bout["challenger"]["scored"]["fresh"] == rows
    assert stand.calls == []

    # New rows: an environment from its own lock, in which it is asked again.
    grown(repo)
    answer = repo("run", "--no-plots", "--no-html")
    assert answer.code == 0, answer.err
    assert "making an environment for the champion" in answer.err
    bout = repo.result("bout.json")
    scored = bout["champion"]["scored"]
    assert bout["holdout"]["rows"] > rows
    assert (scored["fresh"], scored["recorded"], scored["environment"]) == (bout["holdout"]["rows"], 0, "own")
    assert f"; there {rows} of {rows} rows from its bundle's record were answered as then" in scored["note"]
    assert abs(bout["primary"]["champion"]["value"] - reached) < 0.1
    report = (repo.root / ".modelbout" / "run" / "report.md").read_text(encoding="utf-8")
    assert "answered afresh, in an environment made from its own lock" in report
    assert len(stand.environments) == 1

    # Forbidden: no verdict, and what to do.
    repo.edit("modelbout.yaml", "  min_slice_rows: 30", "  min_slice_rows: 30\n  champion_environment: never")
    answer = repo("compare")
    assert answer.code == 4, answer.err
    bout = repo.result("bout.json")
    assert (bout["verdict"], bout["passed"]) == ("error", False)
    assert "the champion cannot be scored" in bout["reasons"][0]
    assert "modelbout rollback --to VERSION" in bout["error"]["fix"]
