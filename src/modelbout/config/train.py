"""The section `train` of modelbout.yaml: how a challenger is made."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from modelbout.config.words import Dotted, Name, Text
from modelbout.record import Record

Value = bool | int | float | str | None


class Search(Record, frozen=True):
    """A search of hyper-parameters on training folds, before the challenger is trained on all training rows."""

    space: Annotated[Dotted, Meta(description="`module:function` that describes the parameters; docs/search.md.")]
    by: Annotated[
        Literal["optuna", "halving"], Meta(description="Optuna, or successive halving, which needs no package.")
    ] = "optuna"
    minutes: Annotated[float, Meta(gt=0, le=350, description="No trial begins after this.")] = 10.0
    trials: Annotated[int, Meta(ge=1, le=10_000, description="The most sets of parameters that are tried.")] = 50


class Entrant(Record, frozen=True):
    """One of several challengers of the same bout."""

    name: Annotated[Name, Meta(description="What it is called in the report.")]
    estimator: Annotated[Dotted, Meta(description="`module:function` that returns an unfitted estimator.")]
    search: Annotated[Search | None, Meta(description="A search of its own.")] = None


class Train(Record, frozen=True):
    """How a challenger is made: exactly one of ``estimator``, ``command`` and ``challengers``."""

    estimator: Annotated[Dotted | None, Meta(description="`module:function` that returns an unfitted estimator.")] = (
        None
    )
    command: Annotated[Text | None, Meta(description="Any program; see docs/training.md for the file protocol.")] = None
    python: Annotated[
        Text | None, Meta(description="The interpreter for your code; default: the one running modelbout.")
    ] = None
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1, description="Seed for every random generator.")] = 0
    timeout_minutes: Annotated[float, Meta(gt=0, le=360, description="After this the child process is ended.")] = 60.0
    code: Annotated[tuple[Text, ...], Meta(description="Globs of the files whose change means a new challenger.")] = (
        "**/*.py",
    )
    format: Annotated[
        Literal["skops", "onnx", "pickle"],
        Meta(description="How a fitted estimator is written; see docs/scorers/README.md."),
    ] = "skops"
    trust: Annotated[
        Literal["pickle"] | None,
        Meta(description="`pickle` lets models be loaded that may run code; only in jobs that can write nothing."),
    ] = None
    row_ids: Annotated[
        Literal["hashed", "none"],
        Meta(description="Whether the bundle keeps hashed ids of its training rows; see docs/leakage.md."),
    ] = "hashed"
    parameters: Annotated[
        dict[str, Value], Meta(description="Parameters that are set on the estimator, by their names in get_params().")
    ] = msgspec.field(default_factory=dict)
    search: Annotated[Search | None, Meta(description="Look for hyper-parameters first; see docs/search.md.")] = None
    challengers: Annotated[
        tuple[Entrant, ...],
        Meta(
            max_length=20, description="Several challengers: each meets the champion, at a level that allows for that."
        ),
    ] = ()
    backend: Annotated[
        Annotated[str, Meta(pattern=r"^(dask|ray)://[A-Za-z0-9.-]+:[0-9]+$", max_length=200)] | None,
        Meta(description="`dask://host:port` or `ray://host:port`: your cluster runs what joblib runs in parallel."),
    ] = None
