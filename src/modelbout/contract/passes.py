"""Run a plan: one query for each pass, and the answers for each rule."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from modelbout.contract.plan import ROWS, Pass
from modelbout.data.engines.polars import POLARS
from modelbout.data.engines.repeats import beside, repeating
from modelbout.data.table import engine_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from modelbout.contract.kind import Answers, Key, Sample
    from modelbout.contract.plan import Planned
    from modelbout.data.sources import Scan

# Enough to see the pattern; the count says how many there are.
LOCATED_ROWS: Final = 5
# Ours: each located rule is one more mask in the second pass; who has more broken rules than this reads the first ones.
LOCATED_RULES: Final = 50


class Answered:
    """The answers of a run, by the rows that they are about."""

    def __init__(self) -> None:
        self._found: defaultdict[str, dict[str, Any]] = defaultdict(dict)

    def add(self, where: str, found: Answers) -> None:
        """Keep answers; a later one of the same name replaces an earlier one."""
        self._found[where].update(found)

    def of(self, one: Planned) -> Answers:
        """Return the answers on the rows that the rule is about."""
        return self._found[one.group]

    def rows(self, one: Planned) -> int:
        """Return the number of rows that the rule is about."""
        return int(self.of(one)[one.among])

    def failed(self, one: Planned) -> int:
        """Return the number of failures, tolerated ones among them."""
        failed = one.measure.failed
        return int(self.of(one)[one.name]) if failed is None else failed(self.of(one), self.rows(one))

    @property
    def height(self) -> int:
        """Return the number of rows of the table."""
        return int(self._found[""][ROWS])


def answer(scan: Scan, passes: Iterable[Pass], answered: Answered) -> None:
    """Run every pass of a plan, and add what it answers.

    Raises:
        DataError: the rows cannot be read.
    """
    of_table = tuple(passes)
    for one in of_table:
        with engine_errors(scan):
            match one.kind:
                case "key" if one.rules[0].name in answered.of(one.rules[0]):
                    continue
                case "key":
                    found = _repetitions(scan, one, answered)
                case "groups":
                    found = _grouped(scan, one)
                case "sample":
                    found = _sampled(scan, one, answered)
                case _:
                    found = _aggregated(scan, one, next((key for key in of_table if key.kind == "key"), None))
        answered.add(one.where, found)


def _under(frame: nw.LazyFrame[Any], one: Pass) -> nw.LazyFrame[Any]:
    return frame if one.filter is None else frame.filter(one.filter)


def _aggregated(scan: Scan, one: Pass, key: Pass | None) -> dict[str, Any]:
    # In the query an aggregate has a number for its name, so that no column's name can clash with one.
    aggregates = [*one.counts.values(), *one.facts.values()]
    numbered = {ROWS: nw.len(), **{str(number): expression for number, expression in enumerate(aggregates)}}
    answers = _parsed(scan, one, numbered, key) or scan.engine.aggregate(scan.lazy, one.filter, numbered)
    values = [answers.pop(str(number)) for number in range(len(aggregates))]
    counts = {name: int(value or 0) for name, value in zip(one.counts, values, strict=False)}
    facts = dict(zip(one.facts, values[len(counts) :], strict=True))
    return {**answers, ROWS: int(answers[ROWS]), **counts, **facts}


def _parsed(scan: Scan, one: Pass, aggregates: dict[str, nw.Expr], key: Pass | None) -> dict[str, Any] | None:
    """Return the aggregates by the parser's own numbers, None where there is any doubt.

    The first key over the same rows is answered on the way: to parse the text again costs more than to hash it. Only
    one, so that no more than 8 bytes a row are held.
    """
    quick = scan.quick
    if quick is None or scan.engine is not POLARS:
        return None
    frame, doubts = nw.from_native(quick.lazy), quick.doubts()
    query = _under(frame, one).select(**aggregates, **doubts)
    with suppress(*scan.engine.failures):
        if key is None or key.where != one.where:
            found, again = scan.engine.collect(query), {}
        else:
            (rule,), columns = key.rules, _key(key).names
            among = _key(key).compared(_under(frame, key)).to_native()
            answer, twice = beside(query.to_native(), among, columns, quick.lines)
            found, again = answer.row(0, named=True), {rule.name: repeating(among, columns, twice)}
        return None if any(found.pop(name) for name in doubts) else {**found, **again}
    return None


def _key(one: Pass) -> Key:
    key = one.rules[0].measure.key
    assert key is not None  # noqa: S101 -- a pass of a key is that of a rule with one
    return key


def _repetitions(scan: Scan, one: Pass, answered: Answered) -> dict[str, Any]:
    (rule,), key = one.rules, _key(one)
    frame = _under(nw.from_native(scan.lazy), one)
    return {rule.name: scan.engine.repetitions(key.compared(frame), key.names, answered.rows(rule))}


def _grouped(scan: Scan, one: Pass) -> dict[str, Any]:
    (rule,) = one.rules
    query = rule.measure.query
    assert query is not None  # noqa: S101 -- a pass of groups is that of a rule with a query
    frame = scan.engine.numbered(scan.lazy) if rule.measure.ordered else nw.from_native(scan.lazy)
    if frame is None:
        return {}
    return {
        name: 0 if value is None else value for name, value in scan.engine.collect(query(_under(frame, one))).items()
    }


def _sampled(scan: Scan, one: Pass, answered: Answered) -> dict[str, Any]:
    """Read the rows that the rules want to look at, once for all that want equally many of the same."""
    wanted: dict[tuple[int | None, str], list[tuple[Planned, Sample]]] = {}
    for rule in one.rules:
        sample = rule.measure.sample
        if sample is not None:
            wanted.setdefault((sample.most, sample.count), []).append((rule, sample))
    found: dict[str, Any] = {}
    for members in wanted.values():
        columns = tuple(dict.fromkeys(name for _, sample in members for name in sample.columns))
        rows = _rows(scan, one, columns, members[0], answered)
        for _, sample in members:
            found |= sample.judge(rows.drop([name for name in columns if name not in sample.columns]))
    return found


def _rows(
    scan: Scan, one: Pass, columns: Sequence[str], wanted: tuple[Planned, Sample], answered: Answered
) -> pl.DataFrame:
    rule, sample = wanted
    numbered = scan.engine.numbered(scan.lazy)
    frame = _under(nw.from_native(scan.lazy) if numbered is None else numbered, one)
    rows = answered.rows(rule)
    if sample.among is not None:
        frame, rows = frame.filter(sample.among), int(answered.of(rule)[sample.count])
        if not rows:
            # Nothing to look for: the table is not read again.
            return pl.DataFrame({name: [] for name in columns})
    return scan.engine.sample(frame, columns, rows, sample.most)


def locate(scan: Scan, rules: Sequence[Planned], answered: Answered) -> dict[int, tuple[int, ...]]:
    """Return, by the rule's number, the numbers (from 1) of the first rows that fail it; one more pass for all.

    Where the rows of a table have no numbers, or a rule fails as a whole, there are none.

    Raises:
        DataError: the rows cannot be read.
    """
    found = {one.number: one.measure.located(answered.of(one))[:LOCATED_ROWS] for one in rules if one.measure.located}
    with engine_errors(scan):
        frame = scan.engine.numbered(scan.lazy)
        if frame is None:
            return found
        masks = {str(one.number): one.failing for one in rules if one.failing is not None}
        if masks:
            first = scan.engine.first(frame, masks, LOCATED_ROWS)
            found |= {int(number): tuple(map(int, numbers)) for number, numbers in first.items()}
        for one in (one for one in rules if one.measure.rows is not None or one.measure.key is not None):
            among = frame if one.where is None else frame.filter(one.where)
            if one.measure.rows is not None:
                found[one.number] = scan.engine.lowest(one.measure.rows(among), LOCATED_ROWS)
            elif one.measure.key is not None:
                key, rows = one.measure.key, answered.rows(one)
                found[one.number] = scan.engine.repeated(key.compared(among), key.names, rows, LOCATED_ROWS)
    return found
