"""Model files: written, and loaded with no more trust than the parent's allow-list."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .findings import INSTALL, Stop, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST_SKOPS = [0, 13]  # as in pyproject; with older ones a forged file could run code (CVE-2025-54412, -54413)
LEVEL = 6  # of deflate: zlib's own default; 9 takes four times as long for 1 % of the size
SHOWN_TYPES = 12  # ours: a custom pipeline names two or three
LOADABLE = "a file that skops loads with modelbout's allow-list"
WAYS_OUT = (
    "build the step from scikit-learn's own classes, do that work when the data are prepared, or say `train.command`:"
    " then your scoring program travels with the model (docs/training.md)"
)
HINTS = {
    "functools.partial": "HistGradientBoosting with `categorical_features` keeps a function inside: encode the"
    " categories with OneHotEncoder, OrdinalEncoder or TargetEncoder instead; or ",
    "scipy.stats._distn_infrastructure.rv_continuous_frozen": "give RandomizedSearchCV lists of values instead of scipy"
    " distributions; or ",
}


def write_model(estimator: object, path: str, allowed: Mapping[str, Sequence[str]]) -> None:
    """Write the fitted estimator as deflated skops, and refuse at once what could not be loaded later."""
    skops = skops_io(allowed)
    names = of_this_version(allowed)
    try:
        skops.dump(estimator, path, compression=zipfile.ZIP_DEFLATED, compresslevel=LEVEL)
        unknown = sorted(set(skops.get_untrusted_types(file=path)) - set(names))
    except (OSError, MemoryError):
        raise
    except Exception as error:
        found = f"the fitted estimator cannot be written as skops: {one_line(error)}"
        raise Stop(found, allowed="scikit-learn's own estimators", fix=WAYS_OUT) from error
    if unknown:
        Path(path).unlink()
        shown = ", ".join(unknown[:SHOWN_TYPES]) + (" and more" if len(unknown) > SHOWN_TYPES else "")
        found = f"the fitted estimator holds types that are not safe to load: {shown}"
        fix = "".join(HINTS.get(name, "") for name in unknown) + WAYS_OUT
        raise Stop(found, allowed="scikit-learn's own estimators, numpy arrays and plain values", fix=fix)


def load_model(path: str, allowed: Mapping[str, Sequence[str]]) -> Any:  # noqa: ANN401 -- an estimator has no common class
    """Load a model file with the parent's allow-list and no other trust."""
    import skops

    if version_of(skops.__version__) < LEAST_SKOPS:
        raise Stop(f"skops {skops.__version__} is not safe to load with", allowed="0.13 or newer", fix="upgrade skops")
    try:
        return skops_io(allowed).load(path, trusted=of_this_version(allowed))
    except (OSError, MemoryError):
        raise
    except Exception as error:
        raise Stop(f"the model file cannot be loaded here: {one_line(error)}", allowed=LOADABLE, fix=INSTALL) from error


def skops_io(allowed: Mapping[str, Sequence[str]]) -> Any:  # noqa: ANN401 -- a module
    """Import ``skops.io`` without its walk through every module of scikit-learn.

    The walk makes a list of estimators, which the parent's lists have too, at the price of a third of each process's
    start (measured: 4.2 s of CPU with it, 2.9 s without). It stays where the parent has no list of this version.
    """
    import sklearn
    import sklearn.utils

    walk = getattr(sklearn.utils, "all_estimators", None)
    listed = version_of(sklearn.__version__) in map(version_of, allowed)
    if listed and walk is not None:
        sklearn.utils.all_estimators = list
    try:
        import skops.io
    finally:
        if walk is not None:
            sklearn.utils.all_estimators = walk
    return skops.io


def of_this_version(allowed: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the list for the scikit-learn that is installed here.

    A version without a list gets that of the last one before it, and one before them all the first list: what it
    holds under other names is then refused, as everything that nobody has reviewed.
    """
    import sklearn

    here = version_of(sklearn.__version__)
    return list(
        allowed[
            max(
                (one for one in allowed if version_of(one) <= here),
                key=version_of,
                default=min(allowed, key=version_of),
            )
        ]
    )


def version_of(text: str) -> list[int]:
    """Return the first two numbers of a version."""
    return [int(part) for part in re.findall(r"\d+", text)[:2]]
