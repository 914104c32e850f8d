from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modelbout.config.model import Data
from modelbout.config.train import Train
from modelbout.evidence import Estimate, Interval
from modelbout.manifest import Lineage
from modelbout.progress import Quiet
from modelbout.training.bundle import seal
from modelbout.training.fit import Fitted, fit
from modelbout.training.golden import golden_rows, remember
from modelbout.training.rows import features
from modelbout.training.signature import signature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelbout.manifest import Signature
    from modelbout.predictions import Predictions

ROWS = 240
PIPELINE = """
import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

def build():
    print("building the pipeline")
    return make_pipeline(
        make_column_transformer(
            (SimpleImputer(), ["age", "income"]),
            (OneHotEncoder(handle_unknown="ignore"), ["plan"]),
        ),
        LogisticRegression(max_iter=500),
    )
"""
# Uses neither pandas nor scikit-learn: the mean of the target by plan.
COMMAND_TRAIN = """
import csv, json, os, shutil
from pathlib import Path

output = Path(os.environ["MODELBOUT_OUTPUT"])
target = os.environ["MODELBOUT_TARGET"]
job = json.loads(Path(os.environ["MODELBOUT_JOB"]).read_text())
sums = {}
with open(os.environ["MODELBOUT_TRAIN"], newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        hits, rows = sums.get(row["plan"], (0, 0))
        sums[row["plan"]] = (hits + (row[target] == job["positive"]), rows + 1)
model = output / "model"
model.mkdir()
(model / "rates.json").write_text(json.dumps({plan: hits / rows for plan, (hits, rows) in sums.items()}))
shutil.copy("scorer.py", model / "scorer.py")
(output / "scorer.json").write_text(json.dumps({"command": ["python", "-S", "scorer.py"]}))
print("seed", os.environ["MODELBOUT_SEED"], job["seed"])
"""
COMMAND_SCORE = """
import csv, json, os
rates = json.load(open("rates.json"))
with open(os.environ["MODELBOUT_INPUT"], newline="", encoding="utf-8") as given, \\
     open(os.environ["MODELBOUT_OUTPUT"], "w", newline="", encoding="utf-8") as said:
    writer = csv.writer(said)
    writer.writerow(["proba:no", "proba:yes"])
    for row in csv.DictReader(given):
        rate = rates.get(row["plan"], 0.5)
        writer.writerow([1 - rate, rate])
open("scratch.txt", "w").write("a scorer may write in its directory")
"""


@dataclass(frozen=True)
class Sealed:
    """A bundle and what it was made of."""

    bundle: Path
    digest: str
    fitted: Fitted
    signature: Signature
    train: pl.DataFrame
    holdout: pl.DataFrame
    root: Path

    @property
    def said(self) -> Predictions:
        return self.fitted.answers[0]


def people(rows: int = ROWS, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, rows)
    income = rng.normal(30, 10, rows).round(2)
    plan = rng.choice(["basic", "plus", "große Tüte"], rows)
    left = np.where(age + 20 * (plan == "plus") + rng.normal(0, 10, rows) > 55, "yes", "no")
    return pl.DataFrame(
        {
            "id": [f"p{i}" for i in range(rows)],
            "age": age,
            "income": [None if i % 11 == 0 else float(v) for i, v in enumerate(income)],
            "plan": [None if i % 17 == 0 else str(v) for i, v in enumerate(plan)],
            "vip": [i % 3 == 0 for i in range(rows)],
            "since": [date(2020, 1, 1) + timedelta(days=i) for i in range(rows)],
            "seen": [datetime(2021, 1, 1, 12) + timedelta(hours=i) for i in range(rows)],  # noqa: DTZ001 -- naive by intent
            "left": left,
        }
    )


DATA = Data(target="left", source="people.csv", positive="yes", id="id")


@pytest.fixture(scope="session")
def table() -> pl.DataFrame:
    return people()


@pytest.fixture(scope="session")
def data() -> Data:
    return DATA


@pytest.fixture(scope="session")
def shape(table: pl.DataFrame) -> Signature:
    return signature(table, DATA, "binary")


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., Path]:
    """Write the files of a user's repository; underscores in a name stand for the dot of its ending."""

    def write(**files: str) -> Path:
        root = tmp_path / "repository"
        root.mkdir(exist_ok=True)
        for name, text in files.items():
            (root / name.replace("_py", ".py")).write_text(textwrap.dedent(text), encoding="utf-8")
        return root

    return write


def lineage(rows: int) -> Lineage:
    return Lineage(
        created="2026-11-20T12:00:00Z",
        seed=7,
        code_digest="a" * 64,
        config_digest="b" * 64,
        data_digest="c" * 64,
        environment_digest="d" * 64,
        fingerprint="e" * 64,
        python="3.12.0",
        train_rows=rows,
    )


def make(place: Path, train: Train, files: dict[str, str]) -> Sealed:
    root = place / "repository"
    root.mkdir()
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    rows, holdout = people(), people(60, seed=1)
    shape = signature(rows, DATA, "binary")
    golden = golden_rows(features(rows, shape), seed=7)
    fitted = fit(
        train,
        root=root,
        signature=shape,
        task="binary",
        rows=rows,
        work=place / "work",
        progress=Quiet(),
        ask=(holdout, golden),
    )
    contract = root / "contract.yaml"
    contract.write_text("version: 1\n")
    digest = seal(
        place / "bundle",
        name="churn",
        task="binary",
        signature=shape,
        scorer=fitted.scorer,
        files=fitted.files,
        environment=fitted.environment,
        lineage=lineage(rows.height),
        profile=b"{}\n",
        golden=remember(golden, fitted.answers[1], shape),
        keys=np.arange(60, dtype=np.uint64),
        predictions=fitted.answers[0],
        metrics={"roc_auc": Estimate(value=0.8123, interval=Interval(low=0.7, high=0.9, method="test"))},
        contract=contract,
    )
    return Sealed(place / "bundle", digest, fitted, shape, rows, holdout, root)


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """Return a scikit-learn model, trained and sealed for real; tests copy it before they touch it."""
    train = Train(estimator="pipeline:build", seed=7, timeout_minutes=2)
    return make(tmp_path_factory.mktemp("sealed"), train, {"pipeline.py": PIPELINE})


@pytest.fixture(scope="session")
def sealed_command(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """Return the same for a program that uses the standard library alone."""
    train = Train(command="python -S train.py", seed=7, timeout_minutes=2)
    files = {"train.py": COMMAND_TRAIN, "scorer.py": COMMAND_SCORE}
    return make(tmp_path_factory.mktemp("command"), train, files)
