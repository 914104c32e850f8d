"""What one report tells: the results of the stages that ran, and what follows from having them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelbout.contract_diff import ContractDiff
    from modelbout.drift_result import DriftResult
    from modelbout.report.plot import Plot
    from modelbout.results import BoutResult, PromotionResult, TrainingResult, ValidationResult


@dataclass(frozen=True)
class Story:
    """The results of one run of one model; a stage that did not run is None, and at least one is there.

    ``plots`` are the pictures that stand beside the report; empty where pictures cannot be shown. ``awaits_merge`` says
    that a pull request is judged, whose merge comes before any promotion; ``from_fork`` that the run which tells the
    story belongs to a fork, whose author wrote the code that ran in it.
    """

    validation: ValidationResult | None = None
    training: TrainingResult | None = None
    bout: BoutResult | None = None
    promotion: PromotionResult | None = None
    contract_diff: ContractDiff | None = None
    drift: DriftResult | None = None
    plots: tuple[Plot, ...] = ()
    awaits_merge: bool = False
    from_fork: bool = False

    @property
    def model(self) -> str:
        """Return the model's name.

        Raises:
            ValueError: no stage has run, so there is nothing to tell.
        """
        for result in (self.bout, self.validation, self.training, self.promotion, self.drift):
            if result is not None:
                return result.model
        raise ValueError("a story needs the result of at least one stage")

    @property
    def champion(self) -> str | None:
        """Return the champion's name such as ``churn@v1.0.0``, or None when the bout had none."""
        side = self.bout.champion if self.bout else None
        if side is None:
            return None
        return self.named(side.version) if side.version else f"{self.model} ({short(side.bundle_digest)})"

    @property
    def confidence(self) -> str:
        """Return the level of the intervals as a reader says it: ``95 %``."""
        return f"{100 * self.bout.confidence:.4g} %" if self.bout else ""

    @property
    def refused_by_contract(self) -> bool:
        """Tell whether the data broke the contract, so that an older verdict beside it no longer counts."""
        if self.validation is None or self.validation.passed:
            return False
        return self.bout is None or self.validation.created >= self.bout.created

    def refused_before(self, created: str) -> bool:
        """Tell whether a record is older than a refusal by the contract, so that it is of other data."""
        return self.refused_by_contract and self.validation is not None and created < self.validation.created

    @property
    def stopped_by_drift(self) -> bool:
        """Tell whether the configuration lets drift stop the run, and it did: nothing was trained after it."""
        if self.refused_by_contract:
            return False
        return self.drift is not None and self.drift.fails and not self.drift.passed and self.bout is None

    @property
    def promoted(self) -> PromotionResult | None:
        """Return what happened to the title, unless that was another bundle than the one of this bout."""
        side = self.bout.challenger if self.bout else None
        if self.promotion is None or side is None or self.promotion.bundle_digest in {None, side.bundle_digest}:
            return self.promotion
        return None

    def named(self, version: str) -> str:
        """Return a version with its model's name before it."""
        return version if "@" in version else f"{self.model}@{version}"


def short(digest: str) -> str:
    """Return the first twelve characters of a digest: enough to tell two apart by eye."""
    return digest.removeprefix("sha256:")[:12]
