from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from modelbout.drift import noise


def test_effective_rows_are_those_of_the_smaller_side_or_fewer() -> None:
    assert noise.effective(1000, 1000) == 500
    assert noise.effective(1000, 10**9) == pytest.approx(1000, rel=1e-5)
    assert noise.effective(0, 5) == noise.effective(5, 0) == 0


def test_shape_takes_away_what_chance_adds() -> None:
    rng = np.random.default_rng(0)
    counts = rng.multinomial(1000, np.full(10, 0.1), size=4000)
    squares = ((counts / 1000 - 0.1) ** 2 / 0.1).sum(axis=1)
    found = np.array([noise.shape(square, 10, 1000.0) ** 2 for square in squares])
    assert np.mean(squares) == pytest.approx(9 / 1000, rel=0.05)
    assert np.median(found) < 0.002
    assert noise.shape(0.5, 10, 0.0) == 0
    assert noise.shape(0.001, 10, 100.0) == 0


def test_chance_exceeds_the_allowance_of_a_shape_as_often_as_said() -> None:
    rng = np.random.default_rng(0)
    counts = rng.multinomial(2000, np.full(10, 0.1), size=20_000)
    squares = ((counts / 2000 - 0.1) ** 2 / 0.1).sum(axis=1)
    allowed = noise.shape_allowance(10, 2000.0, 0.01)
    share = np.mean([noise.shape(square, 10, 2000.0) > allowed for square in squares])
    assert 0.007 < share < 0.013
    assert noise.shape_allowance(10, 0.0, 0.01) == math.inf


@pytest.mark.parametrize("distribution", [stats.norm, stats.lognorm(1), stats.t(3), stats.uniform])
def test_chance_exceeds_the_allowance_of_a_transport_no_more_often_than_said(distribution: object) -> None:
    levels = np.linspace(0, 1, 21)
    edges = distribution.ppf(np.clip(levels, 0.01, 0.99))  # type: ignore[attr-defined]
    values = np.clip(distribution.ppf(np.linspace(0.0005, 0.9995, 2000)), edges[0], edges[-1])  # type: ignore[attr-defined]
    widths = np.diff(edges) / values.std()
    rng = np.random.default_rng(0)
    first, second = (rng.multinomial(1000, np.full(20, 0.05), size=30_000) / 1000 for _ in range(2))
    gaps = np.concatenate([np.zeros((30_000, 1)), np.cumsum(first - second, axis=1)], axis=1)
    distances = np.array([noise.transport(gap, widths) for gap in gaps])
    allowed = noise.transport_allowance(levels, widths, 500.0, 0.001)
    share = float(np.mean(distances > allowed))
    assert 0.00005 < share < 0.0015  # 0.001 is allowed; near it, so that nothing is lost
    assert noise.transport_allowance(levels, widths, 0.0, 0.001) == math.inf


def test_the_same_question_has_the_same_answer() -> None:
    levels, widths = np.linspace(0, 1, 5), np.ones(4)
    first = noise.transport_allowance(levels, widths, 100.0, 0.001)
    noise._bridges.cache_clear()
    assert noise.transport_allowance(levels, widths, 100.0, 0.001) == first


@pytest.mark.parametrize("rows", [(200, 200), (200, 1000), (1000, 200), (2000, 2000)])
@pytest.mark.parametrize("alpha", [1e-2, 1e-4, 1e-6])
def test_no_share_however_rare_moves_beyond_its_allowance_too_often(rows: tuple[int, int], alpha: float) -> None:
    limit = -math.log(alpha)
    for share in np.geomspace(1e-4, 0.5, 12):
        chances = [stats.binom.pmf(np.arange(n + 1), n, share) for n in rows]
        likely = [np.flatnonzero(chance > 1e-16) for chance in chances]
        first, second = (
            place[:, None] / n if side == 0 else place[None] / n
            for side, (place, n) in enumerate(zip(likely, rows, strict=True))
        )
        pooled = (first * rows[0] + second * rows[1]) / sum(rows)
        ratio = rows[0] * _divergence(first, pooled) + rows[1] * _divergence(second, pooled)
        weight = chances[0][likely[0]][:, None] * chances[1][likely[1]][None]
        assert weight[ratio > limit].sum() <= alpha


def _divergence(share: np.ndarray, other: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        hit = np.where(share > 0, share * np.log(share / other), 0.0)
        return hit + np.where(share < 1, (1 - share) * np.log((1 - share) / (1 - other)), 0.0)


def test_the_allowance_of_a_share_is_where_the_likelihood_ratio_ends() -> None:
    rows, alpha = (1000, 5000), 1e-4
    allowed = noise.share_allowance(0.1, 0.2, rows, alpha)
    low, high = 0.1, 0.9
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if noise.share_effect(0.1, middle) < allowed else (low, middle)
    assert noise._likelihood_ratio(0.1, low, rows) == pytest.approx(-math.log(alpha), rel=1e-6)
    assert noise.share_allowance(0.1, 0.05, rows, alpha) != allowed  # a share falls by other steps than it rises


def test_a_share_that_so_few_rows_cannot_show_has_no_allowance() -> None:
    assert noise.share_allowance(0.0, 0.5, (3, 3), 1e-6) == math.inf
    assert noise.share_allowance(0.0, 0.5, (0, 3), 1e-6) == math.inf


def test_a_share_is_measured_as_cohen_does() -> None:
    assert noise.share_effect(0.5, 0.5) == 0
    assert noise.share_effect(0.0, 1.0) == pytest.approx(math.pi)
    assert noise.share_effect(0.05, 0.10) == pytest.approx(noise.share_effect(0.10, 0.05))
