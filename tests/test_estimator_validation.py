"""The model against known budgets."""

import numpy as np
import pandas as pd
import pytest

from sobe import tables
from sobe.analysis.estimator import load_model
from sobe.analysis.estimator.uncertainty import draw
from sobe.analysis.estimator.validation import bias, known_budgets, model_error_range

KNOWN = known_budgets()


def test_the_budgets_are_those_of_the_tables():
    costs = tables.load("reconstruction_costs").set_index("estimate_id")
    facts = tables.load("reported_facts").set_index("fact_id")
    actual = KNOWN.set_index("project")
    assert actual["actual_low"]["fly"] == costs["total_nominal_usd"]["fly-2018"] == 25e6
    assert actual["actual_high"]["fly"] == costs["total_adjusted_usd"]["fly-2018"] == 30e6
    assert actual["actual_low"]["fish"] == actual["actual_high"]["fish"] == 10e6
    assert actual["actual_low"]["mouse-block"] == facts["value"]["mouse-block-33m"] == 33e6
    assert actual["actual_high"]["mouse-block"] == 43e6
    assert actual["actual_low"]["microns"] == facts["value"]["microns-cost"] == 100e6


def test_no_other_parameter_cites_the_budgets():
    """A budget sets the range of the model's own error and nothing else."""
    sources = set(KNOWN["source"])
    parameters = tables.load("estimator_parameters")
    assert not sources & set(parameters["source"])


def test_predictions_are_compared_with_the_budgets():
    assert (KNOWN["low"] < KNOWN["median"]).all() and (KNOWN["median"] < KNOWN["high"]).all()
    assert KNOWN["ratio"].tolist() == pytest.approx((KNOWN["median"] / KNOWN["actual"]).tolist())
    inside = KNOWN.set_index("project")["inside"]
    assert inside[["fly", "fish", "mouse-block"]].all() and not inside["microns"]
    assert bias(KNOWN) == pytest.approx(np.prod(KNOWN["ratio"]) ** 0.25)


def test_the_range_of_the_models_error_is_the_one_the_misses_give():
    low, high = model_error_range(KNOWN)
    row = load_model().parameters["model_error"]["any"]
    assert (row.low, row.value, row.high) == pytest.approx((low, 1, high), rel=0.01)


def test_nine_draws_in_ten_of_the_models_error_lie_within_the_misses():
    exact = pd.DataFrame({"ratio": [0.5, 2.0]})
    low, high = model_error_range(exact)
    assert low == pytest.approx(1 / high)
    # 90% of the draws lie within exp(1.64 ln 2), by the share of a range that holds them.
    assert high ** (1 - 0.1**0.5) == pytest.approx(2**1.6449)


def test_intervals_are_wider_by_the_models_error():
    widths = []
    for given in ({}, {"model_error": 1.0}):
        low, _, high = draw("drosophila", draws=20_000, results=("first_cost",), **given).interval(
            "first_cost"
        )
        widths.append(np.log(high / low))
    assert widths[0] > widths[1] + 1
