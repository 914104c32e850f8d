from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.forbidden import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

TABLE = "unexpected: allow, forbidden: %s"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("[race, ssn]", ()),
        ("[Gender]", ("GENDER",)),
        ('["*faith*"]', ("the_Faith_of",)),
        ('["date?of?birth"]', ("date of birth",)),
        ('["income [[]eur]"]', ()),
        ('["income [eur]"]', ("income [EUR]",)),
        ("[\uff53\uff45\uff58, gender]", ("GENDER", "sex")),
    ],
)
def test_columns_are_found_by_name(hold: Hold, names: str, found: tuple[str, ...]) -> None:
    rows = {"a": [1], "GENDER": ["x"], "the_Faith_of": ["x"], "date of birth": ["x"], "income [EUR]": [1], "sex": ["f"]}
    findings = hold(rows, "a: {type: integer}", TABLE % names).findings
    assert [(one.check, one.columns, one.failed, one.total) for one in findings] == [
        ("forbidden", found, len(found), 6)
    ] * bool(found)


def test_it_names_them_and_has_a_level(hold: Hold) -> None:
    rows = {f"a`{number}": [1] for number in range(12)}
    (found,) = hold(rows, "a: {type: integer, required: false}", TABLE % '{is: ["a?*"], level: warn}').findings
    assert found.level == "warn"
    assert found.message.startswith("the table has columns that are forbidden: `a\u02cb0`, ")
    assert found.message.endswith(" and 2 more")
    (found,) = hold({"b": [1]}, "b: {type: integer}", "forbidden: [B]").findings
    assert found.message == "the table has a column that is forbidden: `b`"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("race", "found no list of names"),
        ("[]", "found no list of names"),
        ("[[race]]", "found no name"),
        ("[null]", "found no name"),
        ("['']", "found no name"),
        ("['*']", "`*` means every column"),
        ("{is: [race], tolerance: 1}", "unknown key `tolerance`"),
        ("{is: [race], where: a > 1}", "unknown key `where`"),
    ],
)
def test_what_is_no_list_is_refused(refused: Refused, names: str, found: str) -> None:
    assert refused("a: {type: integer}", f"forbidden: {names}")[0].found == found


def test_a_pattern_of_many_stars_ends(hold: Hold) -> None:
    rows = {"a" * 200: [1]}
    assert not hold(rows, f"{'a' * 200}: {{type: integer}}", f"forbidden: ['{'*a' * 90}*b']").findings


def test_more_names_ask_more() -> None:
    assert compare(None, ("a",)) == "tighter"
    assert compare(("a",), ("a", "b")) == "tighter"
    assert compare(("a", "b"), ("b", "a")) == "same"
    assert compare(("a", "b"), ("a",)) == "looser"
    assert compare(("a",), None) == "looser"
