"""Look at samples of one table: what each says of a column, put together; what differs between them widens it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from modelbout.contract import shapes
from modelbout.contract.evidence import MAX_LISTED, MIN_VALUE_ROWS, Evidence, Sample
from modelbout.contract.keys import compound, counts_rows, names_rows
from modelbout.contract.retyping import FIRST_ROWS, retyped
from modelbout.contract.seen import measured
from modelbout.data.table import engine_errors

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from modelbout.contract.retyping import Retyped
    from modelbout.contract.seen import Seen
    from modelbout.data.sources import Scan

# Three standard deviations: one sample in 700 lies beyond, by the normal distribution.
SIGMAS: Final = 3.0


def look(scans: Sequence[Scan]) -> Sample:
    """Look at samples of one table, the oldest first, whose types were worked out by ``scan``.

    Raises:
        DataError: the rows cannot be read, or the samples cannot be of one table.
    """
    table = retyped(scans)
    with engine_errors(scans[0]):
        seen = [
            measured(lazy, {name: table.readings[name] for name in scan.columns})
            for lazy, scan in zip(table.tables, scans, strict=True)
        ]
        columns = tuple(_merged(table, name, [one.get(name) for one in seen]) for name in table.readings)
        columns = tuple(_with_pattern(one, table) for one in columns)
        named = [one for one in columns if names_rows(one)]
        key = () if any(not counts_rows(one) for one in named) else compound(table.tables, columns)
    return Sample(
        rows=tuple(next(iter(one.values())).rows if one else 0 for one in seen),
        columns=columns,
        missing=table.missing,
        delimiter=scans[0].delimiters[0] if scans[0].delimiters else None,
        encoding=scans[0].reading.encoding,
        key=key,
        tables=table.tables,
    )


def _merged(table: Retyped, name: str, samples: Sequence[Seen | None]) -> Evidence:
    """Return what all samples say of a column: what differs between them widens it."""
    seen = [one for one in samples if one is not None]
    lows = [one.low for one in seen if one.low is not None]
    highs = [one.high for one in seen if one.high is not None]
    with_texts = [one for one in seen if one.present]
    digits = [one.decimals for one in with_texts]
    forms = {one.form for one in with_texts}
    lists = [one.values for one in seen]
    values, newcomers = _union(lists)
    seldom = {value for value, rows in values if rows < MIN_VALUE_ROWS}
    return Evidence(
        reading=table.readings[name],
        rows=sum(one.rows for one in seen),
        nulls=sum(one.nulls for one in seen),
        infinite=sum(one.infinite for one in seen),
        distinct=max(len(values), *(one.distinct for one in seen)),
        low=min(lows, default=None),
        high=max(highs, default=None),
        values=values,
        twins=table.twins.get(name, ()),
        fewest=min(one.present for one in seen),
        null_share=max(one.nulls / one.rows if one.rows else 0.0 for one in seen),
        null_noise=max(_noise(one.nulls) / one.rows if one.nulls else 0.0 for one in seen),
        unique=all(one.unique for one in seen),
        newcomers=newcomers,
        rare=max((_share(seldom, one) for one in lists if one), default=0.0) if values else 0.0,
        required=len(seen) == len(samples),
        shortest=min((one.shortest for one in with_texts), default=0),
        longest=max((one.longest for one in with_texts), default=0),
        decimals=None if None in digits or not digits else max(one for one in digits if one is not None),
        form=forms.pop() if len(forms) == 1 else None,
        highs=tuple(one.high for one in seen),
        ordered=all(one.ordered for one in seen),
    )


def _noise(count: int) -> float:
    """Return by how much a count may be exceeded in another sample: three deviations of the difference of two counts.

    Each count of rare rows varies like a Poisson variable, by the root of its mean; one more keeps small counts apart
    from zero (Przyborowski and Wilenski, Biometrika 31, 1940, compare two such counts).
    """
    return SIGMAS * math.sqrt(2 * (count + 1))


def _union(samples: Sequence[Mapping[object, int] | None]) -> tuple[tuple[tuple[object, int], ...], float]:
    """Return all values with their rows, and the largest share of a sample that no earlier one had."""
    known: dict[object, int] = {}
    newcomers = 0.0
    for values in samples:
        if values is None:
            return (), 0.0
        new = sum(rows for value, rows in values.items() if value not in known)
        if known and values:
            newcomers = max(newcomers, new / sum(values.values()))
        for value, rows in values.items():
            known[value] = known.get(value, 0) + rows
    if len(known) > MAX_LISTED:
        return (), newcomers
    return tuple(sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))), newcomers


def _share(of: Collection[object], values: Mapping[object, int]) -> float:
    return sum(rows for value, rows in values.items() if value in of) / sum(values.values())


def _with_pattern(evidence: Evidence, table: Retyped) -> Evidence:
    """Return the evidence with the form of the texts, where they are many and no values to be listed."""
    name = evidence.reading.name
    if evidence.reading.type != "string" or evidence.form or evidence.distinct < shapes.MIN_EXAMPLES:
        return evidence
    having = [lazy.select(pl.col(name).cast(pl.String)) for lazy in table.tables if name in lazy.collect_schema()]
    whole = pl.concat(having) if len(having) > 1 else having[0]
    made = shapes.candidate(whole.head(FIRST_ROWS).collect()[name])
    return evidence if made is None else replace(evidence, pattern=shapes.generalised(whole, name, made, evidence.rows))
