"""Programs that some tests need and a machine may lack: skipped with a line, or failed where CI says so."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

REQUIRED = "MODELBOUT_REQUIRE_TOOLS"
# Where `make tools` puts what is written in Go, whichever Python runs the tests; before what else the machine has.
OWN = Path(__file__).parents[1] / ".venv" / "tools"
GO = "`make tools` installs it; that needs Go"


def need(program: str, *, how: str) -> str:
    """Return the program's path; without it skip the test, or fail it when ``MODELBOUT_REQUIRE_TOOLS`` is set."""
    found = shutil.which(program, path=os.pathsep.join((str(OWN), os.environ.get("PATH", ""))))
    if found is None:
        line = f"{program} is not on this machine; {how}"
        if os.environ.get(REQUIRED):
            pytest.fail(f"{line} ({REQUIRED} is set)")
        pytest.skip(line)
    return found
