"""The truth table of DESIGN 6. ``python tests/unit/bout/test_verdict.py`` writes the same rows into docs/verdict.md."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from modelbout.bout.verdict import Decision, Standing, decide
from modelbout.evidence import Holding

if TYPE_CHECKING:
    from modelbout.results import Verdict

DOCS = Path(__file__).parents[3] / "docs" / "verdict.md"
START, END = "<!-- table: start -->\n", "<!-- table: end -->\n"

# What is the case, in words; how it stands; the verdict; whether it passes.
ROWS: tuple[tuple[str, Standing, Verdict, bool], ...] = (
    ("no champion, dummy surely beaten, no guardrails", Standing(champion=False, baseline="holds"), "first", True),
    (
        "no champion, dummy surely beaten, guardrails hold or need a champion",
        Standing(champion=False, baseline="holds", guardrails=("holds", "shown")),
        "first",
        True,
    ),
    (
        "no champion, dummy surely beaten, a guardrail broken",
        Standing(champion=False, baseline="holds", guardrails=("holds", "broken")),
        "first",
        False,
    ),
    (
        "no champion, dummy surely beaten, a guardrail uncertain",
        Standing(champion=False, baseline="holds", guardrails=("uncertain",)),
        "first",
        False,
    ),
    ("no champion, dummy not surely beaten", Standing(champion=False, baseline="uncertain"), "first", False),
    ("no champion, surely worse than the dummy", Standing(champion=False, baseline="broken"), "first", False),
    ("interval above the line, no guardrails", Standing(primary="holds"), "win", True),
    ("interval above the line, all guardrails hold", Standing(primary="holds", guardrails=("holds",) * 2), "win", True),
    (
        "interval above the line, a guardrail uncertain",
        Standing(primary="holds", guardrails=("holds", "uncertain")),
        "inconclusive",
        False,
    ),
    (
        "interval above the line, a guardrail could not be applied",
        Standing(primary="holds", guardrails=("shown",)),
        "inconclusive",
        False,
    ),
    (
        "interval above the line, a guardrail broken for sure",
        Standing(primary="holds", guardrails=("holds", "broken")),
        "loss",
        False,
    ),
    ("interval wholly below the line", Standing(primary="broken"), "loss", False),
    (
        "interval wholly below the line, all guardrails hold",
        Standing(primary="broken", guardrails=("holds",)),
        "loss",
        False,
    ),
    ("interval includes the line", Standing(primary="uncertain"), "inconclusive", False),
    (
        "interval includes the line, all guardrails hold",
        Standing(primary="uncertain", guardrails=("holds",)),
        "inconclusive",
        False,
    ),
    (
        "interval includes the line, a guardrail uncertain",
        Standing(primary="uncertain", guardrails=("uncertain",)),
        "inconclusive",
        False,
    ),
    (
        "interval includes the line, a guardrail broken for sure",
        Standing(primary="uncertain", guardrails=("uncertain", "broken")),
        "loss",
        False,
    ),
    (
        "interval above the line, surely not below the anchor by its margin",
        Standing(primary="holds", guardrails=("holds",), anchor="holds"),
        "win",
        True,
    ),
    (
        "interval above the line, perhaps below the anchor by its margin",
        Standing(primary="holds", guardrails=("holds",), anchor="uncertain"),
        "inconclusive",
        False,
    ),
    (
        "interval above the line, surely below the anchor by its margin",
        Standing(primary="holds", guardrails=("holds",), anchor="broken"),
        "loss",
        False,
    ),
    (
        "interval includes the line, surely below the anchor by its margin",
        Standing(primary="uncertain", anchor="broken"),
        "loss",
        False,
    ),
    (
        "interval above the line, all guardrails hold, the holdout's budget is spent",
        Standing(primary="holds", guardrails=("holds",), spent=True),
        "inconclusive",
        False,
    ),
    (
        "interval wholly below the line, the holdout's budget is spent",
        Standing(primary="broken", spent=True),
        "loss",
        False,
    ),
    (
        "at merge: a win on the open rows, and the sealed rows pass it",
        Standing(primary="holds", guardrails=("holds",), sealed="holds"),
        "win",
        True,
    ),
    (
        "at merge: a win on the open rows, and the sealed rows do not pass it",
        Standing(primary="holds", guardrails=("holds",), sealed="uncertain"),
        "inconclusive",
        False,
    ),
    (
        "no champion, dummy surely beaten: there is no anchor, no wear counts and nothing sealed is opened",
        Standing(champion=False, baseline="holds", anchor="shown", spent=True, sealed="shown"),
        "first",
        True,
    ),
    (
        (
            "NaN or infinite metric or prediction; metric missing on one side; holdout empty, too small, or different "
            "for the two; target leak; champion unreadable or its digest wrong; API error"
        ),
        Standing(error=True, primary="holds", guardrails=("holds",)),
        "error",
        False,
    ),
    ("the same without a champion", Standing(error=True, champion=False, baseline="holds"), "error", False),
)


@pytest.mark.parametrize(("case", "standing", "verdict", "passed"), ROWS, ids=[row[0] for row in ROWS])
def test_row_of_the_truth_table(case: str, standing: Standing, verdict: Verdict, passed: bool) -> None:  # noqa: FBT001 -- a column
    assert decide(standing) == Decision(verdict, passed=passed), case


def test_nothing_passes_but_a_first_or_a_win_that_is_sure() -> None:
    statuses: tuple[Holding, ...] = get_args(Holding)
    pairs = [(), *((one,) for one in statuses), *itertools.product(statuses, statuses)]
    passed = 0
    for error, champion, primary, baseline, guardrails in itertools.product(
        (False, True), (False, True), statuses, statuses, pairs
    ):
        for anchor, spent, sealed in itertools.product(statuses, (False, True), statuses):
            decision = decide(Standing(error, champion, primary, baseline, guardrails, anchor, spent, sealed))
            if decision.passed:
                passed += 1
                assert not error
                assert decision.verdict == ("win" if champion else "first")
                assert (primary if champion else baseline) == "holds"
                assert not {"broken", "uncertain"} & set(guardrails)
                assert not (champion and "shown" in guardrails)
                assert not (champion and (spent or {"broken", "uncertain"} & {anchor, sealed}))
            if decision.verdict == "loss":
                assert "broken" in {primary, anchor, sealed, *guardrails}
    # Without a champion all 32 ways of anchor, spent and sealed; with one, 4 of them.
    assert passed == 32 * 4 * 7 + 4 * 4 * 3


def table() -> str:
    """Return the rows as the table of the docs."""
    lines = ["| case | verdict | passes |", "|---|---|---|"]
    lines += [f"| {case} | `{verdict}` | {'yes' if passed else 'no'} |" for case, _, verdict, passed in ROWS]
    return "\n".join(lines) + "\n"


def test_docs_show_these_rows() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert text.split(START)[1].split(END)[0] == table()


if __name__ == "__main__":
    page = DOCS.read_text(encoding="utf-8")
    before, rest = page.split(START)
    DOCS.write_text(before + START + table() + END + rest.split(END)[1], encoding="utf-8")
