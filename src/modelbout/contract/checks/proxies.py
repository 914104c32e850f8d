"""Check ``proxies``: the other columns do not tell a column that no model may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from modelbout.config.wording import quoted
from modelbout.contract.kind import NO_TOLERANCE, Check, Measure, Sample
from modelbout.contract.parts import column_in, columns_in, keys_of, number_in
from modelbout.contract.proxy import LEAST_GROUP, LEAST_ROWS, Told, told
from modelbout.contract.repeats import NAMES, comparable

if TYPE_CHECKING:
    import polars as pl

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Context, Table
    from modelbout.contract.model import Rule
    from modelbout.errors import Level

# An area of 0.8 means that of two people, one of each group, four times in five the columns say which is which;
# Hosmer and Lemeshow (Applied Logistic Regression, 2000, 5.2.4) call it excellent discrimination.
DEFAULT_MAX_AUC: Final = 0.8
DEFAULT_MAX_R2: Final = 0.5  # half of its variance
# Bounds the time (10 s for 300 columns, measured); the interval of an area of 0.8 is 0.009 wide to either side.
MOST_ROWS: Final = 10_000


@dataclass(frozen=True)
class Proxies:
    """How well the other columns may tell one; ``max`` None = 0.8 for groups (AUC), 0.5 for numbers (R2)."""

    of: str
    max: float | None = None
    ignore: tuple[str, ...] = ()

    def limit(self, kind: str) -> float:
        """Return the largest allowed strength."""
        return (DEFAULT_MAX_AUC if kind == "AUC" else DEFAULT_MAX_R2) if self.max is None else self.max


def read(node: Node, context: Context) -> Proxies:
    """Read ``{of: gender, max: 0.8, ignore: [title]}``."""
    keys = keys_of(node, ("of", "max", "ignore"), ("of",))
    return Proxies(
        of=column_in(keys["of"], context),
        max=number_in(keys["max"], "a number from 0 to 1", 0, 1) if "max" in keys else None,
        ignore=columns_in(keys["ignore"], context) if "ignore" in keys else (),
    )


def measure(rule: Rule, table: Table) -> Measure | None:
    """Let trees tell the column from those that a model may see, and hold the interval of that to the limit."""
    value = cast("Proxies", rule.value)
    field = table.fields.get(value.of)
    if field is None or field.type is None:
        return None
    setting = table.setting
    leave = {value.of, *value.ignore, *setting.unused, *((setting.target,) if setting.target else ())}
    names = tuple(other.name for other in comparable(table, leave))
    key = f"proxies:{value}"

    def judge(rows: pl.DataFrame) -> Answers:
        return {key: told(rows.select(value.of, *names), value.of)}

    def failed(answers: Answers, rows: int) -> int:
        found: Told | None = answers[key]
        if rows == 0:
            return 0
        return int(found is None or found.high > value.limit(found.kind))

    def grade(answers: Answers, _rows: int) -> Level | None:
        found: Told | None = answers[key]
        sure = found is not None and found.low > value.limit(found.kind)
        return None if sure else "warn"

    return Measure(
        columns=(value.of,),
        failed=failed,
        message=lambda _failed, _total: "",
        tell=lambda answers, _rows: _told(value, answers[key]),
        fix="Leave the columns that tell it most out of the model (`data.exclude`), or make them coarser; if the model "
        "needs them, say why in `reason:` and set `max:` or `ignore:`.",
        sample=Sample((value.of, *names), judge, MOST_ROWS),
        total=0,
        grade=grade,
    )


def _told(value: Proxies, found: Told | None) -> str:
    shown = quoted(value.of)
    if found is None:
        return (
            f"too few rows to say how well the other columns tell {shown}: it takes {LEAST_ROWS} with a value, and "
            f"{LEAST_GROUP} in each of two groups, and one other column"
        )
    limit = value.limit(found.kind)
    whom = shown if found.groups < 2 else f"one of the {found.groups} largest groups of {shown}"  # noqa: PLR2004 -- several
    strength = f"{found.kind} {found.value:.2f}, 95% interval {found.low:.3f} to {found.high:.3f}, {found.rows:,} rows"
    alone = ", ".join(f"{quoted(name)} {strength:.2f}" for name, strength in found.proxies)
    if found.low <= limit:
        return (
            f"it cannot be told whether the other columns tell {whom} better than allowed ({strength}; allowed "
            f"{limit:.2f}); alone, most tell {alone}"
        )
    return f"the other columns tell {whom} ({strength}; allowed {limit:.2f}); alone, most tell {alone}"


def compare(old: Proxies | None, new: Proxies | None) -> Change:
    """Compare two rules on one column: a smaller limit asks more, and so does a column more."""
    if old == new:
        return "same"
    if old is None or new is None or old.of != new.of:
        return "looser" if new is None else "tighter"
    if (old.max is None) != (new.max is None) or set(old.ignore) - set(new.ignore):
        return "tighter"
    return "tighter" if old.max is not None and new.max is not None and new.max < old.max else "looser"


CHECK: Final = Check(
    key="proxies",
    scope="table",
    summary="Columns that the others together must not tell; a list.",
    schema={
        "type": "object",
        "required": ["of"],
        "additionalProperties": False,
        "properties": {
            "of": {"type": "string", "minLength": 1},
            "max": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "description": "Area under the ROC curve for groups (0.8), R2 for numbers (0.5).",
            },
            "ignore": NAMES,
        },
    },
    read=read,
    measure=measure,
    compare=compare,
    many=True,
    long=NO_TOLERANCE,
)
