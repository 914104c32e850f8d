"""From what was seen of a column to the rules that it supports, each with its evidence in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from modelbout.contract.evidence import MAX_LISTED, MIN_VALUE_ROWS
from modelbout.contract.keys import counts_rows, names_rows
from modelbout.contract.literals import shown as written
from modelbout.contract.personal import kind_of_name
from modelbout.contract.shapes import FOLDS
from modelbout.data.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.contract.evidence import Evidence
    from modelbout.contract.writing import Plain

# Ours: by the rule of three, what was not seen in 100 rows may still be 3 rows in 100.
MIN_ROWS: Final = 100
# Ours: a set of categories repeats itself; 50 rows a value leave little room for one that was not seen.
MIN_ROWS_PER_VALUE: Final = 50
# A longer list of whole numbers is a range.
MAX_WHOLE_VALUES: Final = 10
# What may be new in the next sample where the list is not closed; twice the share that was seen, and this at least.
NEW_VALUES: Final = 0.01
NEW_SLACK: Final = 2.0
# Ours: where more than a value in twenty is new each time, the list is no rule.
MOST_NEW: Final = 0.05
# Rare values are left out of a list when they are no more than half of what is tolerated.
MOST_RARE: Final = NEW_VALUES / NEW_SLACK
# Ours: by the rule of three, what no step of 1,000 does may still be 3 steps in 1,000.
MIN_STEPS: Final = 1_000
# Half the seen width on either side: tomorrow's largest value is larger than today's.
SLACK: Final = 0.5
# The nulls of one sample vary; twice their share is what the draft allows, and more where they are few.
NULLS_SLACK: Final = 2.0
# A text twice as long as any that was seen is another kind of text.
LENGTH_SLACK: Final = 2.0
# Whose owner is one person: never listed, whatever the column is called.
_PERSONAL_FORMS: Final = frozenset({"email", "ipv4", "ipv6", "ip"})
_NAME: Final = "name"
_DATES: Final = ("date", "datetime")


class Proposal(NamedTuple):
    """One key of a column with its value, and the evidence for it; an empty key for a remark alone."""

    key: str
    value: Plain
    note: str


def remark(note: str) -> Proposal:
    """Return a sentence for the reviewer that proposes nothing."""
    return Proposal("", "", note)


def proposals(evidence: Evidence, samples: int) -> Iterator[Proposal]:
    """Yield the rules that the samples support, and why others are not proposed."""
    if not evidence.required:
        yield Proposal("required", False, "required: not every sample has this column.")  # noqa: FBT003 -- the key's value
    yield from _nulls(evidence, samples)
    if evidence.infinite:
        note = f"infinite: {evidence.infinite:,} rows are infinite; is that meant?"
        yield Proposal("infinite", True, note)  # noqa: FBT003 -- the key's value
    if evidence.twins:
        yield remark(f"dates? They fit {' and '.join(evidence.twins)}: write `type: date` and the right `format`.")
    if evidence.present < MIN_ROWS:
        yield remark(f"no other rule: only {evidence.present:,} values, {MIN_ROWS} are the least to go by.")
        return
    yield from _reference(evidence)
    if evidence.reading.type == "string":
        yield from _texts(evidence, samples)
    elif _listed(evidence):
        yield _list(evidence, samples)
    else:
        yield from _unique(evidence)
        yield from _order(evidence)
        yield from _range(evidence)


def _nulls(evidence: Evidence, samples: int) -> Iterator[Proposal]:
    if not evidence.nulls:
        yield remark(f"nulls: none in {evidence.rows:,} rows, so none are allowed.")
        return
    room = max(evidence.null_share * (NULLS_SLACK - 1), evidence.null_noise)
    allowed = min(1.0, upwards(evidence.null_share + room))
    seen = f"{evidence.nulls:,} of {evidence.rows:,} rows have no value ({evidence.nulls / evidence.rows:.2%}"
    seen += f", in one sample {evidence.null_share:.2%})" if samples > 1 else ")"
    why = "twice that" if room > evidence.null_noise else "what chance may make of that"
    yield Proposal("nulls", allowed, f"nulls: {seen}; {why} is allowed.")


def _texts(evidence: Evidence, samples: int) -> Iterator[Proposal]:
    if _listed(evidence):
        yield _list(evidence, samples)
        return
    yield from _unique(evidence)
    if evidence.form is not None and evidence.distinct >= MAX_LISTED:
        yield Proposal("format", evidence.form, f"format: all {evidence.present:,} values have it.")
        return
    if evidence.pattern is not None:
        seen = f"about {evidence.distinct:,} values"
        note = f"pattern: generalised from {seen}; what two in {FOLDS} have in common covers the others."
        yield Proposal("pattern", evidence.pattern, note)
        return
    if not evidence.unique:
        yield remark(f"no list of values: {_why_no_list(evidence)}.")
    yield from _length(evidence)


def _length(evidence: Evidence) -> Iterator[Proposal]:
    low, high = evidence.shortest, evidence.longest
    if low == high and evidence.distinct > MAX_LISTED:
        yield Proposal("length", {"min": low, "max": high}, f"length: all values have {low} characters.")
    elif high and evidence.distinct > 1:
        most = math.ceil(upwards(high * LENGTH_SLACK))
        yield Proposal(
            "length", {"max": most}, f"length: seen {low} to {high} characters; twice the longest is allowed."
        )


def _listed(evidence: Evidence) -> bool:
    """Tell whether the samples support a list of values that may be committed."""
    frequent = [value for value, rows in evidence.values if rows >= MIN_VALUE_ROWS]
    whole = evidence.reading.type == "integer"
    most = MAX_WHOLE_VALUES if whole else MAX_LISTED
    return (
        evidence.reading.type in ("string", "integer")
        and 2 <= len(frequent) <= most  # noqa: PLR2004 -- one value seen says nothing about which others there are
        and evidence.present >= MIN_ROWS_PER_VALUE * len(evidence.values)
        and (evidence.rare == 0 or (not whole and evidence.rare <= MOST_RARE))
        and evidence.newcomers <= MOST_NEW
        and not _personal(evidence)
    )


def _list(evidence: Evidence, samples: int) -> Proposal:
    frequent = [(value, rows) for value, rows in evidence.values if rows >= MIN_VALUE_ROWS]
    rarest = min(rows for _, rows in frequent)
    whole = evidence.reading.type == "integer"
    values = sorted(int(str(value)) for value, _ in frequent) if whole else [str(value) for value, _ in frequent]
    note = f"values: {len(frequent)} seen, the rarest in {rarest:,} rows."
    if not evidence.rare and not evidence.newcomers:
        closed = f" No sample has one that the first has not: {samples} samples." if samples > 1 else ""
        return Proposal("values", values, note + closed)
    tolerance = max(NEW_VALUES, upwards(NEW_SLACK * max(evidence.rare, evidence.newcomers)))
    if evidence.newcomers:
        note += f" {evidence.newcomers:.2%} of one sample were new, so {written(tolerance * 100)} % may be."
    if evidence.rare:
        others = len(evidence.values) - len(frequent)
        note += (
            f" {others} more in fewer than {MIN_VALUE_ROWS} rows ({evidence.rare:.2%}) are not listed: "
            f"{written(tolerance * 100)} % may be others."
        )
    return Proposal("values", {"is": values, "tolerance": tolerance}, note)


def _personal(evidence: Evidence) -> bool:
    """Tell whether the values are of persons, by the column's name or by their form."""
    name, kind = evidence.reading.name, evidence.reading.type
    named = kind_of_name(name, kind) is not None or folded(name) == _NAME
    return named or evidence.form in _PERSONAL_FORMS


