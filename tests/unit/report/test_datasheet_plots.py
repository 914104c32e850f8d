from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
import polars as pl
import pytest

from modelbout.data.profile import profile
from modelbout.report.datasheet_plots import ACROSS, MOST_PANELS, PANEL_HEIGHT, _short, draw_sheet
from modelbout.report.plots import DPI, WIDTH
from tests.unit.report.test_datasheet import orders
from tests.unit.report.test_plots import size

if TYPE_CHECKING:
    from pathlib import Path


def test_every_column_with_a_shape_has_a_panel(tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    (plot,) = draw_sheet(profile(orders()), tmp_path / "sheet-plots")
    assert (plot.light, plot.dark) == (
        "sheet-plots/distributions-light.png",
        "sheet-plots/distributions-dark.png",
    )
    light = (tmp_path / plot.light).read_bytes()
    assert size(light) == (WIDTH * DPI, int(2 * PANEL_HEIGHT * DPI))
    assert b"Matplotlib" not in light
    assert light != (tmp_path / plot.dark).read_bytes()
    assert "7 columns" in plot.text
    assert dict(mpl.rcParams) == before


def test_equal_numbers_are_equal_bytes(tmp_path: Path) -> None:
    found = profile(pl.DataFrame({"a": range(100)}))
    for place in ("a", "b"):
        draw_sheet(found, tmp_path / place)
    one = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert one == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}


def test_nothing_to_draw(tmp_path: Path) -> None:
    assert draw_sheet(profile(pl.DataFrame({"a": [1, 2]})), tmp_path / "plots") == ()
    assert not (tmp_path / "plots").exists()


@pytest.mark.exhaustive
@pytest.mark.filterwarnings("error")
def test_hostile_names_and_many_columns(tmp_path: Path) -> None:
    bad = "$\\frac{1}{0}$ \u6f22 \x1b\u202e" + "w" * 100
    frame = pl.DataFrame({f"{bad}{place}": [bad] * 20 + ["b"] * 15 + ["rare"] for place in range(MOST_PANELS + 1)})
    (plot,) = draw_sheet(profile(frame), tmp_path)
    assert plot.title == f"Distributions, the first {MOST_PANELS} of {MOST_PANELS + 1}"
    height = MOST_PANELS // ACROSS * PANEL_HEIGHT * DPI
    assert size((tmp_path.parent / plot.dark).read_bytes())[1] == int(height)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (0.25, "0.25"), (2012, "2012"), (12_000, "12k"), (-2_500_000, "\N{MINUS SIGN}2.5M"), (3e9, "3G")],
)
def test_axis_numbers_are_short(value: float, shown: str) -> None:
    assert _short(value) == shown
