"""Growth fits: a straight line through log10(y) against years.

Ordinary least squares with normal, independent errors of constant spread in log10(y). The formulas
are the standard ones for simple regression (Draper and Smith, Applied Regression Analysis, 3rd
ed., chapters 1 and 3); all intervals use Student's t with n - 2 degrees of freedom. Where residuals
have memory these intervals are too narrow: see `sobe.analysis.memory`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats


class Crossing(NamedTuple):
    """When a fitted line reaches a value, in years: ``x``, and the interval ``low`` to ``high`` of
    the line's own crossing. A member is None where that line or edge never reaches the value."""

    x: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class LogLinearFit:
    """log10(y) = intercept + slope * x, as `log_linear` returns it.

    ``slope`` is in log10 units a year, ``residual_sd`` in log10 units; ``x_min``, ``x_max`` and
    ``x_mean`` in years; ``sxx`` is the sum of squared deviations of x. Intervals are (low, high)
    at ``confidence``. Methods take x as a number or an array and return the same shape.
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

    def _t(self, level=None):
        level = _level(self.confidence if level is None else level)
        return float(stats.t.ppf((1 + level) / 2, self.n - 2))

    @property
    def slope_ci(self) -> tuple[float, float]:
        """Interval of the slope, log10 units a year: slope -/+ t * slope_se."""
        half = self._t() * self.slope_se
        return self.slope - half, self.slope + half

    @property
    def fold_per_decade(self) -> float:
        """Growth over ten years as a factor: 10 ** (10 * slope)."""
        return _power(10 * self.slope)

    @property
    def fold_per_decade_ci(self) -> tuple[float, float]:
        """Interval of the factor over ten years."""
        low, high = self.slope_ci
        return _power(10 * low), _power(10 * high)

    @property
    def doubling_time_years(self) -> float:
        """Years to double, log10(2) / slope; negative for a decline (years to halve, with a
        minus), infinite for slope 0."""
        return _doubling(self.slope)

    @property
    def doubling_time_years_ci(self) -> tuple[float, float]:
        """Interval of the doubling time, years.

        When the interval of the slope includes 0 the data do not exclude "no growth": the bound
        away from zero is infinite: (low, inf) for a slope of 0 or more, (-inf, high) for a
        negative one. The branch of the other sign is not shown.
        """
        low, high = self.slope_ci
        if low > 0 or high < 0 or low == high:
            return _doubling(high), _doubling(low)
        return (_doubling(high), math.inf) if self.slope >= 0 else (-math.inf, _doubling(low))

    def predict(self, x):
        """y on the fitted line (the median of y, since the fit is in log10)."""
        return _power(self._line(x))

    def band(self, x, level=None):
        """(low, high) of y: confidence band of the fitted line at x; ``level`` defaults to the
        fit's confidence."""
        u = _numbers(x) - self.x_mean
        half = self._t(level) * self.residual_sd * np.sqrt(1 / self.n + u * u / self.sxx)
        return _power(self._line(x) - half), _power(self._line(x) + half)

    def crossing(self, y: float, level=None) -> Crossing:
        """When the fitted line reaches ``y`` > 0, with its interval.

        The interval holds the years at which the confidence band contains y (Fieller's theorem;
        Draper and Smith, section 3.2). It is about the line, not about one recording: for that see
        `first_passage`. Where the slope is poorly known an edge of the band turns round before it
        reaches y: then there is no earliest (``low`` None) or no latest (``high`` None) year.
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

    def _line(self, x):
        return self.intercept + self.slope * _numbers(x)


class FirstPassage(NamedTuple):
    """Year in which any point first passes a value: the median, and the interval ``low`` to
    ``high``; infinite where fewer draws than that pass within the horizon."""

    median: float
    low: float
    high: float


#: Years ahead that `first_passage` looks.
HORIZON = 300


def first_passage(
    fit: LogLinearFit, y: float, per_year: float | None = None, draws: int = 2000, seed: int = 2025
) -> FirstPassage:
    """When the first point at or beyond ``y`` > 0 can be expected, after the last one fitted.

    The trend goes on, with the uncertainty of its slope, level and spread (normal errors, flat
    priors: ``draws`` draws of the three); each year brings ``per_year`` new points (the fit's own
    average unless given), spread around the line as the fitted ones are, and independent. Given
    the draw, the chance that none has passed by a year is a product of normal probabilities, so
    only the three parameters are simulated. Beyond is below for a falling trend. Every year
    counts in whole years after ``fit.x_max``. The same seed gives the same result.
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

    def year(share):
        found = int(np.searchsorted(passed, share))
        return math.inf if found == HORIZON else fit.x_max + ahead[found] - 0.5

    low, high = (1 - fit.confidence) / 2, (1 + fit.confidence) / 2
    return FirstPassage(year(0.5), year(low), year(high))


def log_linear(x, y, confidence: float = 0.95) -> LogLinearFit:
    """Least squares fit of log10(y) on x.

    ``x``: years, and ``y``: positive values, one-dimensional and of one length, at least three
    points. ``confidence`` is the level of the intervals. Raises ValueError, saying what and how
    many, for unequal lengths, fewer than three points, missing or infinite values, y of 0 or
    less, and x all equal.
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
    """The rows of ``df`` whose column ``y`` exceeds every earlier value, in the order of ``x``.

    A tie is not a record; of rows with the same ``x`` only the largest can be one. Rows without
    ``x`` or ``y`` are left out. The index and columns are kept.
    """
    ordered = df.dropna(subset=[x, y]).sort_values([x, y], ascending=[True, False])
    values = ordered[y].astype("float64")
    return ordered[values > values.cummax().shift(fill_value=-math.inf)]


def _numbers(values):
    if hasattr(values, "to_numpy"):  # pandas, where NA has no float
        return values.to_numpy(dtype=float, na_value=math.nan)
    return np.asarray(values, dtype=float)


def _power(exponent):
    with np.errstate(over="ignore"):  # beyond 1e308 is infinity
        return np.power(10.0, exponent)


def _doubling(slope):
    return math.log10(2) / slope if slope else math.inf


def _level(level):
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, got {level!r}")
    return level
