from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest

from modelbout import catalogue
from modelbout.errors import Place
from modelbout.evidence import ChangedRows, Curve, Estimate, Interval, Power, Scoring
from modelbout.report.escape import text
from modelbout.report.seldom import SELDOM
from modelbout.report.story import Story
from modelbout.results import BoutResult, Control, DataFile, Leak, SeenRows, Side, TableSummary
from tests.unit.report import stories
from tests.unit.report.stories import estimate, metric


def write(name: str, story: Story) -> str | None:
    written: str | None = catalogue.member("modelbout.report.sections", name).render(story)
    return written


def told(name: str, story: Story) -> str:
    written = write(name, story)
    assert written is not None
    return written


def of(**changes: object) -> Story:
    return Story(bout=stories.bout(**changes))  # type: ignore[arg-type]


def changed(story: Story, **fields: object) -> Story:
    assert story.bout is not None
    bout: BoutResult = msgspec.structs.replace(story.bout, **fields)
    return Story(bout=bout)


def test_what_a_fork_says_is_called_a_claim() -> None:
    story = stories.win()
    own, foreign = told("headline", story), told("headline", replace(story, from_fork=True))
    assert "fork" not in own
    assert foreign.startswith(own)
    assert "the bout is fought again\n> before a title moves." in foreign


@pytest.mark.parametrize(
    "name", ["error", "scores", "guardrails", "slices", "changed", "power", "leaks", "curves", "plots"]
)
def test_nothing_to_say_without_a_bout(name: str) -> None:
    assert write(name, Story(validation=stories.validation())) is None
    refused = stories.validation(stories.BROKEN, created=stories.LATER)
    assert write(name, Story(validation=refused, bout=stories.win().bout)) is None


@pytest.mark.parametrize(
    ("name", "nothing"),
    [
        ("error", {}),
        ("scores", {"primary": None, "guardrail_metrics": (), "metrics": ()}),
        ("guardrails", {"guardrails": ()}),
        ("slices", {"slices": ()}),
        ("changed", {"changed": None}),
        ("power", {"power": None}),
        ("leaks", {}),
        ("curves", {"curves": ()}),
    ],
)
def test_nothing_to_say_without_numbers(name: str, nothing: dict[str, object]) -> None:
    assert write(name, of(**nothing)) is None


def test_scores_show_every_metric_once() -> None:
    written = told("scores", of(metrics=(*stories.bout().metrics, stories.bout().guardrail_metrics[0])))
    assert written.count("Log loss") == 1
    assert (
        "| **ROC AUC \u2191** (decides) | 0.831 | 0.845 | +1.4 points | +0.5 to +2.2 | better | \u2705 holds |"
        in written
    )
    assert "| at most 0.005 worse | \u2705 holds |" in written
    assert "1 point is 0.01" in written


def test_seldom_metrics_are_folded_unless_they_decide() -> None:
    seldom = metric("cohen_kappa", "Cohen's kappa", 0.4, 0.45, 0.01)
    written = told("scores", of(metrics=(*stories.bout().metrics, seldom)))
    table, folded = written.split("<details><summary>1 more metric</summary>")
    assert "kappa" not in table
    assert folded.count("| Cohen's kappa \u2191 |") == 1
    assert folded.rstrip().endswith("</details>")
    deciding = msgspec.structs.replace(seldom, rule="superior", status="holds")
    assert "<details>" not in told("scores", of(guardrail_metrics=(deciding,)))
    assert "kappa" in told("scores", of(guardrail_metrics=(deciding,)))


def test_seldom_metrics_are_metrics() -> None:
    known = set(catalogue.names("modelbout.bout.metrics"))
    assert known >= SELDOM
    assert len(known - SELDOM) < 15


def test_a_unit_stands_behind_the_title() -> None:
    assert "| Cost, EUR per 1,000 decisions \u2193 | 8,200 |" in told("scores", stories.grouped())


