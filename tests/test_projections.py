"""Thresholds reached, and those that are not."""

import math

import numpy as np
import pytest

from sobe import tables
from sobe.analysis import fits
from sobe.analysis.projections import (
    COST_TRENDS,
    RECORDING_TRENDS,
    YEARS,
    at_pace,
    cost_fits,
    crossings,
    recording_fits,
)


def test_crossings():
    x = np.arange(2000, 2011)
    doubling = fits.log_linear(x, 100 * 2.0 ** (x - 2000) * (1 + 0.01 * (-1.0) ** x))
    found = crossings({"up": doubling}, {"ahead": 100 * 2.0**20, "behind": 1.0})
    ahead, behind = found.iloc[0], found.iloc[1]
    assert (
        ahead["year"] == pytest.approx(2020, abs=0.1)
        and ahead["low"] < ahead["year"] < ahead["high"]
    )
    assert ahead["first_low"] <= ahead["first"] <= ahead["first_high"] < ahead["year"] + 2
    assert (ahead["n"], ahead["value"]) == (11, 100 * 2.0**20)
    # Below the first point lies the past: the trend does not lead there.
    assert behind[list(YEARS)].isna().all()


def test_a_flat_trend_reaches_nothing():
    found = crossings({"flat": fits.log_linear([2000, 2001, 2002], [7.0, 7.0, 7.0])}, {"line": 8.0})
    assert found[list(YEARS)].isna().all(axis=None)


def test_an_edge_that_never_crosses_is_missing():
    loose = fits.log_linear([2000, 2005, 2010, 2015], [10.0, 300.0, 10.0, 200.0])
    found = crossings({"loose": loose}, {"line": 1e8}).iloc[0]
    assert math.isfinite(found["year"]) and math.isnan(found["high"])


def test_at_pace():
    assert at_pace(2020, 10, 250, 5) == pytest.approx(2040)
    assert at_pace(2020, 100, 1, 0.1) == pytest.approx(2040)
    assert math.isnan(at_pace(2020, 10, 100, 0.5)) and math.isnan(at_pace(2020, 10, 100, 1))


def test_trends_of_the_tables():
    costs = cost_fits(tables.load("reconstruction_costs"))
    assert tuple(costs) == COST_TRENDS and all(fit.slope < 0 for fit in costs.values())
    rates = recording_fits(tables.load("recordings"))
    assert len(rates) == len(RECORDING_TRENDS) and all(fit.slope > 0 for fit in rates.values())
    # The best of many lies above the trend, so the first passes before the trend does.
    found = crossings(rates, {"mouse": 1.4e10})
    assert (found["first"] < found["year"]).all()
    assert (found["first_low"] < found["first"]).all()
    assert (found["first"] < found["first_high"]).all()
