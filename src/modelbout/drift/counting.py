"""Count a table under the layout of a profile, in one pass that holds no rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
from msgspec.structs import replace

from modelbout.data.histogram import emptied, quantile
from modelbout.data.table import engine_errors
from modelbout.profile import PROFILE_QUANTILES, ColumnProfile, NumberProfile, Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from modelbout.data.sources import Scan
    from modelbout.manifest import ColumnType

    Answers = Mapping[str, Any]
    Make = Callable[[Answers], ColumnProfile]

DAY: Final = 86_400
MICROSECONDS: Final = 1_000_000
FAMILIES: Final = {"integer": "number", "date": "datetime"}


@dataclass
class Query:
    """Aggregates under names of their own, so that no column's name can clash with one."""

    aggregates: dict[str, nw.Expr] = field(default_factory=dict)

    def ask(self, expression: nw.Expr) -> str:
        """Add an aggregate and return its name."""
        name = f"a{len(self.aggregates)}"
        self.aggregates[name] = expression
        return name


def count(scan: Scan, layout: Profile, columns: Sequence[str] | None = None) -> Profile:
    """Return the profile of a table under the layout of another one: its counts, means and spreads, nothing more.

    What a profile says beside (distinct values, characters, slices, scores) is left out. A column that the table does
    not have is left out, too; one that it has as another kind comes with its counts alone.

    Args:
        scan: the table.
        layout: whose edges and listed values are taken.
        columns: those to count (default: all of the layout); the label is counted when the table has it.

    Raises:
        DataError: the rows cannot be read.
    """
    # Where Polars can read the table too, it counts: the fastest of all engines, and the one that made the profile.
    whole = scan.exact or scan
    with engine_errors(whole):
        schema = nw.from_native(whole.lazy).collect_schema()
    query = Query()
    rows = query.ask(nw.len())
    wanted = set(scan.columns) if columns is None else set(columns) & set(scan.columns)
    made = [_column(query, column, schema[column.name]) for column in layout.columns if column.name in wanted]
    label = None
    if layout.label is not None and layout.label.name in scan.columns:
        label = _label(query, layout.label, schema[layout.label.name])
    with engine_errors(whole):
        answers = whole.engine.aggregate(whole.lazy, None, query.aggregates)
    found: Answers = {name: value or 0 for name, value in answers.items()}
    return Profile(
        rows=int(found[rows]),
        columns=tuple(one(found) for one in made),
        label=None if label is None else label(found),
        detail=layout.detail,
    )


def _column(query: Query, like: ColumnProfile, dtype: nw.dtypes.DType) -> Make:
    """Ask for what a column's counts are made of, and return what makes them of the answers."""
    column = nw.col(like.name)
    if isinstance(dtype, nw.Categorical | nw.Enum):
        column, dtype = column.cast(nw.String()), nw.String()
    plain = _counts(query, like.name, column, like.type)
    match FAMILIES.get(like.type, like.type):
        case "number" if dtype.is_numeric():
            return _numbers(query, like, column, plain, floating=not dtype.is_integer())
        case "datetime" if isinstance(dtype, nw.Date | nw.Datetime):
            return _moments(query, like, column, plain)
        case "boolean" if isinstance(dtype, nw.Boolean):
            return _values(query, like, {"true": column, "false": ~column}, plain)
        case "string" if isinstance(dtype, nw.String):
            return _texts(query, like, column, plain)
    return _counts(query, like.name, column, _kind(dtype))


def _label(query: Query, like: ColumnProfile, dtype: nw.dtypes.DType) -> Make:
    """Ask for the counts of a target, whose classes are texts, whatever the column holds."""
    if like.type != "string" or not (dtype.is_numeric() or isinstance(dtype, nw.Boolean)):
        return _column(query, like, dtype)
    whole = nw.col(like.name) if not dtype.is_float() else nw.col(like.name).cast(nw.Int64())
    column = whole.cast(nw.String())
    return _texts(query, like, column, _counts(query, like.name, column, like.type))


def _kind(dtype: nw.dtypes.DType) -> ColumnType:
    """Return the word for a type; what no profile knows is called text."""
    if dtype.is_numeric():
        return "number"
    if isinstance(dtype, nw.Boolean):
        return "boolean"
    return "datetime" if isinstance(dtype, nw.Date | nw.Datetime) else "string"


def _counts(query: Query, name: str, column: nw.Expr, kind: ColumnType) -> Make:
    present, missing = query.ask(column.count()), query.ask(column.null_count())
    return lambda answers: ColumnProfile(name=name, type=kind, count=int(answers[present]), nulls=int(answers[missing]))


