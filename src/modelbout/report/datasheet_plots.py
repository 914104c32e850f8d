"""The pictures of a data sheet: all distributions side by side, in a light and a dark variant."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from modelbout.report.datasheet_cells import moment
from modelbout.report.distribution import shape
from modelbout.report.numbers import MINUS
from modelbout.report.palette import DARK, LIGHT
from modelbout.report.plot import Plot
from modelbout.report.plots import DPI, WIDTH, drawn_name, style

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from modelbout.profile import ColumnProfile, Profile
    from modelbout.report.palette import Palette

ACROSS = 4
"""Panels in a row: each as wide as a thumb in a comment. Our own choice."""

MOST_PANELS = 40
"""Panels of one picture: ten rows, as much as a page holds. Our own choice."""

PANEL_HEIGHT = 1.35
VALUES = 5
LEAST_VALUES = 3
NAME_LIMIT = 24
"""Inches; values of one panel, at most and as room is left for; characters of a name. Our own choice."""


def draw_sheet(profile: Profile, into: Path) -> tuple[Plot, ...]:
    """Draw the distributions of a profile as PNG files in the directory; nothing when no column has one.

    The same numbers give the same bytes. Paths in the plot are relative to the directory's parent.

    Raises:
        OSError: the directory cannot be written.
    """
    drawable = [column for column in profile.columns if column.categories or _numeric(column)]
    shown = drawable[:MOST_PANELS]
    if not shown:
        return ()
    into.mkdir(parents=True, exist_ok=True)
    paths = {}
    for palette in (LIGHT, DARK):
        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(style(palette))
            figure = Figure(dpi=DPI, layout="constrained")
            FigureCanvasAgg(figure)
            _panels(figure, shown, palette)
            path = into / f"distributions-{palette.name}.png"
            # No version and no date in the file, so that equal numbers are equal bytes.
            figure.savefig(path, format="png", metadata={"Software": None})
            paths[palette.name] = f"{into.name}/{path.name}"
    more = f", the first {len(shown)} of {len(drawable)}" if len(drawable) > len(shown) else ""
    return (
        Plot(
            name="distributions",
            title=f"Distributions{more}",
            light=paths["light"],
            dark=paths["dark"],
            text=f"Distributions of {len(shown)} columns{more}; the tables below say the same.",
        ),
    )


def _numeric(column: ColumnProfile) -> bool:
    return column.numbers is not None and shape(column.numbers) is not None


def _panels(figure: Figure, columns: list[ColumnProfile], palette: Palette) -> None:
    rows = math.ceil(len(columns) / ACROSS)
    figure.set_size_inches(WIDTH, PANEL_HEIGHT * rows)
    grid = figure.subplots(rows, ACROSS, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(columns):
            axes.set_axis_off()
            continue
        column = columns[place]
        axes.set_title(drawn_name(column.name, limit=NAME_LIMIT), fontsize=8, pad=4)
        axes.grid(visible=False)
        axes.tick_params(length=0, labelsize=6.5)
        if column.categories:
            _values(axes, column, palette)
        else:
            _bars(axes, column, palette)


def _values(axes: Axes, column: ColumnProfile, palette: Palette) -> None:
    top = [(drawn_name(one.value, limit=NAME_LIMIT), one.count) for one in column.categories[:VALUES]]
    rest = column.count - sum(count for _, count in top)
    bars = [*top, *([("other", rest)] if rest else [])]
    places = range(len(bars))
    colours = [palette.champion] * len(top) + [palette.faint] * (len(bars) - len(top))
    # Each name stands above its bar: beside it, long names would leave no room for the bars.
    axes.barh([place + 0.22 for place in places], [rows / column.count for _, rows in bars], color=colours, height=0.36)
    for place, (name, _) in zip(places, bars, strict=True):
        axes.text(0, place - 0.2, name, va="center", fontsize=6.5, color=palette.faint)
    axes.set_yticks([])
    axes.set_ylim(max(len(bars), LEAST_VALUES) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"])
    axes.spines["left"].set_visible(False)


def _bars(axes: Axes, column: ColumnProfile, palette: Palette) -> None:
    found = None if column.numbers is None else shape(column.numbers)
    if found is None:
        return
    colour = palette.champion
    starts = [found.low + found.width * place for place in range(len(found.shares))]
    # A bar of one whole number stands above that number.
    shift = 0.5 if found.single else 0.0
    axes.bar([start - shift for start in starts], found.shares, width=found.width * 0.92, align="edge", color=colour)
    axes.set_xlim(found.low - shift, found.high - shift)
    axes.set_ylim(0, max(found.shares) * 1.08)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    if column.type in ("date", "datetime"):
        ends = [found.low, found.high]
        axes.set_xticks(ends, [moment(end, column.type)[:10] for end in ends])
        left, right = axes.get_xticklabels()
        left.set_horizontalalignment("left")
        right.set_horizontalalignment("right")
    else:
        axes.xaxis.set_major_locator(MaxNLocator(3, integer=found.single))
        axes.xaxis.set_major_formatter(FuncFormatter(_short))


def _short(value: float, _position: float | None = None) -> str:
    """Return an axis number that fits below a narrow panel."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * size or (size > 1e3 and abs(value) >= size):  # noqa: PLR2004 -- 2,012 is a year
            return f"{value / size:,.4g}{letter}".replace("-", MINUS)
    return f"{value:,.4g}".replace(",", "").replace("-", MINUS)
