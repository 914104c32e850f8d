"""A verified bundle on its way into the worker: its model file, its golden rows, and the rows it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.training.bundle import golden_of, verify
from modelbout.training.golden import recall
from modelbout.training.rows import features, write_rows
from modelbout.training.worker.formats import model_file

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from modelbout.manifest import Manifest
    from modelbout.predictions import Predictions


@dataclass(frozen=True, eq=False)
class Entrant:
    """One bundle that will be asked.

    Attributes:
        bundle: its directory.
        manifest: what it says of itself; every byte was checked against it.
        inputs: the rows it is asked, in its signature's columns and types.
        golden: its golden rows.
        golden_answers: its answers to them on the day it was trained.
        work: a directory for what goes in and comes out.
    """

    bundle: Path
    manifest: Manifest
    inputs: pl.DataFrame
    golden: pl.DataFrame
    golden_answers: Predictions
    work: Path


def entrant(bundle: Path, rows: pl.DataFrame, work: Path) -> Entrant:
    """Verify a bundle and take its inputs from the rows.

    Raises:
        BundleError: the bundle is damaged.
        DataError: the rows lack inputs of the model.
    """
    manifest = verify(bundle)
    golden, answers = recall(golden_of(bundle))
    return Entrant(
        bundle=bundle,
        manifest=manifest,
        inputs=features(rows, manifest.signature),
        golden=features(golden, manifest.signature),
        golden_answers=answers,
        work=work,
    )


def entry(one: Entrant, *, trust: str | None = None) -> dict[str, object]:
    """Write its rows and golden rows into its work directory, and return what the worker must know of it.

    The answers come back there, as ``rows.npz`` and ``golden.npz``. Without trust, ``train.trust``, the worker loads no
    model that may run code.

    Raises:
        OSError: the disk refuses.
    """
    asks = {}
    for name, frame in (("rows", one.inputs), ("golden", one.golden)):
        path = one.work / f"{name}.in.npz"
        columns = write_rows(path, frame)
        asks[name] = {"rows": str(path), "columns": columns, "answers": str(one.work / f"{name}.npz")}
    return {
        "name": str(one.bundle),
        "kind": one.manifest.scorer.kind,
        "model": str(model_file(one.manifest.scorer.kind, one.bundle).absolute()),
        "trust": trust or "",
        "classes": one.manifest.signature.classes,
        **asks,
    }
