from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.data.names import check_names, meant, same_columns
from modelbout.errors import DataError


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("SEX", ("Sex",)),
        ("income [eur]", ("Income [EUR]",)),
        ("*e*", ("Sex", "Income [EUR]", "\uff21ge")),
        ("?ge", ("\uff21ge",)),
        ("a.e", ()),
        ("se", ()),
    ],
)
def test_a_pattern_means_names_in_any_case_and_width(pattern: str, found: tuple[str, ...]) -> None:
    assert meant((pattern,), ("Sex", "Income [EUR]", "\uff21ge")) == found


def test_many_faulty_names_are_told_in_short() -> None:
    with pytest.raises(DataError, match="and 3 more"):
        check_names([f"x{number % 8}" for number in range(16)], shown="t.csv")


@given(st.lists(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1), unique=True))
def test_names_are_refused_only_as_patterns_or_for_invisible_letters(names: list[str]) -> None:
    lawful = [name for name in names if name != "*" and not (name.startswith("^") and name.endswith("$"))]
    check_names(lawful, shown="t.csv")
    for name in set(names) - set(lawful):
        with pytest.raises(DataError):
            check_names([name], shown="t.csv")


def test_the_order_of_columns_does_not_matter() -> None:
    same_columns(["a", "b"], ["b", "a"], first="1.csv", shown="2.csv")
    with pytest.raises(DataError, match="lacks `a`"):
        same_columns(["a", "b"], ["b"], first="1.csv", shown="2.csv")