def _numbers(query: Query, like: ColumnProfile, column: nw.Expr, plain: Make, *, floating: bool) -> Make:
    if not floating:
        binned = None if like.numbers is None else _bins(query, like.numbers, column)
        return lambda answers: replace(plain(answers), numbers=None if binned is None else binned(answers))
    values = column.cast(nw.Float64())
    nan = query.ask(values.is_nan().sum())
    high, low = query.ask((values == math.inf).sum()), query.ask((values == -math.inf).sum())
    found = None if like.numbers is None else _bins(query, like.numbers, values, low=low, others=(nan, high))

    def made(answers: Answers) -> ColumnProfile:
        infinite = int(answers[high]) + int(answers[low])
        numbers = None if found is None else found(answers)
        return replace(plain(answers), nan=int(answers[nan]), infinite=infinite, numbers=numbers)

    return made


def _bins(
    query: Query, layout: NumberProfile, values: nw.Expr, *, low: str | None = None, others: tuple[str, ...] = ()
) -> Callable[[Answers], NumberProfile]:
    """Ask how many values are below each cut; ``low`` counts those below all, ``others`` those above none that count.

    Only ``<`` and ``<=`` are asked for: engines disagree whether NaN is larger than a number, none calls it smaller.
    """
    finite = nw.when(values.is_finite()).then(values) if others else values
    below = [query.ask((values < cut).sum()) for cut in (layout.edges[0], *cuts(layout.edges))]
    upper, present = query.ask((values <= layout.edges[-1]).sum()), query.ask(values.count())
    mean, std = query.ask(finite.mean()), query.ask(finite.std())

    def made(answers: Answers) -> NumberProfile:
        nothing = int(answers[low]) if low else 0
        rising = [int(answers[name]) - nothing for name in (*below, upper)]
        total = int(answers[present]) - nothing - sum(int(answers[name]) for name in others)
        found = replace(
            emptied(layout),
            counts=tuple(after - before for before, after in pairwise(rising)),
            below=rising[0],
            above=total - rising[-1],
            mean=_finite(answers[mean]) if total else None,
            std=_finite(answers[std]) if total else None,
        )
        return replace(found, quantiles=tuple(quantile(found, level) for level in PROFILE_QUANTILES) if total else ())

    return made


def cuts(edges: Sequence[float]) -> tuple[float, ...]:
    """Return the smallest number of each bin but the first; after two equal edges, the next larger number."""
    return tuple(math.nextafter(edge, math.inf) if before == edge else edge for before, edge in pairwise(edges[:-1]))


def _moments(query: Query, like: ColumnProfile, column: nw.Expr, plain: Make) -> Make:
    """Count moments as microseconds, which every kind of moment is at the bottom, in whole numbers."""
    if like.numbers is None:
        return plain
    unit = DAY * MICROSECONDS if like.type == "date" else MICROSECONDS
    layout = replace(like.numbers, edges=tuple(edge * unit for edge in like.numbers.edges))
    binned = _bins(query, layout, column.dt.timestamp("us"))

    def made(answers: Answers) -> ColumnProfile:
        numbers = binned(answers)
        mean, std = (None if value is None else value / unit for value in (numbers.mean, numbers.std))
        edges = like.numbers.edges if like.numbers else ()
        quantiles = tuple(value / unit for value in numbers.quantiles)
        numbers = replace(numbers, edges=edges, mean=mean, std=std, quantiles=quantiles)
        return replace(plain(answers), numbers=numbers)

    return made


def _texts(query: Query, like: ColumnProfile, column: nw.Expr, plain: Make) -> Make:
    values = _values(query, like, {one.value: column == one.value for one in like.categories}, plain)
    if like.lengths is None:
        return values
    binned = _bins(query, like.lengths, column.str.len_chars())
    return lambda answers: replace(values(answers), lengths=binned(answers))


def _values(query: Query, like: ColumnProfile, masks: Mapping[str, nw.Expr], plain: Make) -> Make:
    names = [query.ask(masks[one.value].sum()) for one in like.categories]

    def made(answers: Answers) -> ColumnProfile:
        categories = tuple(
            replace(one, count=int(answers[name])) for one, name in zip(like.categories, names, strict=True)
        )
        found = plain(answers)
        other = found.count - sum(one.count for one in categories)
        return replace(found, categories=categories, other=other)

    return made


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
