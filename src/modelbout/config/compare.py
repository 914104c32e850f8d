"""The section `compare` of modelbout.yaml: how challenger and champion are judged."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from modelbout.config.words import Dotted, Name, NotNegative, Share, Text
from modelbout.record import Record

Block = Literal["hour", "day", "week", "month"]


class Primary(Record, frozen=True):
    """The metric that decides."""

    metric: Annotated[Text, Meta(description="A metric's name; see docs/metrics.")]
    rule: Annotated[
        Literal["superior", "non_inferior", "equivalent"], Meta(description="What counts as a win; docs/verdict.md.")
    ] = "superior"
    margin: Annotated[
        NotNegative,
        Meta(description="Absolute, in the metric's unit: by how much better, or how much worse is still fine."),
    ] = 0.0


class Guardrail(Record, frozen=True):
    """A condition beside the primary metric: ``rule`` and ``margin``, or ``max`` / ``min`` for the challenger alone."""

    metric: Annotated[Text, Meta(description="A metric's or a guardrail's name.")]
    rule: Annotated[
        Literal["superior", "non_inferior", "equivalent", "relative_cost"] | None,
        Meta(description="Against the champion."),
    ] = None
    margin: Annotated[
        NotNegative | None, Meta(description="Absolute, in the metric's unit; for `relative_cost` a share.")
    ] = None
    max: Annotated[float | None, Meta(description="A ceiling.")] = None
    min: Annotated[float | None, Meta(description="A floor.")] = None


class UserMetric(Record, frozen=True):
    """A metric of your own: ``module:function`` that gets the truth and one model's answers and returns a number."""

    name: Annotated[Name, Meta(description="What it is called in the report and in other keys.")]
    function: Annotated[Dotted, Meta(description="`module:function`, importable from the directory of this file.")]
    better: Annotated[Literal["higher", "lower"], Meta(description="Which direction is better.")]
    needs: Annotated[
        Literal["label", "proba", "value"], Meta(description="What of the answers the function is given.")
    ] = "label"


class Costs(Record, frozen=True):
    """What each kind of decision costs, for `cost_matrix`; a gain is negative (binary only)."""

    false_positive: Annotated[float, Meta(description="Cost of saying yes where the truth is no.")]
    false_negative: Annotated[float, Meta(description="Cost of saying no where the truth is yes.")]
    true_positive: Annotated[float, Meta(description="Cost of a yes that is right.")] = 0.0
    true_negative: Annotated[float, Meta(description="Cost of a no that is right.")] = 0.0
    currency: Annotated[str, Meta(max_length=12, description="The unit of the costs, such as EUR.")] = ""


class Fairness(Record, frozen=True):
    """Groups that must not fare worse than under the champion."""

    columns: Annotated[tuple[Text, ...], Meta(min_length=1, description="Columns whose groups are watched.")]
    margin: Annotated[NotNegative, Meta(description="By how much a group's rate may be worse than under the champion.")]
    measures: Annotated[
        tuple[Literal["tpr", "fpr", "selection_rate", "calibration"], ...],
        Meta(min_length=1, description="The rates that are compared; see docs/fairness.md."),
    ] = ("tpr", "fpr")


class Wear(Record, frozen=True):
    """What is done about a holdout that is asked again and again; see docs/wear.md."""

    policy: Annotated[
        Literal["fixed", "budget", "strict"],
        Meta(description="`fixed`: the same level each time; `budget`: until it is spent; `strict`: divided by it."),
    ] = "budget"
    budget: Annotated[int, Meta(ge=1, le=1000, description="Bouts on one holdout before it is to be refreshed.")] = 20
    anchor: Annotated[
        NotNegative | None,
        Meta(description="By how much a challenger may be worse than the first champion on this holdout."),
    ] = None


class Expectation(Record, frozen=True):
    """How the answers must behave when inputs are changed: exactly one of ``invariant``, ``rising`` and ``falling``."""

    invariant: Annotated[
        tuple[Text, ...], Meta(description="Columns whose values, dealt out anew, may not move the answer.")
    ] = ()
    rising: Annotated[Text | None, Meta(description="A column: a larger value may not lower the answer.")] = None
    falling: Annotated[Text | None, Meta(description="A column: a larger value may not raise the answer.")] = None
    tolerance: Annotated[
        NotNegative, Meta(description="By how much it may before a row counts: a probability, or in the target's unit.")
    ] = 0.0
    share: Annotated[float, Meta(ge=0, le=1, description="The share of rows that may break it; 0 = none.")] = 0.0


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
    metrics: Annotated[tuple[UserMetric, ...], Meta(description="Metrics of your own.")] = ()
    costs: Annotated[Costs | None, Meta(description="What decisions cost, for the metric `cost_matrix`.")] = None
    threshold: Annotated[
        Literal["model", "best"],
        Meta(description="`model`: labels as the model gives them; `best`: chosen on training folds (binary only)."),
    ] = "model"
    top: Annotated[Share, Meta(description="The share of rows that `lift` and `precision_at_k` look at.")] = 0.1
    quantile: Annotated[
        Share | None, Meta(description="The quantile that the model predicts, for `pinball` and `d2_pinball`.")
    ] = None
    slice_pairs: Annotated[bool, Meta(description="Whether pairs of the slice columns are slices, too.")] = False
    find_slices: Annotated[bool, Meta(description="Whether to look for the group where the challenger is worst.")] = (
        True
    )
    fairness: Annotated[Fairness | None, Meta(description="Groups that must not fare worse.")] = None
    expectations: Annotated[
        tuple[Expectation, ...], Meta(description="How the challenger's answers must behave; docs/behaviour.md.")
    ] = ()
    block: Annotated[
        Block | None,
        Meta(description="Rows of one such block of `data.time` count as one observation in every interval."),
    ] = None
    wear: Annotated[Wear, Meta(description="What is done about a holdout that is asked again and again.")] = Wear()
    sealed: Annotated[
        Share | None, Meta(description="Share of the holdout that is opened only at merge, once; docs/wear.md.")
    ] = None
    champion_environment: Annotated[
        Literal["auto", "never"],
        Meta(description="Whether an environment may be made from the champion's lock when it does not run here."),
    ] = "auto"
