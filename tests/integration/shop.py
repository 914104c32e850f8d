"""A user's repository, small enough to train in a second, and the command line inside this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from modelbout.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG = """\
version: 1
model: shop
task: binary
data:
  source: data/shop.csv
  split: {holdout: 0.4, by: id}
  target: bought
  positive: "yes"
  id: id
  contract: contract.yaml
train:
  estimator: pipeline:build
  seed: 3
compare:
  primary: {metric: roc_auc, rule: superior, margin: 0.0}
  guardrails:
    - {metric: log_loss, rule: non_inferior, margin: 0.05}
  slices: [region]
  min_slice_rows: 30
"""

CONTRACT = """\
version: 1
table:
  rows: {min: 100}
columns:
  id: {type: string, unique: true}
  age: {type: number, min: 0, max: 120}
  income: {type: number, nulls: 0.2}
  region: {type: string, values: [north, south, east]}
  bought: {type: string, values: ["yes", "no"]}
"""

WEAK = """\
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def build():
    one = ColumnTransformer([("age", "passthrough", ["age"])])
    return make_pipeline(one, LogisticRegression())
"""

STRONG = """\
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def build():
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    both = ColumnTransformer([("n", numbers, ["age", "income"]), ("c", OneHotEncoder(), ["region"])])
    return make_pipeline(both, LogisticRegression())
"""

NOISE = """\
from sklearn.dummy import DummyClassifier


def build():
    return DummyClassifier(strategy="stratified", random_state=0)
"""

# The same three as programs of the standard library, which train and score in a tenth of the time: for tests that are
# about what comes after the training.
PLAIN_CONFIG = CONFIG.replace("estimator: pipeline:build", "command: python -S pipeline.py")
_PROGRAM = """\
import csv, json, math, os, shutil
from pathlib import Path


def logit(row):
    return FORMULA


def train():
    output = Path(os.environ["MODELBOUT_OUTPUT"])
    with open(os.environ["MODELBOUT_TRAIN"], newline="", encoding="utf-8") as file:
        bought = [row[os.environ["MODELBOUT_TARGET"]] == "yes" for row in csv.DictReader(file)]
    (output / "model").mkdir()
    (output / "model" / "shift.json").write_text(json.dumps(sum(bought) / len(bought) - 0.5))
    shutil.copy(__file__, output / "model" / "score.py")
    (output / "scorer.json").write_text(json.dumps({"command": ["python", "-S", "score.py"]}))


def score():
    shift = json.load(open("shift.json"))
    with open(os.environ["MODELBOUT_INPUT"], newline="", encoding="utf-8") as given, \\
         open(os.environ["MODELBOUT_OUTPUT"], "w", newline="", encoding="utf-8") as said:
        writer = csv.writer(said)
        writer.writerow(["proba:no", "proba:yes"])
        for row in csv.DictReader(given):
            chance = 1 / (1 + math.exp(-logit(row) - shift))
            writer.writerow([1 - chance, chance])


train() if "MODELBOUT_TRAIN" in os.environ else score()
"""
_BY_AGE = "(float(row['age']) - 49) / 25"
PLAIN_WEAK = _PROGRAM.replace("FORMULA", _BY_AGE)
PLAIN_STRONG = _PROGRAM.replace(
    "FORMULA", f"{_BY_AGE} + (float(row['income']) - 40) / 6 + (1.0 if row['region'] == 'north' else -0.5)"
)
PLAIN_NOISE = _PROGRAM.replace("FORMULA", "(float(row['age']) * 1000 % 100 - 50) / 50")


def shop(rows: int = 900, seed: int = 1) -> str:
    """Return a table in which age tells a little, income and region a lot, as CSV."""
    draw = np.random.default_rng(seed)
    age, income = draw.uniform(18, 80, rows), draw.normal(40, 10, rows)
    region = draw.choice(["north", "south", "east"], rows)
    chance = 1 / (1 + np.exp(-((age - 49) / 25 + (income - 40) / 6 + np.where(region == "north", 1.0, -0.5))))
    bought = np.where(draw.uniform(size=rows) < chance, "yes", "no")
    lines = ["id,age,income,region,bought"]
    lines += [f"c{row:05d},{age[row]:.3f},{income[row]:.3f},{region[row]},{bought[row]}" for row in range(rows)]
    return "\n".join(lines) + "\n"


@dataclass
class Repository:
    """A user's repository on disk with the command line beside it."""

    root: Path
    read: Callable[[], tuple[str, str]]

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        self.write(name, text.replace(old, new))

    def __call__(self, *arguments: str) -> Answer:
        self.read()
        code = run(list(arguments))
        out, err = self.read()
        assert "Traceback" not in out + err
        return Answer(code, out, err)

    def result(self, name: str) -> Any:
        return json.loads((self.root / ".modelbout" / "run" / name).read_text(encoding="utf-8"))

    def registry(self) -> dict[str, bytes]:
        """Return every file of the registry except its lock, to compare before and after."""
        home = self.root / ".modelbout" / "registry"
        return {
            str(path.relative_to(home)): path.read_bytes()
            for path in sorted(home.rglob("*"))
            if path.is_file() and not path.name.endswith("lock")
        }


@dataclass(frozen=True)
class Answer:
    """What one command answered."""

    code: int
    out: str
    err: str
