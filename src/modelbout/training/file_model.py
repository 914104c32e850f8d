"""A model file that a program of the user's left: asked in the user's Python, before there is a bundle around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.answers import read_answers
from modelbout.training.errand import on_disk, send
from modelbout.training.rows import write_rows
from modelbout.training.worker.formats import model_file

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from modelbout.manifest import Scorer, Signature
    from modelbout.predictions import Predictions

KEY = "train.command"


def ask(
    files: Path,
    scorer: Scorer,
    inputs: pl.DataFrame,
    *,
    signature: Signature,
    interpreter: str,
    work: Path,
    timeout_seconds: float,
    trust: str | None,
) -> Predictions:
    """Let the model below ``files`` answer rows.

    Raises:
        TrainingError: it cannot be loaded, failed, or its answers cannot be used.
        DataError: a number does not fit into 64 bits.
    """
    rows, answers = work / "rows.npz", work / "answers.npz"
    with on_disk(work, key=KEY):
        work.mkdir(parents=True, exist_ok=True)
        columns = write_rows(rows, inputs)
    job = {
        "job": "ask",
        "kind": scorer.kind,
        "model": str(model_file(scorer.kind, files).absolute()),
        "trust": trust or "",
        "classes": signature.classes,
        "allowed": ALLOWED_TYPES,
        "asks": [{"rows": str(rows), "columns": columns, "answers": str(answers)}],
    }
    extra = {"PYTHONHASHSEED": "0"}
    send(job, interpreter=interpreter, cwd=work, work=work, timeout_seconds=timeout_seconds, key=KEY, extra=extra)
    return read_answers(answers, signature=signature, rows=inputs.height, key=KEY)
