"""Whole reports: golden files, the budget, hostile results, and what the render path may import.

To write the golden files again after a wanted change: ``MODELBOUT_UPDATE_GOLDEN=1 pytest tests/unit/report``, then read
the difference as a reviewer would.
"""

from __future__ import annotations

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelbout.errors import Place, Problem
from modelbout.evidence import Condition, FairnessResult, FoundSlice
from modelbout.report import render as module
from modelbout.report.plot import Plot
from modelbout.report.preview import article
from modelbout.report.render import COMMENT_BUDGET, LEAST_BUDGET, render, sections
from modelbout.report.story import Story
from modelbout.results import DataFile, Holdout, Leak, Side, TableSummary
from tests.unit.report import stories
from tests.unit.report.stories import STORIES
from tests.unit.report.test_escape import FILTERS, HOSTILE

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "golden"
WORST = "\U0001f4a9*" * 3000
PLOTS = tuple(
    Plot(name=name, title=name.capitalize(), light=f"plots/{name}-light.png", dark=f"plots/{name}-dark.png", text="x")
    for name in ("differences", "rates")
)
OURS = {
    "h2",
    "h3",
    "ul",
    "li",
    "strong",
    "p",
    "code",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "sub",
    "br",
    "pre",
    "span",
}
FOLDED = {"details", "summary", "b", "picture", "source", "img", "blockquote"}


@pytest.mark.parametrize("name", sorted(STORIES))
def test_golden(name: str) -> None:
    written = render(STORIES[name]())
    path = GOLDEN / f"{name}.md"
    if os.environ.get("MODELBOUT_UPDATE_GOLDEN"):
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.md")} == set(STORIES)


def test_sections_are_uniform() -> None:
    found = sections()
    assert [section.ORDER for section in found] == sorted({section.ORDER for section in found})
    drops = [section.DROP for section in found if section.DROP is not None]
    assert len(set(drops)) == len(drops)
    assert len({section.TITLE for section in found}) == len(found)
    assert [section.TITLE for section in found if section.DROP is None] == ["verdict", "error"]


def test_the_docs_name_every_section_in_its_dropping_order() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "report.md").read_text(encoding="utf-8")
    droppable = sorted((section for section in sections() if section.DROP is not None), key=lambda part: part.DROP or 0)
    listed = ", ".join(section.TITLE for section in droppable)
    assert listed in " ".join(docs.split())


def test_a_section_ends_without_blank_lines_and_needs_no_other() -> None:
    for name, make in STORIES.items():
        for section in sections():
            written = section.render(make())
            assert written is None or (written == written.strip() and written), (name, section.TITLE)


def test_an_empty_story_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one stage"):
        render(Story())


def test_a_tiny_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32768 bytes"):
        render(stories.win(), budget=LEAST_BUDGET - 1)


def test_pictures_in_both_schemes() -> None:
    written = render(stories.win(), plots=PLOTS)
    assert 'srcset="plots/rates-dark.png"' in written
    assert 'src="plots/rates-light.png" alt="x"' in written


def big() -> Story:
    names = [f"group {number} " + "*" * 50 for number in range(200)]
    parts = tuple(stories.part("column " + "_" * 60, name, 500, "no difference shown", 0.01) for name in names)
    worse = stories.part("column", "the one that is worse", 500, "worse", -0.05)
    findings = tuple(
        msgspec.structs.replace(stories.BLANKS, message="*" * 600, fix="|" * 600, columns=(f"c{number}",))
        for number in range(80)
    )
    told = stories.win()
    assert told.bout is not None
    return Story(
        validation=stories.validation(*findings),
        training=told.training,
        bout=msgspec.structs.replace(told.bout, slices=(*parts, worse)),
        plots=PLOTS,
    )


def test_whole_sections_leave_in_order_and_are_named() -> None:
    written = render(big(), full_report="the job summary")
    assert len(written.encode()) <= COMMENT_BUDGET
    assert written.endswith("The full report is in `the job summary`.\n")
    notice = written.rpartition("> Left out to fit: ")[2]
    gone = notice.partition(". The full")[0].split(", ")
    ranks = {section.TITLE: section.DROP for section in sections()}
    kept = [section for section in sections() if section.render(big()) is not None and section.TITLE not in gone]
    assert gone
    assert all((section.DROP or 1000) > max(ranks[title] or 0 for title in gone) for section in kept)
    for section in kept:
        part = section.render(big())
        assert part is not None
        assert part in written


