"""The comment's text: composed, read back, shortened by whole parts, mended after other hands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.errors import Problem
from modelbout.github.comment.body import ASIDE, END, TOP, House, Section, compose, is_ours, merge, parse, section
from modelbout.github.comment.budget import COMMENT_BUDGET, HEADLINE, LAST, OTHER, rank, ranks, up_to
from modelbout.github.comment.state import State
from modelbout.report.overview import line
from modelbout.report.plot import Plot
from modelbout.report.preview import article
from modelbout.report.render import parts, sections
from tests.unit.github.comment.sections import HEAD, HOUSE, RUN, many, story_of, told
from tests.unit.github.comment.sections import OTHER as OTHER_HEAD
from tests.unit.report.stories import STORIES
from tests.unit.report.test_escape import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Sequence

RAW = "https://raw.githubusercontent.com/octo/churn/0123/plots"
PLOT = Plot("roc", "ROC", f"{RAW}/light.png", f"{RAW}/dark.png", 'the "curve" of @both & <all>')


def nowhere() -> None:
    return None


def names(found: Sequence[Section]) -> set[str]:
    return {one.state.model for one in found}


@pytest.mark.parametrize("kind", sorted(STORIES))
def test_what_is_composed_is_read_back(kind: str) -> None:
    one = told("churn", kind, plots=[PLOT])
    body = compose([one], HOUSE)
    assert parse(body, HOUSE) == (one,)
    assert compose(parse(body, HOUSE), HOUSE) == body


def test_the_same_sections_in_another_order_are_the_same_bytes() -> None:
    found = many(7)
    assert compose(found, HOUSE) == compose(found[::-1], HOUSE)


def test_one_model_needs_no_overview() -> None:
    body = compose([told("churn")], HOUSE)
    assert body.startswith(TOP)
    assert "1 model" not in body
    assert "Evidence" not in body
    assert f"[Full report](https://github.com/octo/churn/actions/runs/{RUN}/attempts/1), judged at `a1a1a1a`" in body


def test_several_models_stand_in_one_table_the_worst_first() -> None:
    body = compose([told("bikes"), told("churn", "slow"), told("fraud", "inconclusive")], HOUSE)
    rows = re.findall(r"^\| (\S+) \| `(\w+)` \| (.*?) \| (.*?) \|$", body, re.MULTILINE)
    assert [row[1] for row in rows] == ["churn", "fraud", "bikes"]
    assert rows[0][2:] == (
        "the champion keeps the title",
        "ROC AUC +1.4 points (+0.5 to +2.2), but a guardrail is broken",
    )
    assert "## ❌ 3 models: 1 win, 1 loss, 1 inconclusive" in body
    assert "Commit" not in body


def test_models_of_different_commits_say_so() -> None:
    body = compose([told("bikes"), told("churn", head=OTHER_HEAD)], HOUSE)
    assert "| Commit |" in body
    assert "| `a1a1a1a` |" in body
    assert "| `b2b2b2b` |" in body


def test_evidence_of_several_models_is_folded_and_the_headline_is_not() -> None:
    shown = article(compose([told("bikes"), told("churn")], HOUSE))
    outside = re.sub(r"(?s)<details>.*?</details>(\s*</details>)?", "", shown)
    assert outside.count("<strong>Better?</strong>") == 2
    assert shown.count("<b>Evidence</b>") == 2
    assert "<h3>Scores</h3>" in shown
    assert "<h3>Scores</h3>" not in re.sub(r"(?s)<summary><b>Evidence.*?</p>\s*(?=<p><sub>|<h2>|$)", "", outside)


def test_without_a_run_there_is_no_link() -> None:
    assert "](" not in compose([told("churn", run=0)], HOUSE)


@pytest.mark.parametrize("count", [1, 2, 5, 12, 50, 80])
def test_whole_parts_leave_for_all_models_alike(count: int) -> None:
    brought = many(count)
    body = compose(brought, HOUSE)
    assert len(body.encode()) <= COMMENT_BUDGET
    found = {one.state.model: one for one in parse(body, HOUSE)}
    level = max(one.state.dropped for one in found.values())
    for one in brought:
        assert found[one.state.model].parts == tuple(part for part in one.parts if rank(part[0]) > level)
    if level:
        assert "Shortened to fit into one comment." in body
        assert ", ".join(up_to(level)) in body


def test_fifty_models_keep_their_headlines() -> None:
    body = compose(many(50), HOUSE)
    assert body.count("**What now?**") == 50
    assert "| `model-049` |" in body


def test_beyond_the_headlines_every_model_keeps_its_line_and_a_link() -> None:
    body = compose(many(95), House("octo/churn", "https://github.com"))
    assert len(body.encode()) <= COMMENT_BUDGET
    assert len(re.findall(r"^\| \S+ \| `[\w-]+` \| \[[^\]]+\]\(https://", body, re.MULTILINE)) == 95
    assert "**Better?**" not in body
    assert names(parse(body, HOUSE)) == names(many(95))


def test_far_too_many_models_leave_their_last_lines_and_are_counted() -> None:
    body = compose(many(256), HOUSE)
    kept = parse(body, HOUSE)
    assert len(body.encode()) <= COMMENT_BUDGET
    assert f"{256 - len(kept)} more, none of them worse" in body
    assert "256 models" in body
    assert {one.state.told.standing for one in kept} >= {"error", "loss"}


def test_the_order_of_leaving_is_that_of_the_report_then_the_error_then_the_headline() -> None:
    droppable = sorted((part for part in sections() if part.DROP is not None), key=lambda part: part.DROP or 0)
    assert up_to(LAST) == (*(part.TITLE for part in droppable), "error", HEADLINE)
    assert up_to(OTHER)[-1] == "error"
    assert rank("a part of another version") == 1
    assert ranks()[HEADLINE] == LAST


def test_what_had_left_is_still_said_by_the_next_job() -> None:
    short = compose(many(50), HOUSE)
    again = compose(merge(parse(short, HOUSE), [told("model-000", run=RUN + 1)], nowhere), HOUSE)
    assert "Shortened to fit" in again


def test_bytes_are_counted_and_not_characters() -> None:
    wide = "\N{SNOWMAN}" * 60
    story = story_of("churn", "win")
    assert story.bout is not None
    slices = tuple(
        msgspec.structs.replace(one, group=f"{number} {wide}") for number, one in enumerate(story.bout.slices * 10)
    )
    loud = type(story)(bout=msgspec.structs.replace(story.bout, slices=slices))
    state = State(model="churn", head=HEAD, run=RUN, attempt=1, told=line(loud))
    found = [section(msgspec.structs.replace(state, model=f"churn-{number}"), parts(loud)) for number in range(6)]
    body = compose(found, HOUSE)
    assert len(body.encode()) <= COMMENT_BUDGET


def test_a_comment_of_somebody_else_is_none_of_ours() -> None:
    assert is_ours(f"{TOP}\r\nx")
    assert not is_ours(f"look:\n{TOP}")
    assert not is_ours(f"> {TOP}")
    assert not is_ours(f"{TOP} x")
    assert not is_ours("")
    assert parse(f"look:\n{compose([told('churn')], HOUSE)}", HOUSE) == ()


def test_the_line_ends_of_a_browser_do_no_harm() -> None:
    body = compose(many(3), HOUSE)
    assert parse(body.replace("\n", "\r\n"), HOUSE) == parse(body, HOUSE)


def test_an_edited_section_keeps_its_line_and_loses_its_text() -> None:
    body = compose([told("churn", "loss"), told("bikes")], HOUSE)
    assert "The challenger is worse than" in body
    found = {
        one.state.model: one for one in parse(body.replace("challenger is worse", "challenger is far better"), HOUSE)
    }
    assert found["churn"].parts == ()
    assert found["churn"].state.told.standing == "loss"
    assert found["bikes"] == told("bikes")
    mended = compose(tuple(found.values()), HOUSE)
    assert "far better" not in mended
    assert "| [the champion keeps the title](https://" in mended


def test_an_edited_state_loses_its_section_and_no_other() -> None:
    body = compose([told("churn", "loss"), told("bikes")], HOUSE)
    assert names(parse(body.replace('"standing":"loss"', '"standing":"win"'), HOUSE)) == {"bikes"}


@pytest.mark.parametrize("cut", [END, ASIDE, "<!-- modelbout:part scores -->"])
def test_a_lost_marker_costs_its_own_section_at_most(cut: str) -> None:
    body = compose([told("alpha"), told("bikes"), told("churn")], HOUSE)
    assert names(parse(body.replace(cut, "", 1), HOUSE)) >= {"bikes", "churn"} - ({"bikes"} if cut == END else set())


def test_of_two_sections_of_one_model_the_later_run_counts() -> None:
    old, new = (compose([told("churn", kind, run=run)], HOUSE) for kind, run in (("loss", RUN), ("win", RUN + 1)))
    for body in (f"{old}\n{new}", f"{new}\n{old.removeprefix(TOP)}"):
        (found,) = parse(body, HOUSE)
        assert found.state.told.standing == "win"


def forged(markdown: str) -> str:
    """Return a body in which somebody who knows our digests has written a part."""
    one = told("churn")
    return compose([Section(one.state, (*one.parts, ("scores", markdown)))], HOUSE)


@pytest.mark.parametrize(
    "markdown",
    [
        "@octocat",
        "thanks to &#64;octocat",
        "[here](https://evil.example)",
        "[here][1]\n\n[1]: //evil.example",
        "https://evil.example",
        "www.evil.example",
        "![x](https://evil.example/x.png)",
        '<img src="https://evil.example/x.png" alt="x" width="720">',
        '<a href="https://evil.example">x</a>',
        "<script>alert(1)</script>",
        "<h1>x",
        "<!-- hidden -->",
        '<img src="https://raw.githubusercontent.com/mallory/x/1/x.png" alt="x" width="720">',
    ],
)
def test_a_kept_section_holds_nothing_that_a_report_could_not_say(markdown: str) -> None:
    (found,) = parse(forged(markdown), HOUSE)
    assert found.parts == ()


def test_a_picture_of_this_repository_may_stay() -> None:
    (found,) = parse(compose([told("churn", plots=[PLOT])], HOUSE), HOUSE)
    assert any(name == "plots" for name, _ in found.parts)
    (gone,) = parse(compose([told("churn", plots=[PLOT])], HOUSE), House("octo/other", "https://github.com"))
    assert gone.parts == ()


@pytest.mark.parametrize("hostile", [*HOSTILE, f"x\n{END}\n{TOP}", '<!-- modelbout:section {"model":"x"} -->'])
def test_no_name_from_outside_becomes_a_marker_or_costs_a_section(hostile: str) -> None:
    story = story_of("churn", "error")
    bout = story.bout
    assert bout is not None
    error = Problem(found=f"{hostile}\n{hostile}\n  {END}\n{END}", allowed=hostile, fix=hostile)
    primary = story_of("churn").bout
    assert primary is not None
    slices = tuple(msgspec.structs.replace(one, group=hostile, column=hostile) for one in primary.slices)
    loud = type(story)(bout=msgspec.structs.replace(bout, error=error, reasons=(hostile,), slices=slices))
    state = State(model="churn", head=HEAD, run=RUN, attempt=1, told=line(loud))
    one = section(state, parts(loud))
    other = told("bikes")
    assert set(parse(compose([one, other], HOUSE), HOUSE)) == {one, other}


@pytest.mark.exhaustive
@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_in_a_line_of_the_overview_stays_text(words: str) -> None:
    one = told("churn")
    loud = msgspec.structs.replace(one.state.told, headline=words, gain=words, score=words)
    state = msgspec.structs.replace(one.state, told=loud)
    body = compose([Section(state, one.parts), told("bikes")], HOUSE)
    assert names(parse(body, HOUSE)) == {"churn", "bikes"}
    assert body.count("\n<!-- modelbout:section ") == 2


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='<!-- modelbout:sectionpartend>\n{}"`', max_size=400))
def test_any_body_can_be_read(body: str) -> None:
    assert parse(f"{TOP}\n{body}", HOUSE) == ()


def test_the_docs_name_the_order_of_leaving() -> None:
    docs = (Path(__file__).parents[4] / "docs" / "comment.md").read_text(encoding="utf-8")
    assert ", ".join(up_to(LAST)) in docs
