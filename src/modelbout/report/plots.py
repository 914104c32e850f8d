"""The pictures of a bout, each in a light and a dark variant, drawn from the numbers of its result alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from modelbout.report import plot_texts, readings
from modelbout.report.escape import clean
from modelbout.report.numbers import MINUS, gain, unit_of
from modelbout.report.palette import DARK, LIGHT
from modelbout.report.plot import Plot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from matplotlib.axes import Axes

    from modelbout.evidence import Curve, Estimate, MetricResult, SliceResult
    from modelbout.report.numbers import Unit
    from modelbout.report.palette import Palette
    from modelbout.results import BoutResult

WIDTH = 7.2
DPI = 200
"""Inches and dots: 1,440 pixels, twice the 720 that a comment shows, for screens of double density."""

ROW_HEIGHT = 0.34
LABEL_LIMIT = 30
"""Inches and characters of one line of a forest plot. Our own choice."""

FONT = "DejaVu Sans"
"""The font that matplotlib brings along: the same picture on every machine."""

ROUND_STEPS = (1, 2, 2.5, 5, 10)
"""Distances of ticks, times a power of ten."""

_NO_GLYPH = "?"
_DASHES = (0, (2, 1.5))
_STATUS_WORDS = {
    "holds": "rule holds",
    "broken": "rule broken",
    "uncertain": "not settled",
    "shown": "no rule",
}


def draw(bout: BoutResult, into: Path) -> tuple[Plot, ...]:
    """Draw what the bout has numbers for, as PNG files in the directory, and return the plots in reading order.

    The same numbers give the same bytes. A bout that ended in an error has none.

    Args:
        bout: the result.
        into: the directory, made if need be; the paths in the plots are relative to its parent.

    Raises:
        OSError: the directory cannot be written.
    """
    into.mkdir(parents=True, exist_ok=True)
    return tuple(_plot(name, bout, into) for name in _PAINTERS if plot_texts.drawable(name, bout))


def _plot(name: str, bout: BoutResult, into: Path) -> Plot:
    paths = {}
    for palette in (LIGHT, DARK):
        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(style(palette))
            figure = Figure(dpi=DPI, layout="constrained")
            FigureCanvasAgg(figure)
            _PAINTERS[name](figure, bout, palette)
            path = into / f"{name}-{palette.name}.png"
            # No version and no date in the file, so that equal numbers are equal bytes.
            figure.savefig(path, format="png", metadata={"Software": None})
            paths[palette.name] = f"{into.name}/{path.name}"
    return Plot(
        name=name,
        title=plot_texts.title(name, bout),
        light=paths["light"],
        dark=paths["dark"],
        text=plot_texts.describe(name, bout),
    )


def style(palette: Palette) -> dict[Any, object]:
    """Return how every picture of ours looks, as settings of matplotlib."""
    return {
        "font.family": FONT,
        "font.size": 9,
        "text.parse_math": False,  # a dollar in a column's name is a dollar
        "text.color": palette.ink,
        "figure.facecolor": palette.paper,
        "figure.constrained_layout.w_pad": 0.09,
        "figure.constrained_layout.h_pad": 0.07,
        "axes.facecolor": palette.paper,
        "axes.edgecolor": palette.grid,
        "axes.labelcolor": palette.faint,
        "axes.labelsize": 9,
        "axes.titlesize": 10,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": palette.grid,
        "grid.linewidth": 0.7,
        "xtick.color": palette.grid,
        "ytick.color": palette.grid,
        "xtick.labelcolor": palette.faint,
        "ytick.labelcolor": palette.faint,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "legend.frameon": False,
        "legend.fontsize": 9,
        "lines.linewidth": 1.8,
        "lines.solid_capstyle": "round",
    }


def _differences(figure: Figure, bout: BoutResult, palette: Palette) -> None:
    """Draw one panel for each unit, so that every axis has true numbers; what decides stands first."""
    panels = plot_texts.by_unit(bout)
    heights = [len(metrics) + 1.1 for metrics in panels.values()]
    figure.set_size_inches(WIDTH, 0.6 + ROW_HEIGHT * sum(heights) + 0.45 * len(heights))
    grid = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)
    for axes, (unit, metrics) in zip(grid[:, 0], panels.items(), strict=True):
        _forest(axes, len(metrics), palette, f"Improvement{f', {unit.name}' if unit.name else ''}")
        for row, metric in enumerate(metrics):
            _difference(axes, row, metric, unit, palette)
        axes.set_yticks(range(len(metrics)), [drawn_name(_role(metric, bout)) for metric in metrics])
        _centre(axes)
    _key(figure, panels, palette)


def _key(figure: Figure, panels: Mapping[Unit, list[MetricResult]], palette: Palette) -> None:
    """Explain the colours and the dashed line, as far as they are there."""
    metrics = [metric for members in panels.values() for metric in members]
    handles = []
    for status, words in _STATUS_WORDS.items():
        if any(metric.status == status for metric in metrics):
            colour, mark = _tone(status, palette)
            handles.append(Line2D([], [], color=colour, marker=mark, linewidth=2.4, label=words))
    if any(plot_texts.line(metric) is not None for metric in metrics):
        handles.append(Line2D([], [], color=palette.faint, linewidth=1.2, linestyle=_DASHES, label="must lie above"))
    figure.legend(handles=handles, loc="outside upper right", ncols=len(handles), handlelength=2)


def _difference(axes: Axes, row: int, metric: MetricResult, unit: Unit, palette: Palette) -> None:
    estimate = metric.improvement
    if estimate is None:
        return
    _interval(axes, row, estimate, unit, _tone(metric.status, palette))
    line = plot_texts.line(metric)
    if line is not None:
        place = line * unit.factor
        axes.plot([place, place], [row - 0.36, row + 0.36], color=palette.faint, linewidth=1.2, linestyle=_DASHES)
    shown = gain(estimate, unit, margin=metric.margin)
    _note(axes, row, f"{shown.value}  ({shown.span})", palette)


def _slices(figure: Figure, bout: BoutResult, palette: Palette) -> None:
    """Draw the improvement of each group, with its column as a heading above its groups."""
    parts = plot_texts.drawn_slices(bout)
    unit = unit_of(bout.primary.metric) if bout.primary else unit_of("")
    rows: list[SliceResult | str] = []
    for part in parts:
        if not rows or part.column not in {entry.column for entry in rows if not isinstance(entry, str)}:
            rows.append(part.column)
        rows.append(part)
    figure.set_size_inches(WIDTH, 1.0 + ROW_HEIGHT * len(rows))
    axes = figure.subplots()
    title = drawn_name(bout.primary.title) if bout.primary else "the primary metric"
    _forest(
        axes,
        len(rows),
        palette,
        f"Improvement in {title}{f', {unit.name}' if unit.name else ''} (number of rows in brackets)",
    )
    for row, entry in enumerate(rows):
        if isinstance(entry, str):
            continue
        if entry.improvement is None or entry.status == "not enough rows":
            _note(axes, row, "not enough rows", palette)
            continue
        tone = {"better": palette.better, "worse": palette.worse}.get(entry.status, palette.faint)
        mark = {"better": ">", "worse": "<"}.get(entry.status, "o")
        _interval(axes, row, entry.improvement, unit, (tone, mark))
        shown = gain(entry.improvement, unit)
        _note(axes, row, f"{shown.value}  ({shown.span})", palette)
    labels = [
        drawn_name(entry) if isinstance(entry, str) else f"{drawn_name(entry.group)}  ({entry.rows:,})"
        for entry in rows
    ]
    axes.set_yticks(range(len(rows)), labels)
    for entry, tick in zip(rows, axes.get_yticklabels(), strict=True):
        if isinstance(entry, str):
            tick.set_fontweight("bold")
    _centre(axes)


def _forest(axes: Axes, rows: int, palette: Palette, caption: str) -> None:
    """Prepare an axis of ``rows`` lines, from the top down, with zero in ink."""
    axes.set_ylim(rows - 0.4, -0.75)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0, labelcolor=palette.ink)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=palette.ink, linewidth=1)
    axes.set_xlabel(caption)
    axes.annotate(
        "\N{LEFTWARDS ARROW} worse   better \N{RIGHTWARDS ARROW}",
        (0, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 2),
        textcoords="offset points",
        ha="center",
        color=palette.faint,
        fontsize=8.5,
    )


def _interval(axes: Axes, row: int, estimate: Estimate, unit: Unit, tone: tuple[str, str]) -> None:
    colour, mark = tone
    value, factor = estimate.value, unit.factor
    low, high = (estimate.interval.low, estimate.interval.high) if estimate.interval else (value, value)
    axes.plot([low * factor, high * factor], [row, row], color=colour, linewidth=2.4, solid_capstyle="butt")
    for end in (low, high):
        axes.plot([end * factor] * 2, [row - 0.12, row + 0.12], color=colour, linewidth=1.6)
    axes.plot(
        [value * factor],
        [row],
        marker=mark,
        markersize=6.5 if mark == "o" else 9,
        color=colour,
        markeredgecolor=axes.get_facecolor(),
        markeredgewidth=1.0 if mark == "o" else 0.0,
    )


def _note(axes: Axes, row: int, words: str, palette: Palette) -> None:
    axes.text(1.02, row, words, transform=axes.get_yaxis_transform(), va="center", color=palette.faint, fontsize=8.5)


def _centre(axes: Axes) -> None:
    """Keep zero in sight with some air on both sides, and few round ticks with true minus signs."""
    low, high = axes.dataLim.intervalx
    low, high = (min(low, 0.0), max(high, 0.0)) if math.isfinite(low) and math.isfinite(high) else (-1.0, 1.0)
    air = 0.08 * (high - low) or 1.0
    axes.set_xlim(low - air, high + air)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=ROUND_STEPS))
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))


def _tick(value: float, _position: float | None = None) -> str:
    if abs(value) < 1e-12:  # noqa: PLR2004 -- what a locator's sums leave of zero
        return "0"
    return f"{value:+,.6g}".replace("-", MINUS)


def _rates(figure: Figure, bout: BoutResult, palette: Palette) -> None:
    """Draw ROC and precision-recall side by side."""
    figure.set_size_inches(WIDTH, 3.7)
    left, right = figure.subplots(1, 2)
    _unit_square(left, "ROC", "negatives flagged (false positive rate)", "positives found (recall)")
    left.plot([0, 1], [0, 1], color=palette.faint, linewidth=1, linestyle=(0, (1, 2)))
    recall = readings.of_kind(bout.curves, "precision_recall")
    _unit_square(right, "Precision and recall", "positives found (recall)", "flagged that are right (precision)")
    _lines(left, readings.of_kind(bout.curves, "roc"), palette)
    _lines(right, recall, palette)
    for curve in list(recall.values())[:1]:
        right.axhline(curve.y[-1], color=palette.faint, linewidth=1, linestyle=(0, (1, 2)))
    _legend(figure, left)


def _calibration(figure: Figure, bout: BoutResult, palette: Palette) -> None:
    """Draw what was said against what came true, and the gap between them on a scale of its own."""
    figure.set_size_inches(WIDTH, 3.7)
    left, right = figure.subplots(1, 2)
    said, came = plot_texts.calibration_axes(bout)
    _unit_square(left, "Calibration", said, came)
    left.plot([0, 1], [0, 1], color=palette.faint, linewidth=1, linestyle=(0, (1, 2)))
    sides = readings.of_kind(bout.curves, "calibration")
    _lines(left, sides, palette, marks=True)
    right.set_title("Gap: came true minus said")
    right.set_xlim(0, 1)
    right.set_xlabel(said)
    right.xaxis.set_major_formatter(FuncFormatter(_percent))
    right.axhline(0, color=palette.ink, linewidth=1)
    for side, curve in sides.items():
        gaps = [100 * (y - x) for x, y in zip(curve.x, curve.y, strict=False)]
        _line(right, side, list(curve.x), gaps, palette, marks=True)
    widest = max((abs(end) for end in right.dataLim.intervaly if math.isfinite(end)), default=1.0)
    right.set_ylim(-1.15 * max(widest, 1.0), 1.15 * max(widest, 1.0))
    right.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=ROUND_STEPS))
    right.yaxis.set_major_formatter(FuncFormatter(_tick))
    right.set_ylabel("points")
    _legend(figure, left)


def _residuals(figure: Figure, bout: BoutResult, palette: Palette) -> None:
    """Draw the mean error along the prediction: a good model stays at zero everywhere."""
    figure.set_size_inches(WIDTH, 3.5)
    axes = figure.subplots()
    axes.axhline(0, color=palette.ink, linewidth=1)
    _lines(axes, readings.of_kind(bout.curves, "residuals"), palette, marks=True)
    axes.set_xlabel("prediction (mean of a group of rows), in the target's unit")
    axes.set_ylabel("truth minus prediction (mean)")
    axes.margins(x=0.02, y=0.12)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:,.6g}".replace("-", MINUS)))
    axes.yaxis.set_major_formatter(FuncFormatter(_tick))
    _legend(figure, axes)


def _unit_square(axes: Axes, title: str, across: str, up: str) -> None:
    axes.set_title(title)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel=across, ylabel=up, aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks([0, 0.25, 0.5, 0.75, 1])
        axis.set_major_formatter(FuncFormatter(_percent))


def _percent(value: float, _position: float | None = None) -> str:
    return f"{100 * value:.0f} %"


def _lines(axes: Axes, sides: Mapping[str, Curve], palette: Palette, *, marks: bool = False) -> None:
    for side, curve in sides.items():
        points = [(x, y) for x, y in zip(curve.x, curve.y, strict=False) if math.isfinite(x) and math.isfinite(y)]
        _line(axes, side, [x for x, _ in points], [y for _, y in points], palette, marks=marks)


def _line(axes: Axes, side: str, x: list[float], y: list[float], palette: Palette, *, marks: bool) -> None:
    champion = side == "champion"
    axes.plot(
        x,
        y,
        label=side,
        color=palette.champion if champion else palette.challenger,
        linestyle=(0, (4, 1.6)) if champion else "-",
        marker=("s" if champion else "o") if marks else "",
        markersize=4.5,
        markeredgewidth=0,
    )


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2, handlelength=2.6)


def _role(metric: MetricResult, bout: BoutResult) -> str:
    return f"{metric.title} (decides)" if bout.primary and metric.metric == bout.primary.metric else metric.title


def _tone(status: str, palette: Palette) -> tuple[str, str]:
    """Return the colour and the mark of a rule's status; the marks differ for those who see no colours."""
    known = {"holds": (palette.better, "o"), "broken": (palette.worse, "X"), "uncertain": (palette.champion, "D")}
    return known.get(status, (palette.faint, "o"))


def drawn_name(name: str, *, limit: int = LABEL_LIMIT) -> str:
    """Return a name from outside with what the font can draw of it."""
    font = get_font(findfont(FontProperties(family=FONT)))
    shown = clean(name, limit=limit)
    return "".join(letter if font.get_char_index(ord(letter)) else _NO_GLYPH for letter in shown)


_PAINTERS: Mapping[str, Callable[[Figure, BoutResult, Palette], None]] = {
    "differences": _differences,
    "slices": _slices,
    "rates": _rates,
    "calibration": _calibration,
    "residuals": _residuals,
}
