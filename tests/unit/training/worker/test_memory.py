from __future__ import annotations

import builtins
import resource
import sys
from typing import TYPE_CHECKING, Any

from modelbout.training.worker import memory

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

STATUS = "Name:\tpython\nVmPeak:\t  999 kB\nVmHWM:\t  2048 kB\nVmRSS:\t  100 kB\n"


def test_the_high_water_mark_of_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "STATUS", tmp_path / "status")
    memory.STATUS.write_text(STATUS)
    assert memory.peak_bytes() == 2048 * 1024
    memory.STATUS.write_text("Name:\tpython\n")
    assert memory.peak_bytes() is None


def test_a_system_without_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "STATUS", tmp_path / "gone")
    monkeypatch.setattr(resource, "getrusage", lambda _who: type("Usage", (), {"ru_maxrss": 5000}))
    for platform, factor in (("darwin", 1), ("freebsd14", 1024)):
        monkeypatch.setattr(sys, "platform", platform)
        assert memory.peak_bytes() == 5000 * factor


def test_a_system_that_does_not_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "resource":
            raise ImportError(name)
        return load(name, *rest, **more)

    monkeypatch.setattr(memory, "STATUS", tmp_path / "gone")
    monkeypatch.setattr(builtins, "__import__", without)
    assert memory.peak_bytes() is None
