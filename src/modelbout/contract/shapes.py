"""The form that codes have in common: a regular expression that is generalised from some and proved on the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

# Ours: with fewer different values a form is a coincidence (rule of three: 3 in 100 may still look otherwise).
MIN_EXAMPLES: Final = 100
# The same for each alternative: one seen in 30 values lets a tenth of its kind look otherwise.
MIN_ALTERNATIVE: Final = 30
# Ours: codes come in a few forms; what comes in more is text.
MOST_ALTERNATIVES: Final = 3
# Ours: the longest codes in use are hashes of 64 digits; runs beyond these are sentences.
MOST_RUNS: Final = 10
MOST_LENGTH: Final = 64
# One value in three is kept back, and must be covered by what was learnt from the others.
FOLDS: Final = 3
# Ours: forms are learnt from about so many rows; all others only have to match.
LEARNT_ROWS: Final = 20_000
# The end of a range of lengths that fewer values than this have is hardly the last: it is widened by one.
MIN_END: Final = 10

# The characters of a run, and how the regular expression says them.
_STRICT: Final = (("9", "0-9"), ("A", "A-Z"), ("a", "a-z"))
_DIGITS: Final = "0-9"
_LOOSE: Final = "x"
_CLASSES: Final = ("0-9", "A-F", "G-Z", "a-f", "g-z")
_TOKEN: Final = re.compile(r"[9Aax]")


@dataclass(frozen=True)
class Form:
    """One alternative as it was seen.

    Attributes:
        skeleton: the text with each run of letters or digits as one sign.
        runs: for each run its characters (as in a class), its shortest and longest length.
    """

    skeleton: str
    runs: tuple[tuple[str, int, int], ...]


def skeleton(text: pl.Expr) -> pl.Expr:
    """Return the text with each run of digits, capitals or small letters as one sign: ``AB-123`` is ``A-9``."""
    for sign, characters in _STRICT:
        text = text.str.replace_all(f"[{characters}]+", sign)
    return text


def loose(text: pl.Expr) -> pl.Expr:
    """Return the text with each run of letters and digits as one sign: ``3f-Ab`` is ``x-x``."""
    return text.str.replace_all("[0-9A-Za-z]+", _LOOSE)


def candidate(first: pl.Series) -> pl.Expr | None:
    """Return the skeletons in which a column may come, as its first texts have it; None when they are no codes."""
    name = pl.col(first.name)
    for made in (skeleton(name), loose(name)):
        few = first.to_frame().select(made.unique().head(MOST_ALTERNATIVES + 1)).to_series().drop_nulls()
        if 0 < len(few) <= MOST_ALTERNATIVES and all(_plain(text) for text in few):
            return made
    return None


def _plain(text: str) -> bool:
    return len(text) <= MOST_LENGTH and len(_TOKEN.findall(text)) <= MOST_RUNS


def generalised(lazy: pl.LazyFrame, name: str, made: pl.Expr, rows: int) -> str | None:
    """Return a regular expression for all texts of a column, None when none is supported by them.

    Its forms are worked out from two thirds of some values, and must cover those of the last third. The lengths of runs
    are then taken from all rows, and every row must match. A form of letters alone is taken only if all its lengths are
    fixed: words come in others tomorrow.

    Args:
        lazy: the table.
        name: a text column.
        made: what ``candidate`` returned.
        rows: of the table.
    """
    some = lazy.select(pl.col(name)).gather_every(max(1, rows // LEARNT_ROWS))
    texts = some.select(pl.col(name).alias("text"), made.alias("form")).drop_nulls().collect(engine="streaming")
    known = sorted(texts.group_by("form").agg(pl.col("text").n_unique()).head(MOST_ALTERNATIVES + 1).iter_rows())
    if len(known) > MOST_ALTERNATIVES or any(many < MIN_ALTERNATIVE or not _plain(form) for form, many in known):
        return None
    forms = [form for form, _ in known]
    kept = pl.col("text").hash() % FOLDS == 0
    learnt = _forms(texts.filter(~kept), forms)
    if sum(many for _, many in known) < MIN_EXAMPLES or learnt is None or not all(map(_is_code, learnt)):
        return None
    if not _covers(texts.filter(kept).lazy(), _joined(learnt)):
        return None
    classes = _forms(texts, forms)
    everything = lazy.select(pl.col(name).alias("text"))
    whole = classes and _lengthened(everything, classes)
    pattern = _joined(whole) if whole else ""
    return pattern if whole and all(map(_is_code, whole)) and _covers(everything, pattern) else None


def _covers(texts: pl.LazyFrame, pattern: str) -> bool:
    odd = ~pl.col("text").str.contains(rf"\A(?:{pattern})\z")
    return not texts.select(odd.any()).collect(engine="streaming").item()


def _runs(form: str) -> list[pl.Expr]:
    """Return the runs of a form's texts, null for texts of another form."""
    return [pl.col("text").str.extract(_groups(form), place) for place, _ in enumerate(_TOKEN.findall(form), 1)]


