from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from msgspec.structs import replace

from modelbout.config.load import load_config
from modelbout.errors import Problem, RegistryError
from modelbout.evidence import Anchor, Estimate, MetricResult, Wear
from modelbout.registry.ledger import Event
from modelbout.registry.queries import Query
from modelbout.results import BoutResult, Side
from modelbout.stages import wear as stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelbout.config.model import Config

CONFIG = """\
version: 1
model: m
task: regression
data: {source: a.csv, target: y, split: {by: i, holdout: 0.2}}
train: {estimator: "p:b"}
compare: {primary: {metric: rmse, rule: RULE, margin: 0.02}, wear: {policy: POLICY, budget: 2}}
promote: {inconclusive: INCONCLUSIVE}
"""
ROWS, OTHER = "1" * 64, "2" * 64
DIGESTS = {name: name * 64 for name in "abcd"}


def config(
    tmp_path: Path, *, rule: str = "superior", policy: str = "budget", inconclusive: str = "keep", anchor: str = ""
) -> Config:
    path = tmp_path / "modelbout.yaml"
    text = CONFIG.replace("RULE", rule).replace("POLICY", policy).replace("INCONCLUSIVE", inconclusive)
    path.write_text(text.replace("budget: 2", f"budget: 2{anchor}"), encoding="utf-8")
    return load_config(path).config


def query(name: str, *, holdout: str = ROWS, part: Literal["open", "sealed"] = "open") -> Query:
    return Query(
        at="now",
        model="m",
        holdout_digest=holdout,
        bundle_digest=DIGESTS[name],
        champion_digest=DIGESTS["a"],
        part=part,
    )


def events(*holdouts: str | None, stage_name: str = "production") -> tuple[Event, ...]:
    """Register and promote one version after the other, each on its holdout."""
    made: list[Event] = []
    for number, holdout in enumerate(holdouts):
        registered = Event(
            seq=2 * number + 1,
            at="2026-05-03T12:00:00Z",
            event="register",
            model="m",
            version=f"v1.{number}.0",
            stage=None,
            previous=None,
            actor="ada",
            reason="won",
            bundle_digest=DIGESTS["abcd"[number]],
            holdout_digest=holdout,
        )
        before = f"v1.{number - 1}.0" if number else None
        crowned = replace(registered, seq=2 * number + 2, event="promote", stage=stage_name, previous=before)
        made += [registered, crowned]
    return tuple(made)


def test_each_other_challenger_on_these_rows_counts_once(tmp_path: Path) -> None:
    asked = [query("a"), query("b"), query("b"), query("c", holdout=OTHER), query("c", part="sealed"), query("d")]
    wear, allowed = stage.wear_of(config(tmp_path), events(ROWS, OTHER), asked, holdout=ROWS, challenger=DIGESTS["d"])
    assert (wear.bouts, wear.promotions, wear.budget, wear.left, wear.holdout) == (2, 1, 2, 0, ROWS)
    assert wear.spent
    assert allowed.spent
    assert "budget is 2: it is spent" in wear.explanation
    assert wear.level == pytest.approx(0.025)


def test_a_promotion_counts_where_bouts_are_not_counted(tmp_path: Path) -> None:
    wear, allowed = stage.wear_of(config(tmp_path), events(ROWS), (), holdout=ROWS, challenger=DIGESTS["d"])
    assert (wear.bouts, wear.promotions, wear.left, allowed.spent) == (1, 1, 1, False)
    assert wear.explanation == "1 other challenger has been judged on this holdout; its budget is 2."
    fresh, _ = stage.wear_of(config(tmp_path), (), (), holdout=ROWS, challenger=DIGESTS["d"])
    assert fresh.explanation.startswith("No other challenger is known to have been judged")


def test_a_fixed_level_has_no_budget(tmp_path: Path) -> None:
    asked = [query("a"), query("b"), query("c")]
    wear, allowed = stage.wear_of(config(tmp_path, policy="fixed"), (), asked, holdout=ROWS, challenger=DIGESTS["d"])
    assert (wear.bouts, wear.budget, wear.left, wear.spent, allowed.spent) == (3, None, None, False, False)
    assert wear.explanation == "3 other challengers have been judged on this holdout; no budget is set."


