"""CatBoost's own format: data only; it knows its classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def write(model: Any, path: Path) -> None:  # noqa: ANN401 -- the libraries have no types
    """Write the fitted model."""
    model.save_model(str(path))


def load(path: Path, classes: Sequence[str]) -> Any:  # noqa: ANN401 -- as above
    """Return the model."""
    import catboost

    model = catboost.CatBoostClassifier() if classes else catboost.CatBoostRegressor()
    model.load_model(str(path))
    return model
