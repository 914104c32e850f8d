from __future__ import annotations

import pytest

from modelbout.github.promotion.merges import NOBODY, PULLS_LOOKED_AT, QUIET_PULLS, Landed, landed
from tests.unit.github.promotion.scenes import Branch, ahead, commit, pull, sha


def look(branch: Branch, after: str, *, cursor: str | None = None, before: str | None = None) -> Landed:
    return landed(branch, branch="main", cursor=cursor and sha(cursor), before=before and sha(before), after=sha(after))


def names(found: Landed) -> list[str]:
    return [step.name for step in found.steps]


def test_one_merge() -> None:
    branch = Branch(ahead("a", "x", "b"), [pull(7, "b")])
    found = look(branch, "b", cursor="a")
    assert names(found) == ["#7"]
    assert found.steps[0].commit.tree == sha("tb"), "the tree that the merge left"
    assert found.why == f"what came since the last promotion's look, `{sha('a')[:7]}` to `{sha('b')[:7]}`"


def test_several_merges_come_in_the_order_in_which_they_landed() -> None:
    branch = Branch(ahead("a", "b", "x", "c", "d"), [pull(9, "b"), pull(7, "d"), pull(8, "c")])
    assert names(look(branch, "d", cursor="a")) == ["#9", "#8", "#7"]


def test_the_cursor_counts_more_than_the_push() -> None:
    # GitHub cancelled the run of the push before: its merge is looked at all the same.
    branch = Branch(ahead("a", "b", "c"), [pull(8, "c"), pull(7, "b")])
    assert names(look(branch, "c", cursor="a", before="b")) == ["#7", "#8"]


def test_nothing_is_left_to_do() -> None:
    found = look(Branch(), "a", cursor="a")
    assert found.steps == ()
    assert "already" in found.why


@pytest.mark.parametrize("status", ["behind", "identical"])
def test_a_branch_that_was_set_back_brings_nothing(status: str) -> None:
    found = look(Branch({(sha("b"), sha("a")): (status, ())}), "a", cursor="b")
    assert found.steps == ()
    assert "brings nothing" in found.why


def test_a_first_run_takes_the_pushs_own_range() -> None:
    branch = Branch(ahead("a", "b"), [pull(7, "b")])
    found = look(branch, "b", before="a")
    assert names(found) == ["#7"]
    assert "in this push" in found.why


def test_a_new_branch_has_its_head_alone() -> None:
    branch = Branch(commits=[commit("b")], pulls=[pull(7, "b")])
    found = landed(branch, branch="main", cursor=None, before=NOBODY, after=sha("b"))
    assert names(found) == ["#7"]
    assert "alone" in found.why


def test_a_push_without_a_pull_request_stands_at_the_end() -> None:
    branch = Branch(ahead("a", "b", "c"), [pull(7, "b")])
    found = look(branch, "c", cursor="a")
    assert names(found) == ["#7", sha("c")[:7]]
    assert found.steps[-1].pull is None


def test_a_push_before_a_merge_is_part_of_the_merge() -> None:
    assert names(look(Branch(ahead("a", "b", "c"), [pull(7, "c")]), "c", cursor="a")) == ["#7"]


def test_a_forced_push_that_took_the_cursor_along() -> None:
    branch = Branch(ahead("b", "c"), [pull(7, "c")], gone=["a"])
    found = look(branch, "c", cursor="a", before="b")
    assert names(found) == ["#7"]
    assert "is gone, after a forced push" in found.why


def test_a_forced_push_that_took_everything_along() -> None:
    branch = Branch(commits=[commit("c")], gone=["a", "b"])
    assert names(look(branch, "c", cursor="a", before="b")) == [sha("c")[:7]]


def test_a_forced_push_to_another_history() -> None:
    found = look(Branch(ahead("a", "x", "c", status="diverged"), [pull(7, "b")]), "c", cursor="a")
    assert names(found) == [sha("c")[:7]], "the merges of the old history are not looked for"
    assert "no longer contains" in found.why


def test_an_old_job_that_is_run_again_after_a_forced_push_finds_nothing() -> None:
    branch = Branch(ahead("a", "c", status="diverged"), [pull(7, "c")], contained=False)
    found = look(branch, "c", cursor="a")
    assert found.steps == ()
    assert "`main` no longer contains" in found.why


def test_a_range_that_was_cut_off_ends_with_the_head() -> None:
    branch = Branch({(sha("a"), sha("z")): ("ahead", [commit("b"), commit("c")])}, [pull(7, "b")], [commit("z")])
    assert names(look(branch, "z", cursor="a")) == ["#7", sha("z")[:7]]


def test_pull_requests_that_only_look_merged_do_not_count() -> None:
    pulls = [pull(5, "b", merged=False), pull(6, None), pull(7, "elsewhere")]
    assert names(look(Branch(ahead("a", "b"), pulls), "b", cursor="a")) == [sha("b")[:7]]


def test_the_search_ends_when_every_commit_is_explained() -> None:
    branch = Branch(ahead("a", "b"), [pull(1, "b"), *(pull(number, f"{number}") for number in range(2, 99))])
    look(branch, "b", cursor="a")
    assert branch.looked_at == 1


def test_the_search_ends_after_many_others() -> None:
    branch = Branch(ahead("a", "x", "b"), [pull(1, "b"), *(pull(number, f"{number}") for number in range(2, 999))])
    look(branch, "b", cursor="a")
    assert branch.looked_at == 1 + QUIET_PULLS


def test_the_search_ends_at_last() -> None:
    words = [f"c{number}" for number in range(2 * PULLS_LOOKED_AT)]
    pulls = [pull(number, word) for number, word in enumerate(reversed(words), start=1)]
    branch = Branch(ahead("a", *words), pulls)
    assert len(look(branch, words[-1], cursor="a").steps) == PULLS_LOOKED_AT
    assert branch.looked_at == PULLS_LOOKED_AT
