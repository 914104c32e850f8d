from __future__ import annotations

from modelbout.training.environment import NEEDED
from modelbout.training.worker.jobs import probe


def test_probing_finds_versions() -> None:
    found = probe.run({})
    assert found["python"].startswith("3.")
    assert set(NEEDED) <= set(found["packages"])
    assert all(name == name.lower() and "_" not in name for name in found["packages"])
