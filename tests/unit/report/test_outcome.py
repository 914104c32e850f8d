from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from modelbout.evidence import MetricResult, Power
from modelbout.report import outcome
from modelbout.report.story import Story
from modelbout.results import BoutResult, Side
from tests.unit.report import stories
from tests.unit.report.stories import estimate, metric


def of(bout: BoutResult, **more: object) -> outcome.Outcome:
    return outcome.of(Story(bout=bout, **more))  # type: ignore[arg-type]


def primary(
    low: float, high: float, *, rule: str = "superior", margin: float = 0.0, status: str = "holds"
) -> MetricResult:
    made = metric("roc_auc", "ROC AUC", 0.8, 0.8 + (low + high) / 2, 0.01, rule="superior", margin=margin)
    middle = (low + high) / 2
    return msgspec.structs.replace(made, rule=rule, status=status, improvement=estimate(middle, low, high))


def test_a_win() -> None:
    told = outcome.of(stories.win())
    assert told.better == "Yes. The challenger is better than the champion `churn@v1.0.0`, and every guardrail holds."
    assert told.amount == (
        "Of 1,000 cases it decides about **14 more rightly** (1 to 26 more). "
        "ROC AUC rises from 0.831 to 0.845: **+1.4 points**, 95 % interval +0.5 to +2.2. "
        "Of 1,409 holdout rows, 52 are newly right and 33 newly wrong."
    )
    assert told.now == (
        "It may take the title at `production`: `modelbout promote` gives it. "
        "Look at `SeniorCitizen` is `1` first: there it is worse than the champion."
    )


def test_in_a_pull_request_the_merge_comes_first() -> None:
    told = outcome.of(replace(stories.win(), awaits_merge=True))
    assert told.now.startswith("It may take the title at `production`: the promotion after the merge gives it. Look")


def test_a_win_without_guardrails() -> None:
    assert of(stories.bout(guardrails=(), guardrail_metrics=())).better.endswith("and no guardrail is set.")


def test_a_win_by_not_being_worse_is_not_called_better() -> None:
    won = stories.bout(primary=primary(-0.004, 0.006, rule="non_inferior", margin=0.005))
    assert of(won).better.startswith("As good: the challenger is at most 0.5 points worse than the champion")
    ahead = stories.bout(primary=primary(0.001, 0.006, rule="non_inferior", margin=0.005))
    assert of(ahead).better.startswith("Yes. The challenger is better")


def test_a_loss_says_worse_only_when_it_is() -> None:
    worse = stories.bout("loss", primary=primary(-0.02, -0.01, status="broken"))
    assert of(worse).better == "No. The challenger is worse than the champion `churn@v1.0.0`."
    short = stories.bout("loss", primary=primary(0.001, 0.004, margin=0.01, status="broken"))
    assert of(short).better == (
        "No. The challenger is not enough better than the champion `churn@v1.0.0`: "
        "it must be better by more than 1 point."
    )


def test_a_loss_by_guardrails() -> None:
    assert outcome.of(stories.slow()).better == (
        "No. The challenger breaks the guardrail Scoring time against the champion."
    )
    two = stories.bout(
        "loss",
        primary=primary(0.01, 0.02),
        guardrail_metrics=(metric("mcc", "MCC", 0.5, 0.4, 0.01, status="broken"),),
        guardrails=stories.guardrails("broken"),
    )
    assert "the guardrails MCC and Scoring time against the champion." in of(two).better


def test_a_loss_for_another_reason_names_it() -> None:
    lost = stories.bout("loss", primary=None, guardrails=(), guardrail_metrics=(), reasons=("it is *slow*", "done."))
    told = of(lost)
    assert told.better == "No. it is &#42;slow&#42;. done."
    assert told.amount == "Not measured."


def test_inconclusive_says_how_many_rows_it_would_take() -> None:
    told = outcome.of(stories.inconclusive())
    assert told.better.startswith("Not shown.")
    assert told.now.endswith("To show a difference of this size takes about 22,000 holdout rows.")
    hopeless = stories.bout("inconclusive", gain=-0.001, power=Power(metric="roc_auc", detectable=0.01))
    assert of(hopeless).now.endswith("or stop here.")
    assert of(stories.bout("inconclusive", power=None)).now.endswith("at `production`.")


def test_inconclusive_by_a_guardrail() -> None:
    unsettled = stories.bout(
        "inconclusive", primary=primary(0.005, 0.02), guardrails=stories.guardrails("uncertain", 1.24)
    )
    told = of(unsettled)
    assert told.better == "Better on ROC AUC, but these rows cannot settle Scoring time against the champion."
    assert told.now == (
        "The champion `churn@v1.0.0` keeps the title at `production`. Measure again: a measurement is not settled."
    )


def test_the_first() -> None:
    told = outcome.of(stories.first())
    assert told.amount == "ROC AUC is 0.831 (95 % interval 0.808 to 0.854); the dummy baseline has 0.500."
    bout = stories.first().bout
    assert bout is not None
    refused = of(msgspec.structs.replace(bout, passed=False, reasons=("it does not beat the dummy baseline",)))
    assert refused.headline == "not good enough to be the first champion"
    assert refused.better == "No. There is no champion to meet yet, but it does not beat the dummy baseline."
    assert refused.now == "Nothing is promoted: `production` stays without a champion."
    silent = of(msgspec.structs.replace(bout, passed=False, reasons=()))
    assert "its conditions do not hold" in silent.better


