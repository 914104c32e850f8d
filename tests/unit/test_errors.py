from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modelbout.errors import ConfigError, DataError, ModelboutError, Place, Problem, RegistryError, cause


def test_a_place_leaves_out_what_is_not_known() -> None:
    assert str(Place()) == ""
    assert str(Place(file="a.yaml")) == "a.yaml"
    assert str(Place(file="a.yaml", line=3)) == "a.yaml:3"
    assert str(Place(file="a.yaml", line=3, column=7, key="data.split")) == "a.yaml:3:7: data.split"
    assert str(Place(key="data.split")) == "data.split"


def test_a_problem_says_place_finding_allowed_and_next_step() -> None:
    assert str(Problem(found="bad")) == "bad"
    told = str(Problem(found="bad", allowed="good", fix="mend it", place=Place(file="x", line=1)))
    assert told == "x:1: bad (allowed: good)\n  -> mend it"


def test_an_error_keeps_all_its_problems_in_order() -> None:
    problems = (Problem(found="one"), Problem(found="two"))
    error = ConfigError(*problems)
    assert error.problems == problems
    assert str(error) == "one\ntwo"


def test_exit_codes_are_those_of_the_design() -> None:
    assert (ModelboutError.exit_code, ConfigError.exit_code, DataError.exit_code, RegistryError.exit_code) == (
        5,
        2,
        3,
        4,
    )


@given(st.text(), st.integers(2, 400))
def test_a_cause_is_one_line_of_bounded_length(text: str, limit: int) -> None:
    line = cause(text, limit=limit)
    assert len(line) <= limit
    assert "\n" not in line


def test_a_cause_that_is_cut_says_so() -> None:
    assert cause("a  b\nc") == "a b c"
    assert cause("x" * 10, limit=4) == "xxx\u2026"
