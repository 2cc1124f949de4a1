"""Draws, tornado and break-even."""

import time

import numpy as np
import pytest

from sobe.analysis.estimator import EstimatorError, estimate, load_model
from sobe.analysis.estimator.model import Parameter
from sobe.analysis.estimator.uncertainty import (
    LEVERS,
    _triangle,
    break_even,
    draw,
    improved,
    tornado,
)


def test_the_same_seed_gives_the_same_draws_and_another_one_others():
    first, second, other = (draw(draws=1000, seed=seed).outputs["first_cost"] for seed in (1, 1, 2))
    assert (first == second).all()
    assert (first != other).any()


def test_more_draws_do_not_change_the_first_ones():
    few, many = draw(draws=100).outputs["first_cost"], draw(draws=200).outputs["first_cost"]
    assert (few == many[:100]).all()


def test_what_is_asked_for_does_not_change_what_it_is():
    alone, among = draw(draws=500, results=("first_cost",)), draw(draws=500)
    assert (alone.outputs["first_cost"] == among.outputs["first_cost"]).all()


def test_100_000_draws_take_seconds():
    start = time.perf_counter()
    found = draw(draws=100_000)
    assert time.perf_counter() - start < 5
    assert found.outputs["first_cost"].shape == (100_000,)


@pytest.mark.parametrize("organism", load_model().options["organism"])
@pytest.mark.parametrize("modality", load_model().options["modality"])
@pytest.mark.parametrize("effort", load_model().options["proofreading"])
def test_every_draw_of_every_case_is_finite_and_the_interval_is_one(organism, modality, effort):
    found = draw(organism, modality, effort, draws=2000)
    for name, values in found.outputs.items():
        assert np.isfinite(values).all() and (values > 0).all(), name
        low, median, high = found.interval(name)
        assert low <= median <= high


@pytest.mark.parametrize(
    ("low", "peak", "high"),
    [(0, 1, 2), (1, 1, 5), (1, 10, 1000), (0.5, 2, 2), (3, 3, 3), (0, 0, 1)],
)
def test_draws_lie_in_their_range_and_peak_at_the_value(low, peak, high):
    drawn = _triangle(
        Parameter(peak, low, high, "assumed", "", "why"), np.random.default_rng(0).random(200_000)
    )
    assert drawn.min() >= low * (1 - 1e-12) and drawn.max() <= high * (1 + 1e-12)
    if low < high:
        below = (
            (np.log(peak / low) / np.log(high / low)) if low > 0 else (peak - low) / (high - low)
        )
        assert np.mean(drawn < peak) == pytest.approx(below, abs=0.01)


def test_a_value_that_is_given_is_not_drawn():
    free, known = (
        draw(draws=4000, **given).outputs["first_cost"]
        for given in ({}, {"proofreading_time": 5.0})
    )
    assert known.std() < free.std()


def test_the_tornado_agrees_with_single_estimates():
    found = tornado("mouse", "em", "improved")
    assert found["span"].is_monotonic_decreasing
    for row in found.head(12).itertuples():
        if row.parameter in ("tissue_volume", "neurons", "synapses"):
            continue
        assert row.at_low == pytest.approx(
            estimate("mouse", "em", "improved", **{row.parameter: row.low}).first_cost
        )
        assert row.at_high == pytest.approx(
            estimate("mouse", "em", "improved", **{row.parameter: row.high}).first_cost
        )
        assert row.base == pytest.approx(estimate("mouse", "em", "improved").first_cost)


def test_break_even_reaches_the_budget_and_not_before():
    model = load_model()
    from sobe.analysis.estimator.estimate import settle

    values = settle(model, {"organism": "mouse", "modality": "em", "proofreading": "current"}, {})
    found = break_even("mouse", "em", "current", budget=1e9).set_index("lever")
    assert list(found.index) == list(LEVERS)
    for lever in ("Proofreading", "All four"):
        factor = found["factor"][lever]
        at, before = improved(model, values, lever, [factor, factor * 0.999])
        assert at <= 1e9 < before
    assert np.isnan(found["factor"]["Storage"]) and found["floor"]["Storage"] > 1e9
    assert (break_even("mouse", "em", "improved", budget=1e9)["factor"] == 1).all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: draw(draws=0), "draws"),
        (lambda: draw(draws=1.5), "draws"),
        (lambda: draw(seed=-1), "seed"),
        (lambda: draw(results=("happiness",)), "no result 'happiness'"),
        (lambda: draw("unicorn"), "no organism"),
        (lambda: break_even(budget=-5), "budget"),
        (lambda: break_even(budget="1e9"), "budget"),
        (lambda: improved(load_model(), {}, "Luck", [1]), "no lever 'Luck'"),
    ],
)
def test_bad_input_is_one_clear_error(call, said):
    with pytest.raises(EstimatorError, match=said):
        call()
