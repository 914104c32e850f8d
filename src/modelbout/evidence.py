"""The evidence behind a verdict: numbers with their intervals, as records that any stage may read."""

from __future__ import annotations

from typing import Literal

from modelbout.record import Record

Holding = Literal["holds", "broken", "uncertain", "shown"]
Rule = Literal["superior", "non_inferior", "equivalent", "relative_cost", "max", "min", "none"]
SliceStatus = Literal["better", "worse", "no difference shown", "not enough rows"]
Relation = Literal["is", "at most", "above"]
FairnessMeasure = Literal["tpr", "fpr", "selection_rate", "calibration"]


class Interval(Record, frozen=True):
    """A two-sided interval and the method that made it, such as ``influence function`` or ``Dirichlet draws``."""

    low: float
    high: float
    method: str


class Estimate(Record, frozen=True):
    """A number measured on the holdout, with its interval where one was worked out."""

    value: float
    interval: Interval | None = None


class MetricResult(Record, frozen=True):
    """One metric of both models and their paired difference.

    ``improvement`` is positive when the challenger is better, whatever the metric's direction; None when there is
    no champion. ``margin`` is absolute, in the metric's unit; for ``relative_cost`` it is a share, and ``ratio`` the
    challenger's value as a multiple of the champion's. ``deciding`` is the interval of the improvement by which the
    rule was judged, where that is not the one at the bout's confidence.
    """

    metric: str
    title: str
    better: Literal["higher", "lower"]
    rule: Rule
    status: Holding
    challenger: Estimate
    champion: Estimate | None = None
    improvement: Estimate | None = None
    margin: float | None = None
    limit: float | None = None
    explanation: str = ""
    unit: str = ""
    ratio: Estimate | None = None
    deciding: Interval | None = None

    @property
    def judged(self) -> Interval | None:
        """Return the interval of the improvement by which the rule was judged."""
        return self.deciding or (None if self.improvement is None else self.improvement.interval)


class GuardrailResult(Record, frozen=True):
    """A condition that the challenger must keep besides the primary metric.

    ``measured`` is None, and the status ``shown``, when there is no champion yet and the condition needs one. ``group``
    is what it is about; ``note`` says what the number is made of, such as the columns that are meant.
    """

    guardrail: str
    title: str
    rule: str
    status: Holding
    measured: Estimate | None
    limit: float
    unit: str = ""
    explanation: str = ""
    group: str = ""
    note: str = ""


class SliceResult(Record, frozen=True):
    """The primary metric on the rows of one group; p-values are Holm-corrected over all slices of the bout."""

    column: str
    group: str
    rows: int
    status: SliceStatus
    challenger: float | None = None
    champion: float | None = None
    improvement: Estimate | None = None
    p_adjusted: float | None = None


class Condition(Record, frozen=True):
    """One condition on one column, such as ``tenure at most 12``; ``value`` is as the reference profile says it."""

    column: str
    relation: Relation
    value: str


class FoundSlice(Record, frozen=True):
    """A group that was looked for: found on one half of the holdout's rows, and tested on the other.

    ``rows`` are those of the other half; ``improvement`` and ``p_adjusted`` (Holm, over the groups that were found)
    come from these alone, so that the search has not flattered them.
    """

    conditions: tuple[Condition, ...]
    rows: int
    status: SliceStatus
    challenger: float | None = None
    champion: float | None = None
    improvement: Estimate | None = None
    p_adjusted: float | None = None


class ChangedRows(Record, frozen=True):
    """Rows counted by who got them right: for regression, by whose error is smaller."""

    fixed: int
    broken: int
    both_right: int
    both_wrong: int


class Curve(Record, frozen=True):
    """Points of a plot, at most a few hundred: ROC, precision-recall, calibration, residuals."""

    kind: Literal["roc", "precision_recall", "calibration", "residuals"]
    side: Literal["champion", "challenger"]
    x: tuple[float, ...]
    y: tuple[float, ...]
    rows: tuple[int, ...] = ()


class Power(Record, frozen=True):
    """What this holdout can see: the smallest difference it detects 4 times in 5, and the rows to see this one.

    ``rows_if_equal`` are those that show of a truly equal model that it keeps the margin of the rule.
    """

    metric: str
    detectable: float
    rows_needed: int | None = None
    rows_if_equal: int | None = None


class FairnessResult(Record, frozen=True):
    """One rate of both models on the rows of one group, and whether the group fares worse than under the champion.

    ``challenger`` and ``champion`` are the rate in the group. ``improvement`` is positive when the challenger treats
    the group better; for a rate that is neither good nor bad in itself (``selection_rate``) it is the rise.
    """

    column: str
    group: str
    measure: FairnessMeasure
    rows: int
    status: Holding
    challenger: Estimate | None = None
    champion: Estimate | None = None
    improvement: Estimate | None = None
    margin: float | None = None
    explanation: str = ""


class Wear(Record, frozen=True):
    """How often this holdout has been asked before, and what that does to the level at which this bout is judged.

    ``bouts`` and ``promotions`` are those that the registry knows on the same holdout digest, before this one; a
    challenger that asked before is no new bout. ``level`` is the one-sided error that this bout may make; ``left`` how
    many more bouts the holdout has in it, None when the policy sets no budget. ``holdout`` names its rows, those that
    were left out or are sealed among them.
    """

    bouts: int
    promotions: int
    policy: str
    level: float
    budget: int | None = None
    left: int | None = None
    explanation: str = ""
    holdout: str = ""

    @property
    def spent(self) -> bool:
        """Return whether nothing can win on this holdout any more."""
        return self.budget is not None and self.bouts >= self.budget


class Anchor(Record, frozen=True):
    """The challenger against the first champion on this holdout, which a chain of small steps may not undercut."""

    version: str
    bundle_digest: str
    result: MetricResult


class Sealed(Record, frozen=True):
    """The part of the holdout that no push sees: how many rows, and once it is opened at merge, its answer.

    ``improvement`` is that of the primary metric there, rounded.
    """

    rows: int
    open_rows: int
    opened: bool
    passed: bool | None = None
    explanation: str = ""
    improvement: float | None = None


class Scoring(Record, frozen=True):
    """How a model's answers were come by: ``fresh`` rows were scored now, ``recorded`` taken from the bundle's record.

    ``environment`` says where the model ran: here, in an environment made from its own lock, or nowhere.
    """

    fresh: int
    recorded: int
    environment: Literal["this", "own", "none"] = "this"
    note: str = ""


class Trial(Record, frozen=True):
    """One set of hyper-parameters that was tried on training folds; parameters are shown as text.

    ``score`` is the mean over the folds, larger is better; None for a trial that was cut short or that failed.
    """

    number: int
    score: float | None
    seconds: float
    parameters: dict[str, str]
    end: Literal["done", "cut", "failed"] = "done"


class Search(Record, frozen=True):
    """A search for hyper-parameters inside a budget: the trials in the order of their scores, the best first."""

    by: str
    metric: str
    minutes: float
    tried: int
    failed: int
    best: dict[str, str]
    trials: tuple[Trial, ...] = ()
    explanation: str = ""


class Contender(Record, frozen=True):
    """One of several challengers of the same bout, judged at a level that is corrected for their number."""

    name: str
    verdict: Literal["first", "win", "loss", "inconclusive", "error"]
    passed: bool
    chosen: bool
    primary: MetricResult | None = None
    explanation: str = ""