def _forms(texts: pl.DataFrame, forms: Sequence[str]) -> list[Form] | None:
    """Return the forms with the characters and lengths of their runs; None when the texts lack one of them."""
    found = []
    for form in forms:
        runs = []
        of_form = texts.filter(pl.col("form") == form)
        columns = of_form.select(run.alias(str(number)) for number, run in enumerate(_runs(form))).get_columns()
        for sign, run in zip(_TOKEN.findall(form), columns, strict=True):
            length = run.str.len_bytes()
            low, high = length.min(), length.max()
            if not isinstance(low, int) or not isinstance(high, int):
                return None
            seen = [characters for characters in _CLASSES if run.str.contains(f"[{characters}]").any()]
            ends = int((length == low).sum()), int((length == high).sum())
            runs.append(_widened(dict(_STRICT).get(sign) or _classes(seen), low, high, ends))
        found.append(Form(form, tuple(runs)))
    return found


def _lengthened(texts: pl.LazyFrame, forms: Sequence[Form]) -> list[Form] | None:
    """Return the forms with the lengths that their runs have in all rows."""
    runs = [run for form in forms for run in _runs(form.skeleton)]
    lengths = texts.select(run.str.len_bytes().alias(str(number)) for number, run in enumerate(runs))
    queries: list[pl.Expr] = []
    for number in range(len(runs)):
        length = pl.col(str(number))
        low, high = length.min(), length.max()
        ends = (low, high, (length == low).sum(), (length == high).sum())
        queries += [end.alias(f"{number} {label}") for label, end in enumerate(ends)]
    answer = iter(lengths.select(queries).collect(engine="streaming").row(0))
    found = []
    for form in forms:
        seen = []
        for characters, _, _ in form.runs:
            low, high, lows, highs = (next(answer) for _ in range(4))
            if low is None:
                return None
            seen.append(_widened(characters, low, high, (lows, highs)))
        found.append(Form(form.skeleton, tuple(seen)))
    return found


def _widened(characters: str, low: int, high: int, ends: tuple[int, int]) -> tuple[str, int, int]:
    """Return a run with its range of lengths: an end that few values have is moved by one, and numbers grow."""
    if low == high:
        return characters, low, high
    return characters, max(1, low - (ends[0] < MIN_END)), high + (ends[1] < MIN_END or characters == _DIGITS)


def _groups(form: str) -> str:
    """Return a regular expression with a group for each run of a skeleton."""
    inside = {**{sign: f"([{characters}]+)" for sign, characters in _STRICT}, _LOOSE: "([0-9A-Za-z]+)"}
    return r"\A" + "".join(inside.get(sign) or escaped(sign) for sign in form) + r"\z"


def _classes(classes: Sequence[str]) -> str:
    """Return the classes of a mixed run; the letters of hexadecimal digits stay these, others are the alphabet."""
    joined = _DIGITS if _DIGITS in classes else ""
    for half, rest, whole in (("A-F", "G-Z", "A-Z"), ("a-f", "g-z", "a-z")):
        if half in classes or rest in classes:
            joined += half if rest not in classes and joined else whole
    return joined


def _is_code(form: Form) -> bool:
    """Tell codes from words: these have no digits, and another length each."""
    return bool(form.runs) and (
        any(_DIGITS in characters for characters, _, _ in form.runs) or all(low == high for _, low, high in form.runs)
    )


def _joined(forms: Sequence[Form]) -> str:
    return "|".join(_written(form) for form in forms)


def _written(form: Form) -> str:
    """Return the regular expression of one form."""
    runs = iter(form.runs)
    return "".join(_run(*next(runs)) if _TOKEN.match(sign) else escaped(sign) for sign in form.skeleton)


def _run(characters: str, low: int, high: int) -> str:
    if low == high:
        return f"[{characters}]" + (f"{{{low}}}" if low > 1 else "")
    return f"[{characters}]{{{low},{high}}}"


def escaped(sign: str) -> str:
    """Return one character as a regular expression that means it, in every engine and to every reader."""
    return sign if sign.isalnum() or sign in "_-@/: " else f"\\x{{{ord(sign):x}}}"
