"""For those who use a model: fetch the champion, check it to the byte, and let it answer."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import tempfile
import weakref
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from modelbout.catalogue import did_you_mean
from modelbout.errors import (
    BundleError,
    ConfigError,
    ModelboutError,
    Place,
    Problem,
    RegistryError,
    TrainingError,
    cause,
)
from modelbout.manifest import MANIFEST_FILE
from modelbout.seal import AGAIN, bundle_digest, place_of
from modelbout.training import command
from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.answers import checked
from modelbout.training.bundle import LOCK_FILE, golden_of, read_part, verify
from modelbout.training.environment import interpreter
from modelbout.training.frames import as_polars
from modelbout.training.golden import differing, recall
from modelbout.training.rows import arrays, features
from modelbout.training.score import require_golden, versions
from modelbout.training.threshold import decided_by
from modelbout.training.worker import model_files
from modelbout.training.worker.answers import predict
from modelbout.training.worker.findings import Stop
from modelbout.training.worker.formats import model_file
from modelbout.training.worker.frames import read_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from numpy.typing import NDArray

    from modelbout.manifest import Manifest
    from modelbout.predictions import Predictions
    from modelbout.registry.protocol import Registry

CHAMPION = "champion"
COMMAND_SECONDS = 600.0  # ours: a scoring program that answers rows for ten minutes belongs into a batch job
PLACE = "modelbout.load"

_REFERENCE = re.compile(r"(?P<model>[a-z0-9][a-z0-9-]*)@(?P<which>[^@/\\]+)")


class NoProbabilitiesError(ModelboutError, AttributeError):
    """The model has no ``predict_proba``: to ``hasattr`` this is an AttributeError."""

    exit_code = ConfigError.exit_code


def load(
    name: str | Path, *, registry: str | None = None, stage: str = "production", python: str | None = None
) -> LoadedModel:
    """Load a model for use: its digests are checked, and its golden rows are answered as on the day it was trained.

    A scikit-learn model is loaded into this process by skops, with modelbout's own list of types and no other trust.
    A ``command:`` model is run as a program, with the rights of this process.

    Args:
        name: ``model@champion``, ``model@v1.2.0``, or the path of a bundle; a directory of such a name here is
            ``./model@v1.2.0``.
        registry: the registry's address; default: ``MODELBOUT_REGISTRY``, else ``.modelbout/registry`` here.
        stage: whose champion is meant.
        python: the interpreter for a ``command:`` model that starts with ``python``; default: this one.

    Raises:
        ConfigError: ``name`` is neither a reference nor a bundle.
        RegistryError: the registry has no such model, version or champion.
        BundleError: the bundle is damaged, does not load here, or answers its golden rows otherwise than then.
    """
    scratch = Path(tempfile.mkdtemp(prefix="modelbout-"))
    try:
        bundle, version = _find(name, registry=registry, stage=stage, scratch=scratch)
        model = LoadedModel(bundle, version=version, scratch=scratch, program=interpreter(python, Path.cwd()))
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    weakref.finalize(model, shutil.rmtree, scratch, ignore_errors=True)
    return model


class LoadedModel:
    """A model that answers.

    Attributes:
        manifest: what the bundle says of itself: signature, lineage, files.
        version: such as ``v1.2.0``; None for a bundle that was loaded by its path.
        digest: the bundle's digest, as in the ledger.
        classes: the target's values in its own type, in the order of the probabilities; empty for regression.
    """

    def __init__(self, bundle: Path, *, version: str | None, scratch: Path, program: str) -> None:
        self.digest = bundle_digest(bundle)
        self.manifest: Manifest = verify(bundle, digest=self.digest)
        self.version = version
        self.classes = _own_values(bundle, self.manifest)
        golden, then = recall(golden_of(bundle))
        self._has_proba = then.proba is not None
        if self.manifest.scorer.kind != "command":
            self._ask: Callable[[pl.DataFrame], Predictions] = _in_process(bundle, self.manifest)
        else:
            self._ask = _as_command(bundle, self.manifest, scratch=scratch, program=program)
        try:
            now = self._ask(features(golden, self.manifest.signature))
        except TrainingError as error:
            raise BundleError(_cannot_answer(bundle, error)) from error
        require_golden(bundle, differing(then, now), here=_installed())

    def __repr__(self) -> str:
        """Return which model this is."""
        version = self.version or self.digest[:12]
        return f"<modelbout model {self.manifest.name} {version}: {self.manifest.task}>"

    def predict(self, rows: object) -> NDArray[np.generic]:
        """Return one answer a row: a class in the target's own type, or a number.

        Args:
            rows: a pandas or Polars frame, a dictionary of lists or a list of dictionaries, with at least the
                columns of ``manifest.signature.inputs``; other columns do no harm.

        Returns:
            Shape (n,).

        Raises:
            DataError: a column is missing or of another type than in training.
            TrainingError: the model gives no usable answer.
        """
        said = self._answers(rows)
        if said.value is not None:
            return said.value
        return np.array(self.classes)[said.label]

    @property
    def predict_proba(self) -> Callable[[object], NDArray[np.float64]]:
        """Return the function that gives probabilities, shape (n, k), columns in the order of ``classes``.

        It takes rows as :meth:`predict` does, and raises the same errors.

        Raises:
            NoProbabilitiesError: the model has none.
        """
        if not self._has_proba:
            raise NoProbabilitiesError(
                Problem(
                    found=f"the model {self.manifest.name} gives no probabilities",
                    allowed="predict()",
                    fix="use predict(), or train a classifier that has predict_proba()",
                    place=Place(key=PLACE),
                )
            )
        return self._probabilities

    def _probabilities(self, rows: object) -> NDArray[np.float64]:
        proba = self._answers(rows).proba
        if proba is None:
            found = "the model gave probabilities for its golden rows, but none for these"
            raise TrainingError(Problem(found=found, fix="mend the scoring program", place=Place(key=PLACE)))
        return proba

    def _answers(self, rows: object) -> Predictions:
        signature = self.manifest.signature
        return decided_by(self._ask(features(as_polars(rows, signature), signature)), self.manifest)


def _find(name: str | Path, *, registry: str | None, stage: str, scratch: Path) -> tuple[Path, str | None]:
    # A directory that happens to be called churn@champion must not stand in for the registry's champion: that one's
    # digest is known, and the directory may have come with anybody's pull request.
    reference = _REFERENCE.fullmatch(name) if isinstance(name, str) else None
    if reference is None:
        if isinstance(name, str) and not Path(name).exists():
            raise ConfigError(
                Problem(
                    found=f"{name!r} is neither a model's name nor a bundle",
                    allowed="`churn@champion`, `churn@v1.2.0`, or the path of a bundle",
                    fix="correct the name",
                    place=Place(key=PLACE),
                )
            )
        return Path(name), None
    from modelbout.registry.open import open_registry  # noqa: PLC0415 -- a bundle by its path needs no registry

    book = open_registry(registry, root=Path.cwd())
    model, which = reference["model"], reference["which"]
    _require_known(book, model)
    version = which
    if which == CHAMPION:
        title = book.champion(model, stage)
        if title is None:
            raise RegistryError(
                Problem(
                    found=f"nobody holds the title of {model!r} at stage {stage!r}",
                    allowed="a stage with a champion",
                    fix=f"name a version ({model}@v1.0.0), or promote one",
                    place=Place(key=PLACE),
                )
            )
        version = title.version
    return book.fetch(model, version, scratch / "fetched"), version


def _require_known(book: Registry, model: str) -> None:
    known = book.models()
    if model not in known:
        raise RegistryError(
            Problem(
                found=f"the registry has no model {model!r}.{did_you_mean(model, known)}",
                allowed=", ".join(known) or "a registry with models: this one is empty",
                fix="correct the name, or name the registry: modelbout.load(..., registry=...)",
                place=Place(key=PLACE),
            )
        )


def _in_process(bundle: Path, manifest: Manifest) -> Callable[[pl.DataFrame], Predictions]:
    path = model_file(manifest.scorer.kind, bundle)
    entry = {"kind": manifest.scorer.kind, "model": str(path), "classes": manifest.signature.classes}
    try:
        model = model_files.load(entry, ALLOWED_TYPES)
    except Stop as stop:
        problem = _as_problem(stop)
        raise BundleError(problem) from stop
    except (OSError, MemoryError) as error:
        found = f"the model file cannot be loaded here: {cause(error) or 'there is too little memory for it'}"
        raise BundleError(Problem(found=found, fix=AGAIN, place=place_of(path))) from error
    return partial(_ask_model, model, manifest)


def _ask_model(model: object, manifest: Manifest, inputs: pl.DataFrame) -> Predictions:
    specs, parts = arrays(inputs)
    columns = [{"name": spec.name, "type": spec.type, "timezone": spec.timezone} for spec in specs]
    signature = manifest.signature
    try:
        said = predict(model, read_frame(parts, columns), signature.classes)
    except Stop as stop:
        raise TrainingError(_as_problem(stop)) from stop
    return checked(said, signature, rows=inputs.height, key=PLACE)


def _as_command(
    bundle: Path, manifest: Manifest, *, scratch: Path, program: str
) -> Callable[[pl.DataFrame], Predictions]:
    model = command.copy_model(bundle, scratch / "model")
    return lambda inputs: command.ask(
        model,
        manifest.scorer,
        inputs,
        signature=manifest.signature,
        interpreter=program,
        work=scratch / "ask",
        timeout_seconds=COMMAND_SECONDS,
    )


def _as_problem(stop: Stop) -> Problem:
    answer = stop.answer
    return Problem(
        found=answer["found"],
        allowed=answer["allowed"],
        fix=answer["fix"] or "look at the rows and at the versions in the bundle's requirements.lock",
        place=Place(key=PLACE),
    )


def _cannot_answer(bundle: Path, error: TrainingError) -> Problem:
    then = versions(read_part(bundle, LOCK_FILE).decode("utf-8", errors="replace"))
    return Problem(
        found=f"the model cannot answer its golden rows here: {error.problems[0].found}"
        f" (then: {then or 'not known'}; here: {_installed()})",
        allowed="the answers in golden.json",
        fix="install the versions in the bundle's requirements.lock, or train again",
        place=Place(file=str(bundle)),
    )


def _own_values(bundle: Path, manifest: Manifest) -> tuple[str | int | float | bool, ...]:
    """Return the classes in the target's own type."""
    kind = manifest.signature.target_type
    classes = manifest.signature.classes
    try:
        if kind == "integer":
            return tuple(int(name) for name in classes)
        if kind == "number":
            return tuple(float(name) for name in classes)
    except ValueError:
        raise BundleError(
            Problem(
                found=f"a class of the target is no {kind}, though the manifest says that the target is one",
                fix=AGAIN,
                place=place_of(bundle / MANIFEST_FILE),
            )
        ) from None
    return tuple(name == "true" for name in classes) if kind == "boolean" else classes


def _installed() -> str:
    """Return what decides about a model's answers here, as it would stand in a lock."""
    lines = []
    for name in ("numpy", "scikit-learn", "scipy", "skops"):
        try:
            lines.append(f"{name}=={importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions("\n".join(lines))
