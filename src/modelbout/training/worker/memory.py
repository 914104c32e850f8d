"""How much memory this process has held at most."""

from __future__ import annotations

import sys
from pathlib import Path

STATUS = Path("/proc/self/status")
BYTES_PER_KB = 1024


def peak_bytes() -> int | None:
    """Return the high-water mark of the resident memory; None where the system does not tell.

    On Linux it is read from the process's own status: what getrusage says there is never less than what the parent
    held when it started this process.
    """
    try:
        lines = STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return _by_usage()
    found = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(found[0]) * BYTES_PER_KB if found else None


def _by_usage() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * BYTES_PER_KB
