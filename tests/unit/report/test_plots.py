from __future__ import annotations

import itertools
import struct
from typing import TYPE_CHECKING

import matplotlib as mpl
import msgspec
import pytest

from modelbout.evidence import Curve, SliceResult
from modelbout.report import plot_texts, plots
from modelbout.report.numbers import PLAIN, POINTS, TARGET
from modelbout.report.plots import DPI, WIDTH, draw
from tests.unit.report import stories

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.report.story import Story
    from modelbout.results import BoutResult


def bout_of(story: Story) -> BoutResult:
    assert story.bout is not None
    return story.bout


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_classifiers_pictures(tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    drawn = draw(bout_of(stories.win()), tmp_path / "run" / "plots")
    assert [plot.name for plot in drawn] == ["differences", "slices", "rates", "calibration"]
    for plot in drawn:
        for path in (plot.light, plot.dark):
            data = (tmp_path / "run" / path).read_bytes()
            assert size(data)[0] == WIDTH * DPI
            assert b"Matplotlib" not in data
            assert b"tIME" not in data
        assert plot.light == f"plots/{plot.name}-light.png"
        assert (tmp_path / "run" / plot.light).read_bytes() != (tmp_path / "run" / plot.dark).read_bytes()
        assert len(plot.text) > 50
    assert dict(mpl.rcParams) == before


def test_equal_numbers_are_equal_bytes(tmp_path: Path) -> None:
    bout = msgspec.structs.replace(bout_of(stories.win()), slices=(), metrics=())
    for place in ("a", "b"):
        draw(bout, tmp_path / place)
    one = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert one == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}


def test_a_regressions_pictures(tmp_path: Path) -> None:
    drawn = draw(bout_of(stories.regression()), tmp_path)
    assert [plot.name for plot in drawn] == ["differences", "slices", "residuals"]
    assert "Largest mean error" in drawn[2].text
    assert "champion 402.0, challenger 150.0" in drawn[2].text


def test_a_first_has_curves_only(tmp_path: Path) -> None:
    assert [plot.name for plot in draw(bout_of(stories.first()), tmp_path)] == ["rates", "calibration"]


def test_an_error_has_no_picture(tmp_path: Path) -> None:
    assert draw(bout_of(stories.error()), tmp_path / "plots") == ()


@pytest.mark.filterwarnings("error")
def test_names_from_outside_are_no_formulas_and_no_warnings(tmp_path: Path) -> None:
    bout = bout_of(stories.win())
    bad = "$\\frac{1}{0}$ $x_ \u6f22\u5b57 \x00\u202e" + "w" * 200
    parts = (
        stories.part(bad, bad, 500, "worse", -0.02),
        stories.part(bad, "$", 500, "no difference shown", 0.0),
        stories.part("other", "", 5, "not enough rows"),
    )
    assert bout.primary is not None
    primary = msgspec.structs.replace(bout.primary, title=bad, status="broken")
    metrics = tuple(msgspec.structs.replace(metric, title=bad) for metric in bout.metrics)
    hostile = msgspec.structs.replace(bout, slices=parts, primary=primary, metrics=metrics, curves=())
    assert [plot.name for plot in draw(hostile, tmp_path)] == ["differences", "slices"]
    assert plots.drawn_name("a\u6f22b") == "a?b"


def test_degenerate_numbers_are_drawn(tmp_path: Path) -> None:
    bout = bout_of(stories.win())
    flat = stories.estimate(0.0, 0.0, 0.0)
    assert bout.primary is not None
    bare = msgspec.structs.replace(bout.primary, improvement=stories.estimate(0.01))
    zero = SliceResult(column="a", group="b", rows=500, status="no difference shown", improvement=flat)
    point = tuple(
        Curve(kind=kind, side="challenger", x=(0.5, float("nan")), y=(0.5, 0.5))
        for kind in ("roc", "precision_recall", "calibration", "residuals")
    )
    odd = msgspec.structs.replace(
        bout, primary=bare, metrics=(), guardrail_metrics=(), slices=(zero,), curves=point, task="multiclass"
    )
    assert [plot.name for plot in draw(odd, tmp_path)] == ["differences", "slices", "rates", "calibration", "residuals"]
    nobody = msgspec.structs.replace(odd, primary=None, curves=())
    assert [plot.name for plot in draw(nobody, tmp_path)] == ["slices"]


def test_every_picture_says_what_it_shows() -> None:
    bout = bout_of(stories.win())
    assert plot_texts.describe("differences", bout).startswith(
        "Above zero is better. ROC AUC +1.4 points (+0.5 to +2.2); "
    )
    assert "SeniorCitizen 1 \u22122.9 points, worse" in plot_texts.describe("slices", bout)
    assert "Mailed check not enough rows." in plot_texts.describe("slices", bout)
    assert "champion 48 %, challenger 52 %" in plot_texts.describe("rates", bout)
    assert "challenger 1 %" in plot_texts.describe("calibration", bout)
    assert plot_texts.title("slices", bout) == "Improvement in each slice with its 95 % interval"
    assert plot_texts.title("rates", bout) == "ROC, precision and recall"


def test_metrics_stand_with_those_of_their_unit() -> None:
    groups = plot_texts.by_unit(bout_of(stories.regression()))
    assert list(groups) == [TARGET, POINTS, PLAIN]
    assert [metric.metric for metric in groups[TARGET]] == ["rmse", "mae"]
    assert next(iter(plot_texts.by_unit(bout_of(stories.win())))) == POINTS


def test_the_line_that_a_rule_draws() -> None:
    bout = bout_of(stories.regression())
    assert bout.primary is not None
    assert plot_texts.line(bout.primary) == 100.0
    assert plot_texts.line(bout.guardrail_metrics[0]) == -50.0
    assert plot_texts.line(bout.metrics[0]) is None


def test_too_many_slices_keep_the_notable_ones() -> None:
    bout = bout_of(stories.win())
    many = tuple(stories.part(f"c{number % 3}", f"g{number}", 500, "no difference shown", 0.01) for number in range(50))
    worst = stories.part("c9", "the worst", 500, "worse", -0.05)
    shown = plot_texts.drawn_slices(msgspec.structs.replace(bout, slices=(*many, worst)))
    assert len(shown) == plot_texts.SLICES_LIMIT
    assert worst in shown
    columns = [part.column for part in shown]
    assert len(set(columns)) == 1 + sum(one != other for one, other in itertools.pairwise(columns))


def test_the_axes_of_calibration() -> None:
    bout = bout_of(stories.win())
    assert plot_texts.calibration_axes(bout) == ("probability that was said", "share that came true")
    multi = msgspec.structs.replace(bout, task="multiclass")
    assert plot_texts.calibration_axes(multi) == ("confidence in the answer", "answers that were right")


def test_money_has_an_axis_of_its_own_and_seldom_metrics_have_none() -> None:
    told = stories.grouped().bout
    assert told is not None
    seldom = stories.metric("cohen_kappa", "Cohen's kappa", 0.4, 0.45, 0.01)
    panels = plot_texts.by_unit(msgspec.structs.replace(told, metrics=(*told.metrics, seldom)))
    assert [(unit.name, [one.metric for one in metrics]) for unit, metrics in panels.items()] == [
        ("points", ["roc_auc"]),
        ("EUR per 1,000 decisions", ["cost_matrix"]),
        ("", ["log_loss"]),
    ]
