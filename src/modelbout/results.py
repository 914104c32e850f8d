"""The frozen result of each stage: what stages hand to each other, as JSON in the run directory."""

from __future__ import annotations

from typing import Literal

import msgspec

from modelbout.errors import Level, Place, Problem
from modelbout.evidence import (
    Anchor,
    ChangedRows,
    Contender,
    Curve,
    Estimate,
    FairnessResult,
    FoundSlice,
    GuardrailResult,
    MetricResult,
    Power,
    Scoring,
    Sealed,
    Search,
    SliceResult,
    Wear,
)
from modelbout.manifest import Task
from modelbout.record import Record

RESULT_SCHEMA_VERSION = 1

# Ours: at about 90 bytes each, 200 kB of JSON; a table of 5,000 columns has 20,000 rules that hold.
HELD_RULES = 2_000

VALIDATION_FILE = "validation.json"
DRIFT_FILE = "drift.json"
TRAINING_FILE = "training.json"
BOUT_FILE = "bout.json"
PROMOTION_FILE = "promotion.json"
ORIGIN_FILE = "origin.json"
CONTRACT_DIFF_FILE = "contract_diff.json"

Verdict = Literal["first", "win", "loss", "inconclusive", "error"]
Enforcer = Literal["GitHub", "Modelbout", "nobody", "not known"]


class DataFile(Record, frozen=True):
    """One file that was read: path relative to the repository, sha256 of its bytes, length."""

    path: str
    sha256: str
    bytes: int


class TableSummary(Record, frozen=True):
    """One table that was checked; ``digest`` names its rows, whatever their order, file or compression.

    A table of a database has no files; ``address`` says where it is, without user and secret.
    """

    role: Literal["source", "train", "holdout"]
    files: tuple[DataFile, ...]
    rows: int
    columns: int
    digest: str | None = None
    engine: str = "polars"
    address: str | None = None


class Finding(Record, frozen=True):
    """One rule of the contract that the data breaks: counts and row numbers (from 1), never a value."""

    check: str
    rule: str
    columns: tuple[str, ...]
    level: Level
    role: str
    failed: int
    total: int
    message: str
    fix: str = ""
    rows: tuple[int, ...] = ()
    place: Place = Place()


class HeldRule(Record, frozen=True):
    """One rule that was held to a table and holds, or is broken no more than it tolerates."""

    check: str
    rule: str
    role: str
    line: int | None = None


class ValidationResult(Record, frozen=True):
    """What the contract check found; ``passed`` is false when any finding is an error.

    ``held`` are the rules that hold, at most ``HELD_RULES`` of them: with the findings, all that was asked.
    ``contract_digest`` is the sha256 of the contract's file: with the files' digests it says what was checked.
    """

    model: str
    passed: bool
    tables: tuple[TableSummary, ...]
    rules: int
    findings: tuple[Finding, ...]
    contract: str | None
    seconds: float
    created: str
    contract_digest: str | None = None
    held: tuple[HeldRule, ...] = ()
    schema_version: int = RESULT_SCHEMA_VERSION


class TrainingResult(Record, frozen=True):
    """The challenger: its sealed bundle (a path inside the run directory), or the one with the same fingerprint."""

    model: str
    status: Literal["trained", "reused"]
    bundle: str
    bundle_digest: str
    fingerprint: str
    train_rows: int
    holdout_rows: int
    features: int
    seconds: float
    created: str
    log: str | None = None
    schema_version: int = RESULT_SCHEMA_VERSION


class Side(Record, frozen=True):
    """One corner of the ring; ``threshold`` is the probability from which it says the positive class, where set."""

    bundle_digest: str
    version: str | None = None
    fingerprint: str | None = None
    threshold: float | None = None
    scored: Scoring | None = None


class Holdout(Record, frozen=True):
    """The rows on which both were scored.

    ``observations`` is how many independent ones they are, where rows of one entity or block of time count as one; None
    when each row stands alone.
    """

    digest: str
    rows: int
    train_rows: int
    balance: dict[str, int] = msgspec.field(default_factory=dict)
    observations: int | None = None


LeakKind = Literal[
    "shared rows",
    "near rows",
    "shared entity",
    "target leak",
    "null pattern",
    "time leak",
    "known afterwards",
    "contaminated champion",
]


class Leak(Record, frozen=True):
    """A way in which the answer was known beforehand: to the inputs, to the training rows, to the champion.

    ``strength`` is a share of rows, or for a target leak the area under the ROC curve or R2. ``count`` of ``total``
    rows are concerned, where rows are counted; ``rows`` are the numbers (from 1) of the first of them on their side.
    ``fix`` says what to do.
    """

    kind: LeakKind
    columns: tuple[str, ...]
    level: Level
    strength: float
    message: str
    count: int | None = None
    total: int | None = None
    rows: tuple[int, ...] = ()
    fix: str = ""