def test_a_larger_budget_loses_nothing() -> None:
    written = render(big(), budget=10_000_000)
    assert "Left out" not in written
    assert "122 more" not in written
    assert "121 more in `bout.json`" in written
    assert "20 findings more in `validation.json`" in written
    assert "the one that is worse" in written


def worst(verdict: str) -> Story:
    problem = Problem(
        found=WORST + "\n" + "\n".join([WORST] * 50),
        allowed=WORST,
        fix=WORST,
        place=Place(file=WORST, line=1, column=1, key=WORST),
    )
    made = stories.bout(
        verdict,  # type: ignore[arg-type]
        model=WORST,
        stage=WORST,
        reasons=(WORST,) * 40,
        error=problem if verdict == "error" else None,
        champion=None if verdict == "first" else Side(bundle_digest=WORST, version=WORST),
    )
    assert made.primary is not None
    primary = msgspec.structs.replace(made.primary, title=WORST)
    metrics = tuple(
        msgspec.structs.replace(made.guardrail_metrics[0], title=WORST, explanation=WORST, status="broken")
        for _ in range(50)
    )
    return Story(bout=msgspec.structs.replace(made, primary=primary, guardrail_metrics=metrics), promotion=None)


@pytest.mark.parametrize("verdict", ["first", "win", "loss", "inconclusive", "error"])
def test_the_least_budget_holds_for_the_hardest_names(verdict: str) -> None:
    written = render(worst(verdict), budget=LEAST_BUDGET)
    assert len(written.encode()) <= LEAST_BUDGET
    assert "## " in written


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []
        self.outside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- its signature
        self.seen.add(tag)
        if tag not in {"br", "img", "source"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"code", "pre"} & set(self.open):
            self.outside.append(data)


def poisoned(bad: str) -> Story:
    """Return a story in which every string from outside is the same bad one."""
    told = stories.win()
    assert told.bout is not None
    assert told.bout.primary is not None
    finding = msgspec.structs.replace(
        stories.BROKEN,
        level="warn",
        columns=(bad,),
        message=bad,
        fix=bad,
        role=bad,
        rule=bad,
        place=Place(file=bad, key=bad),
    )
    checked = msgspec.structs.replace(
        stories.validation(finding),
        model=bad,
        contract=bad,
        contract_digest=bad,
        tables=(
            TableSummary(
                role="source", files=(DataFile(path=bad, sha256=bad, bytes=1),), rows=1, columns=1, digest=bad
            ),
        ),
    )
    bout = msgspec.structs.replace(
        told.bout,
        model=bad,
        stage=bad,
        created=bad,
        challenger=Side(bundle_digest=bad, fingerprint=bad, version=bad),
        champion=Side(bundle_digest=bad, version=bad),
        holdout=Holdout(digest=bad, rows=5, train_rows=5, balance={bad: 5}),
        primary=msgspec.structs.replace(told.bout.primary, title=bad, explanation=bad),
        guardrail_metrics=(
            stories.metric(bad, bad, 0.5, 0.4, 0.01, status="broken", rule="non_inferior", explanation=bad),
        ),
        guardrails=tuple(
            msgspec.structs.replace(guard, title=bad, unit=bad, rule=bad, explanation=bad, status="broken")
            for guard in told.bout.guardrails
        ),
        slices=(stories.part(bad, bad, 500, "better", 0.02), stories.part(bad, bad, 5, "not enough rows")),
        found_slices=(
            FoundSlice(
                conditions=(Condition(column=bad, relation="is", value=bad),),
                rows=200,
                status="worse",
                improvement=stories.estimate(-0.1, -0.2, -0.05),
            ),
        ),
        fairness=(
            FairnessResult(column=bad, group=bad, measure="tpr", rows=300, status="broken", explanation=bad),
            FairnessResult(column=bad, group=bad, measure="fpr", rows=3, status="uncertain", margin=0.1),
        ),
        cautions=(bad,),
        leaks=(Leak(kind="target leak", columns=(bad,), level="warn", strength=1.0, message=bad),),
        seconds={bad: 1.0},
        reasons=(bad,),
    )
    plot = Plot(name=bad, title=bad, light=bad, dark=bad, text=bad)
    promotion = msgspec.structs.replace(
        stories.promotion(), model=bad, version=bad, previous=bad, stage=bad, reason=bad, created=bad, bundle_digest=bad
    )
    return Story(validation=checked, training=told.training, bout=bout, promotion=promotion, plots=(plot,))


