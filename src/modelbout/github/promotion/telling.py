"""How a job tells people what happened to a title: one log line each, the report with its controls, the summary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from modelbout.errors import ConfigError, cause
from modelbout.github.api.protection import Protection
from modelbout.github.promotion.controls import of_modelbout, of_platform
from modelbout.report.story import Story
from modelbout.results import PROMOTION_FILE
from modelbout.stages.report import read_story

if TYPE_CHECKING:
    from modelbout.github.job import Job
    from modelbout.github.promotion.after import Turn
    from modelbout.results import Control, PromotionResult
    from modelbout.stages.workspace import Workspace


@dataclass
class Teller:
    """Tells of one job's titles; GitHub is asked once for what it enforces at a stage."""

    job: Job
    branch: str
    _platform: dict[str, tuple[Control, ...]] = field(default_factory=dict)

    def with_controls(self, result: PromotionResult) -> PromotionResult:
        """Return the result with what kept watch over it."""
        if result.stage not in self._platform:
            rules = Protection(self.job.session)
            self._platform[result.stage] = of_platform(rules, branch=self.branch, stage=result.stage)
        return msgspec.structs.replace(result, controls=(*self._platform[result.stage], *of_modelbout(result)))

    def story(self, work: Workspace, result: PromotionResult) -> Story:
        """Return what the report tells of a title that moved, and leave ``promotion.json`` unless nothing moved."""
        told = self.with_controls(result)
        if not result.dry_run:
            work.run.mkdir(parents=True, exist_ok=True)
            work.write(PROMOTION_FILE, told)
        return _story(work, told)

    def log(self, model: str, turn: Turn) -> None:
        """Say one line for each merge. What a verdict says may come from anywhere: it stays within its line."""
        self.job.say(f"{model}: {cause(turn.why)}")
        for finding in turn.decision.findings:
            self.job.say(f"{model}: {finding.name}: {finding.outcome}: {cause(finding.why)}")
        for error in turn.troubles:
            for problem in error.problems:
                self.job.progress.tell(problem)


def _story(work: Workspace, result: PromotionResult) -> Story:
    """Return the bout that led to the title with it, or the title alone when another bout lies there."""
    try:
        story = read_story(work.run)
    except ConfigError:
        return Story(promotion=result)
    side = None if story.bout is None else story.bout.challenger
    alone = result.event != "promote" or side is None or side.bundle_digest != result.bundle_digest
    return Story(promotion=result) if alone else story
