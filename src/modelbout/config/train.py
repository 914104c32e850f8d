"""The section `train` of modelbout.yaml: how a challenger is made."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from modelbout.config.words import Dotted, Text
from modelbout.record import Record


class Train(Record, frozen=True):
    """How a challenger is made: exactly one of ``estimator`` and ``command``."""

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
    row_ids: Annotated[
        Literal["hashed", "none"],
        Meta(description="Whether the bundle keeps hashed ids of its training rows; see docs/leakage.md."),
    ] = "hashed"
