"""A forest that is grown on a Dask cluster of its own, through `train.backend`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.shop import CONFIG
from tests.tools import need_engine

if TYPE_CHECKING:
    from tests.integration.shop import Repository

pytestmark = [pytest.mark.usefixtures("fitted"), pytest.mark.exhaustive]

FOREST = """\
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline


def build():
    numbers = ColumnTransformer([("n", "passthrough", ["age", "income"])])
    return make_pipeline(numbers, RandomForestClassifier(n_estimators=8, n_jobs=2))
"""


def test_a_forest_grown_on_a_cluster_is_the_forest_grown_here(repo: Repository) -> None:
    need_engine("dask")
    from distributed import LocalCluster  # noqa: PLC0415 -- an optional package

    repo.write("pipeline.py", FOREST)
    assert repo("train").code == 0
    here = repo.root / ".modelbout" / "run" / "bundle" / "predictions.npz"
    grown_here = here.read_bytes()
    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None, host="127.0.0.1") as cluster:
        place = cluster.scheduler_address.removeprefix("tcp://")
        repo.write("modelbout.yaml", CONFIG.replace("  seed: 3\n", f'  seed: 3\n  backend: "dask://{place}"\n'))
        trained = repo("train", "--force")
        assert trained.code == 0, trained.err
        assert len(cluster.scheduler.transition_log) > 0
    assert here.read_bytes() == grown_here


def test_a_cluster_that_is_not_there_is_one_clear_error(repo: Repository) -> None:
    need_engine("dask")
    limited = CONFIG.replace("  seed: 3\n", '  seed: 3\n  backend: "dask://127.0.0.1:9"\n')
    repo.write("modelbout.yaml", limited)
    refused = repo("train")
    assert refused.code == 2, refused.err
    assert "train.backend: connecting to the Dask scheduler failed" in refused.err
