from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge

from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.worker.models import write_model
from tests.unit.training.worker.play import FRAME, do, job

if TYPE_CHECKING:
    from pathlib import Path

PLAN = {"rounds": 3, "least_rounds": 2, "seconds": 60}


def given(tmp_path: Path) -> dict[str, Any]:
    models = []
    for number, model in enumerate((Ridge(), LogisticRegression())):
        place = tmp_path / str(number)
        place.mkdir()
        path = str(place / "model.skops")
        model.fit(pd.DataFrame(FRAME.to_dict(as_series=False)), [0.5, 1.5, 2.5, 3.5] if number == 0 else list("nyyn"))
        write_model(model, path, ALLOWED_TYPES)
        ask = job(place, tmp_path)["asks"][0]
        golden = ask | {"answers": str(place / "golden.npz")}
        classes = ["n", "y"] if number else []
        models.append({"name": f"m{number}", "model": path, "classes": classes, "rows": ask, "golden": golden})
    nothing = dict.fromkeys(("loads", "row_times", "hostile", "parity"))
    return {
        "job": "probe_model",
        "models": models,
        "allowed": ALLOWED_TYPES,
        "result": str(tmp_path / "r.json"),
    } | nothing


def test_it_measures_what_is_asked_for(tmp_path: Path) -> None:
    asked = given(tmp_path)
    code, result = do(tmp_path, asked | {"result": str(tmp_path / "result.json")})
    assert code == 0
    assert set(result) == {"ok", "peak_bytes"}
    assert np.load(tmp_path / "0" / "golden.npz")["value"].shape == (4,)
    assert np.load(tmp_path / "1" / "answers.npz")["proba"].shape == (4, 2)


def test_loads_and_rows_are_timed_in_turns(tmp_path: Path) -> None:
    asked = given(tmp_path) | {"result": str(tmp_path / "result.json")}
    _, result = do(tmp_path, asked | {"loads": PLAN, "row_times": PLAN | {"batch_rows": 1}})
    assert [len(times) for times in result["load_times"]] == [3, 3]
    assert [len(times) for times in result["timings"]] == [3, 3]


def test_odd_inputs_are_for_the_first_model(tmp_path: Path) -> None:
    asked = given(tmp_path) | {"result": str(tmp_path / "result.json")}
    rows = asked["models"][0]["rows"]
    hostile = {"rows": rows, "values": rows, "probes": [{"a": "b"}], "slack": 1e-6, "sum_slack": 1e-3}
    forms = {"rows": rows, "alone": str(tmp_path / "alone.npz"), "permuted": str(tmp_path / "permuted.npz")}
    _, result = do(tmp_path, asked | {"hostile": hostile, "parity": forms})
    assert result["survived"] == [True]
    assert (result["alone"], result["permuted"]) == (True, False)
    assert np.load(tmp_path / "alone.npz")["value"].shape == (4,)
