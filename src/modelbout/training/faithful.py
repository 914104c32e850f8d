"""Score a champion as it was: here, from its bundle's record, or in an environment made from its own lock.

What decides whether an environment is faithful are the golden rows, and beyond them the record: rows that the champion
answered on the day of its training must be answered alike.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np

from modelbout.errors import BundleError, DataError, Place, Problem, TrainingError
from modelbout.evidence import Scoring
from modelbout.training.bundle import LOCK_FILE, read_manifest, read_part, verify
from modelbout.training.environment import interpreter
from modelbout.training.golden import otherwise
from modelbout.training.own_environment import CLEAN, NoOwnEnvironmentError, own_interpreter
from modelbout.training.recorded import UNKNOWN, keys_of, recorded
from modelbout.training.score import SECONDS_A_MINUTE, Scored, score, versions
from modelbout.training.ways_out import no_way_left

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from modelbout.progress import Progress

KEY = "compare.champion_environment"
CHECKED_ROWS = 20_000  # ours: an environment that answers 1 row in 400 otherwise escapes these once in a million
# Ours: another processor rounds the last digit otherwise, and once in a while a row then crosses a tree's threshold.
TOLERATED = 1_000


@dataclass(frozen=True)
class Check:
    """So many rows were both answered afresh and found in the record, so many of them otherwise than then."""

    rows: int
    wrong: int

    @property
    def holds(self) -> bool:
        """Tell whether no more rows differ than rounding explains."""
        return self.wrong <= self.rows // TOLERATED

    def __str__(self) -> str:
        """Return what a reader of the result should know."""
        if not self.rows:
            return "none of these rows is in its bundle's record"
        return f"{self.rows - self.wrong:,} of {self.rows:,} rows from its bundle's record were answered as then"

    def problem(self, bundle: Path) -> Problem:
        """Return what is wrong when it does not hold."""
        return Problem(
            found=f"the model answers {self.wrong:,} of {self.rows:,} rows of its record otherwise than on the day of"
            " its training",
            allowed=f"the answers in predictions.npz, but for 1 row in {TOLERATED:,}",
            fix="install the versions in the bundle's requirements.lock, or train again",
            place=Place(file=str(bundle)),
        )


@dataclass(frozen=True)
class Case:
    """One champion before some rows, and what may be done for it.

    Attributes:
        champion: its sealed bundle.
        rows: the rows to answer.
        root: the directory of modelbout.yaml.
        work: a directory for scratch files and logs; made when missing.
        timeout_minutes: after this the children of one environment are ended.
        environment: ``never`` when none may be made from its lock.
        progress: told why it does not answer here, and of what takes long.
        trust: as ``train.trust``; without it no model is loaded that may run code.
    """

    champion: Path
    rows: pl.DataFrame
    root: Path
    work: Path
    timeout_minutes: float
    environment: Literal["auto", "never"]
    progress: Progress
    trust: str | None = None


def score_faithfully(
    case: Case, *, python: str | None, challengers: Sequence[Path] = (), latency: bool = False
) -> tuple[Scored, ...]:
    """Score challengers and champion afresh in one child, as :func:`score` does; rescue the champion when that fails.

    A rescued champion is answered for by its bundle's record when all rows are in it: no model is run then. Otherwise
    an environment is made from its lock, and it answers all rows there. The two are never mixed.

    Args:
        case: the champion and the rows.
        python: the user's interpreter, as ``train.python``.
        challengers: bundles of today: what they cannot do here is their own fault.
        latency: measure, too; this takes a champion that answers here.

    Returns:
        One Scored a challenger, then the champion's.

    Raises:
        BundleError: a bundle is damaged, a challenger does not load here or answers its golden rows otherwise than
            when it was trained, or the champion does so and there is no other way.
        DataError: the rows lack inputs of a model, or latency was asked of a champion that does not answer here.
        TrainingError: a challenger's child failed, or its answers cannot be used.
    """
    left, began = case.timeout_minutes, time.monotonic()

    def here(bundles: Sequence[Path], what: str, *, latency: bool = False) -> Sequence[Scored]:
        with case.progress.step(f"{what} on {case.rows.height:,} rows"):
            return score(
                bundles,
                case.rows,
                python=python,
                root=case.root,
                work=case.work,
                latency=latency,
                timeout_minutes=left,
                trust=case.trust,
            )

    mine: Sequence[Scored] | None = None
    try:
        what = "scoring challenger and champion" if challengers else "letting the champion answer"
        *mine, theirs = here([*challengers, case.champion], what, latency=latency)
        check = against_record(case, theirs)
        if check.holds:
            return (*mine, noted(theirs, str(check)))
        problem = check.problem(case.champion)
    except (BundleError, TrainingError) as error:
        left -= (time.monotonic() - began) / SECONDS_A_MINUTE
        if left <= 0:
            raise
        problem = error.problems[0]
    # With a broken seal it is no matter of libraries, and the record is worth nothing.
    verify(case.champion)
    if mine is None:
        # What a challenger cannot do here is raised here.
        mine = here(challengers, "scoring the challenger") if challengers else ()
    instead = "nothing yet: its record or an environment of its own answers instead, where it can (docs/scoring.md)"
    case.progress.tell(msgspec.structs.replace(problem, level="warn", fix=instead))
    if latency:
        raise unmeasurable()
    return (*mine, rescued(case, near=interpreter(python, case.root)))


def rescued(case: Case, *, near: str) -> Scored:
    """Return the answers of a champion that does not answer here: from its record, or from its own environment.

    Args:
        case: the champion and the rows.
        near: the user's interpreter, from which an environment may be made.

    Raises:
        BundleError: rows are not in its record, and its own environment cannot be made or is not faithful either.
    """
    manifest = read_manifest(case.champion)
    keys = keys_of(case.rows, manifest.signature)
    then = recorded(case.champion, manifest.signature, keys)
    places = then.places(keys)
    new = int(np.count_nonzero(places == UNKNOWN))
    lock = read_part(case.champion, LOCK_FILE).decode("utf-8", errors="replace")
    why = f"it does not answer here as on the day of its training (then: {versions(lock) or 'not known'})"
    if not new:
        how = Scoring(fresh=0, recorded=case.rows.height, environment="none", note=why)
        return Scored(then.answers.at(places), np.empty(0, dtype=np.float64), 0.0, how)
    try:
        if case.environment == "never":
            raise NoOwnEnvironmentError(f"`{KEY}` is `never`")
        program = own_interpreter(
            lock, manifest.lineage, manifest.scorer.kind, near=near, work=case.work, progress=case.progress
        )
        scored, check = in_own_environment(case, program)
    except (BundleError, TrainingError) as error:
        case.progress.tell(error.problems[0])
        reason = error.reason if isinstance(error, NoOwnEnvironmentError) else "nor does it in its own environment"
        raise no_way_left(case.champion, manifest, why=why, new=new, reason=reason) from error
    return noted(scored, f"{why}; there {check}", environment="own")


def in_own_environment(case: Case, program: str) -> tuple[Scored, Check]:
    """Let the champion answer all rows, also those of its record: more than golden rows, they tell whether it is right.

    Raises:
        BundleError: it answers golden rows, or rows of its record, otherwise than on the day of its training.
        TrainingError: the child failed.
    """
    with case.progress.step("letting the champion answer in its own environment"):
        (scored,) = score(
            [case.champion],
            case.rows,
            python=program,
            root=case.root,
            work=case.work,
            timeout_minutes=case.timeout_minutes,
            variables=CLEAN,
        )
        check = against_record(case, scored)
    if not check.holds:
        raise BundleError(check.problem(case.champion))
    return scored, check


def unmeasurable() -> DataError:
    """Return the error for times that are asked of a champion which does not answer here."""
    return DataError(
        Problem(
            found="the champion does not answer in this environment, so its latency cannot be measured beside the"
            " challenger's: times of two environments would be compared, not of two models",
            allowed="a champion that answers here as on the day of its training",
            fix="take guardrails of time out of `compare.guardrails` for this bout, or set `train.python` to an"
            " environment with the versions in the champion's requirements.lock",
            place=Place(key="compare.guardrails"),
        )
    )


def against_record(case: Case, scored: Scored) -> Check:
    """Hold fresh answers against those of the day of training, for up to ``CHECKED_ROWS`` rows from first to last."""
    signature = read_manifest(case.champion).signature
    some = np.unique(np.linspace(0, case.rows.height - 1, min(case.rows.height, CHECKED_ROWS)).astype(np.intp))
    keys = keys_of(case.rows[some], signature)
    then = recorded(case.champion, signature, keys)
    places = then.places(keys)
    known = places != UNKNOWN
    wrong = otherwise(then.answers.at(places[known]), scored.predictions.at(some[known]))
    return Check(rows=int(known.sum()), wrong=int(wrong.sum()))


def noted(scored: Scored, note: str, *, environment: Literal["this", "own"] = "this") -> Scored:
    """Return the answers with what a reader should know of where they come from."""
    return replace(scored, scoring=msgspec.structs.replace(scored.scoring, environment=environment, note=note))
