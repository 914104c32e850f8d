"""What a model answered, as it comes back from the user's side: checked before anybody believes it."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np

from modelbout.errors import Place, Problem, TrainingError, cause
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from modelbout.manifest import Signature

PROBABILITY_SLACK = 1e-6  # float32 probabilities are rounded by up to 6e-8, and sums of a few of them more
SUM_SLACK = 1e-3  # probabilities printed with six digits, over a hundred classes
HEADER_BYTES = 4096  # zip and npy headers of three arrays are below 2 kB
NUMBER_BYTES = 8


def read_answers(path: Path, signature: Signature, *, rows: int, key: str) -> Predictions:
    """Read an .npz of ``label`` and ``proba``, or ``value``, and check it as :func:`checked` does.

    Raises:
        TrainingError: it is missing, too large for so many rows, or not what was asked for.
    """
    # Fewer and more rows than asked for are said below, in words; this only keeps a giant out of memory.
    most = 4 * (len(signature.classes) + 1) * max(rows, 1)
    return checked(read_arrays(path, most=most, key=key), signature, rows=rows, key=key)


def read_arrays(path: Path, *, most: int, key: str) -> dict[str, NDArray[np.generic]]:
    """Read an .npz that the user's side wrote, without pickles.

    Args:
        path: the file.
        most: how many numbers of 64 bits may be in it.
        key: the key of the configuration that asks for it, for messages.

    Raises:
        TrainingError: it is missing, too large or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > most * NUMBER_BYTES + HEADER_BYTES:
            raise refusal(f"the model's answers take {size} bytes", f"{most} numbers", key)
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive_:
            return {name: archive_[name] for name in archive_.files}
    except FileNotFoundError:
        raise refusal("the model gave no answers", "an answer for every row", key) from None
    # Every way in which zipfile, zlib and numpy refuse what somebody else wrote.
    except (OSError, ValueError, EOFError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise refusal(f"the model's answers cannot be read: {cause(error)}", "an .npz of numbers", key) from error


def checked(arrays: Mapping[str, NDArray[np.generic]], signature: Signature, *, rows: int, key: str) -> Predictions:
    """Return the arrays as predictions: the right shape, finite, classes that exist, probabilities that are some.

    Raises:
        TrainingError: saying how many rows are wrong, never what stands in them.
    """
    wanted = "one finite answer a row"
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise refusal(f"the model's {cause(ascii(name), limit=80)} are no numbers", wanted, key)
        if array.shape[:1] != (rows,):
            found = array.shape[0] if array.ndim else 0
            raise refusal(f"the model gave {found} answers ({name}) for {rows} rows", wanted, key)
        if array.dtype.kind not in "iuf":
            raise refusal(f"the model's {name} are no numbers", wanted, key)
        wrong = ~np.isfinite(array).all(axis=tuple(range(1, array.ndim)))
        if wrong.any():
            raise refusal(f"the model's {name} is NaN or infinite in {int(wrong.sum())} of {rows} rows", wanted, key)
    if not signature.classes:
        value = _need(arrays, "value", 1, key)
        return Predictions(value=value.astype(np.float64))
    k = len(signature.classes)
    proba = _checked_proba(arrays["proba"], k, rows, key) if "proba" in arrays else None
    if "label" not in arrays and proba is not None:
        # The first of equal ones, as scikit-learn's classifiers do.
        return Predictions(label=proba.argmax(axis=1).astype(np.int64), proba=proba)
    label = _need(arrays, "label", 1, key)
    codes = label.astype(np.int64)
    if label.dtype.kind not in "iu" or ((codes < 0) | (codes >= k)).any():
        raise refusal("the model's label is not a class of the training rows", "the target's classes", key)
    return Predictions(label=codes, proba=proba)


def _checked_proba(array: NDArray[np.generic], k: int, rows: int, key: str) -> NDArray[np.float64]:
    if array.shape != (rows, k):
        raise refusal(f"the model's probabilities have shape {array.shape}", f"({rows}, {k})", key)
    proba = array.astype(np.float64)
    wrong = ((proba < -PROBABILITY_SLACK) | (proba > 1 + PROBABILITY_SLACK)).any(axis=1)
    wrong |= np.abs(proba.sum(axis=1) - 1) > SUM_SLACK
    if wrong.any():
        raise refusal(
            f"the model's probabilities are below 0, above 1 or do not sum to 1 in {int(wrong.sum())} of {rows} rows",
            "probabilities of the classes, in each row",
            key,
        )
    return proba.clip(0.0, 1.0)


def _need(arrays: Mapping[str, NDArray[np.generic]], name: str, dimensions: int, key: str) -> NDArray[np.generic]:
    if name not in arrays:
        raise refusal(f"the model's answers have no {name}", "one answer a row", key)
    if arrays[name].ndim != dimensions:
        raise refusal(f"the model's {name} has shape {arrays[name].shape}", "one answer a row", key)
    return arrays[name]


def refusal(found: str, allowed: str, key: str) -> TrainingError:
    """Return the error for answers that nobody can use."""
    return TrainingError(
        Problem(
            found=found, allowed=allowed, fix="mend what the model answers; nothing was judged", place=Place(key=key)
        )
    )
