"""Jobs for the worker, done in the test's own process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.rows import write_rows
from modelbout.training.worker import desk

if TYPE_CHECKING:
    from pathlib import Path

FRAME = pl.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0]})


def job(tmp_path: Path, root: Path, **changes: Any) -> dict[str, Any]:
    specs = write_rows(tmp_path / "train.npz", FRAME, target=np.array([0, 1, 1, 0]))
    columns = [{"name": s.name, "type": s.type, "timezone": s.timezone} for s in specs]
    write_rows(tmp_path / "ask.npz", FRAME)
    ask = {"rows": str(tmp_path / "ask.npz"), "columns": columns, "answers": str(tmp_path / "answers.npz")}
    return {
        "job": "fit",
        "root": str(root),
        "estimator": "pipeline:build",
        "parameters": {},
        "backend": "",
        "seed": 3,
        "rows": str(tmp_path / "train.npz"),
        "columns": columns,
        "classes": ["no", "yes"],
        "class_values": ["no", "yes"],
        "allowed": ALLOWED_TYPES,
        "files": str(tmp_path),
        "format": "skops",
        "asks": [ask],
        "result": str(tmp_path / "result.json"),
    } | changes


def do(tmp_path: Path, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    (tmp_path / "job.json").write_text(json.dumps(given))
    code = desk.main(str(tmp_path / "job.json"))
    return code, json.loads((tmp_path / "result.json").read_text())
