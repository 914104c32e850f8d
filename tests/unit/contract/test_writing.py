from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelbout.config.yaml_tree import parse_yaml
from modelbout.contract.load import parse_contract
from modelbout.contract.writing import LINE, contract_text, flow, number

if TYPE_CHECKING:
    from modelbout.contract.writing import Plain

# Half a character is no text: nothing that we write or read holds one.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
values = st.recursive(
    texts | st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(value=values)
def test_what_is_written_is_read_as_the_same_value(value: Plain) -> None:
    assert parse_yaml(f"key: {flow(value)}", shown="x").plain() == {"key": value}


@given(text=texts)
def test_other_readers_read_the_same_text(text: str) -> None:
    assert yaml.safe_load(f"key: {flow(text)}") == {"key": text}


@pytest.mark.parametrize(
    ("value", "text"),
    [(100.0, "100"), (0.1, "0.1"), (1e300, "1e+300"), (-2.5, "-2.5"), (2**53 + 1, "9007199254740993")],
)
def test_numbers_keep_all_their_digits(value: float, text: str) -> None:
    assert flow(value) == text


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_no_number_is_not_written(value: float) -> None:
    with pytest.raises(ValueError, match=r"inf|nan"):
        number(value)


def test_rules_stand_in_one_line_where_they_fit() -> None:
    names = [f"value {index}" for index in range(20)]
    text = contract_text(
        ["From\nsomewhere"],
        {"description": "Bikes", "table": {"unexpected": "allow", "unique": [["a", "b"]]}, "read": {}},
        {"a": {"type": "integer", "min": 0}, "b": {"type": "string", "values": names}},
        version=1,
    )
    assert text.splitlines()[:12] == [
        "# From\N{REPLACEMENT CHARACTER}somewhere",
        "version: 1",
        "",
        "description: Bikes",
        "",
        "table:",
        "  unexpected: allow",
        "  unique: [[a, b]]",
        "",
        "columns:",
        "  a: {type: integer, min: 0}",
        "  b:",
    ]
    assert max(len(line) for line in text.splitlines()) <= LINE
    column = parse_contract(text, shown="contract.yaml").column("b")
    assert column is not None
    rule = column.rule("values")
    assert rule is not None
    assert rule.value == tuple(names)
