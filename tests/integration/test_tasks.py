"""Multiclass and regression through the command line, and a model that another library wrote: a command."""

from __future__ import annotations

import numpy as np
import pytest

from tests.integration.shop import CONFIG, Repository

pytestmark = [pytest.mark.usefixtures("fitted"), pytest.mark.exhaustive]

MULTI = """\
from sklearn.linear_model import LogisticRegression
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline


def build():
    return make_pipeline(ColumnTransformer([("n", "passthrough", {columns})]), LogisticRegression())
"""
PLAIN = """\
from sklearn.linear_model import LinearRegression
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline


def build():
    return make_pipeline(ColumnTransformer([("n", "passthrough", {columns})]), LinearRegression())
"""


def flowers(rows: int = 900) -> str:
    draw = np.random.default_rng(5)
    kind = draw.integers(0, 3, rows)
    length, width = kind + draw.normal(0, 0.9, rows), -kind + draw.normal(0, 0.9, rows)
    names = np.array(["setosa", "versicolor", "virginica"])[kind]
    lines = [f"f{n:04d},{length[n]:.3f},{width[n]:.3f},{names[n]}" for n in range(rows)]
    return "\n".join(["id,length,width,kind", *lines]) + "\n"


def houses(rows: int = 900) -> str:
    draw = np.random.default_rng(6)
    size, age = draw.uniform(30, 200, rows), draw.uniform(0, 90, rows)
    price = 3 * size - 2 * age + draw.normal(0, 40, rows)
    lines = [f"h{n:04d},{size[n]:.2f},{age[n]:.2f},{price[n]:.2f}" for n in range(rows)]
    return "\n".join(["id,size,age,price", *lines]) + "\n"


def settle(repo: Repository, *, task: str, table: str, target: str, code: str, metric: str) -> None:
    text = CONFIG.replace("task: binary", f"task: {task}").replace("target: bought", f"target: {target}")
    text = text.replace('  positive: "yes"\n', "").replace("  contract: contract.yaml\n", "")
    text = text.replace("metric: roc_auc", f"metric: {metric}").replace("  slices: [region]\n", "")
    text = text.replace("metric: log_loss, rule: non_inferior, margin: 0.05", "metric: artifact_mb, max: 5")
    repo.write("modelbout.yaml", text)
    repo.write("data/shop.csv", table)
    repo.write("pipeline.py", code)


WEAKER, STRONGER = MULTI.format(columns=["length"]), MULTI.format(columns=["length", "width"])


@pytest.mark.parametrize(
    ("task", "metrics", "weak", "strong"),
    [
        ("multiclass", ("log_loss", "roc_auc", "f1_macro"), WEAKER, STRONGER),
        ("regression", ("rmse", "mape_safe"), PLAIN.format(columns=["size"]), PLAIN.format(columns=["size", "age"])),
    ],
)
def test_a_better_model_wins_and_the_worse_one_loses(
    repo: Repository, task: str, metrics: tuple[str, ...], weak: str, strong: str
) -> None:
    table, target = (flowers(), "kind") if task == "multiclass" else (houses(), "price")
    settle(repo, task=task, table=table, target=target, code=weak, metric=metrics[-1])
    first = repo("run", "--no-plots", "--no-html")
    assert first.code == 0, first.err
    assert repo("promote").code == 0
    repo.write("pipeline.py", strong)
    for before, metric in zip((metrics[-1], *metrics), metrics, strict=False):
        repo.edit("modelbout.yaml", f"metric: {before}", f"metric: {metric}")
        won = repo("run", "--no-plots")
        assert won.code == 0, won.err
        bout = repo.result("bout.json")
        assert (bout["verdict"], bout["primary"]["metric"]) == ("win", metric)
    assert repo("promote").code == 0
    repo.write("pipeline.py", weak)
    lost = repo("run")
    assert lost.code == 1, lost.err
    assert repo.result("bout.json")["verdict"] == "loss"
    assert {curve["kind"] for curve in repo.result("bout.json")["curves"]}
