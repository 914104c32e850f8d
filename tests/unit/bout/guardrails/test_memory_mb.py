from __future__ import annotations

import pytest

from modelbout.bout.measurements import Measurements
from modelbout.errors import DataError
from tests.unit.bout.guardrails.play import ends, match, measured


def test_bytes_are_shown_as_mb() -> None:
    found = measured("memory_mb", match(Measurements(peak_bytes=256_500_000)))
    assert found.value == 256.5
    assert ends(found) == (256.5, 256.5)


def test_a_system_that_does_not_tell() -> None:
    with pytest.raises(DataError, match="memory_mb cannot be measured: this system does not tell"):
        measured("memory_mb", match())
