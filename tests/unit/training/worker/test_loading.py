from __future__ import annotations

from functools import partial

import pytest

from modelbout.training.worker import loading


class Clock:
    """Time that passes only when a model is loaded."""

    def __init__(self) -> None:
        self.now = 100.0
        self.order: list[str] = []

    def load(self, name: str, seconds: float) -> None:
        self.order.append(name)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("modelbout.training.worker.loading.time.perf_counter", lambda: made.now)
    return made


def plan(seconds: float) -> dict[str, float]:
    return {"rounds": 4, "least_rounds": 2, "seconds": seconds}


def test_models_are_loaded_in_turns_and_the_first_loads_do_not_count(clock: Clock) -> None:
    spent = loading.in_turns([partial(clock.load, "a", 2.0), partial(clock.load, "b", 0.5)], plan(1000))
    assert spent == [[2.0] * 4, [0.5] * 4]
    assert clock.order == ["a", "b", "b", "a", "a", "b", "b", "a", "a", "b"]


def test_a_slow_model_is_loaded_as_often_as_it_must(clock: Clock) -> None:
    assert loading.in_turns([partial(clock.load, "a", 60.0)], plan(5)) == [[60.0] * 2]
