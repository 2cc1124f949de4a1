"""A plan of the brain's own size, and the way back to the calculator's."""

import itertools
import math

import numpy as np
import pytest

from sobe.analysis.estimator import estimate, load_model
from sobe.analysis.estimator.estimate import CAPACITY, calculators_plan
from sobe.analysis.estimator.model import PUBLISHED, stages
from sobe.analysis.estimator.uncertainty import draw

OPTIONS = load_model().options
CASES = list(
    itertools.product(OPTIONS["organism"], OPTIONS["modality"], OPTIONS["proofreading"], (3.0, 5.0))
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: "/".join(map(str, case)))
def test_every_stage_ends_in_its_share_of_the_horizon_and_nobody_is_idle(case):
    *choice, years = case
    values = estimate(*choice, project_years=years).values
    for stage, number, given in (
        ("imaging", "microscopes", "microscope_budget"),
        ("processing", "gpus_at_work", "gpus"),
        ("proofreading", "proofreaders_at_work", "proofreaders"),
    ):
        allowed = years * values[f"{stage}_time_share"]
        assert values[f"{stage}_years"] <= allowed * (1 + 1e-9), stage
        if values[number] > 1:
            fewer = values[number] - 1
            if given == "microscope_budget":
                fewer *= values["microscope_price"] * (1 + 1e-12)
            late = estimate(*choice, project_years=years, **{given: fewer}).values
            assert late[f"{stage}_years"] > allowed, stage


def test_staff_and_facility_grow_with_the_brain_down_to_the_smallest_project():
    mouse = estimate("mouse", tissue_volume=500.0).values
    assert mouse["plan_factor"] == 1 and mouse["staff"] == 35
    larger = estimate("mouse", tissue_volume=5000.0).values
    assert larger["staff"] == pytest.approx(35 * 10**0.6)
    cost = 35 * 10**0.6 * larger["staff_salary"] * larger["first_work_years"]
    assert larger["staff_cost"] == pytest.approx(cost)
    facility = larger["facility_price"] * 10**0.6 * larger["first_work_years"]
    assert larger["facility_cost"] == pytest.approx(facility)
    worm = estimate("c_elegans").values
    assert worm["plan_factor"] == worm["least_plan"] == 0.1
    assert worm["people"] == math.ceil(worm["proofreaders_at_work"] + 3.5 + 0.5)


@pytest.mark.parametrize("proofreading", OPTIONS["proofreading"])
@pytest.mark.parametrize("organism", OPTIONS["organism"])
def test_the_calculators_plan_gives_what_the_model_gave_before_this_correction(
    organism, proofreading
):
    *_, before, last = [
        model for model in stages() if model.name in ("shown-imaging", "model-error", "own-plan")
    ]
    assert (before.name, last.name) == ("model-error", "own-plan")
    choice = {"organism": organism, "modality": "em", "proofreading": proofreading}
    old = {name: row.value for name, row in before.chosen(choice).items()}
    want = before.evaluate(old)
    have = estimate(**choice, **calculators_plan(proofreading)).values
    for name in before.formulas:
        assert have[name] == pytest.approx(want[name], rel=1e-12), name


def test_the_calculators_plan_is_that_of_the_published_model():
    published = load_model(PUBLISHED).parameters
    for effort in OPTIONS["proofreading"]:
        plan = calculators_plan(effort)
        assert {*CAPACITY, "plan_exponent"} == set(plan)
        assert plan["microscope_budget"] == published["microscope_budget"]["any"].value
        assert plan["proofreaders"] == published["proofreaders"][effort].value


def test_no_assumption_of_the_plan_comes_from_a_known_budget():
    """They are declared as this edition's own, and those that are beliefs have a range."""
    rows = load_model().parameters
    for name in ("imaging_time_share", "processing_time_share", "proofreading_time_share"):
        assert rows[name]["any"].evidence == "assumed"
    for name in ("plan_exponent", "least_plan"):
        row = rows[name]["any"]
        assert row.evidence == "assumed" and row.source == "sobe-edition-estimator"
        assert row.low < row.value < row.high and row.reason.startswith("our assumption")


def test_a_draw_with_slower_microscopes_has_more_of_them_and_is_in_time():
    found = draw("mouse", draws=2000, results=("microscopes", "imaging_years"))
    assert np.unique(found.outputs["microscopes"]).size > 10
    assert (found.outputs["imaging_years"] <= 2.5 * (1 + 1e-9)).all()
