"""Growth of recording within a method, and by the change of methods.

Electrophysiology and imaging differ in level, and the share of imaging grows. A line through both
mixes three things: growth within a method, the difference in level, and the change of shares. Here
the line has an intercept per method and one slope, the growth *within* a method. The difference
from the joint line is *composition* (the formula of the omitted variable: Angrist and Pischke,
Mostly Harmless Econometrics, section 3.2.2):

    joint slope = slope within + sum over methods of (intercept * slope of the method's share).

All of it needs only sums per group and per year, so that a page can compute it from rows that it
has loaded. The errors of `within` are clustered by calendar year (CR1, with Student's t at one
degree of freedom less than there are years: Cameron and Miller, Journal of Human Resources 50,
2015). They allow for what rows of one year share, but not for what neighbouring years share;
`with_memory` does (`sobe.analysis.memory`), and its interval is the one that the book prints.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sobe.analysis import fits, memory


@dataclass(frozen=True)
class WithinFit:
    """One slope and an intercept per group, as `within` returns it.

    Attributes
    ----------
    n, clusters : int
        Number of rows and of calendar years.
    x_mean : float
        Mean of all x, in years.
    slope, slope_se : float
        Slope within a group and its clustered standard error, log10 units per year.
    joint_slope, composition : float
        Slope of one line through all rows, and its difference from ``slope``.
    levels : dict
        Group to log10(y) on its line at ``x_mean``.
    confidence : float
        Level of the intervals.
    """

    n: int
    clusters: int
    x_mean: float
    slope: float
    slope_se: float
    joint_slope: float
    composition: float
    levels: dict[str, float]
    confidence: float

    @property
    def df(self) -> int:
        """Degrees of freedom of Student's t: clusters less one."""
        return self.clusters - 1

    @property
    def fold(self) -> float:
        """Growth within a group over ten years, as a factor."""
        return 10 ** (10 * self.slope)

    @property
    def fold_ci(self) -> tuple[float, float]:
        """Interval of `fold`, errors clustered by calendar year."""
        half = float(stats.t.ppf((1 + self.confidence) / 2, self.df)) * self.slope_se
        return 10 ** (10 * (self.slope - half)), 10 ** (10 * (self.slope + half))

    @property
    def joint_fold(self) -> float:
        """Growth of the line through all rows, over ten years: `fold` * `composition_fold`."""
        return 10 ** (10 * self.joint_slope)

    @property
    def composition_fold(self) -> float:
        """Factor over ten years from the change between groups; below 1 it reduces growth."""
        return 10 ** (10 * self.composition)

    @property
    def composition_share(self) -> float:
        """Share of composition in the logarithm of the joint growth; it can be negative."""
        return self.composition / self.joint_slope

    def predict(self, x: float, group: str) -> float:
        """Return y on the line of ``group`` at ``x`` (years)."""
        return float(10 ** (self.levels[group] + self.slope * (x - self.x_mean)))


def within(
    x: npt.ArrayLike, y: npt.ArrayLike, group: npt.ArrayLike, confidence: float = 0.95
) -> WithinFit:
    """Fit log10(y) on x by least squares with an intercept per group, errors clustered by year.

    Parameters
    ----------
    x, y : array-like of shape (n,)
        Decimal years, and positive values.
    group : array-like of shape (n,)
        A label per row.
    confidence : float
        Level of the intervals, between 0 and 1.

    Returns
    -------
    WithinFit

    Raises
    ------
    ValueError
        For fewer than three calendar years, for groups whose x do not vary, and where
        `fits.log_linear` raises it.
    """
    joint = fits.log_linear(x, y, confidence)
    x, logs = np.asarray(x, dtype=float), np.log10(np.asarray(y, dtype=float))
    group = np.asarray(group)
    if len(group) != len(x):
        raise ValueError(f"x and group differ in length: {len(x)} and {len(group)}")
    names, place = np.unique(group, return_inverse=True)
    size = np.bincount(place)
    mean_x, mean_y = (np.bincount(place, weights=v) / size for v in (x, logs))
    u, v = x - mean_x[place], logs - mean_y[place]
    sxx = float(u @ u)
    if sxx < 1e-9:
        raise ValueError("x does not vary within any group, so no slope can be fitted")
    years, year = np.unique(np.floor(x), return_inverse=True)
    n, k, clusters = len(x), len(names) + 1, len(years)
    if clusters < 3 or n <= k:
        raise ValueError(
            f"clustered errors need 3 years and more than {k} rows, got {clusters}, {n}"
        )
    slope = float(u @ v) / sxx
    scores = np.bincount(year, weights=u * (v - slope * u))
    correction = clusters / (clusters - 1) * (n - 1) / (n - k)
    levels = mean_y + slope * (joint.x_mean - mean_x)
    return WithinFit(
        n=n,
        clusters=clusters,
        x_mean=joint.x_mean,
        slope=slope,
        slope_se=math.sqrt(correction * float(scores @ scores)) / sxx,
        joint_slope=joint.slope,
        composition=joint.slope - slope,
        levels=dict(zip(names.tolist(), levels.tolist(), strict=True)),
        confidence=confidence,
    )