class SeenRows(Record, frozen=True):
    """How many rows of the holdout the champion was trained on, by the hashed row ids in its bundle.

    ``seen`` of ``rows``, with an interval where the bundle holds a sample of its ids; None when it is not known, and
    ``note`` says why. ``by`` is what was compared: the id column, or the content of whole rows, where equal rows may be
    different ones (``natural``: no more of them than rows of one table have among themselves). ``dropped`` rows were
    left out of the whole bout. ``clean`` is the primary metric on ``clean_rows``, which the champion surely never saw.
    """

    rows: int
    seen: Estimate | None = None
    by: Literal["id", "content"] | None = None
    natural: bool = False
    dropped: int = 0
    clean_rows: int = 0
    clean: MetricResult | None = None
    note: str = ""


class BoutResult(Record, frozen=True):
    """The verdict and its evidence: what a report, a promotion or an auditor needs.

    ``passed`` is true for ``first`` (when its conditions hold) and ``win`` only. ``error`` says why there is
    no verdict, with ``exit_code`` for the command line. ``found_slices`` are groups that were looked for and tested on
    other rows than those they were found on. ``cautions`` say where an interval may not hold what it promises.
    """

    model: str
    task: Task
    verdict: Verdict
    passed: bool
    reasons: tuple[str, ...]
    exit_code: int
    stage: str
    confidence: float
    seed: int
    created: str
    challenger: Side | None = None
    champion: Side | None = None
    holdout: Holdout | None = None
    error: Problem | None = None
    primary: MetricResult | None = None
    baseline: MetricResult | None = None
    guardrail_metrics: tuple[MetricResult, ...] = ()
    guardrails: tuple[GuardrailResult, ...] = ()
    metrics: tuple[MetricResult, ...] = ()
    slices: tuple[SliceResult, ...] = ()
    changed: ChangedRows | None = None
    power: Power | None = None
    curves: tuple[Curve, ...] = ()
    leaks: tuple[Leak, ...] = ()
    seen: SeenRows | None = None
    found_slices: tuple[FoundSlice, ...] = ()
    fairness: tuple[FairnessResult, ...] = ()
    wear: Wear | None = None
    anchor: Anchor | None = None
    sealed: Sealed | None = None
    search: Search | None = None
    contenders: tuple[Contender, ...] = ()
    cautions: tuple[str, ...] = ()
    seconds: dict[str, float] = msgspec.field(default_factory=dict)
    schema_version: int = RESULT_SCHEMA_VERSION


class Control(Record, frozen=True):
    """One thing that stands between a change and the title, and who sees to it.

    ``nobody`` says that it could be set up and is not; ``not known`` that this token may not ask.
    """

    control: str
    enforced_by: Enforcer
    detail: str = ""


class PromotionResult(Record, frozen=True):
    """What happened to the title, with the ledger's sequence number; ``seq`` is None for a dry run.

    ``controls`` says what kept watch over it, on GitHub; empty elsewhere.
    """

    model: str
    event: Literal["promote", "rollback", "hold", "release_hold"]
    version: str | None
    previous: str | None
    stage: str
    reason: str
    created: str
    seq: int | None = None
    bundle_digest: str | None = None
    dry_run: bool = False
    pull_request: int | None = None
    run_url: str | None = None
    controls: tuple[Control, ...] = ()
    schema_version: int = RESULT_SCHEMA_VERSION


class Origin(Record, frozen=True):
    """Where a bout was fought on GitHub: what a later run needs to find it again and to know what was judged.

    Written by the job that ran the user's code, so to a job with a writing token it is a claim: run, repository and
    heads are taken from GitHub's own record of the run, and compared with it. ``tree`` is the git tree of the checkout
    (the merge of head and base in a pull request); None when it had changes or was none of git's.
    """

    model: str
    config: str
    repository: str
    event: str
    head_sha: str
    tree: str | None
    run_id: int
    run_attempt: int
    created: str
    pull_request: int | None = None
    schema_version: int = RESULT_SCHEMA_VERSION


class Notice(Record, frozen=True):
    """What a `repository_dispatch` tells of a title that moved: `modelbout-promoted` or `modelbout-rolled-back`.

    At least once: a job that was stopped and run again may send it twice. A receiver keeps the highest ``seq`` of each
    model and drops what is not above it. The release's tag is ``<model>@<version>`` in ``repository``.
    """

    repository: str
    model: str
    stage: str
    version: str
    previous: str | None
    seq: int
    bundle_digest: str
    pull_request: int | None = None
    run_url: str | None = None
    schema_version: int = RESULT_SCHEMA_VERSION
