"""Colours of the plots, light and dark: told apart by people who see colours differently, and by marks besides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """One set of colours; champion, challenger, better and worse are from Okabe and Ito (2008, Color universal design).

    ``paper`` is GitHub's page in that scheme, so that a picture has no visible edge.
    """

    name: str
    paper: str
    ink: str
    faint: str
    grid: str
    champion: str
    challenger: str
    better: str
    worse: str


LIGHT = Palette(
    name="light",
    paper="#ffffff",
    ink="#1f2328",
    faint="#59636e",
    grid="#d8dee4",
    champion="#0072b2",
    challenger="#d55e00",
    better="#007a59",
    worse="#b34700",
)

DARK = Palette(
    name="dark",
    paper="#0d1117",
    ink="#e6edf3",
    faint="#9198a1",
    grid="#2a313a",
    champion="#56b4e9",
    challenger="#e69f00",
    better="#35c99b",
    worse="#ff8a4c",
)
