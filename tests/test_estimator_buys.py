"""What a sum buys, against the model's own estimates."""

import math

import pytest

from sobe.analysis.estimator import EstimatorError, estimate
from sobe.analysis.estimator.buys import VERDICTS, buys
from sobe.analysis.estimator.uncertainty import LEVERS, draw

BUDGET = 1e9
BOUGHT = buys(BUDGET, draws=400).set_index(["organism", "modality"])


def plan(microscopes, price):
    return {"microscope_budget": microscopes * price * (1 + 1e-12)}


@pytest.mark.parametrize("case", BOUGHT.index, ids="/".join)
def test_the_microscopes_image_the_brain_in_half_of_the_horizon_and_none_is_idle(case):
    row = BOUGHT.loc[case]
    price = estimate(*case).values["microscope_price"]
    values = estimate(*case, **plan(row["microscopes"], price)).values
    assert values["microscopes"] == row["microscopes"]
    half = values["project_years"] * values["days_per_year"] / 2
    if row["microscopes"] > 1:
        assert values["imaging_days"] <= half * (1 + 1e-9)
        fewer = estimate(*case, **plan(row["microscopes"] - 1, price)).values
        assert fewer["imaging_days"] > half


@pytest.mark.parametrize("case", [("drosophila", "em"), ("mouse", "exm")], ids="/".join)
def test_costs_are_those_of_the_draws(case):
    row = BOUGHT.loc[case]
    found = draw(*case, draws=400, seed=2025, results=("first_cost",))
    assert tuple(row[["low", "median", "high"]]) == found.interval("first_cost")
    assert row["share"] == (found.outputs["first_cost"] <= BUDGET).mean()
    least = dict((words, share) for share, words in VERDICTS)[row["verdict"]]
    assert row["share"] >= least


def test_the_missing_improvement_reaches_the_sum_and_a_smaller_one_does_not():
    row = BOUGHT.loc["mouse", "em"]
    assert row["lever"] == "Proofreading"
    now = estimate("mouse", "em")
    target = BUDGET * now.first_cost / row["median"]
    hours = now.values["proofreading_time"]
    (divided, _) = LEVERS["Proofreading"]
    assert divided == ("proofreading_time",)
    for factor, enough in ((row["factor"], True), (row["factor"] * 0.99, False)):
        cost = estimate("mouse", "em", proofreading_time=hours / factor).first_cost
        assert bool(cost <= target * (1 + 1e-9)) == enough


def test_nothing_is_missing_exactly_where_the_median_fits():
    for _, row in BOUGHT.iterrows():
        assert (row["lever"] == "") == (row["median"] <= BUDGET)
        assert math.isnan(row["factor"]) or row["factor"] > 1


def test_a_block_or_a_plan_chosen_for_one_brain_is_not_every_brain():
    block = {"tissue_volume": 10.0, "neurons": 1.5e6}
    plan_of_one = {"microscope_budget": 1e9, "gpus": 7.0, "proofreaders": 7.0}
    same = buys(BUDGET, draws=400, **block, **plan_of_one)
    assert same.set_index(["organism", "modality"]).equals(BOUGHT)


def test_other_parameters_count():
    cheap = buys(BUDGET, draws=400, proofreader_wage=1.0).set_index(["organism", "modality"])
    assert (cheap["median"] < BOUGHT["median"]).all()


@pytest.mark.parametrize("budget", [0, -1, math.nan, math.inf, True, "1e9", None])
def test_a_sum_that_is_none_is_refused(budget):
    with pytest.raises(EstimatorError, match="budget must be a number of dollars above zero"):
        buys(budget)
