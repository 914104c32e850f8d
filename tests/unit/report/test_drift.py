"""What the report says of drift."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest

from modelbout.drift_result import DriftReading
from modelbout.report import outcome
from modelbout.report.render import COMMENT_BUDGET, render
from modelbout.report.sections import drift
from modelbout.report.story import Story
from modelbout.report.words import DASH
from tests.unit.report import stories

BAD = "a|b`c <img src=x> @octocat\n# x [l](https://evil.example) --> </details>"


def told(story: Story) -> str:
    written = drift.render(story)
    assert written is not None
    return written


def test_nothing_is_said_when_nothing_was_held_against_the_data() -> None:
    assert drift.render(stories.win()) is None
    older = stories.drift(created="2000-01-01T00:00:00Z")
    assert drift.render(replace(stories.contract(), drift=older)) is None


def test_data_that_broke_the_contract_may_say_where_by_its_drift() -> None:
    newer = stories.drift(stories.drift_column("a", "moved"), created="2100-01-01T00:00:00Z", fails=True)
    story = replace(stories.contract(), drift=newer)
    assert "moved" in told(story)
    assert not story.stopped_by_drift


def test_columns_that_drifted_come_with_two_histograms_and_what_to_do() -> None:
    written = told(stories.drifted())
    assert "**Drift** in 2 of 5 columns: 7,043 rows against `churn@v1.0.0` (5,657 rows)." in written
    assert "| `MonthlyCharges` | 5 % | mean 64.9 to 74.48 (+0.32 standard deviations) | `██·`<br>`▄█▅` |" in written
    assert "- `MonthlyCharges` and `Contract`: find out whether the world changed." in written
    assert "- `gender`: for your information." in written
    assert "Too few rows to judge `PhoneService`." in written
    assert "Not compared, no prediction in the current data: `P(Yes)`." in written
    assert "| `MonthlyCharges` | Wasserstein distance | 8.33 | 0.28 | 0.075 | 0.1 | drift |" in written
    assert "`tenure`" not in written.partition("<details>")[0]


def test_one_step_for_all_is_said_once() -> None:
    written = told(Story(drift=stories.drift(stories.drift_column("a", "x"), stories.drift_column("b", "y"))))
    assert written.count("find out whether the world changed") == 1
    assert "- **What to do**: find out" in written


def test_no_drift_and_too_few_rows_are_said() -> None:
    fine = told(Story(drift=stories.drift(stories.drift_column("a"))))
    assert "✅ No drift that matters in 1 column" in fine
    idle = told(Story(drift=stories.drift(stories.drift_column("a", "moved", level="info"))))
    assert "1 column that the champion hardly uses did." in idle
    few = told(Story(drift=stories.drift(stories.drift_column("a", verdict="too few rows"), verdict="too few rows")))
    assert "**Too few rows** to tell" in few


def test_drift_of_the_whole_table_is_said_with_its_detail() -> None:
    reading = DriftReading(
        measure="domain_classifier",
        verdict="drift",
        effect=0.9,
        allowance=0.2,
        threshold=0.1,
        value=0.74,
        detail="area 0.74",
    )
    written = told(
        Story(drift=stories.drift(stories.drift_column("a"), verdict="drift", passed=False, table=(reading,)))
    )
    assert "**Drift** of all columns together (area 0.74)" in written


def test_a_reading_that_says_nothing_has_dashes() -> None:
    reading = DriftReading(measure="psi", verdict="too few rows", effect=0.0, allowance=None, threshold=0.1)
    column = stories.drift_column("a", "moved", readings=(reading,), cells=(), importance=None, role="label")
    written = told(Story(drift=stories.drift(column)))
    assert f"| `a` | population stability index | {DASH} | 0 | {DASH} | 0.1 | too few rows |" in written
    assert f"| `a`<br><sub>label</sub> | {DASH} | moved | {DASH} |" in written


def test_five_thousand_columns_fit() -> None:
    columns = [stories.drift_column(f"{number} " + "*" * 60, "`" + "|" * 290 + "`") for number in range(5000)]
    written = told(Story(drift=stories.drift(*columns)))
    assert "4,980 columns more in `drift.json`" in written
    assert len(written.encode()) < COMMENT_BUDGET
    assert len(render(Story(drift=stories.drift(*columns))).encode()) <= COMMENT_BUDGET
    few = [stories.drift_column(f"c{number}", verdict="too few rows") for number in range(5000)]
    assert "4,988 more" in told(Story(drift=stories.drift(*few, verdict="too few rows")))


def test_no_name_is_more_than_text() -> None:
    column = stories.drift_column(BAD, BAD, fix=BAD)
    found = stories.drift(
        column,
        table=(DriftReading(measure=BAD, verdict="drift", effect=1.0, allowance=0.1, threshold=0.1, detail=BAD),),
    )
    found = msgspec.structs.replace(found, reference=msgspec.structs.replace(found.reference, name=BAD))
    written = told(Story(drift=found))
    # What is no code span is escaped.
    outside = re.sub(r"(`+) ?.*?\1", "", written)
    assert "<img" not in outside
    assert "@octocat" not in outside
    assert outside.count("</details>") == 1
    assert "\n# x" not in written


@pytest.mark.parametrize(
    ("verdict", "headline"),
    [("drift", "the data has drifted"), ("no drift", "no drift"), ("too few rows", "too few rows for drift")],
)
def test_a_run_of_drift_alone_has_a_headline_of_its_own(verdict: str, headline: str) -> None:
    found = stories.drift(stories.drift_column("a"), verdict=verdict, passed=verdict != "drift")
    said = outcome.of(Story(drift=found))
    assert said.headline == headline
    assert ("Nothing needs to be done." in said.now) == (verdict != "drift")


def test_drift_that_stops_a_run_says_so() -> None:
    found = stories.drift(stories.drift_column("a", "moved", level="error"), fails=True)
    story = Story(validation=stories.validation(), drift=found)
    assert story.stopped_by_drift
    said = outcome.of(story)
    assert "Nothing was trained, as `drift.fail` asks." in said.now
    assert said.amount.startswith("1 column of 1 drifted")
    passing = Story(validation=stories.validation(), drift=msgspec.structs.replace(found, fails=False))
    assert not passing.stopped_by_drift
    assert outcome.of(passing).headline == "the data keeps its contract"