def test_scores_explain_what_does_not_pass_by_itself() -> None:
    primary = metric(
        "roc_auc", "ROC AUC", 0.8, 0.8, 0.01, rule="superior", margin=0.01, status="uncertain", explanation="why *so*"
    )
    written = told("scores", of(primary=primary))
    assert "- **ROC AUC**: why &#42;so&#42;" in written
    assert "better by more than 1 point" in written
    assert "\u2754 not settled" in written
    told_twice = msgspec.structs.replace(primary, explanation="ROC AUC may be chance")
    assert "\n- ROC AUC may be chance" in told("scores", of(primary=told_twice))


def test_scores_with_floors_and_without_intervals() -> None:
    floor = msgspec.structs.replace(
        metric("accuracy", "Accuracy", 0.8, 0.81, 0.01),
        rule="min",
        limit=0.75,
        status="holds",
        improvement=None,
        champion=None,
    )
    ceiling = msgspec.structs.replace(floor, metric="brier", title="Brier", rule="max", limit=0.2)
    written = told("scores", of(guardrail_metrics=(floor, ceiling), metrics=(), holdout=None))
    assert "| at least 0.75 | \u2705 holds |" in written
    assert "| at most 0.2 | \u2705 holds |" in written
    assert "The holdout rows, both models" in written


def test_scores_of_a_first() -> None:
    written = told("scores", stories.first())
    assert (
        "| **ROC AUC \u2191** (decides, against the dummy) | 0.831 | 0.807 to 0.853 | 0.500 | better | \u2705 holds |"
        in written
    )
    assert written.count("ROC AUC") == 1
    bout = stories.first().bout
    assert bout is not None
    assert bout.baseline is not None
    other = msgspec.structs.replace(bout.baseline, metric="mcc", title="MCC", challenger=estimate(0.4))
    both = told("scores", changed(stories.first(), baseline=other))
    assert "| ROC AUC \u2191 | 0.831 |" in both
    assert "**MCC \u2191** (decides, against the dummy) | 0.400 | \u2013 |" in both
    none = told("scores", changed(stories.first(), baseline=None))
    assert "**ROC AUC \u2191** (decides) |" in none


def test_scores_in_the_targets_unit() -> None:
    written = told("scores", stories.regression())
    assert "RMSE and MAE in the target's unit" in written
    assert "better by more than 100 |" in written
    assert "| +340 | +169 to +512 |" in written


def test_guardrails() -> None:
    written = told("guardrails", of(guardrails=stories.guardrails("broken", 1.61)))
    assert "| 1.61 times | 1.55 to 1.66 | at most 1.25 times | \u274c broken |" in written
    assert "| 3.413 MB | exact | at most 200 MB | \u2705 holds |" in written
    assert "- **Scoring time against the champion**: the median of 40 paired batches" in written
    first = told("guardrails", stories.first())
    assert "| \u2013 | \u2013 | at most 1.25 times | not measured |" in first


def test_many_guardrails_are_shown_by_group() -> None:
    fast, small = stories.guardrails()
    named = [
        msgspec.structs.replace(guard, title=f"G{number}", group=group, note="Note of @octocat." if number == 3 else "")
        for number, (guard, group) in enumerate(
            [(fast, "Speed"), (small, "Safe *answers*"), (small, "Speed"), (small, "Safe *answers*"), (fast, "Speed")]
        )
    ]
    few = told("guardrails", of(guardrails=tuple(named)))
    assert [line.split(" | ")[0] for line in few.splitlines() if line.startswith("| G")] == [
        *("| Guardrail", "| G0", "| G1", "| G2", "| G3", "| G4")
    ]
    bare = msgspec.structs.replace(small, title="G5", group="")
    many = told("guardrails", of(guardrails=(*named, bare)))
    assert [line.split(" | ")[0] for line in many.splitlines() if line.startswith("| ")][2:] == [
        *("| **Speed**", "| G0", "| G2", "| G4"),
        *("| **Safe &#42;answers&#42;**", "| G1", "| G3"),
        *("| **Others**", "| G5"),
    ]
    assert "- **G3**: Note of `@octocat.`" in many
    assert "more are in" not in many


