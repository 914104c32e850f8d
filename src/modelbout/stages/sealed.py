"""Sealed rows are opened: a winner meets its champion on rows that no push has seen, once, before the title moves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from modelbout.bout.holding import against
from modelbout.bout.judge import judge
from modelbout.bout.reasons import number
from modelbout.bout.verdict import Standing, decide
from modelbout.bout.wear import Allowance
from modelbout.data.digests import table_digest
from modelbout.errors import EXIT_FINE, EXIT_GATE, ChampionMovedError, ConfigError, GateRefusedError, Place, Problem
from modelbout.evidence import Sealed
from modelbout.registry.queries import Query, asked_by
from modelbout.results import BOUT_FILE, TRAINING_FILE, TrainingResult
from modelbout.stages.compare import read_rows, ring, unseen
from modelbout.stages.fighters import challenger, champion, same_data
from modelbout.stages.measures import on_other_rows
from modelbout.stages.own_metrics import with_own_metrics
from modelbout.stages.refusals import moved
from modelbout.stages.scene import Scene
from modelbout.stages.scoring import score_all
from modelbout.stages.seals import require_counting
from modelbout.stages.workspace import now

if TYPE_CHECKING:
    from modelbout.bout.judge import Judgement
    from modelbout.progress import Progress
    from modelbout.registry.protocol import Registry
    from modelbout.results import BoutResult
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace

# One-sided. A challenger comes here once it has won on the open rows, so the two errors multiply: with 5 tries a pull
# request, 0.22 false titles in 20 pull requests between equal models, where the plain level again gives 0.06 and a
# fifth less power (benchmarks/statistics/wear.py, docs/wear.md).
SEALED_LEVEL = 0.10
FIGURES = 2  # of the answer: who could read it exactly could climb on it


def open_sealed(
    work: Workspace, progress: Progress, book: Registry, bout: BoutResult, *, noted_later: bool = False
) -> BoutResult:
    """Return the verdict with what the sealed rows say of it: a win stays one, or becomes inconclusive.

    The same question is asked once: its answer is in the registry, and is given again from there. A line of each
    question stands there before the answer is used; ``noted_later`` leaves that to the job that promotes.

    Raises:
        ChampionMovedError: the champion is no longer the one that was beaten on the open rows.
        GateRefusedError: the sealed rows have been opened as often as the budget allows.
        ConfigError: the verdict speaks of another bundle, the data has changed since, or nobody would note it.
        DataError: the sealed rows do not allow a comparison.
        RegistryError: the registry cannot be read or written.
        BundleError: a bundle is damaged, or its model answers otherwise than on the day of its training.
        TrainingError: a model's program failed.
    """
    if not noted_later:
        require_counting(work, book)
    question = _question(work, bout)
    here = (question.holdout_digest, question.part)
    asked = [one for one in book.queries(bout.model) if (one.holdout_digest, one.part) == here]
    known = next((one for one in asked if one.question == question.question), None)
    if known is not None:
        return with_answer(bout, known.improvement, passed=known.passed is True)
    budget = work.config.compare.wear
    if budget.policy != "fixed" and len(asked) >= budget.budget:
        raise GateRefusedError(
            Problem(
                found=f"the sealed rows have been opened {len(asked)} times, and the budget is {budget.budget}",
                allowed="a budget that is not spent",
                fix="hold out other rows: the champion stays until then",
                place=work.loaded.place("compare.wear"),
            )
        )
    with progress.step("opening the sealed rows"):
        passed, improvement = _fight(work, progress, book, bout)
    if not noted_later:
        book.note(msgspec.structs.replace(question, passed=passed, improvement=improvement))
    return with_answer(bout, improvement, passed=passed)


def with_answer(bout: BoutResult, improvement: float | None, *, passed: bool) -> BoutResult:
    """Return the verdict after the sealed rows have answered."""
    sealed = bout.sealed or Sealed(rows=0, open_rows=0, opened=False)
    title = "" if bout.primary is None else bout.primary.title
    moved = (
        f"{'better' if improvement > 0 else 'worse'} by about {number(abs(improvement))}" if improvement else "the same"
    )
    text = (
        f"On the {sealed.rows:,} sealed rows, {title} is {moved}: "
        f"{'the challenger passes there, too' if passed else 'that does not show there what the open rows showed'}."
    )
    told = msgspec.structs.replace(sealed, opened=True, passed=passed, explanation=text, improvement=improvement)
    if passed:
        return msgspec.structs.replace(bout, sealed=told, reasons=(*bout.reasons, text))
    decision = decide(Standing(primary="holds", sealed="uncertain"))
    return msgspec.structs.replace(
        bout,
        sealed=told,
        verdict=decision.verdict,
        passed=decision.passed,
        reasons=(text, *bout.reasons),
        exit_code=EXIT_FINE if decision.verdict == "inconclusive" else EXIT_GATE,
    )


def _question(work: Workspace, bout: BoutResult) -> Query:
    found = asked_by(bout, at=now())
    if found is None:
        raise ConfigError(
            Problem(
                found="the verdict does not say which models met on which rows",
                fix="run `modelbout compare` again",
                place=Place(file=str(work.run / BOUT_FILE)),
            )
        )
    return msgspec.structs.replace(found, part="sealed")


def _fight(work: Workspace, progress: Progress, book: Registry, bout: BoutResult) -> tuple[bool, float]:
    """Return whether the challenger passes on the sealed rows, and the improvement there, rounded."""
    mine = challenger(work, work.read(TRAINING_FILE, TrainingResult, made_by="train"))
    theirs = champion(work, book, book.events(bout.model))
    if theirs is None or bout.champion is None or theirs.side.bundle_digest != bout.champion.bundle_digest:
        raise ChampionMovedError(moved(work))
    scene = Scene(mine, theirs)
    table = read_rows(work, progress)
    same_data(mine, table)
    rows = _sealed_rows(work, table, bout)
    rows, _ = unseen(work, scene, rows, progress)
    scored, scene = score_all(work, scene, rows, progress)
    fought = on_other_rows(mine, rows, ring(work, scene, rows, scored), progress)
    fought = with_own_metrics(work, fought, mine.manifest.signature, rows.train[work.config.data.target], progress)
    judgement = judge(replace(fought, allowance=Allowance(1 - 2 * SEALED_LEVEL)))
    return _passes(bout, judgement), _rounded(judgement)


def _sealed_rows(work: Workspace, table: Rows, bout: BoutResult) -> Rows:
    if table.sealed is None or bout.wear is None or table.whole_digest != bout.wear.holdout:
        raise ConfigError(
            Problem(
                found="the holdout is not the one that the verdict speaks of",
                fix="run `modelbout compare` again",
                place=Place(file=str(work.run / BOUT_FILE)),
            )
        )
    return replace(table, holdout=table.sealed, holdout_digest=table_digest(table.sealed), sealed=None)


def _passes(bout: BoutResult, judgement: Judgement) -> bool:
    """Judge as the open rows were: by the rule, or as not worse where that was enough; no guardrail may be broken."""
    primary = judgement.primary
    statuses = {
        *(one.status for one in judgement.guardrail_metrics),
        *(one.status for one in judgement.guardrails),
        *(one.status for one in judgement.fairness),
    }
    interval = primary.judged
    if "broken" in statuses or interval is None:
        return False
    rule = primary.rule if bout.passed else "non_inferior"
    return against(rule, primary.margin or 0.0, interval.low, interval.high) == "holds"


def _rounded(judgement: Judgement) -> float:
    improvement = judgement.primary.improvement
    return 0.0 if improvement is None else float(f"{improvement.value:.{FIGURES}g}")
