"""Slopes of series whose residuals have memory, with intervals of the right coverage.

Rows of one year share methods and laboratories, and so do rows of neighbouring years. Least
squares takes them to be independent, and its intervals are then too narrow. The model here is

    y = X b + effect of the calendar year + noise of the row,

where the effects of years follow an AR(1) process: their correlation is ``memory`` to the power of
the years between them. ``share`` is the year's share of the variance. Neither is known, and one
best guess of them makes the interval too narrow again. So the interval averages over a grid of
both, each combination weighted by its restricted likelihood (Harville, Biometrika 61, 1974) with
flat priors on b and log sigma; given both, the slope has Student's t around its generalised least
squares estimate. `tests/test_memory.py` simulates how often such intervals contain the true slope.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

Array: TypeAlias = npt.NDArray[np.float64]

#: Grids of the correlation between effects of neighbouring years, and of the years' share.
MEMORIES = np.array([0.0, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.87, 0.92, 0.96, 0.98])
SHARES = np.array([0.0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.92, 0.96, 0.98, 0.99])


@dataclass(frozen=True)
class Slopes:
    """Slopes of one or more series over the grid of (memory, share).

    ``weight``, ``centre``, ``spread``, ``sigma``: shape (grid, series). Weights add up to 1 per
    series; ``centre`` is the slope and ``spread`` the scale of its Student's t with ``df`` degrees
    of freedom; ``sigma`` is the spread of all residuals. ``memory`` and ``share``: (grid,).
    """

    memory: Array
    share: Array
    weight: Array
    centre: Array
    spread: Array
    sigma: Array
    df: int

    def mean(self) -> Array:
        """Return the slope of each series, averaged over the grid."""
        return (self.weight * self.centre).sum(axis=0)

    def interval(self, level: float = 0.95) -> tuple[Array, Array]:
        """Return (low, high) of each series' slope: quantiles of the mixture of Student's t."""
        return self._quantile((1 - level) / 2), self._quantile((1 + level) / 2)

    def _quantile(self, p: float) -> npt.NDArray[np.float64]:
        # By bisection: the quantile of the mixture has no closed form.
        reach = 60 * self.spread.max(axis=0)
        low, high = self.centre.min(axis=0) - reach, self.centre.max(axis=0) + reach
        for _ in range(60):
            middle = (low + high) / 2
            below = special.stdtr(self.df, (middle - self.centre) / self.spread)
            under = (self.weight * below).sum(axis=0) < p
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return (low + high) / 2


def slopes(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    design: npt.ArrayLike | None = None,
    year: npt.ArrayLike | None = None,
) -> Slopes:
    """Fit the slope of ``y`` on ``x`` at every (memory, share) of the grid, with its weight.

    Parameters
    ----------
    x : array-like of shape (n,)
        Decimal years.
    y : array-like of shape (n,) or (n, series)
        Values on the scale where the trend is linear (log10 of counts).
    design : array-like of shape (n, k), optional
        Further columns without the slope; by default a constant.
    year : array-like of shape (n,), optional
        Calendar year of each row; by default the whole part of ``x``.

    Returns
    -------
    Slopes
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    y = y.reshape(len(x), -1)
    others = np.ones((len(x), 1)) if design is None else np.asarray(design, dtype=float)
    X = np.column_stack([x - x.mean(), others])
    y = y - y.mean(axis=0)  # no digits lost to the level
    df = len(x) - X.shape[1]
    year, place = np.unique(np.floor(x) if year is None else year, return_inverse=True)
    memory, share = _grid(len(year) < len(x))
    apart = np.abs(year[:, None] - year)
    together = np.where(apart == 0, 1.0, memory[:, None, None] ** apart)
    rows = np.bincount(place).astype(float)
    # V = noise I + share Z R Z', where Z maps rows to years. By Woodbury's identity, with
    # L L' = noise I + share sqrt(rows) R sqrt(rows), all that is needed are sums per year.
    noise, root = 1 - share, np.sqrt(rows)
    core = share[:, None, None] * together * np.outer(root, root)
    core += noise[:, None, None] * np.eye(len(year))
    L = np.linalg.cholesky(core)
    log_det = (len(x) - len(year)) * np.log(noise)
    log_det += 2 * np.log(np.diagonal(L, axis1=1, axis2=2)).sum(axis=1)
    sums = np.array([np.bincount(place, weights=column) for column in np.hstack([X, y]).T]).T
    means = sums / root[:, None]  # of each year, scaled by the root of its rows
    white = np.linalg.solve(L, means)
    k = X.shape[1]

    def product(
        A: Array, B: Array, whiteA: Array, whiteB: Array, meansA: Array, meansB: Array
    ) -> Array:
        """Compute A' V^-1 B from the differences within years and the sums of years."""
        inside = A.T @ B - meansA.T @ meansB
        return inside / noise[:, None, None] + np.swapaxes(whiteA, 1, 2) @ whiteB

    WX, Wy, MX, My = white[:, :, :k], white[:, :, k:], means[:, :k], means[:, k:]
    covariance = np.linalg.inv(product(X, X, WX, WX, MX, MX))
    toward = product(X, y, WX, Wy, MX, My)
    b = covariance @ toward
    inside = np.maximum((y * y).sum(axis=0) - (My * My).sum(axis=0), 0)
    square = inside / noise[:, None] + (Wy * Wy).sum(axis=1) - (toward * b).sum(axis=1)
    square = np.maximum(square, 1e-14 * (1 + inside))  # an exact line leaves rounding
    sigma = np.sqrt(square / df)
    likelihood = -0.5 * (log_det - np.linalg.slogdet(covariance)[1])[:, None]
    likelihood = likelihood - 0.5 * df * np.log(square)
    weight = np.exp(likelihood - likelihood.max(axis=0))
    spread = sigma * np.sqrt(covariance[:, 0, 0])[:, None]
    return Slopes(memory, share, weight / weight.sum(axis=0), b[:, 0], spread, sigma, df)


def _grid(repeated: bool) -> tuple[Array, Array]:
    """Return memory and share of the grid, without combinations that mean the same.

    ``repeated`` says whether some year has several rows.
    """
    memory, share = (part.ravel() for part in np.meshgrid(MEMORIES, SHARES, indexing="ij"))
    # Without a share of the year, memory has no effect. Without memory, where each year has one
    # row, the effect of the year is noise.
    once = ((share == 0) & (memory > 0)) | ((memory == 0) & (share > 0) & (not repeated))
    return memory[~once], share[~once]


def simulate(
    year: npt.ArrayLike,
    memory: npt.ArrayLike,
    share: npt.ArrayLike,
    sigma: npt.ArrayLike,
    random: np.random.Generator,
    series: int = 1,
) -> Array:
    """Simulate residuals with memory.

    Parameters
    ----------
    year : array-like of shape (rows,)
        Calendar year of each row.
    memory, share, sigma : float or array-like of shape (series,)
        Memory, the years' share, and the spread of all residuals.
    random : numpy.random.Generator
        Source of the draws.
    series : int
        Number of series.

    Returns
    -------
    array of shape (rows, series)
    """
    years, place = np.unique(np.asarray(year), return_inverse=True)
    effect = np.empty((len(years), series))
    effect[0] = random.standard_normal(series)
    for i, gap in enumerate(np.diff(years), start=1):
        carried = np.power(memory, gap)
        effect[i] = carried * effect[i - 1] + np.sqrt(1 - carried**2) * random.standard_normal(
            series
        )
    noise = random.standard_normal((len(place), series))
    return sigma * (np.sqrt(share) * effect[place] + np.sqrt(1 - np.asarray(share)) * noise)
