from __future__ import annotations

from modelbout.github.api.patience import PATIENCE, WRITE_PAUSE, WRITES_WITHOUT_PAUSE, Patience


def test_patience_is_spent_and_then_nobody_waits() -> None:
    slept: list[float] = []
    patience = Patience(slept.append)
    assert patience.wait(PATIENCE - 1)
    assert not patience.wait(2)
    assert patience.wait(1)
    assert not patience.wait(0.1)
    assert (slept, patience.left) == ([PATIENCE - 1, 1], 0)


def test_a_few_writes_need_no_pause_and_many_do_which_costs_no_patience() -> None:
    slept: list[float] = []
    patience = Patience(slept.append)
    for _ in range(WRITES_WITHOUT_PAUSE):
        patience.before_write()
    assert slept == []
    patience.before_write()
    assert (slept, patience.left) == ([WRITE_PAUSE], PATIENCE)