def test_a_strict_level_is_divided(tmp_path: Path) -> None:
    wear, _ = stage.wear_of(config(tmp_path, policy="strict"), (), (), holdout=ROWS, challenger=DIGESTS["d"])
    assert wear.level == pytest.approx(0.0125)


def test_the_anchor_is_the_champion_that_was_met_first_on_these_rows() -> None:
    told = events(OTHER, ROWS, ROWS)
    found = stage.first_champion("m", told, holdout=ROWS, stage="production")
    assert found == stage.FirstChampion("v1.0.0", DIGESTS["a"])
    alone = stage.first_champion("m", told, holdout=OTHER, stage="production")
    assert alone == stage.FirstChampion("v1.0.0", DIGESTS["a"]), "nobody was met: the one that was made"
    assert stage.first_champion("m", told, holdout="3" * 64, stage="production") is None
    assert stage.first_champion("m", told, holdout=ROWS, stage="test") is None
    assert stage.first_champion("m", (), holdout=ROWS, stage="production") is None


@pytest.mark.parametrize(
    ("rule", "inconclusive", "anchor", "margin"),
    [
        ("superior", "keep", "", None),
        ("superior", "promote_if_non_inferior", "", 0.02),
        ("non_inferior", "keep", "", 0.02),
        ("equivalent", "keep", "", 0.02),
        ("superior", "keep", ", anchor: 0.5", 0.5),
        ("non_inferior", "keep", ", anchor: 0", 0.0),
    ],
)
def test_where_something_may_sink_there_is_an_anchor(
    rule: str, inconclusive: str, anchor: str, margin: float | None, tmp_path: Path
) -> None:
    assert stage.anchor_margin(config(tmp_path, rule=rule, inconclusive=inconclusive, anchor=anchor)) == margin


def result(status: Literal["holds", "uncertain", "broken"]) -> MetricResult:
    return MetricResult(
        metric="rmse",
        title="RMSE",
        better="lower",
        rule="non_inferior",
        status=status,
        challenger=Estimate(value=1.0),
        explanation="Against the anchor: worse.",
    )


def test_a_reader_hears_of_what_stands_in_the_way() -> None:
    spent = Wear(bouts=20, promotions=1, policy="budget", level=0.025, budget=20, left=0, explanation="Spent.")
    first = stage.FirstChampion("v1.0.0", DIGESTS["a"])
    assert stage.anchor_told(first, None) is None
    bad, good = stage.anchor_told(first, result("uncertain")), stage.anchor_told(first, result("holds"))
    assert good == Anchor(version="v1.0.0", bundle_digest=DIGESTS["a"], result=result("holds"))
    assert stage.of_use(spent, bad) == ("The anchor is v1.0.0. Against the anchor: worse.", "Spent.")
    assert stage.of_use(replace(spent, bouts=19), good) == ()
    assert stage.of_use(None, None) == ()


class Book:
    """Remembers what it is told, or refuses."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.told: list[Query] = []
        self.refuses = refuses

    def note(self, query: Query) -> bool:
        if self.refuses:
            raise RegistryError(Problem(found="read only"))
        self.told.append(query)
        return True


def bout(champion: Side | None) -> BoutResult:
    return BoutResult(
        model="m",
        task="regression",
        verdict="loss",
        passed=False,
        reasons=(),
        exit_code=1,
        stage="production",
        confidence=0.95,
        seed=0,
        created="2026-01-01T00:00:00Z",
        challenger=Side(bundle_digest=DIGESTS["b"]),
        champion=champion,
        wear=Wear(bouts=0, promotions=0, policy="budget", level=0.025, holdout=ROWS),
    )


def test_a_bout_against_a_champion_is_counted() -> None:
    book = Book()
    assert stage.count(book, bout(Side(bundle_digest=DIGESTS["a"]))) == ()  # type: ignore[arg-type]
    assert [one.question for one in book.told] == [query("b").question]
    assert stage.count(book, bout(None)) == ()  # type: ignore[arg-type]
    assert len(book.told) == 1


def test_a_bout_that_cannot_be_counted_is_told() -> None:
    told: Sequence[str] = stage.count(Book(refuses=True), bout(Side(bundle_digest=DIGESTS["a"])))  # type: ignore[arg-type]
    assert told == (stage.NOT_COUNTED,)
