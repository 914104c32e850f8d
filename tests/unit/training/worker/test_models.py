from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.training.worker.findings import Stop
from modelbout.training.worker.models import load_model

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("version", ["0.11.0", "0.9", "0.12.dev0"])
def test_a_skops_that_runs_forged_files_is_refused(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skops.__version__", version)
    with pytest.raises(Stop, match="is not safe to load with"):
        load_model(str(tmp_path / "none.skops"), {"1.9": []})
    for newer in ("0.13.0", "0.16.0", "1.0rc1"):
        monkeypatch.setattr("skops.__version__", newer)
        with pytest.raises(FileNotFoundError):
            load_model(str(tmp_path / "none.skops"), {"1.9": []})
