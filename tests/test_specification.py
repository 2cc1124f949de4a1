"""Specification curves and their intervals, on series with a known slope, and on the tables."""

import numpy as np
import pandas as pd
import pytest

from sobe import tables
from sobe.analysis import fits
from sobe.analysis.specification import (
    CHOICES,
    LEAST_POINTS,
    LEAST_YEARS,
    Definition,
    agreement,
    cost_curve,
    cost_definitions,
    dated,
    families,
    frontier,
    growth_curve,
    growth_definitions,
    record_slopes,
    records_interval,
    rows_of,
    select,
)

YEARS = np.arange(1957, 2025) + 0.5


def series(slope=0.05, memory=0.8, spread=0.5, seed=0):
    """Log10 values a year apart: a trend and residuals that carry over from year to year."""
    random = np.random.default_rng(seed)
    residual = np.empty(len(YEARS))
    residual[0] = random.normal(0, spread)
    for i, shock in enumerate(
        random.normal(0, spread * np.sqrt(1 - memory**2), len(YEARS) - 1), start=1
    ):
        residual[i] = memory * residual[i - 1] + shock
    return slope * (YEARS - 1990) + residual


def recordings(n=200, slope=0.06, seed=3):
    """A table like ``recordings`` whose true growth is known."""
    random = np.random.default_rng(seed)
    year = np.sort(random.integers(1957, 2025, n))
    neurons = np.maximum(1, 10 ** (slope * (year - 1950) + random.normal(0, 0.2, n)) * 100)
    method = np.where(random.random(n) < 0.5, "electrophysiology", "fluorescence_imaging")
    return pd.DataFrame(
        {
            "year": pd.array(year, dtype="Int64"),
            "month": pd.array(random.integers(1, 13, n), dtype="Int64"),
            "submission_date": pd.Series([pd.NaT] * n, dtype="datetime64[us]"),
            "method": method,
            "neurons": neurons,
            "information_rate_per_s": neurons * 200,
            "date_status": "published",
        }
    )


def test_slopes_of_records_agree_with_least_squares():
    random = np.random.default_rng(1)
    x = np.sort(np.round(random.uniform(1990, 2020, 60), 1))  # with ties
    logs = 0.05 * (x[:, None] - 1990) + random.normal(0, 0.3, (60, 4))
    assert len(np.unique(x)) < len(x)
    for series, slope in zip(logs.T, record_slopes(x, logs), strict=True):
        chosen = select(pd.DataFrame({"date": x, "v": 10**series}), "v", "records")
        assert slope == pytest.approx(fits.log_linear(chosen["date"], chosen["v"]).slope, rel=1e-9)
    falling = record_slopes(np.arange(5.0), -np.arange(5.0)[:, None])
    assert np.isnan(falling).all()  # one record has no slope


