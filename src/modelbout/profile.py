"""The profile of a table: what each column looked like, in numbers that name nobody.

Two kinds of fields stand side by side. The **layout** (edges, listed values, units) is laid down by the reference;
the **counts** are added up under it. Profiles of one layout can be compared, and merged to the byte.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from modelbout.errors import DataError, Place, Problem, cause
from modelbout.manifest import ColumnType
from modelbout.record import Record

PROFILE_SCHEMA_VERSION: Final = 2
PROFILE_QUANTILES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
FEWEST_ROWS: Final = 10  # smaller groups are suppressed: the usual threshold of official statistics


class NumberProfile(Record, frozen=True, omit_defaults=True):
    """Finite numbers: of a column, of the lengths of its texts (characters), or of its moments.

    Moments are numbers from 1970-01-01 on: days for a date, seconds for a datetime.

    ``edges`` (k+1, rising) cut the line into ``counts`` (k): bin i goes from edge i (included) to edge i+1 (excluded;
    included in the last bin). Two equal edges hold exactly that value, and the bin after them what lies above it.
    ``below`` and ``above`` lie outside all bins. Of the table that made the layout every bin has at least ten rows, and
    each edge is the roundest number within a group of ten rows or more, so no edge is one row's value but by chance.
    ``min`` and ``max`` are the outer edges of the bins that hold something, None when values lie outside.
    ``quantiles`` belong to ``PROFILE_QUANTILES`` and are read off the histogram; ``whole`` says that all values of the
    layout's table are whole numbers.

    ``mean`` and ``std`` (n-1) come from whole numbers too: each value counts as ``round((value - centre) / unit)``,
    whose ``sum`` and ``squares`` are exact, so the mean is right to half a ``unit``. They are None when there are too
    few values or some (``extreme``) lie too far out for that.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    below: int = 0
    above: int = 0
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    std: float | None = None
    quantiles: tuple[float, ...] = ()
    whole: bool = False
    centre: float = 0.0
    unit: float = 1.0
    sum: int = 0
    squares: int = 0
    extreme: int = 0

    @property
    def count(self) -> int:
        """Return how many finite values there are, outside of the bins too."""
        return self.below + sum(self.counts) + self.above


class Category(Record, frozen=True, array_like=True):
    """One value of a text or boolean column (at least ten rows of the reference have it) and how many rows have it."""

    value: str
    count: int


class Characters(Record, frozen=True, omit_defaults=True):
    """How many characters of a text column are of which kind; ``foreign`` is all that is not ASCII."""

    digit: int = 0
    lower: int = 0
    upper: int = 0
    space: int = 0
    punctuation: int = 0
    control: int = 0
    foreign: int = 0


class ColumnProfile(Record, frozen=True, omit_defaults=True):
    """One column: ``count`` values that are there, ``nulls`` that are not.

    ``nan`` and ``infinite`` are among the ``count``. ``distinct`` is exact up to 64 values and an estimate above, from
    ``sketch`` (see ``data/sketch.py``). ``categories`` are the values that the layout lists; ``other`` counts the rows
    of all values that it does not. ``earliest`` and ``latest`` are ``min`` and ``max`` of ``numbers`` in ISO 8601.
    ``importance`` is the feature's share of what moves the model's answers; the shares of a reference sum to 1.
    """

    name: str
    type: ColumnType
    count: int
    nulls: int
    nan: int = 0
    infinite: int = 0
    distinct: int = 0
    sketch: str = ""
    numbers: NumberProfile | None = None
    categories: tuple[Category, ...] = ()
    other: int = 0
    earliest: str | None = None
    latest: str | None = None
    lengths: NumberProfile | None = None
    characters: Characters | None = None
    importance: float | None = None


class SliceProfile(Record, frozen=True):
    """How many rows each group of a slice column has; ``other`` counts the rows of groups that are not listed."""

    column: str
    groups: tuple[Category, ...]
    other: int
    nulls: int


class Profile(Record, frozen=True):
    """All columns of a table in its order; and its label and a model's scores, each as one more column.

    ``label`` is the target (classes as text), ``scores`` are what the model of the bundle answered on its holdout: the
    probability of the positive class, or of each class, or the value. ``detail`` is ``short`` for a wide table: fewer
    bins and values, no lengths and characters of texts.
    """

    rows: int
    columns: tuple[ColumnProfile, ...]
    slices: tuple[SliceProfile, ...] = ()
    label: ColumnProfile | None = None
    scores: tuple[ColumnProfile, ...] = ()
    detail: Literal["full", "short"] = "full"
    schema_version: int = PROFILE_SCHEMA_VERSION

    def column(self, name: str) -> ColumnProfile | None:
        """Return the column of this name, None when there is none."""
        return next((column for column in self.columns if column.name == name), None)


class _Version(msgspec.Struct):
    """The one field that every version has; later ones may have any others."""

    schema_version: int = 0


def profile_bytes(profile: Profile) -> bytes:
    """Return the profile as JSON without spaces: it is made to be small."""
    return msgspec.json.encode(profile) + b"\n"


def read_profile(data: bytes, *, shown: str) -> Profile:
    """Read a profile.

    Args:
        data: its JSON.
        shown: what to call it in a message.

    Raises:
        DataError: it is none, or of a version that cannot serve as reference.
    """
    allowed = f"a profile of version {PROFILE_SCHEMA_VERSION}"
    try:
        version = msgspec.json.decode(data, type=_Version).schema_version
        if version == PROFILE_SCHEMA_VERSION:
            return msgspec.json.decode(data, type=Profile)
    except msgspec.MsgspecError as error:
        raise DataError(
            Problem(
                found=f"this is no profile: {cause(error)}",
                allowed=allowed,
                fix="take the profile.json of a bundle, or write one: modelbout profile --json",
                place=Place(file=shown),
            )
        ) from None
    newer = version > PROFILE_SCHEMA_VERSION
    raise DataError(
        Problem(
            found=f"a profile of version {version} cannot serve as reference",
            allowed=allowed,
            fix="update modelbout" if newer else "train and promote once more: the new bundle has a profile that can",
            place=Place(file=shown),
        )
    )