def _why_no_list(evidence: Evidence) -> str:
    if _personal(evidence):
        return "they may be of persons, and contracts are committed"
    if evidence.distinct == 1:
        return "one value says nothing about others"
    counted = f"{len(evidence.values):,}" if evidence.values else f"about {evidence.distinct:,}"
    rare = sum(rows < MIN_VALUE_ROWS for _, rows in evidence.values)
    if evidence.newcomers > MOST_NEW:
        return f"{evidence.newcomers:.2%} of one sample were new to those before it"
    why = f"{rare} of them in fewer than {MIN_VALUE_ROWS} rows" if rare else "too many for a closed list"
    return f"{counted} different ones seen, {why}"


def _unique(evidence: Evidence) -> Iterator[Proposal]:
    if not evidence.unique:
        return
    if names_rows(evidence):
        yield Proposal("unique", True, f"unique: {evidence.present:,} values, each in one row.")  # noqa: FBT003 -- the key's value
    else:
        yield remark(f"not unique by rule: {evidence.present:,} values differ, as so many would by chance.")


def _order(evidence: Evidence) -> Iterator[Proposal]:
    """Propose that times never fall and numbers of the rows rise; what else is sorted may be so for one export only."""
    if not evidence.ordered or evidence.fewest < MIN_STEPS or evidence.distinct < MIN_ROWS:
        return
    seen = f"none of {evidence.present:,} values is below the one before it in the file"
    if evidence.reading.type in _DATES:
        yield Proposal("monotonic", "increasing", f"monotonic: {seen}.")
    elif evidence.unique and names_rows(evidence):
        yield Proposal("monotonic", "strictly_increasing", f"monotonic: {seen}, and each stands in one row.")