def test_guardrails_that_wait_for_a_champion_take_one_line() -> None:
    waiting = msgspec.structs.replace(
        stories.guardrails()[0], status="shown", measured=None, explanation="It needs a champion.", title="Speed"
    )
    other = msgspec.structs.replace(waiting, title="Flips")
    assert told("guardrails", of(guardrails=(waiting,))).endswith("- **Speed**: It needs a champion.")
    both = told("guardrails", of(guardrails=(waiting, other)))
    assert both.endswith("\n\n- Not applied, for there is nobody to be compared with: Speed, Flips.")


def test_guardrails_without_end_are_counted() -> None:
    guard = stories.guardrails()[1]
    assert told("guardrails", of(guardrails=(guard,) * 45)).endswith("\n\n5 more are in `bout.json`.")


def test_a_guardrail_without_interval_and_with_a_rule_of_its_own() -> None:
    guard = msgspec.structs.replace(stories.guardrails()[1], measured=estimate(3.5), rule="within *x*", unit="")
    assert "| 3.500 | \u2013 | within &#42;x&#42; 200 |" in told("guardrails", of(guardrails=(guard,)))


def test_slices_with_lines() -> None:
    written = told("slices", stories.win())
    assert "Improvement, points (95 % interval)" in written
    assert "| `SeniorCitizen` = `1` | 229 | 0.820 \u2192 0.791 | \u22122.9 (\u22125.3 to \u22120.5) |" in written
    assert "| `PaymentMethod` = `Mailed check` | 61 | \u2013 | \u2013 |  | \u26a0\ufe0f not enough rows |" in written
    assert "Improvement (95 % interval)" in told("slices", of(primary=None))


def test_the_longest_interval_reaches_the_end_of_its_line() -> None:
    line = next(line for line in told("slices", stories.win()).splitlines() if "`1`" in line)
    drawing = line.split("|")[5].strip()
    assert drawing.startswith("`\u2500")
    assert len(drawing) == 19


def test_changed_rows() -> None:
    written = told("changed", stories.win())
    assert "| newly right | 52 | 4 % |" in written
    assert "| both right | 1,089 | 77 % |" in written
    assert "| equally close | 1 | 0.3 % |" in told("changed", stories.regression())
    empty = ChangedRows(fixed=0, broken=0, both_right=0, both_wrong=0)
    assert "| newly right | 0 | \u2212 |" in told("changed", of(changed=empty))


def test_power() -> None:
    assert told("power", stories.win()).endswith(
        "On 1,409 holdout rows the rule for ROC AUC is met 4 times in 5 when the true improvement is +1.2 points "
        "or more. "
        "For the difference seen (+1.4 points) about 1,200 rows are enough."
    )
    assert "it would take about **22,000 rows**" in told("power", stories.inconclusive())
    assert "+340 or more" in told("power", stories.regression())
    hopeless = Power(metric="roc_auc", detectable=0.01)
    assert "more rows alone are no remedy" in told("power", of(power=hopeless))


def test_power_for_a_rule_that_allows_a_little_less() -> None:
    primary = metric("mcc", "MCC", 0.5, 0.5, 0.01, rule="non_inferior", margin=0.05)
    written = told(
        "power", of(primary=primary, power=Power(metric="mcc", detectable=0.02, rows_needed=5), holdout=None)
    )
    assert (
        "On these rows the rule for MCC is met 4 times in 5 when the true improvement is \u22120.030 or more."
        in written
    )
    unknown = told("power", of(primary=None, power=Power(metric="odd", detectable=0.0, rows_needed=5)))
    assert "the rule for odd" in unknown


