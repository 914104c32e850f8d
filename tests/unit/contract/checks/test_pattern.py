from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.pattern import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


@pytest.mark.parametrize("pattern", ["^[0-9]{2}$", "[0-9]{2}", "(?:ab|[0-9]{2})", "[0-9]{2}|x"])
def test_the_whole_text_matches_and_no_line_break_slips_through(hold: Hold, pattern: str) -> None:
    rows = {"a": ["12", "12\n", "x12", "123", None, "\n12"]}
    (found,) = hold(rows, f'a: {{type: string, nulls: 1, pattern: "{pattern}"}}').findings
    assert (found.check, found.failed, found.rows) == ("pattern", 4, (2, 3, 4, 6))


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(?=x)", "look-around"),
        (r"(a)\\1", "backreferences are not supported"),
        ("a)|(b", "unopened group"),
        ("(", "unclosed group"),
        ("a{1000}{1000}{10}", "size limit"),
        ("(?x) a # comment", "unclosed group"),
    ],
)
def test_what_the_linear_engine_cannot_run_is_refused_with_its_place(refused: Refused, pattern: str, said: str) -> None:
    (problem,) = refused(f'a: {{type: string, pattern: "{pattern}"}}')
    assert said in problem.found
    assert problem.place.key == "columns.a.pattern"
    assert "linear" in problem.allowed


@pytest.mark.parametrize("pattern", ['""', "[a]", "null", "x" * 1001])
def test_what_is_no_pattern_is_refused(refused: Refused, pattern: str) -> None:
    assert refused(f"a: {{type: string, pattern: {pattern}}}")[0].place.key == "columns.a.pattern"


@pytest.mark.parametrize(("old", "new", "change"), [("a", "a", "same"), ("a", None, "looser"), ("a", "b", "tighter")])
def test_another_pattern_may_ask_more(old: str, new: str | None, change: str) -> None:
    assert compare(old, new) == change


def test_it_is_not_run_on_a_column_that_is_gone_or_of_another_type(hold: Hold) -> None:
    rules = "a: {type: string, required: false, pattern: x, values: [x], unique: true}\nb: {type: string, pattern: x}"
    assert [one.check for one in hold({"b": [1]}, rules).findings] == ["type"]
