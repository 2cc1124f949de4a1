"""Projections: when each trend reaches a threshold.

A projection is a fitted line read beyond its data. It answers two questions. When does the *trend*
cross the value? Its interval is that of the line. When does the *first* row pass it? That year has
a distribution of its own, since the best of many rows lies above the trend (`sobe.analysis.fits`).
Both answers assume that the trend continues and that residuals are independent. Neither is known,
so both intervals are lower limits of the uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from sobe.analysis import fits, specification
from sobe.analysis.fits import LogLinearFit

#: Columns of `crossings` that are years.
YEARS = ("year", "low", "high", "first", "first_low", "first_high")
#: Trends of cost to project, from `specification.cost_definitions`.
COST_TRENDS = (
    "All rows",
    "Without illustrations",
    "Estimates only",
    "Rows with a total",
    "After the worm, without illustrations",
)
#: Trends of recording to project. Records are left out: they are extremes, and the first passage of
#: all recordings is their forecast.
RECORDING_TRENDS = tuple(
    specification.Definition("information_rate_per_s", method, "all", since, False)
    for method in (None, "electrophysiology")
    for since in (None, 1980, 1990)
)


def crossings(
    trends: Mapping[str, LogLinearFit], lines: Mapping[str, float], level: float = 0.95
) -> pd.DataFrame:
    """Compute when each of ``trends`` reaches each of ``lines``.

    Parameters
    ----------
    trends : mapping
        Name to fit.
    lines : mapping
        Name to value, in the unit fitted.
    level : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        One row per trend and line: ``trend``, ``n`` (points fitted), ``line`` and ``value``;
        ``year``, ``low`` and ``high`` of the trend's crossing; ``first``, ``first_low`` and
        ``first_high`` of the first row to pass (median and interval, infinite beyond
        `fits.HORIZON` years). A year is missing where the trend, or an edge of its band, never
        reaches the value. All years are missing where the trend has no crossing after its first
        point.
    """
    found = []
    for trend, fit in trends.items():
        for line, value in lines.items():
            reached = fit.crossing(value, level)
            year = reached.x if reached.x is not None and reached.x > fit.x_min else None
            first = fits.first_passage(replace(fit, confidence=level), value) if year else None
            found.append(
                {
                    "trend": trend,
                    "n": fit.n,
                    "line": line,
                    "value": value,
                    "year": year,
                    "low": reached.low if year else None,
                    "high": reached.high if year else None,
                    "first": first and first.median,
                    "first_low": first and first.low,
                    "first_high": first and first.high,
                }
            )
    return pd.DataFrame(found).astype(dict.fromkeys(YEARS, float))


def cost_fits(costs: pd.DataFrame) -> dict[str, LogLinearFit]:
    """Fit the cost per neuron (US dollars) on years for `COST_TRENDS`; return {name: fit}."""
    rows = specification.cost_definitions(costs)
    return {name: fits.log_linear(rows[name]["year"], rows[name]["cost"]) for name in COST_TRENDS}


def recording_fits(recordings: pd.DataFrame) -> dict[str, LogLinearFit]:
    """Fit the sampling throughput (neurons times hertz) on years for `RECORDING_TRENDS`.

    Returns
    -------
    dict
        Label of the definition to its fit.
    """
    table, found = specification.dated(recordings), {}
    for definition in RECORDING_TRENDS:
        rows = specification.rows_of(table, definition)
        rows = specification.select(rows, definition.quantity, definition.selection)
        found[definition.label] = fits.log_linear(rows["date"], rows[definition.quantity])
    return found


def at_pace(start_year: float, start: float, target: float, fold_per_decade: float) -> float:
    """Return the year in which steady growth from ``start`` reaches ``target``.

    It is nan where the growth leads away from the target.
    """
    rate = math.log(fold_per_decade) / 10
    years = math.log(target / start) / rate if rate else math.nan
    return start_year + years if years >= 0 else math.nan
