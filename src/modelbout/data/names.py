"""Column names: which ones a table may have, and whether two files have the same."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from fnmatch import translate
from typing import TYPE_CHECKING, Final

from modelbout.errors import DataError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN_NAMES: Final = 5  # enough to see what is going on; a wide table may differ in thousands


def check_names(names: Sequence[str], *, shown: str, line: int | None = None) -> None:
    """Refuse names that cannot name one column: blank, doubled, with control characters, or a pattern.

    Raises:
        DataError: with one problem for each kind of fault.
    """
    place = Place(file=shown, line=line)
    doubled = [name for name, times in Counter(names).items() if times > 1 and name.strip()]
    blank = [number for number, name in enumerate(names, start=1) if not name.strip()]
    control = [number for number, name in enumerate(names, start=1) if _has_control(name)]
    pattern = [name for name in names if name == "*" or (name.startswith("^") and name.endswith("$"))]
    problems = []
    if doubled:
        found = f"the header has the same name more than once: {_listed(doubled)}"
        problems.append(Problem(found=found, fix="rename or drop the doubled columns", place=place))
    if blank:
        found = f"column {', '.join(map(str, blank[:SHOWN_NAMES]))} (from 1) has a blank name"
        fix = "name the column, or drop it; pandas writes one for its index: use `to_csv(..., index=False)`"
        problems.append(Problem(found=found, fix=fix, place=place))
    if control:
        listed = ", ".join(map(str, control[:SHOWN_NAMES]))
        found = f"the name of column {listed} (from 1) has a control character or line end"
        problems.append(Problem(found=found, fix="rename the column", place=place))
    if pattern:
        found = f"these column names would be read as patterns for several columns: {_listed(pattern)}"
        problems.append(
            Problem(found=found, allowed="no `*`, and nothing from ^ to $", fix="rename the columns", place=place)
        )
    if problems:
        raise DataError(*problems)


def same_columns(expected: Sequence[str], names: Sequence[str], *, first: str, shown: str) -> None:
    """Refuse a file whose columns are not those of the table's first file; their order does not matter.

    Raises:
        DataError: naming what is missing and what is too much.
    """
    missing = [name for name in expected if name not in set(names)]
    more = [name for name in names if name not in set(expected)]
    if missing or more:
        parts = [f"lacks {_listed(missing)}"] * bool(missing) + [f"has {_listed(more)} besides"] * bool(more)
        raise DataError(
            Problem(
                found=f"compared with {first}, this file {' and '.join(parts)}",
                allowed="the same columns in every file of a table",
                fix="make the files alike, or narrow the glob",
                place=Place(file=shown),
            )
        )


def meant(patterns: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Return the names that one of the patterns means: in any case and width, ``*`` any text, ``?`` one character."""
    # A bracket is an ordinary character of a name such as `income [EUR]`.
    wanted = [re.compile(translate(folded(pattern).replace("[", "[[]"))) for pattern in patterns]
    return tuple(name for name in names if any(one.match(folded(name)) for one in wanted))


def folded(name: str) -> str:
    """Return a name without case, and with compatible characters made one (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", name).casefold()


def _has_control(name: str) -> bool:
    return any(unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs"} for letter in name)


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(f"`{name}`" for name in names[:SHOWN_NAMES])
    return text if len(names) <= SHOWN_NAMES else f"{text} and {len(names) - SHOWN_NAMES} more"
