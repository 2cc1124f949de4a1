"""Growth within a method and by change of method, checked by statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from sobe import tables
from sobe.analysis import fits, growth, specification


def mixture(seed=0, n=60, slope=0.05, gap=1.5):
    """Two groups with the same slope, of which the higher comes late."""
    random = np.random.default_rng(seed)
    x = np.sort(random.uniform(1980, 2020, n))
    late = random.random(n) < (x - 1980) / 40
    logs = slope * (x - 2000) + gap * late + random.normal(0, 0.2, n)
    return x, 10**logs, np.where(late, "late", "early")


def headline(quantity="information_rate_per_s"):
    definition = specification.Definition(quantity, None, "all", 1980, False)
    rows = specification.rows_of(specification.dated(tables.load("recordings")), definition)
    return rows["date"], rows[quantity], rows["method"]


def close(value):
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("data", [mixture(), headline(), headline("neurons")])
def test_closed_sums_agree_with_statsmodels(data):
    x, y, group = (np.asarray(part) for part in data)
    x, y = x.astype(float), y.astype(float)
    names = np.unique(group)
    X = np.column_stack([x - x.mean(), *(group == name for name in names)]).astype(float)
    model = sm.OLS(np.log10(y), X).fit(
        cov_type="cluster", cov_kwds={"groups": np.floor(x)}, use_t=True
    )
    fit = growth.within(x, y, group)
    assert fit.slope == close(model.params[0]) and fit.slope_se == close(model.bse[0])
    assert np.log10(fit.fold_ci) / 10 == close(model.conf_int()[0])
    assert list(fit.levels.values()) == close(model.params[1:])
    assert list(fit.levels) == list(names) and fit.df == len(np.unique(np.floor(x))) - 1
    drawn = [fit.predict(date, label) for date, label in zip(x, group, strict=True)]
    assert np.log10(drawn) == close(model.fittedvalues)


def test_parts_multiply_to_the_joint_growth():
    x, y, group = mixture()
    fit = growth.within(x, y, group)
    assert fit.joint_fold == close(fits.log_linear(x, y).fold_per_decade)
    assert fit.fold * fit.composition_fold == close(fit.joint_fold)
    assert fit.fold == pytest.approx(10**0.5, rel=0.1) and fit.joint_fold > 1.5 * fit.fold
    assert 0.2 < fit.composition_share < 0.7
    # The formula of the omitted variable: difference in level times the slope of the share.
    share = np.polyfit(x, (group == "late").astype(float), 1)[0]
    assert fit.composition == close((fit.levels["late"] - fit.levels["early"]) * share)


def test_one_group_has_no_composition():
    x, y, _ = mixture(gap=0)
    fit = growth.within(x, y, np.full(len(x), "one"))
    assert fit.composition == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "x, group, message",
    [
        ([2000.1, 2000.2, 2001.1, 2001.5], ["a"] * 4, "need 3 years .* got 2, 4"),
        ([2000.0, 2001.0, 2002.0], ["a", "b", "c"], "within any group"),
        ([2000.0, 2001.0, 2002.0], ["a", "b"], "x and group differ in length: 3 and 2"),
    ],
)
def test_refusals(x, group, message):
    with pytest.raises(ValueError, match=message):
        growth.within(x, np.arange(1.0, len(x) + 1), group)


def test_robustness_rows_agree_on_a_clear_trend():
    table = growth.robustness(*mixture(n=120)).set_index("model")
    assert len(table) == 5 and (table["low"] < table["fold"]).all()
    assert (table["fold"] < table["high"]).all()
    assert table["fold"].to_numpy() == pytest.approx(10**0.5, rel=0.1)
    fit = growth.within(*mixture(n=120))
    clustered = table.loc["Errors clustered by calendar year"]
    assert tuple(clustered) == close((fit.fold, *fit.fold_ci))


def test_a_shared_year_effect_widens_what_allows_for_it():
    random = np.random.default_rng(4)
    x = np.repeat(np.arange(1980, 2020), 5) + np.tile([0.1, 0.3, 0.5, 0.7, 0.9], 40)
    year = np.repeat(random.normal(0, 0.5, 40), 5)
    logs = 0.05 * (x - 2000) + year + random.normal(0, 0.1, 200)
    table = growth.robustness(x, 10**logs, np.full(200, "one")).set_index("model")
    width = np.log(table["high"] / table["low"])
    for model in (
        "Errors clustered by calendar year",
        "Random effect of the year",
        "Years with memory",
    ):
        assert width[model] > 1.6 * width["Independent rows"]


def test_the_tables_growth_within_a_method():
    rate, neurons = growth.within(*headline()), growth.within(*headline("neurons"))
    assert rate.joint_fold == pytest.approx(3.5, abs=0.05)
    assert neurons.joint_fold == pytest.approx(4.95, abs=0.05)
    # About four-fold within a method, whichever quantity; what differs is composition.
    assert rate.fold == pytest.approx(neurons.fold, rel=0.1)
    assert rate.composition_fold < 1 < neurons.composition_fold


def test_what_the_recording_chapter_says_of_the_tables():
    """Sentences of the chapter that are words, not glued numbers."""
    recordings, coverage = tables.load("recordings"), tables.load("recording_coverage")
    electric = recordings[recordings["method"] == "electrophysiology"]
    assert electric["temporal_resolution_hz"].dropna().nunique() == 1
    # Session lengths that no source confirms are one number per organism for the small three.
    filled = coverage[coverage["session_status"] == "unconfirmed"].groupby("organism")
    lengths = filled["session_min"].nunique()
    assert (lengths[["c_elegans", "zebrafish_larva", "drosophila"]] == 1).all()
    # No count of cells near the whole fly brain is listed.
    fly = coverage[coverage["organism"] == "drosophila"]
    cells = fly[fly["counted"].isin(["resolved_cells", "not_stated"])]
    assert cells["neurons"].max() < 0.1 * 140_000


def test_the_assigned_rate_moves_the_joint_growth_alone():
    x, y, method = headline()
    electric = (method == "electrophysiology").to_numpy()
    fits_at = {
        hz: growth.within(x, y * np.where(electric, hz / 200, 1), method) for hz in (10, 200)
    }
    assert fits_at[10].fold == close(fits_at[200].fold)
    assert fits_at[10].joint_fold == pytest.approx(4.97, abs=0.01)
    assert fits_at[200].joint_fold == pytest.approx(3.50, abs=0.01)
