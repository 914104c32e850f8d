from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.contract.exchange.source import Keys, only, read_source, value_of
from modelbout.errors import ConfigError

if TYPE_CHECKING:
    from modelbout.contract.exchange.form import Loss

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    texts | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(value=values, indent=st.sampled_from([None, 2, "\t"]), plain=st.booleans())
def test_json_is_read_as_json(value: object, indent: int | str | None, plain: bool) -> None:  # noqa: FBT001 -- drawn
    text = json.dumps({"a": value}, indent=indent, ensure_ascii=plain)
    assert value_of(read_source(text, "x.json")) == {"a": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [("yes", True), ("off", False), ("'yes'", "yes"), ("012", 10), ("1e5", 100000.0), ("2026-03-31", "2026-03-31")],
)
def test_a_plain_word_is_what_the_other_tools_read(text: str, value: object) -> None:
    assert value_of(read_source(f"a: {text}", "x")) == {"a": value}


def test_merge_keys_give_what_is_not_there() -> None:
    node = read_source("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: [{<<: [*x, {c: 4}]}]\n", "x")
    assert value_of(node) == {"x": {"a": 1, "b": 2}, "y": {"b": 3, "a": 1}, "z": [{"a": 1, "b": 2, "c": 4}]}


def test_what_is_not_taken_is_told_with_its_place() -> None:
    told: list[Loss] = []
    keys = Keys(read_source("a: 1\nb: 2\nc: false\nd: null\ne: []\nf: {g: 0}\n", "x.yaml"), told.append)
    assert keys.number("a") == 1
    assert keys.flag("c") is False
    assert keys.text("f") == ""
    keys.done()
    assert [str(loss) for loss in told] == ["x.yaml:2:1: b: `b`: Modelbout has no such rule"]
    keys = Keys(read_source("a: 0\nb: x\n", "x.yaml"), told.append)
    keys.done("why", "what to do")
    assert str(told[1]) == "x.yaml:1:1: a: `a`: why\n  -> what to do"
    assert len(told) == 3


def test_one_table_is_chosen_by_its_name() -> None:
    root = read_source("[{n: a}, {n: b}]", "x")
    found = [("a", root.items[0]), ("b", root.items[1])]
    assert only(found[:1], None, "models", root) is root.items[0]
    assert only(found, "b", "models", root) is root.items[1]
    for tables, wanted in ((found, None), (found, "c"), ([], None)):
        with pytest.raises(ConfigError):
            only(tables, wanted, "models", root)
