"""What a contract asks for is there after export and import, or among the losses; and nothing else is there."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from modelbout.contract.exchange.draft import settle
from modelbout.contract.exchange.form import format_named, format_names
from modelbout.contract.exchange.outgoing import NOTHING
from modelbout.contract.formats import whole
from modelbout.contract.load import parse_contract
from modelbout.contract.rules import check_named
from modelbout.contract.writing import contract_text

if TYPE_CHECKING:
    from modelbout.contract.exchange.form import Loss
    from modelbout.contract.model import Column, Contract, Rule

names = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=12) | st.sampled_from(
    ["id", "total charges", "n", "no", "null", "and", 'a"b', "a`b", "a.b", "1", "it's"]
)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
integers = st.integers(-(2**40), 2**40)
days = st.dates(date(1970, 1, 1), date(2100, 1, 1)).map(date.isoformat)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 -- a contract's moments have no zone
    lambda moment: moment.replace(microsecond=0).isoformat()
)
PATTERNS = (
    "[A-Z]{2}-[0-9]+",
    "a|b",
    "(?:ab)+",
    r"\d{3}",
    "[^x]*",
    r"a\.b",
    "^a+$",
    r"\Ax\z",
    "(?i)abc",
    r"\p{L}+",
    "é*",
)
# A failing contract is small enough to be read; to make it smaller takes minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
OF_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "integer": integers,
    "number": numbers,
    "string": words,
    "boolean": st.booleans(),
    "date": days,
    "datetime": moments,
}


SAMPLES = ["a", "aa", "b", "x", "ab", "abab", "ABC", "abc", "AB-12", "123", "١٢٣", "a.b", "acb", "é", "", "a\n", "\n"]


@st.composite
def long(draw: st.DrawFn, value: Any, *, tolerant: bool = True) -> Any:
    """Return a rule, short or with keys beside its value."""
    extras: dict[str, Any] = {}
    if draw(st.booleans()):
        return value
    if draw(st.booleans()):
        extras["level"] = "warn"
    if tolerant and draw(st.booleans()):
        extras["tolerance"] = draw(st.sampled_from([0.01, 0.25, 3]))
    if draw(st.booleans()):
        extras["reason"] = draw(st.sampled_from(["it was so", "see: 'that'"]))
    if draw(st.booleans()):
        extras["name"] = "a rule"
    return {"is": value, **extras}


@st.composite
def columns(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(OF_TYPE)))
    values = OF_TYPE[kind]
    low, high = sorted((draw(values), draw(values)))
    ordered = kind not in ("string", "boolean")
    texts = kind == "string"
    shortest = {"min": draw(st.integers(0, 5)), "max": draw(st.integers(5, 50))}
    # Each key with whether it is for the type, and what it may be.
    keys: dict[str, tuple[bool, st.SearchStrategy[Any]]] = {
        "nulls": (True, st.sampled_from([0, 0.05, 0.5, 1])),
        "required": (True, st.booleans()),
        "unique": (True, st.booleans()),
        "description": (True, st.sampled_from(["Its key", "no", "7: days"])),
        "min": (ordered, long(low)),
        "max": (ordered, long(high)),
        "values": (True, long(draw(st.lists(values, min_size=1, max_size=4, unique=True)))),
        "infinite": (kind == "number", st.booleans()),
        "pattern": (texts, long(draw(st.sampled_from(PATTERNS)))),
        "length": (texts, long(shortest)),
        "format": (
            texts or kind in ("date", "datetime"),
            st.sampled_from(["email", "url", "ip"] if texts else ["%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%j of %y"]),
        ),
    }
    chosen = {key: strategy for key, (fits, strategy) in keys.items() if fits and draw(st.booleans())}
    return {"type": kind, **{key: draw(strategy) for key, strategy in chosen.items()}}


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    made = draw(st.dictionaries(names, columns(), min_size=1, max_size=4))
    table: dict[str, Any] = {}
    if draw(st.booleans()):
        table["unexpected"] = draw(st.sampled_from(["error", "warn", "allow"]))
    if draw(st.booleans()):
        low = draw(st.integers(0, 50))
        table["rows"] = {"min": low, **({"max": low + draw(st.integers(0, 50))} if draw(st.booleans()) else {})}
    if len(made) > 1 and draw(st.booleans()):
        table["unique"] = [list(made)[:2]]
    plain = [
        name for name, column in made.items() if column["type"] == "number" and name.isidentifier() and name.isascii()
    ]
    if plain and plain[0] not in ("n", "no", "null", "and") and draw(st.booleans()):
        table["expressions"] = [
            draw(st.sampled_from([f"{plain[0]} > 0", f"{plain[0]} not in [1]", f"{plain[0]} != 2"]))
        ]
    sections: dict[str, Any] = {"table": table}
    if draw(st.booleans()):
        sections["description"] = "What it is"
    return parse_contract(contract_text([], sections, made, version=1), shown="contract.yaml")


def asked(contract: Contract) -> list[Rule]:
    """Return the rules that ask for something."""
    return [rule for rule in contract.rules if rule.value not in NOTHING.get(rule.check, ())]


def meaning(rule: Rule) -> tuple[object, ...]:
    value = rule.value
    if rule.check == "pattern":
        value = pl.Series(SAMPLES).str.contains(whole(str(value))).to_list()
    if rule.check == "expression":
        value = "".join(str(getattr(value, "text", value)).split())
    return rule.column, rule.check, str(value), rule.level, rule.tolerance, rule.reason, rule.name


def told(rule: Rule, losses: tuple[Loss, ...]) -> bool:
    """Tell whether a rule, a part of it or its column stands among the losses."""
    key = check_named(rule.check).key
    for loss in losses:
        place = loss.place.key or ""
        if rule.stated and rule.place.key and place.startswith(rule.place.key):
            return True
        if rule.column and loss.what.startswith("the type") and (rule.place.key or "").startswith(place):
            return True
        if rule.column and place == rule.place.key:
            return True
        if f"`{key}`, which holds by itself" in loss.what or loss.what in (f"`{key}`", f"`{key}: false`"):
            return True
    return False


def free(column: Column, losses: tuple[Loss, ...]) -> bool:
    """Tell whether it is told that a column which may be missing has to be there on the other side."""
    return any(loss.what == "`required: false`" and loss.place == column.place for loss in losses)


@pytest.mark.parametrize("form", format_names())
@settings(max_examples=20, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(contract=contracts())
def test_all_is_carried_over_or_told(form: str, contract: Contract) -> None:
    exported = format_named(form).write(contract, "customers")
    imported = settle(format_named(form).read(exported.text, "theirs", None))
    assert [column.name for column in imported.contract.columns] == [column.name for column in contract.columns]
    again = [meaning(rule) for rule in asked(imported.contract)]
    before = [meaning(rule) for rule in asked(contract)]
    losses = (*exported.losses, *imported.losses)
    lost = [rule for rule in asked(contract) if meaning(rule) not in again and not told(rule, losses)]
    assert [meaning(rule) for rule in lost] == []
    # What is there now and was not before is a rule of which a part was lost, never a new one.
    known = {(rule.column, rule.check) for rule in asked(contract)}
    known |= {(column.name, "required") for column in contract.columns if free(column, losses)}
    known |= {(None, "unexpected")} if any(loss.what == "`unexpected`" for loss in losses) else set()
    new = [rule for rule in asked(imported.contract) if meaning(rule) not in before]
    assert [meaning(rule) for rule in new if (rule.column, rule.check) not in known] == []
    assert all(loss.what and loss.why and loss.place.file for loss in losses)


@pytest.mark.parametrize("form", format_names())
def test_what_is_exported_twice_is_the_same(form: str) -> None:
    contract = parse_contract(
        "version: 1\ncolumns:\n  id: {type: integer, unique: true, min: 1}\n  kind: {type: string, values: [a, b]}\n",
        shown="contract.yaml",
    )
    one = format_named(form).write(contract, "customers")
    two = format_named(form).write(settle(format_named(form).read(one.text, "x", None)).contract, "customers")
    assert one.text == two.text
