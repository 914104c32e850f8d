"""Draft a contract from one table: each rule stands beside what it rests on, for a person to review."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from modelbout.contract.evidence import MAX_LISTED, look
from modelbout.contract.literals import shown as written
from modelbout.contract.writing import comment, quote, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.contract.evidence import Evidence, Sample
    from modelbout.data.sources import Scan

# Ours: by the rule of three, what was not seen in 100 rows may still be 3 rows in 100.
MIN_ROWS: Final = 100
# The same threshold below which reports suppress a group: a rarer value may be a person's, or a slip.
MIN_VALUE_ROWS: Final = 10
# Ours: a set of categories repeats itself; 50 rows a value leave little room for one that was not seen.
MIN_ROWS_PER_VALUE: Final = 50
# A longer list of whole numbers is a range.
MAX_WHOLE_VALUES: Final = 10
# Half the seen width on either side: tomorrow's largest value is larger than today's.
SLACK: Final = 0.5
# The nulls of one sample vary; twice their share is what the draft allows.
NULLS_SLACK: Final = 2.0
# A table half as long is a broken export rather than a quiet month.
ROWS_SLACK: Final = 0.5

_DATES: Final = ("date", "datetime")


def infer(scan: Scan, *, shown: str) -> str:
    """Return the text of a contract that the table keeps.

    Args:
        scan: the table, opened without declared types.
        shown: its name, for the first comment.

    Raises:
        DataError: the rows cannot be read.
    """
    return draft(look(scan), shown=shown)


def draft(sample: Sample, *, shown: str) -> str:
    """Return the text of a contract from what was seen of a table."""
    lines = [
        f"# Drafted from {comment(shown)}: {sample.rows:,} rows, {len(sample.columns):,} columns.",
        "# One sample proves nothing: review each rule, give it a reason, loosen what is a coincidence.",
        "version: 1",
        "",
        "table:",
        f"  # Half of the {sample.rows:,} rows seen.",
        f"  rows: {{min: {max(1, math.floor(sample.rows * ROWS_SLACK))}}}",
        "  # A column that is not named below fails the table; `warn` or `allow` are the other answers.",
        "  unexpected: error",
    ]
    read = list(_reading(sample))
    lines += ["", "read:", *read] if read else []
    lines += ["", "columns:"]
    for evidence in sample.columns:
        lines += _column(evidence)
    return "\n".join(lines) + "\n"


def _reading(sample: Sample) -> Iterator[str]:
    if len(sample.missing) > 1:
        yield "  # These texts stand where other rows of a column have a number or a date."
        yield f"  missing: [{', '.join(quote(text) for text in sample.missing)}]"
    if sample.delimiter not in (None, ","):
        yield f"  delimiter: {quote(str(sample.delimiter))}"
    if sample.encoding not in (None, "utf-8"):
        yield f"  encoding: {sample.encoding}"


def _column(evidence: Evidence) -> Iterator[str]:
    """Yield the comments of one column, one for each rule, and its line."""
    reading = evidence.reading
    rules: dict[str, str] = {"type": reading.type}
    if reading.format:
        rules["format"] = quote(reading.format)
    if reading.timezone:
        rules["timezone"] = quote(reading.timezone)
    notes = []
    for key, value, note in _rules(evidence):
        if key:
            rules[key] = value
        notes.append(note)
    yield ""
    for note in notes:
        yield f"  # {note}"
    yield f"  {scalar(reading.name)}: {{{', '.join(f'{key}: {value}' for key, value in rules.items())}}}"


def _rules(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    """Yield key, value and evidence of each rule; an empty key for a remark."""
    yield from _nulls(evidence)
    if evidence.infinite:
        yield "infinite", "true", f"infinite: {evidence.infinite:,} rows are infinite; is that meant?"
    if evidence.twins:
        yield "", "", f"dates? They fit {' and '.join(evidence.twins)}: write `type: date` and the right `format`."
    if evidence.present < MIN_ROWS:
        yield "", "", f"no other rule: only {evidence.present:,} values, {MIN_ROWS} are the least to go by."
        return
    yield from _values(evidence)
    yield from _unique(evidence)
    yield from _range(evidence)


def _nulls(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    if not evidence.nulls:
        yield "", "", f"nulls: none in {evidence.rows:,} rows, so none are allowed."
        return
    share = evidence.nulls / evidence.rows
    allowed = min(1.0, upwards(share * NULLS_SLACK))
    seen = f"{evidence.nulls:,} of {evidence.rows:,} rows have no value ({share:.2%})"
    yield "nulls", written(allowed), f"nulls: {seen}; twice that is allowed."


def _listed(evidence: Evidence) -> bool:
    """Tell whether the sample supports a closed list of values."""
    most = MAX_WHOLE_VALUES if evidence.reading.type == "integer" else MAX_LISTED
    return (
        2 <= len(evidence.values) <= most  # noqa: PLR2004 -- one value seen says nothing about which others there are
        and evidence.present >= MIN_ROWS_PER_VALUE * len(evidence.values)
        and min(rows for _, rows in evidence.values) >= MIN_VALUE_ROWS
    )


def _values(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    if evidence.reading.type not in ("string", "integer"):
        return
    if _listed(evidence):
        rarest = min(rows for _, rows in evidence.values)
        values = sorted(evidence.values, key=lambda pair: pair[0]) if _whole(evidence) else evidence.values  # type: ignore[arg-type, return-value]  # whole numbers have an order
        listed = ", ".join(str(value) if _whole(evidence) else scalar(str(value)) for value, _ in values)
        yield "values", f"[{listed}]", f"values: {len(values)} seen, the rarest in {rarest:,} rows."
    elif evidence.reading.type == "string" and not _formed(evidence) and not _each_its_own(evidence):
        rare = sum(rows < MIN_VALUE_ROWS for _, rows in evidence.values)
        why = f"{rare} of them in fewer than {MIN_VALUE_ROWS} rows" if rare else "too many for a closed list"
        why = "one value says nothing about others" if evidence.distinct == 1 else why
        yield "", "", f"no list of values: {evidence.distinct:,} different ones seen, {why}."


def _whole(evidence: Evidence) -> bool:
    return evidence.reading.type == "integer"


def _each_its_own(evidence: Evidence) -> bool:
    return evidence.distinct == evidence.present


def _formed(evidence: Evidence) -> bool:
    """Tell whether the column looks like codes of one form."""
    return evidence.shape is not None and evidence.distinct > MAX_LISTED


def _unique(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    if evidence.reading.type in ("string", "integer") and _each_its_own(evidence):
        yield "unique", "true", f"unique: {evidence.present:,} values, each in one row."
    if _formed(evidence):
        yield "pattern", quote(pattern_of(str(evidence.shape))), "pattern: all values have this form."


def _range(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    low, high, kind = evidence.low, evidence.high, evidence.reading.type
    if kind in _DATES and low is not None:
        yield "", "", f"no range: seen from {low} to {high}, and time goes on."
    if not isinstance(low, int | float) or not isinstance(high, int | float) or _listed(evidence):
        return
    if evidence.infinite:
        yield "", "", "no range: an infinity lies beyond any."
        return
    seen = f"seen {written(low)} to {written(high)}"
    if low == high:
        yield "", "", f"no range: only {written(low)} was seen."
        return
    room = (high - low) * SLACK
    if low >= 0:
        yield "min", "0", f"min: {seen}, nothing negative."
    else:
        yield "min", bound(-upwards(room - low), kind), f"min: {seen}; half the width is slack."
    if _whole(evidence) and _each_its_own(evidence):
        yield "", "", f"no max: {seen}, and numbers of their own go on."
    elif kind == "number" and low >= 0 and high <= 1:
        yield "max", "1", f"max: {seen}, as a share."
    else:
        upper = upwards(high + room) if high + room > 0 else 0.0
        yield "max", bound(upper, kind), "max: half the width is slack."


def upwards(value: float) -> float:
    """Return the next number above a positive one with one significant digit, or two ending in 5: 0.0031 -> 0.0035."""
    if value <= 0 or not math.isfinite(value):
        return value
    step = 10.0 ** math.floor(math.log10(value)) / 2
    return float(f"{math.ceil(value / step) * step:.10g}")


def bound(value: float, kind: str) -> str:
    """Return the end of a range as YAML."""
    if kind != "integer":
        return written(value)
    # Beyond 64 bits there is nothing to bound.
    return str(max(-(2**63), min(2**63 - 1, math.ceil(value) if value > 0 else math.floor(value))))


def pattern_of(shape: str) -> str:
    """Return the regular expression of a form such as ``9999-AAAAA``."""
    classes = {"9": "[0-9]", "A": "[A-Z]", "a": "[a-z]"}
    parts = []
    for run in re.finditer(r"(.)\1*", shape, re.DOTALL):
        char, times = run[1], len(run[0])
        one = classes.get(char) or (char if char.isalnum() or char in "_-@/: " else f"\\x{{{ord(char):x}}}")
        parts.append(one + (f"{{{times}}}" if times > 1 else ""))
    return "".join(parts)
