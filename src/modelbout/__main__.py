"""Run the command line by ``python -m modelbout``."""

from __future__ import annotations

from modelbout.cli.main import entry

if __name__ == "__main__":
    entry()
