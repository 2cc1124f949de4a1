"""Draws, tornado and break-even."""

import time
import zlib

import numpy as np
import pytest

from sobe.analysis.estimator import EstimatorError, estimate, load_model
from sobe.analysis.estimator.model import Parameter
from sobe.analysis.estimator.uncertainty import (
    LEVERS,
    break_even,
    draw,
    improved,
    inputs,
    sequence,
    sobol,
    split_triangle,
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
    ("low", "value", "high"),
    [(0, 1, 2), (1, 1, 5), (1, 10, 1000), (0.5, 2, 2), (3, 3, 3), (0, 0, 1), (0.1, 0.11, 9)],
)
def test_draws_lie_in_their_range_and_their_median_is_the_value(low, value, high):
    row = Parameter(value, low, high, "assumed", "", "why")
    drawn = split_triangle(row, np.random.default_rng(0).random(200_000))
    assert drawn.min() >= low * (1 - 1e-12) and drawn.max() <= high * (1 + 1e-12)
    assert np.median(drawn) == pytest.approx(value, rel=0.01, abs=1e-3)
    # Nine draws in ten lie within 1 - sqrt(0.1) of either side, on the scale they are drawn on.
    to = np.log if low > 0 else np.asarray
    for end, percent in ((low, 5), (high, 95)):
        want = to(value) + (to(end) - to(value)) * (1 - 0.1**0.5)
        assert to(np.percentile(drawn, percent)) == pytest.approx(want, abs=0.02)


def test_the_sequence_is_the_one_of_the_test_vectors():
    """Computed here with Python's integers, as a page does it with 32-bit ones."""

    def mix(x):
        x ^= x >> 16
        x = x * 0x7FEB352D % 2**32
        x ^= x >> 15
        x = x * 0x846CA68B % 2**32
        return x ^ (x >> 16)

    step = 0x9E3779B9
    for name, seed in (("neurons", 2025), ("wages", 0), ("hardware", 2**32 - 1)):
        key = mix(mix((seed + step) % 2**32) ^ zlib.crc32(name.encode()))
        want = [(mix(mix((i + step) % 2**32) ^ key) + 0.5) / 2**32 for i in range(50)]
        assert list(sequence(name, 50, seed)) == want
    assert sequence("neurons", 3, 2025) == pytest.approx(
        [0.17374690028373152, 0.8488659098511562, 0.8755977262044325], rel=1e-15
    )


def test_the_sequences_are_even_and_independent():
    model = load_model()
    drawn = np.array([sequence(name, 2000, 2025) for name in inputs(model, model.parameters)])
    assert ((drawn > 0) & (drawn < 1)).all()
    assert np.abs(drawn.mean(axis=1) - 0.5).max() < 4.5 / np.sqrt(12 * 2000)
    correlations = np.corrcoef(drawn) - np.eye(len(drawn))
    assert np.abs(correlations).max() < 5.5 / np.sqrt(2000)
    counts = [np.histogram(row, bins=20, range=(0, 1))[0] for row in drawn]
    assert 10 < np.mean([((count - 100) ** 2 / 100).sum() for count in counts]) < 28  # 19 expected


def test_wages_move_together_and_so_do_prices_of_hardware():
    model = load_model()
    together = inputs(model, model.parameters)
    assert set(together["wages"]) == {
        "technician_salary",
        "staff_salary",
        "proofreader_wage",
        "recording_salary",
        "preparation_labour_price",
    }
    assert set(together["hardware"]) == {
        "gpu_price",
        "active_storage_price",
        "archive_storage_price",
    }
    # With one factor the shares add up: staff and proofreading rise and fall together.
    found = draw("mouse", "em", "current", draws=4000, results=("staff_cost", "proofreading_cost"))
    alone = draw(
        "mouse",
        "em",
        "current",
        draws=4000,
        results=("staff_cost", "proofreading_cost"),
        staff_salary=150_000.0,
    )

    def related(outputs):
        wages = np.log(sequence("wages", 4000, 2025))
        return np.corrcoef(wages, np.log(outputs["staff_cost"]))[0, 1]

    assert related(found.outputs) > related(alone.outputs) + 0.05


def test_a_range_holds_its_value_and_seldom_at_its_end():
    model = load_model()
    at_end = {
        name
        for name, cases in model.parameters.items()
        for row in cases.values()
        if row.low is not None and row.value in (row.low, row.high)
    }
    # The book's choice among sources, and the simplest model of a simulation.
    assert at_end <= {
        "tissue_volume",
        "neurons",
        "synapses",
        "neuron_flops",
        "synapse_flops",
        "neuron_memory",
        "synapse_memory",
    }


def test_sobol_indices_split_the_variance():
    found = sobol("mouse", "em", "current").set_index("input")
    assert {"wages", "hardware", "model_error"} <= set(found.index)
    assert found["parameters"]["wages"] == 4
    assert found["first"].sum() < 1.05 and found["total"].sum() > 0.95
    assert (found["total"] > found["first"] - 0.03).all()
    # What is given does not count, and what matters most without the model's error is the time.
    known = sobol("mouse", "em", "current", model_error=1.0).set_index("input")
    assert "model_error" not in known.index
    assert known.index[0] == "proofreading_time" and found.index[0] == "model_error"


def test_sobol_indices_of_a_product_are_known():
    """The cost of a block without anything but its proofreading is a product of its factors."""
    found = sobol("mouse", "em", "current", result="proofreading_cost").set_index("input")
    drawn = {
        name: np.log(
            draw(draws=50_000, results=("proofreading_cost",), **others).outputs[
                "proofreading_cost"
            ]
        ).var()
        for name, others in (("all", {}), ("wages", {"proofreading_time": 5.0, "neurons": 7e7}))
    }
    assert found["first"]["wages"] == pytest.approx(drawn["wages"] / drawn["all"], abs=0.03)


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
        (lambda: draw(seed=2**32), "seed"),
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