def test_the_contract() -> None:
    clean = told("contract", Story(validation=stories.validation()))
    assert "\u2705 `contract.yaml`: 33 rules checked on 7,043 rows (source), all hold." in clean
    broken = told("contract", stories.contract())
    assert "**1 broken**, 1 warning." in broken
    assert broken.index("2,310 rows have") < broken.index("11 of 7,043 rows have")
    assert "source rows 489, 754, 937, 1,083, 1,341 \u2026" in broken
    without = msgspec.structs.replace(stories.validation(), contract=None)
    assert write("contract", Story(validation=without)) is None
    assert write("contract", Story(bout=stories.bout())) is None


def test_a_finding_without_place_rows_or_step() -> None:
    bare = msgspec.structs.replace(
        stories.BLANKS,
        columns=tuple(f"c{number}" for number in range(9)),
        place=Place(),
        rows=(),
        fix="",
        total=0,
    )
    checked = msgspec.structs.replace(stories.validation(bare), contract=None, tables=())
    written = told("contract", Story(validation=checked))
    assert (
        "`c4` and 4 more | 11 of 7,043 rows have no value, more than the share of 0 allows | \u2013 | \u2013 |"
        in written
    )
    assert "The contract: 33 rules checked; 1 warning." in written
    table = told("contract", Story(validation=stories.validation(msgspec.structs.replace(bare, columns=()))))
    assert "| \u26a0\ufe0f | \u2013 | 11 of" in table


def test_leaks() -> None:
    leaks = (
        Leak(kind="shared rows", columns=(), level="warn", strength=0.1, message="3 rows are in both"),
        Leak(
            kind="target leak", columns=("casual", "registered"), level="error", strength=1.0, message="gives it away"
        ),
    )
    written = told("leaks", of(leaks=leaks))
    assert written.index("target leak") < written.index("shared rows")
    assert "| \u26a0\ufe0f | shared rows | \u2013 | 3 rows are in both | \u2013 |" in written
    many = told("leaks", of(leaks=leaks[:1] * 25))
    assert "5 more in `bout.json`" in many


@pytest.mark.parametrize(
    ("count", "rows", "shown"),
    [
        (1, (7,), "(row 7)"),
        (2, (7, 1200), "(rows 7, 1,200)"),
        (9, (1, 2), "(rows 1, 2 ...)"),
        (None, (1,), "in both |"),
    ],
)
def test_a_leak_names_its_first_rows_and_what_to_do(count: int | None, rows: tuple[int, ...], shown: str) -> None:
    leak = Leak(
        kind="near rows",
        columns=("a|b",),
        level="error",
        strength=0.1,
        message="rows are in both",
        count=count,
        total=10,
        rows=rows,
        fix="take *them* out",
    )
    written = told("leaks", of(leaks=(leak,)))
    assert shown in written
    assert "take &#42;them&#42; out" in written
    assert "`a`&#124;`b`" in written


@pytest.mark.parametrize(
    ("seen", "shown"),
    [
        (
            SeenRows(rows=100, note="column <b> is gone"),
            "It is not known whether the champion was trained on rows of",
        ),
        (
            SeenRows(rows=100, seen=Estimate(value=12), by="content", natural=True),
            "12 of 100 holdout rows equal rows that the champion was trained on: no more than",
        ),
        (
            SeenRows(rows=9000, seen=Estimate(value=50, interval=Interval(low=41.2, high=78, method="w")), by="id"),
            "estimated from a sample of its row ids, 41 to 78 (95 % interval)",
        ),
        (SeenRows(rows=100, seen=Estimate(value=0), by="content", natural=True), None),
        (SeenRows(rows=100, seen=Estimate(value=0), by="id"), None),
    ],
)
def test_what_the_champion_saw(seen: SeenRows, shown: str | None) -> None:
    story = of(seen=seen)
    if shown is None:
        assert write("leaks", story) is None
        return
    written = told("leaks", story)
    assert shown in written
    assert "<b>" not in written


