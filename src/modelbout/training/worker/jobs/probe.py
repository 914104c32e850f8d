"""Which interpreter this is and what is installed in it; nothing heavy is imported."""

from __future__ import annotations

import importlib.metadata
import platform
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def run(_job: Mapping[str, Any]) -> dict[str, Any]:
    """Return the version of Python and of each distribution, by its normalised name."""
    found: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        told = distribution.metadata  # parsed anew each time it is asked for
        if told["Name"]:  # a broken installation has none
            found.setdefault(re.sub(r"[-_.]+", "-", told["Name"]).lower(), told["Version"])
    return {"python": platform.python_version(), "packages": found}
