from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.conflicting_labels import CHECK, Labels
from modelbout.contract.kind import Setting

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

COLUMNS = "id: {type: integer}\nx: {type: number, nulls: 1}\ny: {type: string, nulls: 1}"
RULE = "conflicting_labels: {target: y, ignore: [id]%s}"
ROWS = {
    "id": [1, 2, 3, 4, 5, 6, 7],
    "x": [1.0, 1.0, 2.0, 2.0, None, None, 1.0],
    "y": ["a", "a", "b", "c", "a", "b", None],
}


def test_rows_that_are_alike_with_another_label_are_counted(hold: Hold) -> None:
    (found,) = hold(ROWS, COLUMNS, RULE % "").findings
    assert (found.check, found.failed, found.total, found.rows, found.columns) == (
        "conflicting_labels",
        4,
        7,
        (3, 5),
        ("y",),
    )
    assert found.message == (
        "4 of 7 rows (57.14%) have the features of a row with another `y`,"
        " in 2 groups of rows that are alike in 1 features"
    )


def test_good_rows_pass(hold: Hold) -> None:
    assert not hold({"id": [1, 2], "x": [1.0, 1.0], "y": ["a", "a"]}, COLUMNS, RULE % "").findings
    # With its id every row is another.
    assert not hold(ROWS, COLUMNS, "conflicting_labels: {target: y}").findings


def test_a_share_or_a_number_is_tolerated(hold: Hold) -> None:
    assert not hold(ROWS, COLUMNS, RULE % ", max: 4").findings
    assert not hold(ROWS, COLUMNS, RULE % ", max: 0.58").findings
    (found,) = hold(ROWS, COLUMNS, RULE % ", max: 0.57, level: warn, owner: labels").findings
    assert (found.level, found.fix.endswith("Owner: labels.")) == ("warn", True)


def test_the_models_own_target_and_id_are_known(hold: Hold) -> None:
    setting = Setting(target="y", unused=("id",))
    (found,) = hold(ROWS, COLUMNS, "conflicting_labels: 0", setting).findings
    assert found.failed == 4
    assert not hold(ROWS, COLUMNS, "conflicting_labels: 0", Setting(target="y")).findings


@pytest.mark.parametrize("values", [[True, False, True], [1, 2, 1]])
def test_every_type_of_target_is_compared(hold: Hold, values: list[object]) -> None:
    kind = "boolean" if values[0] is True else "integer"
    rows = {"x": [1.0, 1.0, float("nan")], "y": values}
    columns = f"x: {{type: number, nulls: 1}}\ny: {{type: {kind}}}"
    (found,) = hold(rows, columns, "conflicting_labels: {target: y}").findings
    assert (found.failed, found.rows) == (2, (1,))


def test_without_a_target_or_a_feature_it_says_so(hold: Hold) -> None:
    (found,) = hold(ROWS, COLUMNS, "conflicting_labels: 0").findings
    assert found.message == "labels were not compared: no target is named, here or in modelbout.yaml"
    assert (found.failed, found.level) == (1, "error")
    (found,) = hold(ROWS, COLUMNS, "conflicting_labels: {target: y, ignore: [id, x], max: 5}").findings
    assert found.message == "labels were not compared: no feature is left to compare rows by"


def test_a_target_that_is_not_in_the_table_is_the_business_of_required(hold: Hold) -> None:
    found = hold({"id": [1], "x": [1.0]}, COLUMNS, "conflicting_labels: {target: y}").findings
    assert [one.check for one in found] == ["required"]


def test_only_some_rows_may_be_meant(hold: Hold) -> None:
    rule = "conflicting_labels: {target: y, ignore: [id], where: id <= 4}"
    (found,) = hold(ROWS, COLUMNS, rule).findings
    assert (found.failed, found.total, found.rows) == (2, 4, (3,))


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("yes", "this tolerance is not understood"),
        ("[y]", "found a list"),
        ("-1", "this tolerance is not understood"),
        ("{target: z}", "`z` is no column of this contract"),
        ("{ignore: id}", "found no list of columns"),
        ("{max: 1.5}", "this tolerance is not understood"),
        ("{max: 0, tolerance: 1}", "unknown key `tolerance`"),
    ],
)
def test_what_is_no_rule_is_refused(refused: Refused, rule: str, found: str) -> None:
    assert refused(COLUMNS, f"conflicting_labels: {rule}")[0].found == found


def test_fewer_rows_ask_more() -> None:
    assert CHECK.compare(None, Labels()) == "tighter"
    assert CHECK.compare(Labels(), None) == "looser"
    assert CHECK.compare(Labels(), Labels()) == "same"
    assert CHECK.compare(Labels(0.1), Labels(0.2)) == "looser"
    assert CHECK.compare(Labels(0.2), Labels(0.1)) == "tighter"
    assert CHECK.compare(Labels(0), Labels(5)) == "looser"
    assert CHECK.compare(Labels(0.1), Labels(5)) == "tighter"
    assert CHECK.compare(Labels(0.1), Labels(0.1, "y")) == "tighter"