def test_the_comparison_on_clean_rows_is_told() -> None:
    bout = stories.win().bout
    assert bout is not None
    assert bout.primary is not None
    clean = msgspec.structs.replace(bout.primary, explanation="On the 88 rows, ROC AUC is better by 0.1.")
    seen = SeenRows(rows=100, seen=Estimate(value=12), by="id", clean_rows=88, clean=clean)
    assert "- On the 88 rows, ROC AUC is better by 0.1." in told("leaks", of(seen=seen))


def test_error_with_a_log_and_without_a_problem() -> None:
    bout = stories.error().bout
    assert bout is not None
    assert bout.error is not None
    logged = msgspec.structs.replace(
        bout.error, found="the program failed\nline one\n```\n/merge", allowed="", fix="", place=Place()
    )
    written = told("error", Story(bout=msgspec.structs.replace(bout, error=logged, reasons=())))
    assert "````text\n  line one\n  ```\n  /merge\n````" in written
    assert "**Place**" not in written
    assert "**Allowed**" not in written
    bare = told("error", Story(bout=msgspec.structs.replace(bout, error=None)))
    assert bare.endswith("- one feature alone predicts the target")


def test_curves() -> None:
    written = told("curves", stories.win())
    assert "| of the positives, challenger finds | 17 % | 43 % | 52 % | 64 % | 82 % |" in written
    assert "| 5.0 % | 6.5 % | 300 |" in written
    residuals = told("curves", stories.regression())
    assert "| 500 | \u2212396 | 18 |" in residuals


def test_curves_without_rows() -> None:
    flat = Curve(kind="residuals", side="challenger", x=(2.0,), y=(0.0,))
    assert "| 2.0 | 0.0 | \u2013 |" in told("curves", of(curves=(flat,)))


def test_lineage() -> None:
    written = told("lineage", stories.promoted())
    assert "| Champion | `churn@v1.0.0`, bundle `a04ea04ea04e` |" in written
    assert "| Ledger | event 4, `2026-11-20T20:01:00Z` |" in written
    assert "reused: nothing that goes into it has changed" in written
    assert "training 3.4 s" not in written
    assert "| Seed | 7 |" in written
    assert write("lineage", Story(promotion=stories.promotion(dry_run=True))) is None


def test_lineage_counts_what_it_does_not_name() -> None:
    files = tuple(DataFile(path=f"p{number}.csv", sha256="0", bytes=1) for number in range(20))
    table = TableSummary(role="train", files=files, rows=1, columns=1)
    checked = msgspec.structs.replace(stories.validation(), tables=(table,), contract=None)
    written = told("lineage", Story(validation=checked))
    assert "`p11.csv`, 8 more: 1 row, 1 column |" in written


def test_lineage_says_from_which_probability_a_model_says_yes() -> None:
    side = Side(bundle_digest="a" * 64, threshold=0.31249)
    both = of(champion=Side(bundle_digest="b" * 64, threshold=0.5), challenger=side)
    line = "| Says yes from | 0.312 (challenger), 0.500 (champion) (chosen on folds of training rows) |"
    assert line in told("lineage", both)
    assert "| Says yes from | 0.312 (challenger) (" in told("lineage", of(challenger=side))
    assert "Says yes" not in told("lineage", stories.promoted())


def test_lineage_of_a_bare_bout() -> None:
    nothing: dict[str, object] = {"champion": None, "challenger": None, "holdout": None, "primary": None}
    bare = stories.bout("first", **nothing, metrics=(), guardrail_metrics=(), seconds={})  # type: ignore[arg-type]
    written = told("lineage", Story(bout=bare))
    assert "| Intervals | 95 %, two-sided |" in written
    assert "Challenger" not in written
    nameless = Side(bundle_digest=stories.CHAMPION)
    assert "| Champion | bundle `a04ea04ea04e` |" in told("lineage", of(champion=nameless))


