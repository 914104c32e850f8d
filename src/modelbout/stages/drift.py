"""The stage that holds the data against what the champion was trained on, or against another table."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
import narwhals as nw

from modelbout.data.columns import describe
from modelbout.data.profile import profile
from modelbout.data.reading import Reading
from modelbout.data.sources import scan
from modelbout.data.table import engine_errors
from modelbout.drift.counting import count
from modelbout.drift.judge import FALSE_ALARMS, judge
from modelbout.drift.pairing import pairs_of
from modelbout.drift.rows import MOST_ROWS, Tables
from modelbout.drift_result import DriftReference, DriftResult
from modelbout.errors import ConfigError, DataError, ModelboutError, Place, Problem
from modelbout.profile import Profile, read_profile
from modelbout.results import DRIFT_FILE
from modelbout.seal import verify_files
from modelbout.stages.reference import scores_of
from modelbout.stages.tables import contract_of, rows, scans
from modelbout.stages.workspace import now
from modelbout.training.bundle import PROFILE_FILE, read_part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from modelbout.data.sources import Scan
    from modelbout.drift.pair import Pair
    from modelbout.profile import ColumnProfile
    from modelbout.progress import Progress
    from modelbout.stages.tables import Role
    from modelbout.stages.workspace import Workspace

# Rows from which the bins of a reference table are made: a quantile is then known to within half a percent.
LAYOUT_ROWS: Final = 50_000
MAX_PROFILE_BYTES: Final = 64 * 2**20  # as a part of a bundle


@dataclass(frozen=True, eq=False)
class Reference:
    """What the data is held against.

    Attributes:
        source: how the result names it.
        profile: its profile.
        inputs: the columns that the champion reads; None where there is no champion.
        table: the table itself, where there is one.
        bundle: the champion's bundle, where there is one.
    """

    source: DriftReference
    profile: Profile
    inputs: tuple[str, ...] | None = None
    table: Scan | None = None
    bundle: Path | None = None


def drift(
    work: Workspace,
    progress: Progress,
    *,
    registry: str | None,
    against: str | None = None,
    reference: str | None = None,
    scores: bool = False,
) -> DriftResult:
    """Hold the configured data against a reference, and leave ``drift.json``.

    Args:
        work: the configuration and the run directory.
        progress: told of every step.
        registry: where the champion is.
        against: another table: a path or a glob, seen from the directory of modelbout.yaml.
        reference: a profile's file (ending in ``.json``) or a version such as ``v1.2.0``; the champion without either.
        scores: let that version score holdout rows, and judge its answers too.

    Raises:
        ConfigError: the configuration is at fault, or there is no champion yet.
        DataError: a table or a profile cannot be read.
        RegistryError: the registry cannot be read.
    """
    began = time.perf_counter()
    work.run.mkdir(parents=True, exist_ok=True)
    (work.run / DRIFT_FILE).unlink(missing_ok=True)
    if against is not None and reference is not None:
        fix = "keep one of them"
        raise ConfigError(Problem(found="both --against and --reference are there", allowed="one", fix=fix))
    opened = scans(work, contract_of(work))
    current = opened["source"] if "source" in opened else opened["train"]
    if against is not None:
        held = table_reference(work, current, against, progress)
    elif reference is not None and reference.endswith(".json"):
        held = file_reference(work, reference)
    else:
        held = version_reference(work, registry, reference, progress)
    answers = scored(work, held, opened, progress) if scores else ()
    result = compared(work, progress, held, current, answers=answers, began=began)
    work.write(DRIFT_FILE, result)
    return result


def drift_of_champion(work: Workspace, progress: Progress, *, registry: str | None) -> DriftResult | None:
    """Hold the data against the champion's profile on the way to a bout; None when that cannot be done.

    Nobody has drift from a champion that is not there. Whatever else is in the way is told as a warning: the bout that
    follows says what it means.
    """
    try:
        if work.registry(registry).champion(work.config.model, work.final_stage) is None:
            return None
        return drift(work, progress, registry=registry)
    except ModelboutError as error:
        for problem in error.problems:
            progress.tell(msgspec.structs.replace(problem, level="warn", found=f"drift not judged: {problem.found}"))
        return None


def version_reference(work: Workspace, registry: str | None, wanted: str | None, progress: Progress) -> Reference:
    """Fetch the profile of a version, or of the champion."""
    model = work.config.model
    book = work.registry(registry)
    version = None if wanted is None else wanted.removeprefix(f"{model}@")
    digest = None
    if version is None or version == "champion":
        title = book.champion(model, work.final_stage)
        if title is None:
            raise ConfigError(
                Problem(
                    found=f"nobody holds the title of {model!r} at {work.final_stage}, so there is no reference",
                    allowed="a champion, or another table",
                    fix="say --against TABLE, or promote a first champion",
                )
            )
        version, digest = title.version, title.bundle_digest
    place = work.run / "champion"
    shutil.rmtree(place, ignore_errors=True)
    with progress.step(f"fetching the profile of {model}@{version}"):
        bundle = book.fetch(model, version, place)
        manifest = verify_files(bundle, digest=digest)
    shown = f"{model}@{version}/{PROFILE_FILE}"
    found = read_profile(read_part(bundle, PROFILE_FILE), shown=shown)
    source = DriftReference(kind="version", name=f"{model}@{version}", rows=found.rows)
    return Reference(source, found, tuple(feature.name for feature in manifest.signature.inputs), bundle=bundle)


def file_reference(work: Workspace, name: str) -> Reference:
    """Read the profile in a file, seen from the directory of modelbout.yaml."""
    path = work.root / name
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PROFILE_BYTES + 1)
    except OSError as error:
        raise DataError(
            Problem(
                found=f"the profile cannot be read: {error.strerror}",
                fix="name the profile.json of a bundle, or a version such as v1.2.0",
                place=Place(file=name),
            )
        ) from error
    if len(data) > MAX_PROFILE_BYTES:
        allowed = f"{MAX_PROFILE_BYTES:,} bytes"
        raise DataError(Problem(found="is larger than any profile", allowed=allowed, place=Place(file=name)))
    found = read_profile(data, shown=name)
    return Reference(DriftReference(kind="profile", name=name, rows=found.rows), found)


def table_reference(work: Workspace, current: Scan, against: str, progress: Progress) -> Reference:
    """Count another table in bins that are made from some of its rows."""
    reading = current.reading if current.text else Reading()
    table = scan(against, root=work.root, reading=reading, place=Place(key="--against"))
    columns = [name for name in table.columns if name in current.columns]
    if not columns:
        raise DataError(
            Problem(
                found=f"`{against}` has no column that the configured data has",
                fix="name a table of the same kind",
                place=Place(key="--against"),
            )
        )
    with progress.step(f"profiling {against}"):
        layout = profile(sample(table, columns, LAYOUT_ROWS))
        found = count(table, layout)
    return Reference(DriftReference(kind="table", name=against, rows=found.rows), found, table=table)


def compared(
    work: Workspace,
    progress: Progress,
    held: Reference,
    current: Scan,
    *,
    answers: Sequence[pl.Series],
    began: float,
) -> DriftResult:
    """Count the current table as the reference was counted, and judge."""
    settings = work.config.drift
    features = looked_at(work, held)
    label = work.config.data.target
    with progress.step(f"counting {', '.join(source.shown for source in current.sources[:1]) or 'rows'}"):
        found = msgspec.structs.replace(
            count(current, held.profile, [*features, label]), scores=scores_like(held.profile, answers)
        )
    pairs, others = pairs_of(held.profile, found, features=features, label=label, ignore=settings.ignore)
    with progress.step(f"judging drift of {len(pairs):,} columns"):
        tables = Tables((held.profile.rows, found.rows), samples(held, current, pairs))
        findings = judge(pairs, tables, effect=settings.effect, fails=settings.fail)
    return DriftResult(
        model=work.config.model,
        verdict=findings.verdict,
        passed=findings.passed,
        reference=held.source,
        rows=found.rows,
        columns=findings.columns,
        table=findings.table,
        effect=settings.effect,
        false_alarms=FALSE_ALARMS,
        fails=settings.fail,
        not_compared=others,
        seconds=round(time.perf_counter() - began, 3),
        created=now(),
    )


def scored(work: Workspace, held: Reference, opened: dict[Role, Scan], progress: Progress) -> list[pl.Series]:
    """Let the champion score some holdout rows: on rows that it was trained on, it is surer than it ever will be.

    Raises:
        ConfigError: there is no version to score with.
        BundleError: the champion does not answer as when it was trained, here or elsewhere.
    """
    from modelbout.training.faithful import Case, score_faithfully

    if held.bundle is None:
        fix = "leave out --scores, or name a version with --reference"
        raise ConfigError(Problem(found="a table or a profile cannot score rows", allowed="a version", fix=fix))
    with progress.step("reading rows"):
        holdout = rows(work, opened).holdout
    case = Case(
        champion=held.bundle,
        rows=holdout.sample(min(holdout.height, MOST_ROWS), seed=work.config.train.seed),
        root=work.root,
        work=work.run / "scoring",
        timeout_minutes=work.config.train.timeout_minutes,
        trust=work.config.train.trust,
        environment=work.config.compare.champion_environment,
        progress=progress,
    )
    (answer,) = score_faithfully(case, python=work.config.train.python)
    return scores_of(answer.predictions, verify_files(held.bundle).signature)


def scores_like(reference: Profile, answers: Sequence[pl.Series]) -> tuple[ColumnProfile, ...]:
    """Return the profiles of a model's answers in the reference's bins."""
    known = {column.name: column for column in reference.scores}
    return tuple(describe(answer, known[answer.name]) for answer in answers if answer.name in known)


def looked_at(work: Workspace, held: Reference) -> tuple[str, ...]:
    """Return the features to judge: the champion's inputs, or what would be one's, or those that are named."""
    data, settings = work.config.data, work.config.drift
    if settings.columns:
        return settings.columns
    if held.inputs is not None:
        return held.inputs
    taken = {data.target, data.id, *data.exclude}
    if data.split is not None and not data.split.timed:
        taken.add(data.split.by)
    return tuple(column.name for column in held.profile.columns if column.name not in taken)


def samples(held: Reference, current: Scan, pairs: tuple[Pair, ...]) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Return rows of both tables, the most important features first; None where the reference is a profile."""
    if held.table is None:
        return None
    ranked = sorted(
        (pair for pair in pairs if pair.role == "feature" and comparable(pair, held.table, current)),
        key=lambda pair: -(pair.importance or 0.0),
    )
    names = [pair.name for pair in ranked]
    if not names:
        return None
    return sample(held.table, names, MOST_ROWS), sample(current, names, MOST_ROWS)


def comparable(pair: Pair, one: Scan, two: Scan) -> bool:
    """Tell whether both tables have the column, and values in it."""
    return all(pair.name in table.columns for table in (one, two)) and bool(pair.current.count)


def sample(table: Scan, columns: list[str], most: int) -> pl.DataFrame:
    """Return about ``most`` rows, the same ones each time."""
    whole = table.exact or table
    with engine_errors(whole):
        frame = nw.from_native(whole.lazy)
        height = int(whole.engine.collect(frame.select(rows=nw.len()))["rows"])
        numbered = whole.engine.numbered(whole.lazy)
        return whole.engine.sample(frame if numbered is None else numbered, columns, height, most).select(columns)
