"""Start the worker: load this package under a name of its own, and do the job in the file."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

NAME = "modelbout_worker"


def main(job_file: str) -> int:
    """Do the job and return the exit code.

    The package is loaded by its path, not found on ``sys.path``: neither its modules nor those of modelbout, which
    may be installed in another version in the user's environment, can be mistaken for the user's.
    """
    here = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(NAME, here / "__init__.py", submodule_search_locations=[str(here)])
    assert spec is not None  # noqa: S101 -- the file is beside this one
    assert spec.loader is not None  # noqa: S101 -- as above
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[NAME])
    return int(importlib.import_module(f"{NAME}.desk").main(job_file))


if __name__ == "__main__":
    # Python puts this file's directory first on the path; its modules must not shadow the user's.
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]
    sys.exit(main(sys.argv[1]))
