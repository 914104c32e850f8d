from __future__ import annotations

from typing import Literal

import pytest

from modelbout.bout.wear import Allowance, allowance
from modelbout.config.compare import Wear


@pytest.mark.parametrize(
    ("policy", "bouts", "level", "spent"),
    [
        ("fixed", 0, 0.025, False),
        ("fixed", 10_000, 0.025, False),
        ("budget", 0, 0.025, False),
        ("budget", 19, 0.025, False),
        ("budget", 20, 0.025, True),
        ("strict", 0, 0.00125, False),
        ("strict", 19, 0.00125, False),
        ("strict", 21, 0.00125, True),
    ],
)
def test_what_the_next_bout_may_conclude(
    policy: Literal["fixed", "budget", "strict"],
    bouts: int,
    level: float,
    spent: bool,  # noqa: FBT001 -- a column
) -> None:
    found = allowance(Wear(policy=policy, budget=20), bouts=bouts, confidence=0.95)
    assert found.level == pytest.approx(level)
    assert found.spent is spent


def test_a_strict_budget_of_one_is_the_plain_level() -> None:
    found = allowance(Wear(policy="strict", budget=1), bouts=0, confidence=0.9)
    assert found.confidence == pytest.approx(0.9)
    assert not found.spent
    assert Allowance(0.9).level == pytest.approx(0.05)
