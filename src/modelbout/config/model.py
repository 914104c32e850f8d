"""The types of modelbout.yaml: what can be said, in which units, with which defaults."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from modelbout.config.compare import Compare
from modelbout.config.train import Train
from modelbout.config.words import Name, Share, Text
from modelbout.manifest import Task
from modelbout.record import Record

CONFIG_FILE = "modelbout.yaml"


class Split(Record, frozen=True, rename={"from_": "from"}):
    """How one table becomes training rows and holdout rows.

    With an id: ``{holdout: 0.2, by: customerID}``. With time: ``{by: time, column: t, from: 2012-07-01}``.
    """

    by: Annotated[Text, Meta(description="A column whose hash decides the side, or `time`.")]
    holdout: Annotated[Share | None, Meta(description="Share of the ids that become the holdout.")] = None
    column: Annotated[Text | None, Meta(description="The date or time column, for `by: time`.")] = None
    from_: Annotated[Text | None, Meta(description="First moment of the holdout (ISO 8601), for `by: time`.")] = None

    @property
    def timed(self) -> bool:
        """Whether the holdout is what came later; else rows are dealt out by the hash of the column ``by``."""
        return self.by == "time"


class Data(Record, frozen=True):
    """Where the rows are and what each column is for."""

    target: Annotated[Text, Meta(description="The column to predict.")]
    source: Annotated[
        Text | tuple[Text, ...] | None,
        Meta(description="One table to split: a path, a glob, an address, or a list of them."),
    ] = None
    split: Annotated[Split | None, Meta(description="How `source` is split.")] = None
    train: Annotated[Text | tuple[Text, ...] | None, Meta(description="Training rows, when split already.")] = None
    holdout: Annotated[Text | tuple[Text, ...] | None, Meta(description="Holdout rows, when split already.")] = None
    positive: Annotated[str | int | bool | None, Meta(description="The target's positive value (binary only).")] = None
    id: Annotated[Text | None, Meta(description="The column that names a row; never an input.")] = None
    exclude: Annotated[tuple[Text, ...], Meta(description="Columns that are never inputs.")] = ()
    group: Annotated[
        Text | tuple[Text, ...] | None,
        Meta(description="The column, or the columns together, that name an entity: none may be on both sides."),
    ] = None
    time: Annotated[
        Text | None, Meta(description="The date or time at which a row is predicted; default: `split.column`.")
    ] = None
    contract: Annotated[Text | None, Meta(description="Path of the data contract.")] = None
    engine: Annotated[
        Literal["polars", "duckdb", "pandas", "pyspark", "dask", "ibis"],
        Meta(description="What runs the checks; `ibis` for a table of a database. See docs/engines.md."),
    ] = "polars"

    @property
    def timed(self) -> bool:
        """Whether the holdout is what came later."""
        return self.split is not None and self.split.timed


class Drift(Record, frozen=True):
    """How the data is held against what the champion was trained on."""

    effect: Annotated[
        float,
        Meta(gt=0, le=1, description="The smallest change worth knowing, in standard deviations; see docs/drift.md."),
    ] = 0.1
    fail: Annotated[bool, Meta(description="Whether drift stops `modelbout run` before training.")] = False
    columns: Annotated[tuple[Text, ...], Meta(description="The only inputs to look at; default: all.")] = ()
    ignore: Annotated[tuple[Text, ...], Meta(description="Columns that are not looked at.")] = ()


class Policy(Record, frozen=True):
    """What no model may do."""

    forbidden: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...],
        Meta(description="Columns that are never inputs, in any case, with `*` and `?`; their proxies are looked for."),
    ] = ()


class Promote(Record, frozen=True):
    """What a win leads to."""

    stages: Annotated[
        tuple[Name, ...],
        Meta(min_length=1, description="The stages that a version moves through, last = the champion."),
    ] = ("production",)
    inconclusive: Annotated[
        Literal["keep", "promote_if_non_inferior"], Meta(description="What an inconclusive bout leads to.")
    ] = "keep"


class Config(Record, frozen=True):
    """One model's modelbout.yaml."""

    version: Annotated[Literal[1], Meta(description="The version of this file's format.")]
    model: Annotated[Name, Meta(description="The name in tags, reports and the ledger.")]
    task: Annotated[Task, Meta(description="What is predicted.")]
    data: Data
    train: Train
    compare: Compare = Compare()
    drift: Drift = Drift()
    policy: Policy = Policy()
    promote: Promote = Promote()
