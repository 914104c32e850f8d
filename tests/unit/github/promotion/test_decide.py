from __future__ import annotations

import pytest

from modelbout.github.promotion.decide import Finding, decide, spent
from modelbout.registry.ledger import Event


def findings(*outcomes: str) -> list[Finding]:
    return [
        Finding(f"#{number}", f"c{number}", outcome, f"why {number}")  # type: ignore[arg-type]
        for number, outcome in enumerate(outcomes, start=1)
    ]


# What was found, oldest first; whether a hold stands -> outcomes told, fight, held, cursor.
TABLE: list[tuple[list[str], bool, list[str], bool, bool, str | None]] = [
    ([], False, [], False, False, None),
    (["promoted"], False, ["promoted"], False, False, "c1"),
    (["kept"], False, ["kept"], False, False, "c1"),
    (["open"], False, ["open"], True, False, None),
    (["promoted", "promoted"], False, ["promoted", "promoted"], False, False, "c2"),
    (["promoted", "open"], False, ["promoted", "open"], True, False, "c1"),
    (["open", "promoted"], False, ["covered", "promoted"], False, False, "c2"),
    (["open", "kept"], False, ["covered", "kept"], False, False, "c2"),
    (["open", "promoted", "open"], False, ["covered", "promoted", "open"], True, False, "c2"),
    (["kept", "open", "open"], False, ["kept", "open", "open"], True, False, "c1"),
    # While a hold stands nothing is promoted, no bout is fought for nothing, and the cursor stays before it.
    (["held"], True, ["held"], False, True, None),
    (["kept", "held"], True, ["kept", "held"], False, True, "c1"),
    (["open"], True, ["open"], False, True, None),
    (["kept"], True, ["kept"], False, False, "c1"),
    (["promoted"], True, ["promoted"], False, False, "c1"),
]


@pytest.mark.parametrize("row", TABLE)
def test_what_follows(row: tuple[list[str], bool, list[str], bool, bool, str | None]) -> None:
    found, hold, told, fight, held, cursor = row
    decision = decide(findings(*found), hold=hold)
    assert [finding.outcome for finding in decision.findings] == told
    assert (decision.fight, decision.held, decision.cursor) == (fight, held, cursor)


def test_a_covered_merge_names_the_one_that_covers_it() -> None:
    first = decide(findings("open", "open", "kept"), hold=False).findings[0]
    assert first.why == "why 1; its changes are part of #3, which was judged"


def event(seq: int, **fields: object) -> Event:
    told: dict[str, object] = {
        "event": "promote",
        "stage": "production",
        "bundle_digest": "b",
        "verdict_digest": "v",
        **fields,
    }
    return Event(
        seq=seq,
        at="2026-05-03T12:00:00Z",
        model="m",
        version="v1.0.0",
        previous=None,
        actor="ada",
        reason="won",
        **told,  # type: ignore[arg-type]
    )


def test_a_verdict_gives_a_title_once() -> None:
    gave = event(3)
    assert spent([event(1, event="register"), gave], stage="production", bundle="b", verdict="v") is gave
    assert spent([gave, event(4, event="rollback")], stage="production", bundle="b", verdict="v") is gave


@pytest.mark.parametrize(
    "other", [{"stage": "test"}, {"bundle_digest": "c"}, {"verdict_digest": "w"}, {"event": "hold"}]
)
def test_another_promotion_leaves_a_verdict_fresh(other: dict[str, object]) -> None:
    assert spent([event(1, **other)], stage="production", bundle="b", verdict="v") is None


def test_a_promotion_without_a_verdict_is_never_taken_for_another() -> None:
    assert spent([event(1, verdict_digest=None)], stage="production", bundle="b", verdict=None) is None
