"""Growth fits: agreement with statsmodels, coverage, refusals, inverses."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from sobe.analysis.fits import HORIZON, Crossing, first_passage, log_linear, records

NEW = np.array([1985.0, 2004.5, 2030.0])


def sample(slope=0.08, spread=0.3, n=25, seed=0):
    random = np.random.default_rng(seed)
    x = np.sort(random.uniform(1990, 2025, n))
    return x, 10 ** (slope * (x - 2000) + 2 + random.normal(0, spread, n))


@pytest.mark.parametrize(
    "slope, n, level", [(0.08, 25, 0.95), (-0.05, 12, 0.9), (0.0, 3, 0.99), (0.3, 400, 0.5)]
)
def test_agrees_with_statsmodels(slope, n, level):
    x, y = sample(slope, n=n, seed=n)
    fit = log_linear(x, y, level)
    # Centred, so that the reference itself is exact to the tolerance.
    centre = x.mean()
    model = sm.OLS(np.log10(y), sm.add_constant(x - centre)).fit()
    close = {"rel": 1e-9, "abs": 1e-9}
    assert fit.slope == pytest.approx(model.params[1], **close)
    assert fit.intercept + fit.slope * centre == pytest.approx(model.params[0], **close)
    assert fit.slope_se == pytest.approx(model.bse[1], **close)
    assert fit.slope_ci == pytest.approx(model.conf_int(1 - level)[1], **close)
    assert fit.r_squared == pytest.approx(model.rsquared, **close)
    assert fit.residual_sd == pytest.approx(math.sqrt(model.scale), **close)
    frame = model.get_prediction(sm.add_constant(NEW - centre, has_constant="add")).summary_frame(
        1 - level
    )
    assert np.log10(fit.predict(NEW)) == pytest.approx(frame["mean"].to_numpy(), **close)
    low, high = fit.band(NEW)
    assert np.log10(low) == pytest.approx(frame["mean_ci_lower"].to_numpy(), **close)
    assert np.log10(high) == pytest.approx(frame["mean_ci_upper"].to_numpy(), **close)


def test_the_level_of_a_band_can_be_chosen():
    x, y = sample()
    np.testing.assert_allclose(log_linear(x, y).band(NEW, 0.5), log_linear(x, y, 0.5).band(NEW))


def test_fields():
    x, y = sample()
    fit = log_linear(x, y)
    assert (fit.n, fit.x_min, fit.x_max, fit.confidence) == (25, x.min(), x.max(), 0.95)
    assert fit.fold_per_decade == pytest.approx(fit.predict(2010) / fit.predict(2000))
    assert fit.predict(2000 + fit.doubling_time_years) == pytest.approx(2 * fit.predict(2000))
    low, high = fit.fold_per_decade_ci
    assert 1 < low < fit.fold_per_decade < high
    low, high = fit.doubling_time_years_ci
    assert 0 < low < fit.doubling_time_years < high < math.inf
    assert np.ndim(fit.predict(2000)) == 0 and fit.predict([2000, 2001]).shape == (2,)
    with pytest.raises(dataclasses.FrozenInstanceError):
        fit.slope = 1


def test_known_slope_is_covered():
    """The 95% interval holds the true slope in 95% of 1,000 draws, within the binomial spread."""
    random = np.random.default_rng(20250101)
    x = np.linspace(1990, 2025, 15)
    covered = 0
    for _ in range(1000):
        low, high = log_linear(x, 10 ** (0.1 * (x - 2000) + random.normal(0, 0.4, 15))).slope_ci
        covered += low <= 0.1 <= high
    low, high = stats.binom.interval(0.999, 1000, 0.95)
    assert low <= covered <= high


def test_crossing_interval_covers():
    """The interval holds the year in which the true line crosses, in 95% of 1,000 draws."""
    random = np.random.default_rng(7)
    x = np.linspace(1990, 2025, 15)
    covered = 0
    for _ in range(1000):
        fit = log_linear(x, 10 ** (0.1 * (x - 2000) + random.normal(0, 0.4, 15)))
        reached = fit.crossing(10 ** (0.1 * (2035 - 2000)))
        covered += reached.low <= 2035 <= reached.high
    low, high = stats.binom.interval(0.999, 1000, 0.95)
    assert low <= covered <= high


def test_exact_fit():
    x = np.arange(2000, 2011)
    fit = log_linear(x, 100.0 * 2.0 ** (x - 2000))
    assert fit.doubling_time_years == pytest.approx(1, rel=1e-12)
    assert fit.doubling_time_years_ci == pytest.approx((1, 1), rel=1e-9)
    assert fit.fold_per_decade == pytest.approx(1024, rel=1e-10)
    assert fit.r_squared == pytest.approx(1) and fit.residual_sd < 1e-11
    assert fit.crossing(800.0) == pytest.approx((2003, 2003, 2003), abs=1e-9)
    powers = log_linear([0, 1, 2], [1.0, 10.0, 100.0])
    assert powers.residual_sd == 0 and powers.crossing(1000.0) == (3, 3, 3)


def test_decline():
    x = np.arange(2000, 2011)
    fit = log_linear(x, 5000.0 * 0.5 ** ((x - 2000) / 3) * (1 + 0.01 * (-1.0) ** x))
    assert fit.doubling_time_years == pytest.approx(-3, rel=0.01)
    low, high = fit.doubling_time_years_ci
    assert low < fit.doubling_time_years < high < 0
    assert fit.fold_per_decade == pytest.approx(2 ** (-10 / 3), rel=0.02)
    reached = fit.crossing(100.0)
    assert reached.low < reached.x < reached.high
    assert fit.band(reached.low)[0] == pytest.approx(100)
    assert fit.band(reached.high)[1] == pytest.approx(100)


@pytest.mark.parametrize("sign", [1, -1])
def test_slope_interval_with_zero(sign):
    fit = log_linear([2000, 2005, 2010, 2015], [10.0, 10.0 * 30.0**sign, 10.0, 10.0 * 20.0**sign])
    assert fit.slope_ci[0] < 0 < fit.slope_ci[1] and fit.slope * sign > 0
    low, high = fit.doubling_time_years_ci
    if sign > 0:
        assert 0 < low < fit.doubling_time_years and high == math.inf
    else:
        assert low == -math.inf and fit.doubling_time_years < high < 0


def test_flat():
    fit = log_linear([2000, 2001, 2002], [7.0, 7.0, 7.0])
    assert (fit.slope, fit.r_squared, fit.doubling_time_years) == (0, 0, math.inf)
    assert fit.doubling_time_years_ci == (math.inf, math.inf) and fit.fold_per_decade == 1
    assert fit.crossing(8.0) == Crossing(None, None, None)


@pytest.mark.parametrize("slope", [0.08, -0.08])
@pytest.mark.parametrize("y", [0.5, 300.0, 1e9])
def test_crossing_inverts_predict_and_the_band(slope, y):
    fit = log_linear(*sample(slope))
    for level in (None, 0.5):
        reached = fit.crossing(y, level)
        assert fit.predict(reached.x) == pytest.approx(y)
        assert reached.low < reached.x < reached.high
        early, late = (1, 0) if slope > 0 else (0, 1)
        assert fit.band(reached.low, level)[early] == pytest.approx(y)
        assert fit.band(reached.high, level)[late] == pytest.approx(y)


def test_crossing_that_an_edge_never_reaches():
    fit = log_linear(
        [2000, 2005, 2010, 2015], [10.0, 300.0, 10.0, 200.0]
    )  # slope interval includes 0
    grid = np.linspace(1800, 2200, 20001)
    lower, upper = fit.band(grid)
    reached = fit.crossing(1e8)  # above all of the lower edge
    assert (
        fit.predict(reached.x) == pytest.approx(1e8) and reached.high is None and lower.max() < 1e8
    )
    assert fit.band(reached.low)[1] == pytest.approx(1e8) and upper[grid > reached.low].min() > 1e8
    inside = fit.crossing(1e3)  # within the band at every x, so neither end exists
    assert fit.predict(inside.x) == pytest.approx(1e3) and lower.max() < 1e3 < upper.min()
    assert (inside.low, inside.high) == (None, None)


def test_first_passage_agrees_with_simulated_futures():
    """Against futures drawn point by point from the same trend, known so well that it is exact."""
    x = np.linspace(1900, 2020, 4000)
    random = np.random.default_rng(3)
    fit = log_linear(x, 10 ** (0.05 * (x - 2000) + random.normal(0, 0.3, len(x))))
    value, per_year = 10**2.0, 3
    got = first_passage(fit, value, per_year)
    ahead = fit.x_max + np.arange(1, 101) - 0.5
    line = 0.05 * (ahead - 2000)
    best = (line[:, None] + random.normal(0, 0.3, (5000, 100, per_year))).max(axis=2)
    years = ahead[np.argmax(best >= 2.0, axis=1)]
    assert (best >= 2.0).any(axis=1).all()
    assert got == pytest.approx(tuple(np.quantile(years, [0.5, 0.025, 0.975])), abs=1.01)
    # The best of many passes before the line does, and more tries pass earlier.
    assert got.high < fit.crossing(value).x
    assert first_passage(fit, value, 30).median < got.median


def test_first_passage_covers():
    """The interval holds the year of the first passage in 95% of simulated histories."""
    random, x = np.random.default_rng(11), np.arange(1981, 2021) + 0.5
    held = early = 0
    for seed in range(300):
        fit = log_linear(x, 10 ** (0.06 * (x - 2000) + random.normal(0, 0.3, len(x))))
        ahead = fit.x_max + np.arange(1, 200)
        future = 0.06 * (ahead - 2000) + random.normal(0, 0.3, len(ahead))
        year = ahead[np.argmax(future >= 3)] - 0.5
        got = first_passage(fit, 1e3, 1, draws=200, seed=seed)
        held += got.low <= year <= got.high
        early += year <= got.median
    low, high = stats.binom.interval(0.999, 300, 0.95)
    assert low <= held <= high
    assert 0.4 * 300 <= early <= 0.6 * 300


def test_first_passage_at_the_ends():
    fit = log_linear(*sample())
    assert first_passage(fit, 1e9) == first_passage(fit, 1e9) != first_passage(fit, 1e9, seed=1)
    soon = first_passage(fit, 1.0)  # passed long ago: the first year ahead does
    assert soon == (fit.x_max + 0.5,) * 3
    falling = log_linear(*sample(-0.08))
    assert first_passage(falling, 1e-3).median > falling.x_max
    loose = log_linear([2000, 2005, 2010, 2015], [10.0, 300.0, 10.0, 200.0])
    never = first_passage(loose, 1e30)
    assert never.high == math.inf and HORIZON == 300
    exact = log_linear([0, 1, 2], [1.0, 10.0, 100.0])
    assert first_passage(exact, 1e5) == (5.5, 5.5, 5.5)


@pytest.mark.parametrize(
    "x, y, message",
    [
        ([1, 2], [1, 2], "at least 3 points, got 2"),
        ([], [], "at least 3 points, got 0"),
        ([1, 2, 3], [1, 2], "differ in length: 3 and 2"),
        ([1, 2, 3, 4], [1, math.nan, 3, math.inf], "2 of 4 values of y are missing or infinite"),
        ([1, math.nan, 3], [1, 2, 3], "1 of 3 values of x are missing or infinite"),
        (
            pd.Series([1, None, 3], dtype="Int64"),
            [1, 2, 3],
            "1 of 3 values of x are missing or infinite",
        ),
        ([1, 2, 3, 4], [1, 0, -3, 4], "2 of 4 values of y are not above zero"),
        ([2020, 2020, 2020], [1, 2, 3], "all 3 values of x are equal \\(2020\\)"),
        ([[1, 2, 3]], [1, 2, 3], "one-dimensional"),
    ],
)
def test_refusals(x, y, message):
    with pytest.raises(ValueError, match=message):
        log_linear(x, y)


@pytest.mark.parametrize(
    "call",
    [
        lambda fit: log_linear([1, 2, 3], [1, 2, 4], 95),
        lambda fit: fit.band(1, 0),
        lambda fit: fit.crossing(0),
        lambda fit: fit.crossing(math.inf),
        lambda fit: first_passage(fit, 0),
    ],
)
def test_other_refusals(call):
    with pytest.raises(ValueError):
        call(log_linear([1, 2, 3], [1.0, 2.0, 5.0]))


def test_records():
    frame = pd.DataFrame(
        {
            "year": [2003, 2001, 2001, 2005, 2004, 2006, None, 2007],
            "value": [5, 3, 4, 5, 2, 9, 99, None],
            "name": list("abcdefgh"),
        },
        index=range(10, 18),
    )
    frame.attrs["units"] = {"value": "neurons"}
    found = records(frame, "year", "value")
    assert found["name"].tolist() == ["c", "a", "f"] and found.index.tolist() == [12, 10, 15]
    assert found.attrs == frame.attrs and list(found.columns) == ["year", "value", "name"]
    assert len(records(frame.iloc[:0], "year", "value")) == 0


@pytest.mark.parametrize("kind", ["int64", "Int64", "float64"])
def test_records_of_any_numeric_type_and_dates(kind):
    frame = pd.DataFrame(
        {"day": pd.to_datetime(["2001-01-01", "2000-01-01", "2002-01-01"]), "value": [-1, -5, -3]}
    )
    frame["value"] = frame["value"].astype(kind)
    assert records(frame, "day", "value").index.tolist() == [1, 0]
