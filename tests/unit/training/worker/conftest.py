from __future__ import annotations

import random
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what a job does to its process: the path, the user's modules, the random state."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(random, "seed", lambda _seed: None)
    before = set(sys.modules)
    state = np.random.get_state()  # noqa: NPY002 -- the one that is seeded
    yield
    np.random.set_state(state)  # noqa: NPY002 -- as above
    for name in set(sys.modules) - before:
        if not name.startswith(("sklearn", "skops", "scipy", "numpy", "pandas")):
            del sys.modules[name]
