"""The child's side of the process border: run by the user's interpreter, by path, with one job file.

This file must run under Python 3.9 and import nothing but the standard library and what the user's environment has
(numpy, pandas, scikit-learn, skops). The parent trusts nothing of what it writes: it checks every answer.
"""

from __future__ import annotations

import contextlib
import difflib
import gc
import importlib.metadata
import json
import os
import platform
import random
import re
import sys
import time
import traceback
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

NEEDED = ("numpy", "pandas", "scikit-learn", "skops")
LEAST_SKOPS = [0, 13]  # as in pyproject; with older ones a forged file could run code (CVE-2025-54412, -54413)
LEVEL = 6  # of deflate: zlib's own default; 9 takes four times as long for 1 % of the size
SHOWN_TYPES = 12  # ours: a custom pipeline names two or three
LATENCY_WARM_UP = 3  # rounds thrown away: caches and thread pools are cold in the first ones
VECTOR, MATRIX = 1, 2
ESTIMATOR_METHODS = ("fit", "predict", "get_params", "set_params")
ESTIMATOR = "a function without arguments that returns an unfitted scikit-learn estimator"
LOADABLE = "a file that skops loads with modelbout's allow-list"
INSTALL = "install the versions in the bundle's requirements.lock, or train again"
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


class Stop(Exception):  # noqa: N818 -- not an error of ours, but what the parent tells the user
    """The job cannot be done, and why."""

    def __init__(self, found: str, *, allowed: str = "", fix: str = "", kind: str = "user") -> None:
        super().__init__(found)
        self.answer: dict[str, Any] = {"ok": False, "kind": kind, "found": found, "allowed": allowed, "fix": fix}


def main(path: str) -> int:
    """Do the job in the file and leave its result beside it; return the exit code."""
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    try:
        answer = dict(JOBS[job["job"]](job), ok=True)
    except Stop as stop:
        if stop.__cause__ is not None:
            traceback.print_exception(type(stop.__cause__), stop.__cause__, stop.__cause__.__traceback__)
        answer = stop.answer
    except (OSError, MemoryError) as error:
        traceback.print_exc()
        found = f"the machine refused: {one_line(getattr(error, 'strerror', None) or repr(error))}"
        answer = Stop(found, fix="look for a full disk, missing permissions or too little memory").answer
    scratch = Path(job["result"] + ".part")
    scratch.write_text(json.dumps(answer), encoding="utf-8")
    scratch.replace(job["result"])
    return 0 if answer["ok"] else 1


def probe(_job: Mapping[str, Any]) -> dict[str, Any]:
    """Say which interpreter this is and what is installed in it; nothing heavy is imported."""
    found: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"]
        if name:  # a broken installation has none
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), distribution.version)
    return {"python": platform.python_version(), "packages": found}


def fit(job: Mapping[str, Any]) -> dict[str, Any]:
    """Build the user's estimator, seed it, fit it, write it as skops, and let the written file answer."""
    import numpy as np

    random.seed(job["seed"])
    np.random.seed(job["seed"])  # noqa: NPY002 -- the generator that scikit-learn falls back to
    rows = arrays(job["rows"])
    target = rows["y"]
    if job["classes"]:
        kind = object if isinstance(job["class_values"][0], str) else None
        target = np.array(job["class_values"], dtype=kind)[target]
    before = set(sys.modules)
    estimator = build(job["estimator"], job["root"])
    set_seeds(estimator, job["seed"])
    frame = read_frame(rows, job["columns"])
    began = time.perf_counter()
    with user_code(job["estimator"], "the estimator's fit()"):
        estimator.fit(frame, target)
    seconds = time.perf_counter() - began
    write_model(estimator, job["model"], job["allowed"])
    model = load_model(job["model"], job["allowed"])
    for ask in job["asks"]:
        with contextlib.suppress(*(Stop, MemoryError) if ask.get("optional") else ()):
            answer(model, ask, job["classes"])
    return {"seconds": seconds, "imported": imported_files(before, job["root"])}


def score(job: Mapping[str, Any]) -> dict[str, Any]:
    """Load each model from its file and write its answers; with ``latency``, time them in turns as well."""
    import skops.io  # noqa: F401 -- its import time is nobody's load time

    models, loads = [], []
    for entry in job["models"]:
        began = time.perf_counter()
        with as_on_its_day(entry["name"]):
            models.append(load_model(entry["model"], job["allowed"]))
        loads.append(time.perf_counter() - began)
    for model, entry in zip(models, job["models"]):  # noqa: B905 -- strict= needs Python 3.10
        with as_on_its_day(entry["name"]):
            answer(model, entry["golden"], entry["classes"])
        answer(model, entry["rows"], entry["classes"])
    return {"load_seconds": loads, "timings": interleaved(models, job) if job["latency"] else [[] for _ in models]}


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


