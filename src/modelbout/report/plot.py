"""One picture of a report: where its two files are, and the same in words for readers without pictures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plot:
    """A picture in a light and a dark variant; both paths are relative to the report, with forward slashes."""

    name: str
    title: str
    light: str
    dark: str
    text: str
