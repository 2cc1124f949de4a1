"""Registered predictions: how their distributions were computed, and how they are scored.

A prediction is about the largest value of one coming year. Its distribution is that of a new point
of the line through log10 of each year's largest value (`sobe.analysis.fits`), with Student's t.
It is stored in the table ``predictions`` and never computed again, so that it can fail.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from scipy import stats

from sobe.analysis.fits import LogLinearFit, log_linear

#: Quantiles of a prediction, by their columns.
QUANTILES = {f"q{percent:02d}": percent / 100 for percent in (5, 25, 50, 75, 95)}


def largest(
    rows: pd.DataFrame, column: str, group: str, group_value: str, since: int
) -> pd.Series[Any]:
    """Return the largest value of ``column`` of each year, by year.

    Parameters
    ----------
    rows
        A table with a column ``year``; where that is missing, the year of ``submission_date``.
    column
        Column of the values; rows without one are left out.
    group, group_value
        Column and value that a row must have.
    since
        First year that counts.
    """
    rows = rows[rows[group] == group_value].dropna(subset=[column])
    year = rows["year"].astype("float64")
    if "submission_date" in rows:
        year = year.fillna(rows["submission_date"].dt.year)
    values = rows[column].astype("float64").groupby(year.astype(int)).max()
    return values[values.index >= since]


def distribution(values: pd.Series[Any], year: int) -> dict[str, float]:
    """Return the quantiles of the largest value of ``year``, by column, to three digits.

    ``values`` are the largest values of earlier years, by year; at least three.

    Raises
    ------
    ValueError
        As `sobe.analysis.fits.log_linear`.
    """
    fit = log_linear(values.index, values.to_numpy())
    return {name: _rounded(_new_point(fit, year, level)) for name, level in QUANTILES.items()}


def _new_point(fit: LogLinearFit, year: int, level: float) -> float:
    """Return a quantile of a new point at ``year`` (Draper and Smith, 3rd ed., section 3.1)."""
    spread = fit.residual_sd * math.sqrt(1 + 1 / fit.n + (year - fit.x_mean) ** 2 / fit.sxx)
    line = fit.intercept + fit.slope * year
    return float(10 ** (line + stats.t.ppf(level, fit.n - 2) * spread))


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def loss(quantiles: dict[str, float], value: float) -> float:
    """Return the score of a distribution once the value is known; smaller is better.

    It is twice the mean pinball loss of log10 over `QUANTILES`, which approximates the continuous
    ranked probability score. For a baseline, give the same value at every quantile.

    Raises
    ------
    ValueError
        If ``value`` or a quantile is not above zero.
    """
    if not min(value, *quantiles.values()) > 0:
        raise ValueError(f"value and quantiles must be above zero, not {value!r} and {quantiles}")
    known, total = math.log10(value), 0.0
    for name, level in QUANTILES.items():
        gap = known - math.log10(quantiles[name])
        total += max(level * gap, (level - 1) * gap)
    return 2 * total / len(QUANTILES)
