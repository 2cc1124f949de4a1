"""Registered predictions: how their distributions were computed, and how they are scored.

A prediction is about the largest value of one coming year. Its distribution is that of a new point
of the line through log10 of each year's largest value (`sobe.analysis.fits`), with Student's t.
It is stored in the table ``predictions`` and never computed again, so that it can fail.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from sobe import tables
from sobe.analysis.fits import LogLinearFit, log_linear
from sobe.languages import message

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


#: Rows of a year that settle a prediction, by its table, as column ``counts`` says.
LEAST_ROWS = {"recordings": 2, "imaging_datasets": 1}
#: States of a prediction.
OPEN = message("open")
WAITING = message("closed, waiting for rows")
SCORED = message("scored")


@dataclass(frozen=True)
class Settled:
    """State of a registered prediction, as `settle` returns it.

    Attributes
    ----------
    state : str
        `OPEN` up to its closing date, then `WAITING` until its table has enough rows of the year,
        then `SCORED`.
    value : float
        Largest value of the year; nan unless scored.
    loss, baseline_loss : float
        Scores of the distribution and of "no change"; nan unless scored. The smaller one won.
    """

    state: str
    value: float = math.nan
    loss: float = math.nan
    baseline_loss: float = math.nan

    @property
    def better(self) -> bool | None:
        """Whether the distribution beat its baseline; None unless scored."""
        return self.loss < self.baseline_loss if self.state == SCORED else None


def settle(prediction: Any, rows: pd.DataFrame) -> Settled:
    """Score a registered prediction by the rows that settle it, if it has closed.

    No clock is asked, so that a build gives the same page on every day: the newest day on which a
    row of ours was looked up says how far the table goes.

    Parameters
    ----------
    prediction
        A row of table ``predictions``, as ``itertuples`` gives it.
    rows
        Its table with the rows added since; those of an interested party do not count.
    """
    if not (rows["looked_up"] > prediction.closes).any():
        return Settled(OPEN)
    rows = tables.counted(rows)
    year = rows["year"].astype("float64")
    if "submission_date" in rows:
        year = year.fillna(rows["submission_date"].dt.year)
    rows = rows[(year == prediction.year) & rows[prediction.column].notna()]
    rows = rows[rows[prediction.group] == prediction.group_value]
    if len(rows) < LEAST_ROWS[prediction.table]:
        return Settled(WAITING)
    value = float(rows[prediction.column].astype("float64").max())
    return Settled(
        SCORED,
        value,
        loss({name: getattr(prediction, name) for name in QUANTILES}, value),
        loss(dict.fromkeys(QUANTILES, prediction.baseline), value),
    )
