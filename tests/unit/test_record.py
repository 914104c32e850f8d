from __future__ import annotations

import math
from pathlib import Path

import msgspec
import pytest

from modelbout.errors import Place
from modelbout.evidence import Estimate, Interval
from modelbout.record import from_json, to_json, write_atomically


def test_a_record_comes_back_as_it_was() -> None:
    estimate = Estimate(value=0.5, interval=Interval(low=0.4, high=0.6, method="influence function"))
    assert from_json(to_json(estimate), Estimate) == estimate
    assert to_json(estimate).endswith(b"}\n")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_does_not_come_back(number: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        from_json(to_json(Estimate(value=number)), Estimate)


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        from_json(b'{"file": "a", "evil": 1}', Place)


def test_records_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Place(file="a").file = "b"  # type: ignore[misc]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep" / "a.json"
    write_atomically(path, b"old")

    def refuse(_: Path, __: Path) -> Path:
        raise OSError("no")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="no"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