def test_the_seed_decides():
    y = 10 ** series()
    first, again, other = (records_interval(YEARS, y, draws=200, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_intervals_of_records_hold_the_truth_where_least_squares_does_not():
    """On the records of series with memory, whose trend is known."""
    records = ols = 0
    for seed in range(100):
        y = 10 ** series(seed=seed)
        chosen = select(pd.DataFrame({"date": YEARS, "v": y}), "v", "records")
        low, high = fits.log_linear(chosen["date"], chosen["v"]).fold_per_decade_ci
        ols += low <= 10**0.5 <= high
        low, high = records_interval(YEARS, y, draws=300, seed=seed)
        records += low <= 10**0.5 <= high
    assert ols <= 60
    assert records >= 88


def test_frontier():
    rows = pd.DataFrame({"date": [1960.0, 1970, 1980, 1990, 2000], "v": [1, 12, 9, 5000, 10000]})
    found = frontier(rows, "v")
    assert found["power"].tolist() == [10, 100, 1000, 10000]
    assert found["date"].tolist() == [1970, 1990, 1990, 2000]
    assert found["v"].tolist() == [12, 5000, 5000, 10000]


# ---------------------------------------------------------------- the curves


def test_definitions_are_distinct_and_described():
    definitions = growth_definitions()
    assert len(set(definitions)) == len({d.label for d in definitions}) == len(definitions)
    listed = {choice for d in definitions for choice in d.label.split(", ")}
    assert {choice.capitalize() for choice in listed} == set(CHOICES)
    assert not any(d.undated for d in definitions if d.quantity == "information_rate_per_s")


def test_a_known_growth_is_found_under_every_definition():
    curve = growth_curve(recordings(), draws=300)
    # Throughput is 200 times the neurons here, so its definitions count the neurons' once.
    assert 30 < len(curve) < 40 and curve["fold"].is_monotonic_increasing
    every = curve[(curve["selection"] == "all") & (curve["since"].isna())]
    assert every["fold"].to_numpy() == pytest.approx(10**0.6, rel=0.1)
    inside, close = agreement(curve, 10**0.6, 10**0.6 / 1.25, 10**0.6 * 1.25)
    assert inside > 0.75 and close > 0.75


def test_intervals_hold_the_estimate_and_can_be_repeated():
    curve = growth_curve(tables.load("recordings"), draws=200)
    assert ((curve["low"] < curve["fold"]) & (curve["fold"] < curve["high"])).all()
    # Memory widens nearly all: only a few short series look steadier than independent rows.
    fitted = curve[curve["selection"] != "records"]
    wider = fitted["high"] / fitted["low"] > fitted["ols_high"] / fitted["ols_low"]
    assert wider.mean() > 0.9
    assert (curve["n"] >= LEAST_POINTS).all()
    assert (curve["last"] - curve["first"] >= LEAST_YEARS).all()
    pd.testing.assert_frame_equal(curve, growth_curve(tables.load("recordings"), draws=200))


def test_definitions_that_are_the_same_fit_are_one():
    table = tables.load("recordings")
    curve = growth_curve(table, draws=0)
    assert not curve.duplicated(["method", "selection", "n", "fold"]).any()
    assert curve[["low", "high"]].isna().all(axis=None)
    assert agreement(curve, 5, 4, 6.25)[0] == 0
    # Electrophysiology is listed at one rate: its records since 1960 are the same in both counts.
    kept = curve[(curve["method"] == "electrophysiology") & (curve["selection"] == "records")]
    kept = kept[~kept["undated"].astype(bool) & (kept["since"] == 1960)]
    assert kept["quantity"].tolist() == ["information_rate_per_s"]
    # One rate apart, and they are two fits again.
    changed = table.copy()
    rows = dated(table)
    records = select(
        rows_of(rows, Definition("neurons", "electrophysiology", "records", 1960, False)),
        "neurons",
        "records",
    )
    changed.loc[records.index[-1], "information_rate_per_s"] *= 1.01
    assert len(growth_curve(changed, draws=0)) > len(curve)


def test_families():
    curve = growth_curve(tables.load("recordings"), draws=0)
    table = families(curve).set_index(["quantity", "method"])
    assert table["definitions"].sum() == len(curve)
    both = curve[(curve["quantity"] == "neurons") & curve["method"].isna()]
    assert table.loc[("neurons", "both"), "fold"] == both["fold"].median()


def test_rows_of_a_definition():
    table = dated(tables.load("recordings"))
    with_preprints = rows_of(table, Definition("neurons", None, "all", 1990, True))
    without = rows_of(table, Definition("neurons", None, "all", 1990, False))
    assert set(without.index) < set(with_preprints.index)
    assert (with_preprints["date"] >= 1990).all() and with_preprints["date"].is_monotonic_increasing
    imaging = rows_of(table, Definition("neurons", "fluorescence_imaging", "all", None, False))
    assert set(imaging["method"]) == {"fluorescence_imaging"}
    largest = select(with_preprints, "neurons", "maximum")
    assert len(largest) == with_preprints["date"].floordiv(1).nunique()


def test_cost_curve():
    costs = tables.load("reconstruction_costs")
    definitions, curve = cost_definitions(costs), cost_curve(costs)
    # One row a year without the illustrations, so the cheapest of each year are all of them.
    assert set(definitions) - set(curve["label"]) == {
        "Without illustrations, cheapest of each year"
    }
    assert curve["fold"].is_monotonic_increasing
    row = curve.set_index("label").loc["Without illustrations"]
    made = costs[costs["kind"] != "illustration"]
    fit = fits.log_linear(made["year"], made["cost_per_neuron_usd"])
    assert (row["n"], row["fold"]) == (len(made), pytest.approx(fit.fold_per_decade))
    of_the_day = definitions["All rows, dollars of the day"].set_index("estimate_id")["cost"]
    assert of_the_day["worm-1986"] == pytest.approx(1_450_000 / 302)
