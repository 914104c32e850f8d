"""The types of modelbout.yaml: what can be said, in which units, with which defaults."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from modelbout.manifest import Task
from modelbout.record import Record

CONFIG_FILE = "modelbout.yaml"

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
Share = Annotated[float, Meta(gt=0, lt=1)]
NotNegative = Annotated[float, Meta(ge=0)]
Text = Annotated[str, Meta(min_length=1)]
Dotted = Annotated[str, Meta(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")]


class Split(Record, frozen=True, rename={"from_": "from"}):
    """How one table becomes training rows and holdout rows.

    With an id: ``{holdout: 0.2, by: customerID}``. With time: ``{by: time, column: t, from: 2012-07-01}``.
    """

    by: Annotated[Text, Meta(description="A column whose hash decides the side, or `time`.")]
    holdout: Annotated[Share | None, Meta(description="Share of the ids that become the holdout.")] = None
    column: Annotated[Text | None, Meta(description="The date or time column, for `by: time`.")] = None
    from_: Annotated[Text | None, Meta(description="First moment of the holdout (ISO 8601), for `by: time`.")] = None


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


class Primary(Record, frozen=True):
    """The metric that decides."""

    metric: Annotated[Text, Meta(description="A metric's name; see docs/metrics.md.")]
    rule: Annotated[Literal["superior", "non_inferior"], Meta(description="What counts as a win.")] = "superior"
    margin: Annotated[
        NotNegative,
        Meta(description="Absolute, in the metric's unit: by how much better, or how much worse is still fine."),
    ] = 0.0


class Guardrail(Record, frozen=True):
    """A condition beside the primary metric: ``rule`` and ``margin``, or ``max`` / ``min`` for the challenger alone."""

    metric: Annotated[Text, Meta(description="A metric's or a guardrail's name.")]
    rule: Annotated[Literal["superior", "non_inferior"] | None, Meta(description="Against the champion.")] = None
    margin: Annotated[NotNegative | None, Meta(description="Absolute, in the metric's unit.")] = None
    max: Annotated[float | None, Meta(description="A ceiling.")] = None
    min: Annotated[float | None, Meta(description="A floor.")] = None


class Compare(Record, frozen=True):
    """How challenger and champion are judged."""

    primary: Annotated[Primary | None, Meta(description="Default: roc_auc, log_loss or rmse by task, superior, 0.")] = (
        None
    )
    guardrails: Annotated[tuple[Guardrail, ...], Meta(description="Conditions beside the primary metric.")] = ()
    slices: Annotated[tuple[Text, ...], Meta(description="Columns whose groups are reported one by one.")] = ()
    min_slice_rows: Annotated[
        int, Meta(ge=2, description="A smaller group says `not enough rows`; below 20 rows every group does.")
    ] = 100
    confidence: Annotated[float, Meta(ge=0.5, le=0.9999, description="Level of every interval.")] = 0.95
    contaminated: Annotated[
        Literal["refuse", "drop", "warn"],
        Meta(description="What holdout rows lead to that the champion was trained on."),
    ] = "refuse"


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
