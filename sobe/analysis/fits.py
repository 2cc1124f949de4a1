"""Growth fits: a straight line through log10(y) against years.

Ordinary least squares with normal, independent errors of constant spread in log10(y). The formulas
are the standard ones for simple regression (Draper and Smith, Applied Regression Analysis, 3rd
ed., chapters 1 and 3); all intervals use Student's t with n - 2 degrees of freedom. Where residuals
have memory these intervals are too narrow: see `sobe.analysis.memory`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats


class Crossing(NamedTuple):
    """When a fitted line reaches a value.

    Attributes
    ----------
    x : float or None
        Year in which the line reaches the value; None where it never does.
    low, high : float or None
        Years in which the edges of the line's confidence band reach it.
    """

    x: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class LogLinearFit:
    """log10(y) = intercept + slope * x, as `log_linear` returns it.

    Methods take x as a number or an array and return the same shape. Intervals are (low, high) at
    ``confidence``.

    Attributes
    ----------
    n : int
        Number of points.
    x_min, x_max, x_mean : float
        Years.
    sxx : float
        Sum of squared deviations of x, years squared.
    slope, slope_se : float
        Slope and its standard error, log10 units per year.
    intercept, residual_sd : float
        log10 units.
    r_squared : float
        Share of the variance of log10(y) that the line explains.
    confidence : float
        Level of the intervals, between 0 and 1.
    """

    n: int
    x_min: float
    x_max: float
    x_mean: float
    sxx: float
    slope: float
    intercept: float
    slope_se: float
    r_squared: float
    residual_sd: float
    confidence: float

    def _t(self, level: float | None = None) -> float:
        level = _level(self.confidence if level is None else level)
        return float(stats.t.ppf((1 + level) / 2, self.n - 2))

    @property
    def slope_ci(self) -> tuple[float, float]:
        """Interval of the slope, log10 units per year: slope -/+ t * slope_se."""
        half = self._t() * self.slope_se
        return self.slope - half, self.slope + half

    @property
    def fold_per_decade(self) -> float:
        """Growth over ten years as a factor: 10 ** (10 * slope)."""
        return cast("float", _power(10 * self.slope))

    @property
    def fold_per_decade_ci(self) -> tuple[float, float]:
        """Interval of the factor over ten years."""
        low, high = self.slope_ci
        return _power(10 * low), _power(10 * high)

    @property
    def doubling_time_years(self) -> float:
        """Years to double, log10(2) / slope; infinite for slope 0.

        It is negative for a decline: minus the years to halve.
        """
        return _doubling(self.slope)

    @property
    def doubling_time_years_ci(self) -> tuple[float, float]:
        """Interval of the doubling time, years.

        Where the interval of the slope includes 0, the data do not exclude "no growth", and one
        bound is infinite: (low, inf) for a slope of 0 or more, (-inf, high) for a negative one. The
        branch of the other sign is left out.
        """
        low, high = self.slope_ci
        if low > 0 or high < 0 or low == high:
            return _doubling(high), _doubling(low)
        return (_doubling(high), math.inf) if self.slope >= 0 else (-math.inf, _doubling(low))

    def predict(self, x: npt.ArrayLike) -> Any:
        """Return y on the fitted line, which is the median of y as the fit is in log10."""
        return _power(self._line(x))

    def band(self, x: npt.ArrayLike, level: float | None = None) -> tuple[Any, Any]:
        """Return (low, high) of y, the confidence band of the fitted line at x.

        ``level`` is the fit's confidence by default.
        """
        u = _numbers(x) - self.x_mean
        half = self._t(level) * self.residual_sd * np.sqrt(1 / self.n + u * u / self.sxx)
        return _power(self._line(x) - half), _power(self._line(x) + half)

    def crossing(self, y: float, level: float | None = None) -> Crossing:
        """Return when the fitted line reaches ``y`` > 0, with its interval.

        The interval holds the years at which the confidence band contains y (Fieller's theorem;
        Draper and Smith, section 3.2). It is about the line; `first_passage` is about points.
        Where the slope is poorly known, an edge of the band turns back before it reaches y. Then
        there is no earliest year (``low`` is None) or no latest one (``high`` is None).

        Raises
        ------
        ValueError
            If ``y`` is not finite and above zero.
        """
        if not (math.isfinite(y) and y > 0):
            raise ValueError(f"y must be finite and above zero, not {y!r}")
        if self.slope == 0:
            return Crossing(None, None, None)
        # With u = x - mean and c = log10(y) - mean log10(y), the edges solve
        # slope * u +- k * sqrt(w + u**2 / sxx) = c.
        b, c = self.slope, math.log10(y) - float(self._line(self.x_mean))
        k, w, q = self._t(level) * self.residual_sd, 1 / self.n, 1 / self.sxx
        lead = b * b - k * k * q
        inside = b * b * w + q * c * c - k * k * q * w
        found = {}
        if lead != 0 and inside >= 0:
            for u in (
                (b * c + k * math.sqrt(inside)) / lead,
                (b * c - k * math.sqrt(inside)) / lead,
            ):
                edge = 1 if c >= b * u else -1  # upper edge: the line is still below y there
                if (
                    b + edge * k * q * u / math.sqrt(w + q * u * u)
                ) * b > 0:  # passes with the growth
                    found[edge] = self.x_mean + u
        if k == 0:  # an exact fit has no width, and one double root
            found = dict.fromkeys((1, -1), self.x_mean + c / b)
        first = 1 if b > 0 else -1
        return Crossing(self.x_mean + c / b, found.get(first), found.get(-first))

    def _line(self, x: npt.ArrayLike) -> Any:
        return self.intercept + self.slope * _numbers(x)


class FirstPassage(NamedTuple):
    """Year in which the first point passes a value: the median and an interval.

    A quantile is infinite where too few draws pass within the horizon.
    """

    median: float
    low: float
    high: float


#: Years ahead that `first_passage` looks.
HORIZON = 300


def first_passage(
    fit: LogLinearFit, y: float, per_year: float | None = None, draws: int = 2000, seed: int = 2025
) -> FirstPassage:
    """Forecast when the first point reaches ``y``, after the last point fitted.

    The trend is taken to continue, with the uncertainty of its slope, level and spread (normal
    errors, flat priors). New points are independent and spread around the line as the fitted ones
    are. Given a draw of the three parameters, the chance that no point has passed by a year is a
    product of normal probabilities, so only the parameters are simulated.

    Parameters
    ----------
    fit : LogLinearFit
        The trend. For a falling one, points pass ``y`` downward.
    y : float
        The value, above zero.
    per_year : float, optional
        New points per year; by default the average of the points fitted.
    draws, seed : int
        Number and seed of the draws; the same seed gives the same result.

    Returns
    -------
    FirstPassage
        In whole years after ``fit.x_max``, each dated by its middle, up to `HORIZON` of them.

    Raises
    ------
    ValueError
        If ``y`` is not finite and above zero.
    """
    if not (math.isfinite(y) and y > 0):
        raise ValueError(f"y must be finite and above zero, not {y!r}")
    per_year = fit.n / (fit.x_max - fit.x_min) if per_year is None else per_year
    random, df = np.random.default_rng(seed), fit.n - 2
    sd = fit.residual_sd * np.sqrt(df / random.chisquare(df, draws))
    centre, slope = random.standard_normal((2, draws))
    centre = float(fit._line(fit.x_mean)) + centre * sd / math.sqrt(fit.n)
    slope = fit.slope + slope * sd / math.sqrt(fit.sxx)
    ahead = np.arange(1, HORIZON + 1)
    # New points of a year are dated by its middle.
    line = centre[:, None] + slope[:, None] * (fit.x_max + ahead - 0.5 - fit.x_mean)
    beyond = 1.0 if fit.slope >= 0 else -1.0
    gap = beyond * (math.log10(y) - line)
    # An exact fit has no spread: a line at the value passes, one short of it never does.
    distance = gap / sd[:, None] if sd.all() else np.where(gap <= 0, -math.inf, math.inf)
    none_yet = np.exp(per_year * np.cumsum(stats.norm.logcdf(distance), axis=1)).mean(axis=0)
    passed = 1 - none_yet

    def year(share: float) -> float:
        found = int(np.searchsorted(passed, share))
        return math.inf if found == HORIZON else fit.x_max + ahead[found] - 0.5

    low, high = (1 - fit.confidence) / 2, (1 + fit.confidence) / 2
    return FirstPassage(year(0.5), year(low), year(high))


def log_linear(x: npt.ArrayLike, y: npt.ArrayLike, confidence: float = 0.95) -> LogLinearFit:
    """Fit log10(y) on x by least squares.

    Parameters
    ----------
    x, y : array-like of shape (n,)
        Years, and positive values; at least three points.
    confidence : float
        Level of the intervals, between 0 and 1.

    Returns
    -------
    LogLinearFit

    Raises
    ------
    ValueError
        For unequal lengths, fewer than three points, missing or infinite values, y of 0 or less,
        and x all equal; the message says how many values are wrong.
    """
    _level(confidence)
    x, y = _numbers(x), _numbers(y)
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError(f"x and y must be one-dimensional, not of shapes {x.shape} and {y.shape}")
    if len(x) != len(y):
        raise ValueError(f"x and y differ in length: {len(x)} and {len(y)}")
    if len(x) < 3:
        raise ValueError(f"a fit needs at least 3 points, got {len(x)}")
    for name, values in (("x", x), ("y", y)):
        if bad := int((~np.isfinite(values)).sum()):
            raise ValueError(f"{bad} of {len(values)} values of {name} are missing or infinite")
    if bad := int((y <= 0).sum()):
        raise ValueError(f"{bad} of {len(y)} values of y are not above zero, so have no logarithm")
    if np.all(x == x[0]):
        raise ValueError(
            f"all {len(x)} values of x are equal ({x[0]:g}), so no slope can be fitted"
        )
    logs = np.log10(y)
    line = stats.linregress(x, logs)
    # The spread comes from the residuals: 1 - r**2 loses its digits when the fit is close.
    residuals = logs - (line.intercept + line.slope * x)
    residual_sd = math.sqrt(float(residuals @ residuals) / (len(x) - 2))
    total = float(((logs - logs.mean()) ** 2).sum())
    sxx = float(((x - x.mean()) ** 2).sum())
    return LogLinearFit(
        n=len(x),
        x_min=float(x.min()),
        x_max=float(x.max()),
        x_mean=float(x.mean()),
        sxx=sxx,
        slope=float(line.slope),
        intercept=float(line.intercept),
        slope_se=residual_sd / math.sqrt(sxx),
        # All y equal leaves nothing to explain; 0 by convention rather than 0/0.
        r_squared=float(line.rvalue) ** 2 if total > 0 else 0.0,
        residual_sd=residual_sd,
        confidence=confidence,
    )


def records(df: pd.DataFrame, x: str, y: str) -> pd.DataFrame:
    """Return the rows of ``df`` whose ``y`` exceeds every earlier value, in the order of ``x``.

    A tie is not a record; of rows with the same ``x`` only the largest can be one. Rows without
    ``x`` or ``y`` are left out. Index and columns are those of ``df``.
    """
    known = df.dropna(subset=[x, y])
    return known.iloc[record_places(_numbers(known[x]), _numbers(known[y]))]


def record_places(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Return the places of the records in two arrays of shape (n,), as `records` defines them."""
    order = np.lexsort((-y, x))
    before = np.maximum.accumulate(np.append(-math.inf, y[order][:-1]))
    return order[y[order] > before]


def _numbers(values: Any) -> npt.NDArray[np.float64]:
    if hasattr(values, "to_numpy"):  # pandas, where NA has no float
        return values.to_numpy(dtype=float, na_value=math.nan)
    return np.asarray(values, dtype=float)


def _power(exponent: Any) -> Any:
    with np.errstate(over="ignore"):  # beyond 1e308 is infinity
        return np.power(10.0, exponent)


def _doubling(slope: float) -> float:
    return math.log10(2) / slope if slope else math.inf


def _level(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, got {level!r}")
    return level