def set_seeds(estimator: Any, seed: int) -> None:  # noqa: ANN401 -- an estimator has no common class
    """Give the seed to every ``random_state`` that the user left open."""
    unset = [name for name, value in estimator.get_params(deep=True).items() if value is None]
    estimator.set_params(**{name: seed for name in unset if name.rpartition("__")[2] == "random_state"})


def write_model(estimator: object, path: str, allowed: Sequence[str]) -> None:
    """Write the fitted estimator as deflated skops, and refuse at once what could not be loaded later."""
    from skops.io import dump, get_untrusted_types

    try:
        dump(estimator, path, compression=zipfile.ZIP_DEFLATED, compresslevel=LEVEL)
        unknown = sorted(set(get_untrusted_types(file=path)) - set(allowed))
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


def load_model(path: str, allowed: Sequence[str]) -> Any:  # noqa: ANN401 -- an estimator has no common class
    """Load a model file with the parent's allow-list and no other trust."""
    import skops
    from skops.io import load

    if [int(part) for part in re.findall(r"\d+", skops.__version__)[:2]] < LEAST_SKOPS:
        raise Stop(f"skops {skops.__version__} is not safe to load with", allowed="0.13 or newer", fix="upgrade skops")
    try:
        return load(path, trusted=list(allowed))
    except (OSError, MemoryError):
        raise
    except Exception as error:
        raise Stop(f"the model file cannot be loaded here: {one_line(error)}", allowed=LOADABLE, fix=INSTALL) from error


def arrays(path: str) -> dict[str, Any]:
    """Return all arrays of a file that the parent wrote."""
    import numpy as np

    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


