"""A model behind the steps that prepare its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..models import load_model, write_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

STEPS_FILE = "steps.skops"


class Piped:
    """Steps that were written by skops, and a model in its library's own format."""

    # There where the model has them.
    predict_proba: Callable[[Any], Any]
    classes_: Any

    def __init__(self, before: Any, model: Any) -> None:  # noqa: ANN401 -- estimators have no common class
        self.before = before
        self.steps = [("model", model)]  # as a pipeline's, for what asks for the last one
        if hasattr(model, "predict_proba"):
            self.predict_proba = lambda rows: model.predict_proba(self.prepared(rows))
            self.classes_ = model.classes_

    def prepared(self, rows: Any) -> Any:  # noqa: ANN401 -- a frame, or whatever the steps make of it
        """Return the rows as the model takes them."""
        return rows if self.before is None else self.before.transform(rows)

    def predict(self, rows: Any) -> Any:  # noqa: ANN401 -- whatever the model returns
        """Return the model's answers."""
        return self.steps[-1][1].predict(self.prepared(rows))


def write_steps(estimator: Any, path: Path, allowed: Mapping[str, Sequence[str]]) -> Any:  # noqa: ANN401 -- as above
    """Write what stands before the last step of a pipeline beside the path, and return the last step."""
    steps = getattr(estimator, "steps", None)
    if not isinstance(steps, list):
        return estimator
    if len(steps) > 1:
        write_model(estimator[:-1], str(path.with_name(STEPS_FILE)), allowed)
    return steps[-1][1]


def with_steps(model: Any, path: Path, allowed: Mapping[str, Sequence[str]]) -> Piped:  # noqa: ANN401 -- as above
    """Return the model behind the steps that lie beside the path, if there are any."""
    beside = path.with_name(STEPS_FILE)
    return Piped(load_model(str(beside), allowed) if beside.is_file() else None, model)