def test_the_first_by_another_metric_than_the_dummy_is_measured_in() -> None:
    bout = stories.first().bout
    assert bout is not None
    assert bout.baseline is not None
    other = msgspec.structs.replace(bout.baseline, metric="log_loss", title="Log loss")
    assert "the dummy baseline has Log loss of 0.500" in of(msgspec.structs.replace(bout, baseline=other)).amount
    assert of(msgspec.structs.replace(bout, baseline=None)).amount.endswith("0.808 to 0.854).")
    assert bout.primary is not None
    bare = msgspec.structs.replace(bout.primary, challenger=estimate(0.83))
    assert of(msgspec.structs.replace(bout, baseline=None, primary=bare)).amount == "ROC AUC is 0.8300."


def test_an_error() -> None:
    told = outcome.of(stories.error())
    assert told.amount == "Not measured. `casual` and `registered` together give the target `cnt` away."
    assert told.now.startswith("Add one of them to `data.exclude`.")
    bare = stories.bout("error", reasons=("the holdout is empty",), champion=None)
    assert of(bare).amount == "Not measured. the holdout is empty."
    assert of(bare).now == "Mend this and run the bout again. Nothing is promoted at `production`."


def test_a_broken_contract() -> None:
    told = outcome.of(stories.contract())
    assert told.amount == "1 rule is broken, of 33. The widest: `Contract`, 2,310 of 7,043."
    whole = msgspec.structs.replace(stories.BROKEN, columns=(), failed=5, total=10)
    assert "The widest: 5 of 10." in outcome.of(Story(validation=stories.validation(whole))).amount
    odd = msgspec.structs.replace(stories.validation(), passed=False, contract=None)
    assert outcome.of(Story(validation=odd)).amount == "0 rules are broken, of 33."
    assert "change the contract in" in outcome.of(Story(validation=odd)).now
    stale = Story(validation=stories.validation(stories.BROKEN, created=stories.LATER), bout=stories.bout())
    assert "The champion `churn@v1.0.0` keeps the title." in outcome.of(stale).now


def test_not_judged_yet() -> None:
    assert "The data keeps its contract." in outcome.of(Story(validation=stories.validation())).amount
    both = outcome.of(Story(validation=stories.validation(), training=stories.training("reused")))
    assert "was trained before from the same inputs on 5,634 rows" in both.amount
    assert "No contract was checked" in outcome.of(Story(training=stories.training())).amount


@pytest.mark.parametrize(
    ("event", "dry_run", "words"),
    [
        ("promote", False, "`churn@v1.1.0` is now the champion at `production` in place of `churn@v1.0.0`."),
        ("promote", True, "Dry run, nothing was written: `churn@v1.1.0` would be the champion at `production`"),
        ("rollback", False, "The title at `production` went back to `churn@v1.0.0` in place of `churn@v1.1.0`."),
        ("rollback", True, "The title at `production` would go back to"),
        ("hold", False, "Promotions at `production` are on hold."),
        ("release_hold", True, "Promotions at `production` would be allowed again."),
    ],
)
def test_a_change_of_the_title(event: str, dry_run: bool, words: str) -> None:  # noqa: FBT001 -- a column of the table
    told = outcome.of(Story(promotion=stories.promotion(event, dry_run=dry_run)))
    assert words in told.now
    assert told.amount == "The reason given: win; ROC AUC improved."


def test_a_promotion_after_the_verdict() -> None:
    assert outcome.of(stories.promoted()).now.startswith("`churn@v1.1.0` is now the champion")
    anyway = Story(bout=stories.inconclusive().bout, promotion=stories.promotion())
    assert outcome.of(anyway).now.startswith("`churn@v1.1.0` is now the champion")
    nameless = msgspec.structs.replace(stories.promotion(), version=None, previous=None)
    assert outcome.of(Story(promotion=nameless)).now == "the challenger is now the champion at `production`."
    tagged = msgspec.structs.replace(stories.promotion(), version="churn@v9.0.0")
    assert "`churn@v9.0.0` is now" in outcome.of(Story(promotion=tagged)).now


def test_a_metric_that_falls_or_stays() -> None:
    assert "RMSE falls from 1,843 to 1,503 (lower is better): **+340**, 95 % interval +169 to +512, in the" in (
        outcome.of(stories.regression()).amount
    )
    assert "231 are predicted more closely and 134 less closely." in outcome.of(stories.regression()).amount
    same = msgspec.structs.replace(primary(-0.01, 0.01), challenger=estimate(0.8), champion=estimate(0.8))
    assert "ROC AUC stays at 0.800" in of(stories.bout(primary=same)).amount
    bare = msgspec.structs.replace(same, improvement=estimate(0.0))
    assert of(stories.bout(primary=bare, changed=None)).amount.endswith("**0.0 points**.")


def test_a_champion_without_a_version_is_named_by_its_digest() -> None:
    told = of(stories.bout(champion=Side(bundle_digest="ab" * 32)))
    assert "the champion `churn (abababababab)`" in told.better


def test_a_difference_that_was_shown_is_not_called_chance_when_wear_holds_it_back() -> None:
    story = stories.worn()
    assert story.bout is not None
    told = outcome.of(story)
    assert told.better == "Better on ROC AUC, but the sealed rows, which no push has seen, do not bear it out."
    assert "bring another change" in told.now
    closed = msgspec.structs.replace(story.bout, sealed=None)
    assert of(closed).better.endswith("may be worse than the first champion on these rows, `v1.0.0`, by too much.")
    assert "More holdout rows would settle" in of(closed).now
    assert closed.wear is not None
    spent = msgspec.structs.replace(closed, wear=msgspec.structs.replace(closed.wear, bouts=20, left=0))
    assert of(spent).better == "Better on ROC AUC, but these rows were asked too often to decide it."
    alone = msgspec.structs.replace(closed, anchor=None)
    assert of(alone).better.startswith("Not shown.")
