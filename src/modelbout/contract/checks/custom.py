"""Check ``custom``: a Python function of the repository's finds no wrong row, in the repository's own interpreter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from modelbout.config.wording import quoted
from modelbout.contract.kind import Check, Measure, Sample, always, refuse
from modelbout.contract.parts import columns_in, count_in, keys_of
from modelbout.contract.repeats import NAMES, comparable
from modelbout.data.engines.engine import ROW

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Context, Table
    from modelbout.contract.model import Rule
    from modelbout.errors import Level

_FUNCTION: Final = r"[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*"
MAX_LENGTH: Final = 200
# Ours: a million rows of ten columns are 80 MB on either side of the border.
MOST_ROWS: Final = 1_000_000


@dataclass(frozen=True)
class Custom:
    """A function, the columns that it gets (none = all), and how many rows at most (None = all)."""

    function: str
    columns: tuple[str, ...] = ()
    sample: int | None = None


def read(node: Node, context: Context) -> Custom:
    """Read ``{function: "checks:plausible", columns: [a, b], sample: 10000}``."""
    keys = keys_of(node, ("function", "columns", "sample"), ("function",))
    text = keys["function"].text
    if keys["function"].kind != "scalar" or len(text) > MAX_LENGTH or not re.fullmatch(_FUNCTION, text):
        found = f"found {quoted(text)}" if keys["function"].kind == "scalar" else "found no function"
        raise refuse(keys["function"], found, "`module:function`, importable from the directory of modelbout.yaml")
    return Custom(
        function=text,
        columns=columns_in(keys["columns"], context) if "columns" in keys else (),
        sample=count_in(keys["sample"], "a whole number of rows from 1", 1) if "sample" in keys else None,
    )


def measure(rule: Rule, table: Table) -> Measure | None:
    """Hand the rows to the function and take numbers from it; what it prints or raises stays in its log."""
    value = cast("Custom", rule.value)
    fields = comparable(table, ())
    if value.columns:
        fields = tuple(field for field in fields if field.name in value.columns and field.usable)
    if not fields or len(fields) < len(value.columns):
        return None
    asked = _Asked(value, tuple(field.name for field in fields), table.setting.run)
    return Measure(
        columns=value.columns,
        failed=asked.failed,
        message=lambda _failed, _total: "",
        tell=asked.tell,
        fix="Look at the rows with the function in a Python of your own; a large table takes `sample:`.",
        sample=Sample(asked.names, asked.judge, asked.most),
        located=lambda answers: tuple(answers[asked.key].get("numbers", ())),
        grade=asked.grade,
    )


@dataclass(frozen=True)
class _Asked:
    """A function with the columns that it gets, and who runs it; None = nobody may."""

    value: Custom
    names: tuple[str, ...]
    run: Callable[[str, pl.DataFrame], Answers] | None

    @property
    def key(self) -> str:
        return f"custom:{self.value}"

    @property
    def most(self) -> int:
        return MOST_ROWS if self.value.sample is None else min(self.value.sample, MOST_ROWS)

    def judge(self, rows: pl.DataFrame) -> Answers:
        if self.run is None or not rows.height:
            return {self.key: {"asked": rows.height}}
        said = self.run(self.value.function, rows.select(self.names))
        numbers = [int(rows[ROW][place]) for place in said.get("places", ())] if ROW in rows.columns else []
        return {self.key: {**said, "numbers": numbers, "asked": rows.height}}

    def failed(self, answers: Answers, rows: int) -> int:
        return rows if self.unheld(answers, rows) else int(answers[self.key].get("failed", 0))

    def unheld(self, answers: Answers, rows: int) -> str:
        """Return why the rows are not known to be right or wrong; empty when they are."""
        if rows and self.run is None:
            return "was not asked: there is no interpreter to ask it in"
        if self.value.sample is None and rows > self.most:
            return f"gets at most {self.most:,} rows, and the table has {rows:,}"
        said = answers[self.key]
        return _refusal(said) if said.get("refused") else ""

    def tell(self, answers: Answers, rows: int) -> str:
        why, said = self.unheld(answers, rows), answers[self.key]
        if why:
            return f"the function {quoted(self.value.function)} {why}"
        of = f"{said['asked']:,} of {rows:,} rows" if said["asked"] < rows else f"{rows:,} rows"
        return f"the function {quoted(self.value.function)} finds {said['failed']:,} wrong among {of}"

    def grade(self, _answers: Answers, _rows: int) -> Level | None:
        # Where nobody may run the repository's code, nothing is known; that is no fault of the table.
        return "warn" if self.run is None else None


def _refusal(said: Answers) -> str:
    given, asked = said.get("given", 0), said["asked"]
    words = {
        "length": f"gave {given:,} answers for {asked:,} rows",
        "missing": f"gave {given:,} of {asked:,} answers that are missing",
        "kind": "gave no truth values: it returns one for all rows, one for each row, or {'failed': 3, 'rows': [0, 7]}",
    }
    return words.get(str(said["refused"]), f"gave no answer; what it said is in {said.get('log', 'its log')}")


def compare(old: Custom | None, new: Custom | None) -> Change:
    """Compare two rules: another function may refuse what the old one allowed."""
    if old == new:
        return "same"
    return "looser" if new is None else "tighter"


CHECK: Final = Check(
    key="custom",
    scope="table",
    summary="Functions of this repository that look at the rows, in its own Python; a list.",
    schema={
        "type": "object",
        "required": ["function"],
        "additionalProperties": False,
        "properties": {
            "function": {"type": "string", "pattern": f"^{_FUNCTION}$", "maxLength": MAX_LENGTH},
            "columns": NAMES,
            "sample": {"type": "integer", "minimum": 1},
        },
    },
    read=read,
    measure=measure,
    compare=compare,
    many=True,
    beyond=always,
)
