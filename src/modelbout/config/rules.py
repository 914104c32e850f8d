"""What the types cannot say of modelbout.yaml: which keys need, exclude or contradict each other."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from modelbout import catalogue
from modelbout.config.addresses import is_table
from modelbout.config.wording import quoted
from modelbout.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from modelbout.config.compare import Block, Compare, Expectation, Guardrail, Primary
    from modelbout.config.model import Data, Drift, Policy, Promote, Split
    from modelbout.manifest import Task

    Where = Callable[[str], Place]

METRICS = "modelbout.bout.metrics"
GUARDRAILS = "modelbout.bout.guardrails"
COSTED = "flip_cost"


def data_problems(data: Data, task: Task | None, where: Where) -> Iterator[Problem]:
    """Yield what contradicts itself in ``data``; without a task, what depends on it is left out."""
    yield from _tables(data, where)
    yield from _engine(data, where)
    if data.split is not None:
        yield from _split(data.split, data.target, where)
    if task == "binary" and data.positive is None:
        fix = "Add `positive:` with the target's value that counts as a hit, such as `positive: yes`."
        yield Problem("the key `positive` is missing", "", fix, where("data"))
    if task in ("multiclass", "regression") and data.positive is not None:
        fix = "Remove it, or write `task: binary`."
        yield Problem(f"`positive` has no meaning when the task is {task}", "", fix, where("data.positive"))
    if data.id == data.target:
        fix = "Name the column to predict as `target`, and another one as `id`."
        yield Problem("`id` and `target` are the same column", "", fix, where("data.id"))
    if data.target in data.exclude:
        place = where(f"data.exclude[{data.exclude.index(data.target)}]")
        yield Problem("the target is excluded", "", "Remove it: the target is never an input anyway.", place)
    yield from repeated(data.exclude, "data.exclude", where)
    groups = (data.group,) if isinstance(data.group, str) else data.group or ()
    for key, names in (("group", groups), ("time", (data.time,))):
        if data.target in names:
            fix = f"Name the column to predict as `target`, and another one as `{key}`."
            yield Problem(f"the target cannot be the `{key}` as well", "another column", fix, where(f"data.{key}"))
    if data.group == ():
        fix = "Name the column, or remove the key."
        yield Problem("`group` names no column", "a column or a list of columns", fix, where("data.group"))
    yield from repeated(groups, "data.group", where)


def _tables(data: Data, where: Where) -> Iterator[Problem]:
    allowed = "`source` and `split`, or `train` and `holdout`"
    one = data.source is not None or data.split is not None
    two = data.train is not None or data.holdout is not None
    if one and two:
        yield Problem("both one table to split and two tables are named", allowed, "Remove one pair.", where("data"))
    elif not one and not two:
        yield Problem("no table is named", allowed, "Add `source:` and `split:`.", where("data"))
    else:
        pairs = {"source": data.source, "split": data.split} if one else {"train": data.train, "holdout": data.holdout}
        there = next(key for key, value in pairs.items() if value is not None)
        for key, value in pairs.items():
            if value is None:
                fix = f"Add `{key}:`" + (", such as `split: {holdout: 0.2, by: id}`." if key == "split" else ".")
                yield Problem(f"`{there}` needs `{key}` beside it", allowed, fix, where(f"data.{there}"))


def _engine(data: Data, where: Where) -> Iterator[Problem]:
    named = {"source": data.source, "train": data.train, "holdout": data.holdout}
    tables = [key for key, value in named.items() if isinstance(value, str) and is_table(value)]
    for key, value in named.items():
        if isinstance(value, tuple) and any(is_table(one) for one in value):
            fix = "Name it alone; a view can join several tables."
            yield Problem("a table of a database stands in a list", "one table", fix, where(f"data.{key}"))
    if data.engine == "ibis" and not tables:
        fix = "Write `source: postgresql://user@host/database?table=name`, or another engine."
        yield Problem("the engine ibis is for tables of a database", "", fix, where("data.engine"))
    if data.engine not in ("polars", "ibis") and tables:
        fix = "Remove `engine:`: a database checks its own table."
        yield Problem(f"a table of a database is not read by {data.engine}", "", fix, where("data.engine"))


def _split(split: Split, target: str, where: Where) -> Iterator[Problem]:
    timed = split.timed
    needed = {"column": split.column, "from": split.from_} if timed else {"holdout": split.holdout}
    other = {"holdout": split.holdout} if timed else {"column": split.column, "from": split.from_}
    example = "{by: time, column: day, from: 2012-07-01}" if timed else "{by: customer_id, holdout: 0.2}"
    for key, value in needed.items():
        if value is None:
            found = f"a split by {'time' if timed else 'a column'} needs `{key}`"
            yield Problem(found, "", f"Write it as in `split: {example}`.", where("data.split"))
    for key, value in other.items():
        if value is not None:
            found = f"`{key}` has no meaning in a split by {'time' if timed else 'a column'}"
            yield Problem(found, "", f"Remove it; write the split as in `{example}`.", where(f"data.split.{key}"))
    if timed and split.from_ is not None and not _is_moment(split.from_):
        found = f"{quoted(split.from_)} is no date or time"
        fix = "Write it as 2012-07-01 or 2012-07-01T12:00:00."
        yield Problem(found, "ISO 8601", fix, where("data.split.from"))
    if target == (split.column if timed else split.by):
        fix = "Split by an id or by time: a split by the answer makes the holdout a fiction."
        yield Problem("the target decides the split", "another column", fix, where("data.split.by"))


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def compare_problems(compare: Compare, where: Where) -> Iterator[Problem]:
    """Yield unknown names and rules that do not hold together in ``compare``."""
    metrics = (*catalogue.names(METRICS), *(one.name for one in compare.metrics))
    guardrails = catalogue.names(GUARDRAILS)
    if compare.primary is not None:
        yield from _name(compare.primary.metric, metrics, "metric", where("compare.primary.metric"))
        yield from _equivalence(compare.primary, "compare.primary", where)
    for index, guardrail in enumerate(compare.guardrails):
        key = f"compare.guardrails[{index}]"
        yield from _name(guardrail.metric, (*metrics, *guardrails), "metric or guardrail", where(f"{key}.metric"))
        yield from _guardrail(guardrail, key, guardrail.metric in guardrails, where)
        yield from _equivalence(guardrail, key, where)
        if guardrail.metric == COSTED and compare.costs is None:
            fix = "Add `costs: {false_positive: ..., false_negative: ...}` to `compare`, or guard negative_flips."
            yield Problem(f"{quoted(COSTED)} needs `costs`", "what decisions cost", fix, where(f"{key}.metric"))
    told = [(guardrail.metric, guardrail.rule is None) for guardrail in compare.guardrails]
    for index, one in enumerate(told):
        if one in told[:index]:
            found = f"{quoted(one[0])} has the same kind of guardrail already"
            yield Problem(found, "one", "Keep the stricter one.", where(f"compare.guardrails[{index}]"))
    yield from repeated(compare.slices, "compare.slices", where)
    for index, expectation in enumerate(compare.expectations):
        yield from _expectation(expectation, f"compare.expectations[{index}]", where)
    if compare.fairness is not None:
        yield from repeated(compare.fairness.columns, "compare.fairness.columns", where)
        yield from repeated(compare.fairness.measures, "compare.fairness.measures", where)


def block_problems(block: Block | None, data: Data, where: Where) -> Iterator[Problem]:
    """Yield that there are no blocks of time where no column holds a time."""
    if block is not None and data.time is None and not data.timed:
        found = f"rows cannot be put into blocks of one {block}: no column holds their time"
        yield Problem(found, "", "Name it as `data.time`, or remove `block`.", where("compare.block"))


def _expectation(expectation: Expectation, key: str, where: Where) -> Iterator[Problem]:
    kinds = (bool(expectation.invariant), expectation.rising is not None, expectation.falling is not None)
    if sum(kinds) != 1:
        found = "the expectation says " + ("several things at once" if any(kinds) else "nothing of the answers")
        allowed = "exactly one of `invariant`, `rising` and `falling`"
        yield Problem(found, allowed, "Write it as in `{rising: income}`; several are several entries.", where(key))
    yield from repeated(expectation.invariant, f"{key}.invariant", where)


def _name(name: str, known: Sequence[str], kind: str, place: Place) -> Iterator[Problem]:
    if name not in known:
        fix = catalogue.did_you_mean(name, known).strip() or "See docs/metrics."
        yield Problem(f"unknown {kind} {quoted(name)}", ", ".join(known), fix, place)


def _equivalence(one: Primary | Guardrail, key: str, where: Where) -> Iterator[Problem]:
    if one.rule == "equivalent" and one.margin == 0:
        fix = "Say how far apart they may be and still count as the same."
        yield Problem("no interval lies within a margin of 0", "a margin above 0", fix, where(f"{key}.margin"))


def _guardrail(guardrail: Guardrail, key: str, alone: bool, where: Where) -> Iterator[Problem]:  # noqa: FBT001 -- private, named at its one call
    limits = guardrail.max is not None or guardrail.min is not None
    ruled = guardrail.rule is not None or guardrail.margin is not None
    allowed = "`max` or `min`" if alone else "`rule` and `margin`, or `max` or `min`"
    if not limits and not ruled:
        yield Problem("the guardrail has no condition", allowed, "Add one, such as `max: 1.25`.", where(key))
    elif alone and ruled:
        found = f"{quoted(guardrail.metric)} is no metric: it knows no `rule` and no `margin`"
        yield Problem(found, allowed, "Write `max:` instead.", where(key))
    elif limits and ruled:
        fix = "Write two guardrails, one against the champion and one with the limit."
        yield Problem("the guardrail mixes a comparison and a limit", allowed, fix, where(key))
    elif ruled and (guardrail.rule is None or guardrail.margin is None):
        missing = "rule" if guardrail.rule is None else "margin"
        fix = "Write it as in `{metric: log_loss, rule: non_inferior, margin: 0.005}`."
        yield Problem(f"the guardrail's `{missing}` is missing", allowed, fix, where(key))
    if guardrail.max is not None and guardrail.min is not None and guardrail.min > guardrail.max:
        yield Problem("`min` is above `max`", "", "Swap them.", where(f"{key}.min"))


def drift_problems(drift: Drift, where: Where) -> Iterator[Problem]:
    """Yield what contradicts itself in ``drift``."""
    yield from repeated(drift.columns, "drift.columns", where)
    yield from repeated(drift.ignore, "drift.ignore", where)
    for index, name in enumerate(drift.ignore):
        if name in drift.columns:
            found = f"{quoted(name)} is both looked at and ignored"
            yield Problem(found, "one of them", "Remove it here or there.", where(f"drift.ignore[{index}]"))


def policy_problems(policy: Policy, where: Where) -> Iterator[Problem]:
    """Yield what contradicts itself in ``policy``."""
    for index, name in enumerate(policy.forbidden):
        if not name.strip("*? "):
            fix = "Name the columns that no model may see."
            yield Problem(f"{quoted(name)} means every column", "a name", fix, where(f"policy.forbidden[{index}]"))
    yield from repeated(policy.forbidden, "policy.forbidden", where)


def promote_problems(promote: Promote, where: Where) -> Iterator[Problem]:
    """Yield what contradicts itself in ``promote``."""
    yield from repeated(promote.stages, "promote.stages", where)


def repeated(names: Sequence[str], key: str, where: Where) -> Iterator[Problem]:
    """Yield a problem for each name that stands twice in a list."""
    for index, name in enumerate(names):
        if name in names[:index]:
            found = f"{quoted(name)} is there twice"
            yield Problem(found, "each once", "Remove one of them.", where(f"{key}[{index}]"))