def _reference(evidence: Evidence) -> Iterator[Proposal]:
    found = evidence.reference
    if found is None:
        return
    rule: dict[str, Plain] = {"table": found.table}
    if found.column != evidence.reading.name:
        rule["column"] = found.column
    why = "as the names say" if found.named else "which so many would not by chance"
    note = f"references: all of about {evidence.distinct:,} values are among the {found.keys:,} of {found.column} in"
    yield Proposal("references", rule, f"{note} {found.table}, {why}.")


def _range(evidence: Evidence) -> Iterator[Proposal]:
    low, high, kind = evidence.low, evidence.high, evidence.reading.type
    private = _personal(evidence)
    if kind in _DATES and low is not None:
        seen = "" if private else f" seen from {low} to {high}, and"
        yield remark(f"no range:{seen} time goes on.")
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return
    if evidence.infinite:
        yield remark("no range: an infinity lies beyond any.")
        return
    seen = "not told" if private else f"seen {written(low)} to {written(high)}"
    if low == high:
        yield remark("no range: only one number was seen.")
        return
    room = (high - low) * SLACK
    if low >= 0:
        yield Proposal("min", 0, f"min: {seen}, nothing negative.")
    else:
        yield Proposal("min", bound(-upwards(room - low), kind), f"min: {seen}; half the width is slack.")
    if kind == "integer" and counts_rows(evidence):
        yield remark(f"no max: {seen}, and numbers of their own go on.")
    elif kind == "number" and low >= 0 and high <= 1:
        yield Proposal("max", 1, f"max: {seen}, as a share.")
    else:
        upper = upwards(high + room) if high + room > 0 else 0.0
        yield Proposal("max", bound(upper, kind), "max: half the width is slack.")
    if kind == "number" and evidence.decimals is not None:
        digits = evidence.decimals
        yield Proposal("decimals", digits, f"decimals: none of {evidence.present:,} values has more than {digits}.")


def upwards(value: float) -> float:
    """Return the next number above a positive one with one significant digit, or two ending in 5: 0.0031 -> 0.0035."""
    if value <= 0 or not math.isfinite(value):
        return value
    step = 10.0 ** math.floor(math.log10(value)) / 2
    return float(f"{math.ceil(value / step) * step:.10g}")


def bound(value: float, kind: str) -> float:
    """Return the end of a range as a number of the column's type."""
    if kind != "integer":
        return value
    # Beyond 64 bits there is nothing to bound.
    return max(-(2**63), min(2**63 - 1, math.ceil(value) if value > 0 else math.floor(value)))
