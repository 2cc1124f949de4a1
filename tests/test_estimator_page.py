"""What the page of the estimator is given, without a browser."""

import zlib

import pytest

from sobe import tables
from sobe.analysis.estimator import load_model
from sobe.analysis.estimator.uncertainty import RESULTS, draw
from sobe.charts.estimator import DRAWS, SEED, estimator_html
from sobe.parameters import domain

GIVEN = estimator_html("drosophila", gpu_price=3.0).data
MODEL = load_model()


def test_every_parameter_that_counts_is_a_field_in_a_part_of_a_plan():
    fields = [field["name"] for group in GIVEN["parameters"] for field in group["fields"]]
    assert len(fields) == len(set(fields))
    used = MODEL.needed(MODEL.formulas)
    constants = {
        name
        for name, cases in MODEL.parameters.items()
        if any(row.evidence == "definition" for row in cases.values())
    }
    settings = set(GIVEN["model"]["settings"])
    assert set(fields) == (MODEL.parameters.keys() & used) - constants - settings
    assert [group["label"] for group in GIVEN["parameters"]] == list(
        tables.labels("estimator_quantities", "topic").values()
    )


def test_the_page_has_the_ranges_and_inputs_of_the_draws():
    model = GIVEN["model"]
    assert model["ranges"]["proofreading_time"]["current"] == (1.66667, 15)
    codes = {tuple(names): code for code, names in model["inputs"]}
    assert codes[("neurons",)] == zlib.crc32(b"neurons")
    hardware = next(names for _, names in model["inputs"] if "gpu_price" in names)
    assert dict((tuple(n), c) for c, n in model["inputs"])[tuple(hardware)] == zlib.crc32(
        b"hardware"
    )
    assert model["given"] == {"gpu_price": 3.0}
    assert (model["draws"], model["seed"]) == (DRAWS, SEED)


def test_page_and_chapter_show_the_same_draws():
    defaults = domain.of_book("estimator").parameters
    assert (defaults["draws"].default, defaults["seed"].default) == (DRAWS, SEED)
    assert {"first_cost", "first_years"} <= set(GIVEN["model"]["drawn"])


@pytest.mark.parametrize("name", GIVEN["model"]["drawn"])
def test_every_result_with_an_interval_varies(name):
    low, median, high = draw(draws=DRAWS, seed=SEED, results=(*RESULTS, name)).interval(name)
    assert low < median < high