def with_memory(
    x: npt.ArrayLike, y: npt.ArrayLike, group: npt.ArrayLike | None = None, level: float = 0.95
) -> tuple[float, float]:
    """Return (low, high) of the growth per decade, as a factor, where residuals have memory.

    ``group``: a label per row for an intercept per group; None for one intercept.
    """
    logs = np.log10(np.asarray(y, dtype=float))
    low, high = memory.slopes(x, logs, _indicators(group)).interval(level)
    return 10 ** (10 * float(low[0])), 10 ** (10 * float(high[0]))


def robustness(x: npt.ArrayLike, y: npt.ArrayLike, group: npt.ArrayLike) -> pd.DataFrame:
    """Compute the growth within a group per decade under other assumptions on the errors.

    The mixed model (random effect of the calendar year, restricted likelihood) and the
    autoregressive one (AR(1) from row to row in order of date) are those of statsmodels. The table
    of recordings has no laboratories, so no model has an effect of them.

    Parameters
    ----------
    x, y, group : array-like of shape (n,)
        As for `within`.

    Returns
    -------
    DataFrame
        One row per model: ``model``, ``fold``, ``low`` and ``high`` (95%).

    Raises
    ------
    ValueError
        If the mixed model does not converge.
    """
    # Imported here because statsmodels takes a second to import.
    from statsmodels.regression.linear_model import GLSAR, OLS
    from statsmodels.regression.mixed_linear_model import MixedLM

    order = np.argsort(np.asarray(x, dtype=float), kind="stable")
    x, y, group = (np.asarray(part)[order] for part in (x, y, group))
    x = x.astype(float)
    logs = np.log10(y.astype(float))
    fit = within(x, y, group)
    # In decades: the optimisers of statsmodels fail where columns differ much in size.
    X = np.column_stack([(x - x.mean()) / 10, _indicators(group)])
    plain = OLS(logs, X).fit()
    with warnings.catch_warnings():  # a variance of zero between years is a result, not an error
        warnings.simplefilter("ignore")
        mixed = MixedLM(logs, X, groups=np.floor(x)).fit(reml=True, method="powell")
    if not mixed.converged:
        raise ValueError("the mixed model of growth did not converge")
    chained = GLSAR(logs, X, rho=1).iterative_fit(maxiter=50)
    slopes = memory.slopes(x, logs, _indicators(group))
    low, high = (float(edge[0]) for edge in slopes.interval())
    rows = [
        ("Independent rows", plain.params[0], *plain.conf_int()[0]),
        ("Errors clustered by calendar year", 10 * fit.slope, *np.log10(fit.fold_ci)),
        ("Random effect of the year", mixed.params[0], *mixed.conf_int()[0]),
        ("Autoregressive errors, row to row", chained.params[0], *chained.conf_int()[0]),
        ("Years with memory", 10 * float(slopes.mean()[0]), 10 * low, 10 * high),
    ]
    table = pd.DataFrame(rows, columns=["model", "fold", "low", "high"])
    table[["fold", "low", "high"]] = 10 ** table[["fold", "low", "high"]].astype(float)
    return table


def _indicators(group: npt.ArrayLike | None) -> npt.NDArray[np.float64] | None:
    """Return a column per group, 1 in its rows and 0 elsewhere; None for no groups."""
    if group is None:
        return None
    group = np.asarray(group)
    return np.equal.outer(group, np.unique(group)).astype(float)
