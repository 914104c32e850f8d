"""The user's estimator before it has learned: built, looked at, seeded."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .findings import Stop, did_you_mean, user_code

if TYPE_CHECKING:
    from collections.abc import Mapping

ESTIMATOR_METHODS = ("fit", "predict", "get_params", "set_params")
ESTIMATOR = "a function without arguments that returns an unfitted scikit-learn estimator"


def build(place: str, root: str) -> Any:  # noqa: ANN401 -- whatever the user's function returns
    """Import ``module:function`` with the user's root first on the path, and call it."""
    module_name, _, function_name = place.partition(":")
    sys.path.insert(0, root)
    with user_code(place, f"importing {module_name}"):
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
                raise
            known = [path.stem for path in Path(root).glob("*.py")]
            found = f"there is no module {module_name}.{did_you_mean(module_name, known)}"
            fix = "correct `train.estimator`, or name the interpreter that has it in `train.python`"
            allowed = "`module:function`, importable from the directory of modelbout.yaml"
            raise Stop(found, allowed=allowed, fix=fix) from None
    known = [name for name, value in vars(module).items() if callable(value) and not name.startswith("_")]
    if not hasattr(module, function_name):
        found = f"module {module_name} has no function {function_name}.{did_you_mean(function_name, known)}"
        raise Stop(found, allowed=ESTIMATOR, fix="correct `train.estimator`")
    function = getattr(module, function_name)
    if not callable(function):
        found = f"{place} is a {type(function).__name__}, not a function"
        raise Stop(found, allowed=ESTIMATOR, fix="put it into a function and name that in `train.estimator`")
    with user_code(place, f"{function_name}()"):
        estimator = function()
        require_unfitted(estimator, place)
    return estimator


def require_unfitted(estimator: Any, place: str) -> None:  # noqa: ANN401 -- whatever the user's function returns
    """Refuse what is no estimator, or has learned already from rows that nobody knows."""
    allowed = "an unfitted scikit-learn estimator: an object with fit(), predict() and get_params()"
    if isinstance(estimator, type):
        found = f"{place} returned the class {estimator.__name__}"
        raise Stop(found, allowed=allowed, fix=f"return an object of it: {estimator.__name__}()")
    missing = [name for name in ESTIMATOR_METHODS if not callable(getattr(estimator, name, None))]
    if missing:
        found = f"{place} returned a {type(estimator).__name__} without {', '.join(missing)}"
        raise Stop(found, allowed=allowed, fix="end the function with `return` and the estimator")
    parts = [estimator, *estimator.get_params(deep=True).values()]
    for part in (one for one in parts if hasattr(one, "get_params") and not isinstance(one, type)):
        learned = [name for name in vars(part) if name.endswith("_") and not name.startswith("_")]
        if learned:
            found = f"{place} returned an estimator that is fitted already: {type(part).__name__} has {min(learned)}"
            fix = "do not call fit() in that function; modelbout fits it on exactly the training rows"
            raise Stop(found, allowed=allowed, fix=fix)


def set_parameters(estimator: Any, parameters: Mapping[str, Any]) -> None:  # noqa: ANN401 -- an estimator has no common class
    """Set the parameters of the configuration, or those that a search found."""
    known = estimator.get_params(deep=True)
    for name in parameters:
        if name not in known:
            found = f"the estimator has no parameter {name}.{did_you_mean(name, list(known))}"
            raise Stop(found, allowed="names as in get_params()", fix="correct `train.parameters`")
    with user_code("train.parameters", "set_params()"):
        estimator.set_params(**parameters)


def set_seeds(estimator: Any, seed: int) -> None:  # noqa: ANN401 -- an estimator has no common class
    """Give the seed to every ``random_state`` that the user left open."""
    unset = [name for name, value in estimator.get_params(deep=True).items() if value is None]
    estimator.set_params(**{name: seed for name in unset if name.rpartition("__")[2] == "random_state"})
