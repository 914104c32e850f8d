"""Modelbout: every pull request to a machine-learning repository is a bout."""

from __future__ import annotations

__version__ = "0.1.0"