def variants(bad: str) -> list[Story]:
    story = poisoned(bad)
    assert story.bout is not None
    problem = Problem(found=f"{bad}\n{bad}", allowed=bad, fix=bad, place=Place(file=bad, key=bad))
    return [
        story,
        Story(bout=msgspec.structs.replace(story.bout, verdict="error", error=problem)),
        Story(bout=msgspec.structs.replace(story.bout, verdict="error", error=None)),
        Story(bout=msgspec.structs.replace(story.bout, verdict="loss", passed=False)),
        Story(bout=msgspec.structs.replace(story.bout, verdict="inconclusive", passed=False)),
        Story(bout=msgspec.structs.replace(story.bout, verdict="first", passed=False, champion=None)),
        Story(promotion=story.promotion),
        Story(
            validation=msgspec.structs.replace(
                story.validation,
                passed=False,
                findings=(msgspec.structs.replace(story.validation.findings[0], level="error"),),
            )
            if story.validation
            else None
        ),
    ]


@pytest.mark.exhaustive
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.sampled_from(HOSTILE), st.text(max_size=40), st.lists(st.sampled_from(HOSTILE), max_size=3).map(" ".join)
    )
)
def test_nothing_but_text_comes_out_of_any_name(bad: str) -> None:
    for story in variants(bad):
        written = render(story)
        written.encode()
        assert not [line for line in written.splitlines() if line.startswith(("/", "@", "<script", "<img src=x"))]
        seen = Tags(article(written))
        assert seen.seen <= OURS | FOLDED
        for words in seen.outside:
            for name, pattern in FILTERS.items():
                # Our own tables hold a digest or a number of seven figures only as code or with commas.
                assert not pattern.search(words), f"{name} in {words!r}"


def test_columns_of_every_table_agree() -> None:
    for bad in ("a|b", "\\|", "`|`"):
        for story in variants(bad):
            for table in article(render(story)).split("<table>")[1:]:
                body = table.partition("</table>")[0]
                heads = body.partition("</thead>")[0].count("<th")
                rows = body.partition("<tbody>")[2].split("<tr>")[1:]
                assert heads - 1 > 0
                assert all(row.count("<td") == rows[0].count("<td") for row in rows)


def test_a_name_of_a_megabyte_costs_nothing() -> None:
    written = render(poisoned("x" * 1_000_000))
    assert len(written.encode()) < COMMENT_BUDGET


def test_the_render_path_is_light() -> None:
    program = (
        "import sys\n"
        "from tests.unit.report import stories\n"
        "from modelbout.report.render import render\n"
        "assert render(stories.win())\n"
        "heavy = {'matplotlib', 'numpy', 'polars', 'pandas', 'sklearn', 'scipy', 'skops'}\n"
        "heavy |= {'markdown_it', 'nh3', 'yaml', 'PIL'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_story_of_one_stage_is_a_report() -> None:
    parts: list[tuple[Callable[[], Story], str]] = [
        (lambda: Story(validation=stories.validation()), "the data keeps its contract"),
        (lambda: Story(training=stories.training()), "ready for the bout"),
        (lambda: Story(promotion=stories.promotion("rollback")), "went back to `churn@v1.0.0`"),
    ]
    for make, words in parts:
        assert words in render(make())


def test_the_pages_top_is_the_marker() -> None:
    assert render(stories.win()).startswith("<!-- modelbout:report model=churn -->\n\n## ")
    assert module.FULL_REPORT == "report.md"
