"""Models of other libraries, trained, sealed and scored as users do it, in a child of this interpreter."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from modelbout.config.model import Data
from modelbout.config.train import Train
from modelbout.progress import Quiet
from modelbout.training.bundle import seal
from modelbout.training.fit import Fitted, fit
from modelbout.training.golden import golden_rows, remember
from modelbout.training.rows import features
from modelbout.training.score import Scored, score
from modelbout.training.signature import signature
from tests.unit.training.conftest import lineage

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.manifest import Signature, Task

TARGETS: dict[Task, str] = {"binary": "left", "multiclass": "size", "regression": "spent"}


def people(rows: int, seed: int) -> pl.DataFrame:
    """Return rows with gaps in numbers and texts, and one target for each task."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, rows)
    plan = rng.choice(["basic", "plus", "große Tüte"], rows)
    score = age + 20 * (plan == "plus") + rng.normal(0, 5, rows)
    return pl.DataFrame(
        {
            "age": age,
            "income": [None if i % 11 == 0 else float(v) for i, v in enumerate(rng.normal(30, 10, rows).round(2))],
            "plan": [None if i % 17 == 0 else str(v) for i, v in enumerate(plan)],
            "left": np.where(score > 55, "Yes", "No"),
            # Sorted as texts these are in another order than as numbers.
            "size": np.digitize(score, [40, 60]) * 5 + 2,
            "spent": score * 1.5,
        }
    )


@dataclass(frozen=True)
class Corner:
    """What training left, and a bundle around it."""

    fitted: Fitted
    bundle: Path
    signature: Signature
    holdout: pl.DataFrame
    root: Path

    def scored(self, work: Path, **changes: Any) -> Scored:
        """Score the bundle afresh."""
        given: dict[str, Any] = {"python": None, "root": self.root, "work": work, "timeout_minutes": 5.0} | changes
        (found,) = score([self.bundle], self.holdout, **given)
        return found


def trained(
    place: Path,
    task: Task,
    source: str,
    *,
    rows: int = 300,
    inputs: tuple[str, ...] = ("age", "income", "plan"),
    **train: Any,
) -> Corner:
    """Train and seal; the source is the module ``pipeline`` with ``build``, or the program ``train.py``."""
    root = place / "repository"
    root.mkdir()
    name = "train.py" if "command" in train else "pipeline.py"
    (root / name).write_text(textwrap.dedent(source), encoding="utf-8")
    columns = [*inputs, TARGETS[task]]
    table, holdout = people(rows, 0).select(columns), people(rows, 1).select(columns)
    positive = "Yes" if task == "binary" else None
    shape = signature(table, Data(target=TARGETS[task], source="people.csv", positive=positive), task)
    golden = golden_rows(features(table, shape), seed=7)
    how = train if "command" in train else train | {"estimator": "pipeline:build"}
    fitted = fit(
        Train(seed=7, timeout_minutes=5, **how),
        root=root,
        signature=shape,
        task=task,
        rows=table,
        work=place / "work",
        progress=Quiet(),
        ask=(holdout, golden),
    )
    seal(
        place / "bundle",
        name="churn",
        task=task,
        signature=shape,
        scorer=fitted.scorer,
        files=fitted.files,
        environment=fitted.environment,
        lineage=lineage(table.height),
        profile=b"{}\n",
        golden=remember(golden, fitted.answers[1], shape),
        keys=np.arange(holdout.height, dtype=np.uint64),
        predictions=fitted.answers[0],
        metrics={},
    )
    return Corner(fitted, place / "bundle", shape, holdout, root)