def read_frame(rows: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the rows as pandas.read_csv would have made them: NaN for what is missing, no invented categories."""
    import numpy as np
    import pandas as pd

    data: dict[str, Any] = {}
    for position, column in enumerate(columns):
        kind = column["type"]
        if kind == "string":
            data[column["name"]] = text_column(rows, position)
            continue
        values: Any = rows[f"v{position}"]
        missing = rows[f"m{position}"] if f"m{position}" in rows else np.zeros(len(values), dtype=bool)
        if kind in ("date", "datetime"):
            values = pd.Series(np.where(missing, np.datetime64("NaT", "us"), values.astype("datetime64[us]")))
            if column["timezone"]:
                values = values.dt.tz_localize("UTC").dt.tz_convert(column["timezone"])
        elif missing.any():
            values = values.astype(object if kind == "boolean" else np.float64)
            values[missing] = np.nan
        data[column["name"]] = values
    return pd.DataFrame(data, index=pd.RangeIndex(int(rows["rows"][0])))


def text_column(rows: Mapping[str, Any], position: int) -> NDArray[np.object_]:
    """Return an array of str, NaN where missing; equal texts are one object."""
    import numpy as np

    raw, cuts = rows[f"b{position}"].tobytes(), rows[f"o{position}"]
    known: NDArray[np.object_] = np.empty(len(cuts), dtype=object)
    known[:-1] = [raw[cuts[i] : cuts[i + 1]].decode("utf-8") for i in range(len(cuts) - 1)]
    known[-1] = np.nan
    codes: NDArray[np.int32] = rows[f"c{position}"]
    return known[codes]


def answer(model: Any, ask: Mapping[str, Any], classes: Sequence[str]) -> None:  # noqa: ANN401 -- an estimator
    """Let the model answer the rows of one file and write the answers as arrays, unchecked."""
    import numpy as np

    np.savez(ask["answers"], **predict(model, read_frame(arrays(ask["rows"]), ask["columns"]), classes))


def predict(model: Any, frame: pd.DataFrame, classes: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401 -- an estimator
    """Return ``value``, or ``label`` (codes into the classes) and ``proba`` where the model has one."""
    import numpy as np

    with user_code("the model", "predict()"):
        said = np.asarray(model.predict(frame))
    said = said[:, 0] if said.ndim == MATRIX and said.shape[1] == 1 else said  # a column is a usual way to say a vector
    if said.ndim != VECTOR:
        raise Stop(f"predict() returned an array of shape {said.shape}", allowed="one answer for every row")
    if not classes:
        try:
            return {"value": said.astype(np.float64)}
        except (TypeError, ValueError) as error:
            raise Stop("predict() returned no numbers", allowed="a number for every row") from error
    index = {name: position for position, name in enumerate(classes)}
    known, inverse = np.unique(said, return_inverse=True)
    answers: dict[str, Any] = {"label": class_codes(known, index)[inverse]}
    if hasattr(model, "predict_proba"):
        with user_code("the model", "predict_proba()"):
            raw = np.asarray(model.predict_proba(frame), dtype=np.float64)
        order = class_codes(np.asarray(model.classes_), index)
        if raw.ndim != MATRIX or raw.shape[1] != len(order):
            raise Stop(f"predict_proba() returned an array of shape {raw.shape}", allowed="one column for every class")
        answers["proba"] = np.zeros((len(raw), len(classes)))
        answers["proba"][:, order] = raw
    return answers


def class_codes(values: NDArray[Any], index: Mapping[str, int]) -> NDArray[np.int64]:
    """Return each class value's position in the signature."""
    import numpy as np

    found = [index.get(class_text(value), -1) for value in values.tolist()]
    if -1 in found:
        message = f"the model answers with {found.count(-1)} class(es) that no training row has"
        raise Stop(message, allowed="the target's values", fix="let the estimator learn the target as it is given")
    return np.array(found, dtype=np.int64)


def class_text(value: object) -> str:
    """Return a class value as the signature spells it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def interleaved(models: Sequence[Any], job: Mapping[str, Any]) -> list[list[float]]:
    """Time the models in turns on the same batches, now one and now the other first; seconds for each batch."""
    plan, asks = job["latency"], [entry["rows"] for entry in job["models"]]
    frames = [read_frame(arrays(ask["rows"]), ask["columns"]) for ask in asks]
    rows = len(frames[0])
    size = min(rows, plan["batch_rows"])
    timings: list[list[float]] = [[] for _ in models]
    deadline = time.perf_counter() + plan["seconds"]
    gc.collect()
    gc.disable()
    for turn in range(-LATENCY_WARM_UP, plan["rounds"]):
        start = (max(turn, 0) * size) % (rows - size + 1)
        for which in range(len(models)) if turn % 2 else reversed(range(len(models))):
            batch = frames[which].iloc[start : start + size]
            ask_model = getattr(models[which], "predict_proba", models[which].predict)
            began = time.perf_counter()
            ask_model(batch)
            spent = time.perf_counter() - began
            if turn >= 0:
                timings[which].append(spent)
        if turn + 1 >= plan["least_rounds"] and time.perf_counter() > deadline:
            break
    gc.enable()
    return timings


@contextlib.contextmanager
def user_code(place: str, what: str) -> Iterator[None]:
    """Turn whatever the user's code raises, SystemExit too, into one finding; the traceback goes to the log."""
    try:
        yield
    except (Stop, MemoryError):
        raise
    except SystemExit as error:
        found = f"{place}: {what} ended the program with sys.exit({one_line(error.code)})"
        raise Stop(found, fix="take sys.exit out, or keep it under `if __name__ == '__main__':`") from error
    except Exception as error:
        missing = isinstance(error, ImportError)
        fix = "install what is missing for the interpreter in `train.python`" if missing else "mend it"
        raise Stop(f"{place}: {what} failed: {type(error).__name__}: {one_line(error)}", fix=fix) from error


@contextlib.contextmanager
def as_on_its_day(name: str) -> Iterator[None]:
    """Say that the bundle, or what is installed here, is at fault when a model fails at what it could do once."""
    try:
        yield
    except Stop as stop:
        found, allowed = stop.answer["found"], stop.answer["allowed"]
        raise Stop(f"{name}: {found}", allowed=allowed, fix=INSTALL, kind="bundle") from stop.__cause__


def imported_files(before: Iterable[str], root: str) -> list[str]:
    """Return the files below the user's root that training imported, relative to it."""
    top = os.path.realpath(root)
    files = [getattr(sys.modules[name], "__file__", None) for name in set(sys.modules) - set(before)]
    paths = {os.path.realpath(file) for file in files if file}
    return sorted(Path(path).relative_to(top).as_posix() for path in paths if path.startswith(top + os.sep))


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return a suggestion with its leading space, or nothing."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f" Did you mean `{close[0]}`?" if close else ""


def one_line(message: object, limit: int = 300) -> str:
    """Return a message as one line of bounded length."""
    text = " ".join(str(message).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


JOBS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"probe": probe, "fit": fit, "score": score}

if __name__ == "__main__":
    # Python puts this file's directory first on the path; its other modules must not shadow the user's.
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]
    sys.exit(main(sys.argv[1]))
