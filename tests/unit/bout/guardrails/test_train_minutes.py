from __future__ import annotations

import pytest

from modelbout.bout.measurements import Measurements
from modelbout.errors import DataError
from tests.unit.bout.guardrails.play import match, measured


def test_seconds_of_the_fit_are_minutes() -> None:
    assert measured("train_minutes", match(Measurements(train_seconds=90.0))).value == 1.5


def test_a_bundle_that_does_not_say() -> None:
    with pytest.raises(DataError, match="does not say how long its fit took") as caught:
        measured("train_minutes", match())
    assert "train --force" in caught.value.problems[0].fix
