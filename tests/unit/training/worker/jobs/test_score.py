from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge

from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.worker.models import write_model
from tests.unit.training.worker.play import FRAME, do, job

if TYPE_CHECKING:
    from pathlib import Path


def test_score_answers_and_times_in_turns(tmp_path: Path) -> None:
    models = []
    for number, model in enumerate((Ridge(), LogisticRegression())):
        place = tmp_path / str(number)
        place.mkdir()
        target = [0.5, 1.5, 2.5, 3.5] if number == 0 else ["no", "yes", "yes", "no"]
        path = str(place / "model.skops")
        model.fit(pd.DataFrame(FRAME.to_dict(as_series=False)), target)
        write_model(model, path, ALLOWED_TYPES)
        entry = job(place, tmp_path)
        ask = entry["asks"][0]
        golden = ask | {"answers": str(place / "golden.npz")}
        classes = [] if number == 0 else entry["classes"]
        models.append({"name": f"m{number}", "model": path, "classes": classes, "rows": ask, "golden": golden})
    plan = {"batch_rows": 3, "rounds": 6, "least_rounds": 2, "seconds": 60}
    given = {
        "job": "score",
        "models": models,
        "allowed": ALLOWED_TYPES,
        "latency": plan,
        "result": str(tmp_path / "result.json"),
    }
    code, result = do(tmp_path, given)
    assert code == 0
    assert [len(times) for times in result["timings"]] == [6, 6]
    assert all(seconds > 0 for times in result["timings"] for seconds in times)
    assert len(result["load_seconds"]) == 2
    assert np.load(tmp_path / "0" / "answers.npz")["value"].shape == (4,)
    _, soon = do(tmp_path, given | {"latency": plan | {"seconds": 0}})
    assert [len(times) for times in soon["timings"]] == [2, 2]
    _, strange = do(tmp_path, given | {"models": [models[1] | {"classes": ["no", "maybe"]}]})
    assert strange["kind"] == "bundle"
    assert strange["found"] == "m1: the model answers with 1 class(es) that no training row has"
    assert "requirements.lock" in strange["fix"]
    _, none = do(tmp_path, given | {"latency": None})
    assert none["timings"] == [[], []]
