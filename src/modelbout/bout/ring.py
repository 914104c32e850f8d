"""Where a bout is fought: the holdout's truth, two corners, and how they are to be judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelbout.bout.measurements import NOT_MEASURED, Measurements
from modelbout.bout.terms import NO_TERMS, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from modelbout.bout.guardrail import Need
    from modelbout.bout.measurements import SimpleModel
    from modelbout.bout.own import OwnValues
    from modelbout.bout.wear import Allowance
    from modelbout.config.compare import Compare
    from modelbout.manifest import Task
    from modelbout.predictions import Predictions


@dataclass(frozen=True, eq=False)
class SliceColumn:
    """A column whose groups are reported one by one.

    Attributes:
        name: the column's name.
        codes: shape (n,), int64, index into ``groups`` for each holdout row; negative for a row of no group.
        groups: the groups' names.
    """

    name: str
    codes: NDArray[np.int64]
    groups: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Trait:
    """A column by which a group can be described without naming a row.

    Attributes:
        name: the column's name.
        codes: shape (n,), int64, for each holdout row: index into ``marks`` of its value, or, for steps, how many of
            the marks lie below its value; negative for a row that no condition speaks of.
        marks: values as text: those that can be asked for, or the rising edges of the steps.
        steps: whether the marks are edges: a condition is then ``at most`` or ``above`` one of them.
    """

    name: str
    codes: NDArray[np.int64]
    marks: tuple[str, ...]
    steps: bool = False


@dataclass(frozen=True, eq=False)
class Corner:
    """One model in the ring.

    Attributes:
        predictions: its answers for the n holdout rows.
        artifact_bytes: length of the model's files.
        seconds: shape (b,), duration of each scored batch, interleaved with the other corner's so that the i-th
            batches of both belong together; None when nothing was timed.
        measured: what else guardrails ask for.
        own: what the user's own metrics say of it, by name.
    """

    predictions: Predictions
    artifact_bytes: int
    seconds: NDArray[np.float64] | None = None
    measured: Measurements = NOT_MEASURED
    own: Mapping[str, OwnValues] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class First:
    """The first champion on this holdout, which a chain of small steps may not undercut.

    Attributes:
        predictions: its answers for the n holdout rows.
        margin: by how much the challenger's primary metric may be worse.
        own: what the user's own metrics say of it, by name.
    """

    predictions: Predictions
    margin: float
    own: Mapping[str, OwnValues] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Ring:
    """All that a verdict follows from.

    Attributes:
        task: what is predicted.
        classes: the target's values as text, empty for regression.
        positive: index of the positive class, binary only.
        truth: shape (n,), int64 codes into ``classes``, or float64 for regression.
        challenger: the model that wants the title.
        champion: the model that holds it, None when nobody does.
        train_truth: shape (t,), the training rows' target, like ``truth``: the dummy baseline learns from it.
        slices: columns whose groups are reported one by one.
        compare: primary metric, guardrails, margins, confidence.
        seed: starts every random draw.
        clusters: shape (n,), int64, which rows belong together (a customer, a day); None when each stands alone.
        terms: what some metrics must be told besides the answers.
        watched: columns whose groups must not fare worse, for ``compare.fairness``.
        traits: columns by which a group may be looked for where the challenger is worst.
        simple: models that a challenger should beat, by the need that asks for them.
        allowance: what a holdout that was asked before still allows to conclude; None for the plain confidence.
        anchor: the first champion on this holdout; None when it is not asked.
        own_of_dummy: what the user's own metrics say of the dummy baseline, by name.
    """

    task: Task
    classes: tuple[str, ...]
    positive: int | None
    truth: NDArray[np.int64] | NDArray[np.float64]
    challenger: Corner
    champion: Corner | None
    train_truth: NDArray[np.int64] | NDArray[np.float64]
    slices: tuple[SliceColumn, ...]
    compare: Compare
    seed: int
    clusters: NDArray[np.int64] | None = None
    terms: Terms = NO_TERMS
    watched: tuple[SliceColumn, ...] = ()
    traits: tuple[Trait, ...] = ()
    simple: Mapping[Need, SimpleModel] = field(default_factory=dict)
    allowance: Allowance | None = None
    anchor: First | None = None
    own_of_dummy: Mapping[str, OwnValues] = field(default_factory=dict)
