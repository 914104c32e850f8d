"""The types that a model file may build: exact names, ours, reviewed.

skops works out every type and function that a file would build before it builds any. What is neither in our list nor
among the plain values, arrays and functions of NumPy and SciPy that skops itself trusts is refused, when a model is
written and when it is loaded. The list never comes from the file. skops would trust every estimator that is installed;
with a list of ours for the version it does not (``worker/models.py``).

``allowed_types.json`` holds one list for each minor version of scikit-learn, made by ``.ci/types`` from every estimator
that it has, then reviewed by a person. The rules:

* exact names only: data holders of NumPy, SciPy and scikit-learn, and functions of arrays to numbers;
* nothing that calls what a file names: ``functools.partial``, ``operator.*`` and frozen SciPy distributions (they
  compile source text) stay out, whatever is inside them;
* ``Tree``, ``TreePredictor`` and ``KDTree`` hold indices that scikit-learn follows without a look: a forged file could
  crash the process that asks it, but not make it run code. A bundle's digest is checked before its model is loaded.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = Path(__file__).with_suffix(".json")
_HOMES = frozenset({"numpy", "scipy", "sklearn"})
# Parts of dotted names that run what a file names, or reach outside the process.
_NEVER = {
    "partial": "it calls what the file names",
    "PyFuncDistance": "it calls what the file names",
    "PyFuncDistance32": "it calls what the file names",
    "PyFuncDistance64": "it calls what the file names",
    "rv_continuous_frozen": "frozen distributions compile source text",
    "rv_discrete_frozen": "frozen distributions compile source text",
    "_distn_infrastructure": "frozen distributions compile source text",
    "ctypeslib": "it loads libraries",
    "datasets": "it reaches for files and the network",
    "distutils": "it runs programs",
    "externals": "it is somebody else's",
    "f2py": "it runs programs",
    "testing": "it runs programs",
    "tests": "it is no part of a model",
    "_testutils": "it runs programs",
}


def forbidden(name: str) -> str:
    """Return why a name may never be in the list; empty when a review may let it in."""
    parts = name.split(".")
    if len(parts) == 1 or not all(part.isidentifier() for part in parts):
        return "it is no exact dotted name"
    if parts[0] not in _HOMES:
        return "it is not of NumPy, SciPy or scikit-learn"
    return next((_NEVER[part] for part in parts if part in _NEVER), "")


def _read() -> Mapping[str, tuple[str, ...]]:
    lists: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return {version: tuple(names) for version, names in lists.items()}


ALLOWED_TYPES: Final = _read()
"""Names by minor version of scikit-learn, such as ``1.9``."""
