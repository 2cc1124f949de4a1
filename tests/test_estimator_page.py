"""What the page of the estimator is given, without a browser."""

import re
import zlib

import pytest

from sobe import tables
from sobe.analysis.estimator import load_model
from sobe.analysis.estimator.uncertainty import RESULTS, draw
from sobe.charts import translated
from sobe.charts.estimator import DRAWS, SEED, estimator_html
from sobe.parameters import domain
from sobe.site import scripts

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


def test_translation_leaves_what_the_scripts_look_up():
    model = translated.KINDS["estimator"](GIVEN, lambda text: f"@{text}")["model"]
    assert model["buys"]["verdicts"] == GIVEN["model"]["buys"]["verdicts"]
    assert model["buys"]["levers"] == GIVEN["model"]["buys"]["levers"]
    assert model["sources"] == GIVEN["model"]["sources"]
    assert model["python"] == GIVEN["model"]["python"]
    assert set(model["texts"]) == set(GIVEN["model"]["texts"])
    for text in (*model["texts"].values(), *model["units"].values()):
        assert text.startswith("@")
    ideas = [idea for tier in model["buys"]["tiers"] for idea in tier["ideas"]]
    assert all(idea["title"].startswith("@") for idea in ideas)


def test_every_word_that_the_scripts_look_up_is_there():
    """Texts, by the keys that the scripts and the payload name."""
    keys = set(GIVEN["model"]["texts"])
    for path in scripts.STATIC.glob("estimator*.js"):
        source = path.read_text(encoding="utf-8")
        used = set(re.findall(r"\btexts\.(\w+)", source))
        assert used <= keys, path.name
    assert {words for _, words in GIVEN["model"]["buys"]["verdicts"]} <= keys
    assert {f"lever_{n}" for n in range(len(GIVEN["model"]["buys"]["levers"]))} <= keys


def test_projects_and_tiers_are_those_of_the_tables():
    reach = GIVEN["model"]["buys"]
    ladder = tables.load("funding_ladder")
    assert sum(len(tier["ideas"]) for tier in reach["tiers"]) == len(ladder)
    assert [tier["least"] for tier in reach["tiers"]] == [1e5, 1e6, 1e7, 1e8, 1e9, 1e10]
    listed = {(p["organism"], p["since"], p["sum"]) for p in reach["projects"]}
    assert ("drosophila", "2018", "$25 million") in listed
    assert ("mouse", "2024", "$3.34 million") in listed
    assert ("", "2024", "15.2 million GBP") in listed
    names = " ".join(project["project"] for project in reach["projects"])
    assert "FlyWire" in names and "not connectomics" not in names


def test_page_and_chapter_show_the_same_draws():
    defaults = domain.of_book("estimator").parameters
    assert (defaults["draws"].default, defaults["seed"].default) == (DRAWS, SEED)
    assert {"first_cost", "first_years"} <= set(GIVEN["model"]["drawn"])


@pytest.mark.parametrize("name", GIVEN["model"]["drawn"])
def test_every_result_with_an_interval_varies(name):
    low, median, high = draw(draws=DRAWS, seed=SEED, results=(*RESULTS, name)).interval(name)
    assert low < median < high
