"""What some metrics must be told besides truth and answers: costs, shares, quantiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.bout.own import OwnMetric

if TYPE_CHECKING:
    from modelbout.bout.metric import Term
    from modelbout.config.compare import Compare


@dataclass(frozen=True)
class Terms:
    """The parameters of metrics that have some.

    Attributes:
        costs: cost of each decision, ``costs[truth][label]`` for classes (other, positive); None = not told.
        currency: the unit of the costs.
        top: the share of rows, by falling score, that lift and precision at k look at.
        quantile: the quantile that the model is to predict; None = not told.
        own: the user's own metrics.
    """

    costs: tuple[tuple[float, float], tuple[float, float]] | None = None
    currency: str = ""
    top: float = 0.1
    quantile: float | None = None
    own: tuple[OwnMetric, ...] = ()

    def has(self, term: Term) -> bool:
        """Return whether a key of ``compare`` that some metrics need is set."""
        return getattr(self, term) is not None


NO_TERMS = Terms()


def terms_of(compare: Compare) -> Terms:
    """Return the terms that the configuration sets."""
    costs = compare.costs
    return Terms(
        costs=None
        if costs is None
        else ((costs.true_negative, costs.false_positive), (costs.false_negative, costs.true_positive)),
        currency="" if costs is None else costs.currency,
        top=compare.top,
        quantile=compare.quantile,
        own=tuple(OwnMetric(one.name, one.better, one.needs) for one in compare.metrics),
    )
