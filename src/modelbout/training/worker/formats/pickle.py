"""Pickle and joblib: loading one runs whatever is in it, so it takes the user's word and a job without rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COMPRESSION = 3  # of joblib: what its documentation calls a good compromise


def write(model: Any, path: Path) -> None:  # noqa: ANN401 -- an estimator has no common class
    """Write the fitted estimator with joblib, which comes with scikit-learn."""
    import joblib

    joblib.dump(model, path, compress=COMPRESSION)


def load(path: Path, classes: Sequence[str]) -> Any:  # noqa: ANN401, ARG001 -- as above; all formats are asked alike
    """Return the estimator; joblib reads plain pickles as well."""
    import joblib

    return joblib.load(path)