@pytest.mark.parametrize(
    ("scored", "line"),
    [
        (Scoring(fresh=1, recorded=0), "1 row answered afresh, in this environment"),
        (
            Scoring(fresh=900, recorded=0, environment="own", note="it was <b>old</b>"),
            f"900 rows answered afresh, in an environment made from its own lock; {text('it was <b>old</b>')}",
        ),
        (
            Scoring(fresh=0, recorded=900, environment="none"),
            "900 rows taken from its bundle's record, no model was run",
        ),
    ],
)
def test_lineage_says_how_the_champion_answered(scored: Scoring, line: str) -> None:
    side = Side(bundle_digest=stories.CHAMPION, scored=scored)
    assert f"| Its answers | {line} |" in told("lineage", of(champion=side))


def test_the_title_says_who_enforces_what() -> None:
    moved = msgspec.structs.replace(
        stories.promotion(),
        pull_request=12,
        controls=(
            Control(control="review before merge", enforced_by="GitHub", detail="1 rule on `main`"),
            Control(control="compare-and-swap", enforced_by="Modelbout"),
            Control(control="required reviewers", enforced_by="nobody", detail="ask @octocat"),
            Control(control="immutable releases", enforced_by="not known"),
        ),
    )
    written = told("title", Story(bout=stories.promoted().bout, promotion=moved))
    assert "A promotion at `production`, brought by #12, event 4 of the ledger." in written
    assert "| review before merge | \u2705 GitHub | 1 rule on `main` |" in written
    assert "| compare-and-swap | \u2705 Modelbout | \u2013 |" in written
    assert "| required reviewers | \u26a0\ufe0f nobody | ask `@octocat` |" in written
    assert "not known to this token" in written


def test_the_title_without_evidence_adds_nothing() -> None:
    assert write("title", stories.promoted()) is None
    assert write("title", stories.win()) is None


def test_a_dry_run_of_a_title_has_no_number() -> None:
    moved = msgspec.structs.replace(stories.promotion(dry_run=True), pull_request=3)
    written = told("title", Story(promotion=moved))
    assert "a dry run: nothing was written" in written
    assert "Enforced by" not in written


def test_a_contract_without_changes_has_no_section() -> None:
    assert write("contract_diff", stories.win()) is None
    same = msgspec.structs.replace(stories.contract_changes(), changes=(), breaking=0, fine=0)
    assert write("contract_diff", replace(stories.win(), contract_diff=same)) is None


def test_changes_that_break_nobody_are_told_as_such() -> None:
    diff = stories.contract_changes()
    fine = msgspec.structs.replace(diff, changes=diff.changes[2:], breaking=0)
    written = told("contract_diff", replace(stories.win(), contract_diff=fine))
    assert "1 change since `0fe1c2d3a4b5`; data that kept the old contract keep this one" in written
    assert "**Breaking**" not in written


def test_many_changes_are_cut_and_counted() -> None:
    diff = stories.contract_changes()
    many = msgspec.structs.replace(diff, changes=diff.changes[:1] * 60, breaking=700)
    written = told("contract_diff", replace(stories.win(), contract_diff=many))
    assert written.count("`columns.Contract.values`") == 40
    assert "660 more in `contract_diff.json`" in written
    assert "**Not breaking**" not in written


def test_nothing_of_a_hostile_contract_is_markdown() -> None:
    hostile = "@everyone | <img src=x> `` [x](http://evil) \n# head"
    diff = stories.contract_changes()
    change = msgspec.structs.replace(
        diff.changes[0],
        key=hostile,
        what=hostile,
        before=hostile,
        after=hostile,
        reason=hostile,
        place=Place(file=hostile, line=1),
    )
    bad = msgspec.structs.replace(diff, contract=hostile, base=hostile, changes=(change,), breaking=1, fine=0)
    written = told("contract_diff", replace(stories.win(), contract_diff=bad))
    (row,) = [line for line in written.splitlines() if "everyone" in line and line.startswith("|")]
    outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", row)
    assert outside.count("|") == 5
    assert not re.search(r"[@\[\]]|<(?!/?(?:br|sub)>)|http", outside)
    assert "\n# head" not in written
