"""What a bundle says of itself: signature, scorer, the digests of its files, lineage."""

from __future__ import annotations

from typing import Literal

from modelbout.record import Record

BUNDLE_SCHEMA_VERSION = 1
MANIFEST_FILE = "manifest.json"

Task = Literal["binary", "multiclass", "regression"]
ColumnType = Literal["integer", "number", "string", "boolean", "date", "datetime"]
ScorerKind = Literal["skops", "onnx", "xgboost", "lightgbm", "catboost", "mlflow", "pickle", "command"]


class Feature(Record, frozen=True):
    """One input column of the model, as it was in the training rows."""

    name: str
    type: ColumnType
    nullable: bool = False


class Signature(Record, frozen=True):
    """What goes into the model and what comes out.

    ``classes`` are the target's values as text in sorted order (empty for regression); probabilities have one
    column for each, in this order. ``positive`` is one of them (binary only).
    """

    inputs: tuple[Feature, ...]
    target: str
    target_type: ColumnType
    classes: tuple[str, ...] = ()
    positive: str | None = None


class FileDigest(Record, frozen=True):
    """One file of the bundle: its path inside it with forward slashes, sha256 in hex, and length."""

    path: str
    sha256: str
    bytes: int


class Scorer(Record, frozen=True):
    """How the model is scored: ``command`` runs argv inside ``model/``, every other kind loads a file of the bundle.

    ``skops`` loads ``model.skops`` and ``onnx`` ``model.onnx``; the others lie in ``model/`` (docs/scorers/README.md).
    Loading ``mlflow`` and ``pickle`` may run code.

    ``threshold`` is the probability from which its answer is the positive class, chosen on training folds; without it
    the labels are the model's own.
    """

    kind: ScorerKind
    command: tuple[str, ...] = ()
    threshold: float | None = None


class Lineage(Record, frozen=True):
    """Where the model comes from: enough to train it again and to explain it two years later.

    The digests say what changed between two versions: ``code`` and ``config`` make a minor version, ``data``
    alone a patch. ``parents`` are bundle digests of the champion that stood when this was trained. ``fit_seconds`` is
    the wall time of the fit alone, None in bundles that do not say.
    """

    created: str
    seed: int
    code_digest: str
    config_digest: str
    data_digest: str
    environment_digest: str
    fingerprint: str
    python: str
    train_rows: int
    commit: str | None = None
    dirty: bool | None = None
    run_url: str | None = None
    parents: tuple[str, ...] = ()
    fit_seconds: float | None = None


class Manifest(Record, frozen=True):
    """The root of a sealed bundle: its sha256 is the bundle's digest, and it lists the digest of every other file."""

    schema_version: int
    name: str
    task: Task
    signature: Signature
    scorer: Scorer
    files: tuple[FileDigest, ...]
    lineage: Lineage
