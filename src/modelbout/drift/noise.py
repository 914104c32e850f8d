"""How far chance alone moves each measure when nothing has drifted, at these numbers of rows.

Every measure of drift is put on the scale of a standardised difference (Cohen, Statistical Power Analysis, 1988): 0.1
is what a normal variable shows that moved by 0.1 of its standard deviation. On that scale, what chance does shrinks as
one over the square root of ``effective`` rows, and each function here returns the value that chance exceeds with
probability ``alpha`` at most.
"""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import chdtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

BRIDGE_DRAWS: Final = 4000  # the 95th percentile is then known to within 2 %
BRIDGE_POINTS: Final = 512  # steps of a bridge; a share of the rows is rounded to the nearest
BRIDGE_SEED: Final = 20261121  # any number does, as long as the same data gives the same verdict
BODY: Final = 0.95  # the part of a distribution that draws know; beyond it, a bound takes over
STEPS: Final = 60  # halvings of an interval of length 1: more than a double has digits

_NORMAL: Final = NormalDist()


def effective(reference: float, current: float) -> float:
    """Return the rows that two samples are worth when they are compared: nr * nc / (nr + nc); 0 if one is empty."""
    return reference * current / (reference + current) if reference and current else 0.0


def two_sided(alpha: float) -> float:
    """Return how many standard errors a normal variable exceeds, either way, with probability ``alpha``."""
    return -_NORMAL.inv_cdf(alpha / 2)


def shape(square: float, cells: int, rows: float) -> float:
    """Return the square root of a squared distance over ``cells`` without what chance adds to it on average.

    ``rows`` are effective rows; under the null the squared distance times rows follows chi-square with ``cells - 1``
    degrees of freedom: Lin, Divergence measures based on the Shannon entropy, IEEE Trans. Inf. Theory 37, 1991;
    Yurdakul and Naranjo, Statistical properties of the population stability index, J. Risk Model Validation 14, 2020.
    """
    return math.sqrt(max(square - (cells - 1) / rows, 0.0)) if rows else 0.0


def shape_allowance(cells: int, rows: float, alpha: float) -> float:
    """Return what ``shape`` exceeds by chance with probability ``alpha``; infinite without rows."""
    if not rows:
        return math.inf
    freedom = cells - 1
    return math.sqrt(max(float(chdtri(freedom, alpha)) - freedom, 0.0) / rows)


def transport_allowance(levels: NDArray[np.float64], widths: NDArray[np.float64], rows: float, alpha: float) -> float:
    """Return what the Wasserstein distance exceeds by chance with probability ``alpha``; infinite without rows.

    The difference of two empirical distribution functions is a Brownian bridge over the square root of the effective
    rows, so the distance is a norm of a Gaussian vector. Its 95th percentile comes from seeded draws; beyond it, a
    norm's tail is lighter than that of a normal variable stretched to have the same percentile: Latala and
    Oleszkiewicz, Gaussian measures of dilatations of convex symmetric sets, Annals of Probability 27, 1999.

    Args:
        levels: shape (k + 1,), the distribution function at the edges of k bins, from 0 to 1.
        widths: shape (k,), their widths in the unit of the distance.
        rows: effective rows.
        alpha: below 0.05.
    """
    if not rows:
        return math.inf
    places = np.rint(levels * BRIDGE_POINTS).astype(np.intp)
    distances = _area(np.abs(_bridges()[:, places]), widths)
    body = float(np.quantile(distances, BODY))
    return body * two_sided(alpha) / two_sided(1 - BODY) / math.sqrt(rows)


def transport(gaps: NDArray[np.float64], widths: NDArray[np.float64]) -> float:
    """Return the area between two distribution functions whose difference at the edges of k bins is ``gaps``."""
    return float(_area(np.abs(gaps), widths))


def share_effect(reference: float, current: float) -> float:
    """Return Cohen's h of two shares: their distance on the scale on which every share is known equally well."""
    return abs(2 * math.asin(math.sqrt(current)) - 2 * math.asin(math.sqrt(reference)))


def share_allowance(reference: float, current: float, rows: tuple[int, int], alpha: float) -> float:
    """Return Cohen's h up to which a share may move by chance, in the direction in which it moved.

    The log likelihood ratio of two binomial samples stays below log(1 / alpha): never more than ``alpha`` of all
    samples exceed it, however rare the event and however unequal the samples (worked out exactly for 200 to a million
    rows in tests/unit/drift/test_noise.py); the usual normal bound fails there. The form is Chernoff's, A measure of
    asymptotic efficiency, Annals of Mathematical Statistics 23, 1952. Infinite when no share of so few rows says it.
    """
    end = 1.0 if current >= reference else 0.0
    limit = -math.log(alpha)
    if not all(rows) or _likelihood_ratio(reference, end, rows) <= limit:
        return math.inf
    near, far = reference, end
    for _ in range(STEPS):
        middle = (near + far) / 2
        if _likelihood_ratio(reference, middle, rows) > limit:
            far = middle
        else:
            near = middle
    return share_effect(reference, far)


def _likelihood_ratio(reference: float, current: float, rows: tuple[int, int]) -> float:
    pooled = (reference * rows[0] + current * rows[1]) / (rows[0] + rows[1])
    return rows[0] * _divergence(reference, pooled) + rows[1] * _divergence(current, pooled)


def _divergence(share: float, other: float) -> float:
    parts = ((share, other), (1 - share, 1 - other))
    return sum(one * math.log(one / two) for one, two in parts if one > 0)


def _area(heights: NDArray[np.float64], widths: NDArray[np.float64]) -> NDArray[np.float64]:
    area: NDArray[np.float64] = (heights[..., 1:] + heights[..., :-1]) @ widths / 2
    return area


@cache
def _bridges() -> NDArray[np.float64]:
    """Return draws of a Brownian bridge, shape (draws, points + 1), each 0 at both ends."""
    steps = np.random.default_rng(BRIDGE_SEED).standard_normal((BRIDGE_DRAWS, BRIDGE_POINTS))
    paths = np.cumsum(steps, axis=1) / math.sqrt(BRIDGE_POINTS)
    times = np.arange(1, BRIDGE_POINTS + 1) / BRIDGE_POINTS
    bridges = paths - times * paths[:, -1:]
    return np.concatenate([np.zeros((BRIDGE_DRAWS, 1)), bridges], axis=1)
