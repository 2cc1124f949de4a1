"""The brief that `make scenario` writes next to its notebook."""

import re

import pytest
from conftest import ROOT

from sobe.analysis.estimator import EstimatorError, estimate
from sobe.analysis.estimator.brief import brief, changed, python_line
from sobe.analysis.estimator.scenario import read_scenario
from sobe.analysis.estimator.uncertainty import draw, tornado
from sobe.languages import units
from sobe.pipeline import book, parameters
from sobe.pipeline.project import Project

FLY = {"organism": "drosophila", "modality": "em", "proofreading": "current"}
GIVEN = {"microscope_budget": 5e6, "project_years": 5.0, "gpus": 0.0, "gpu_price": 7.0}


def test_only_what_differs_is_named():
    assert changed(FLY, GIVEN) == {"microscope_budget": 5e6, "gpu_price": 7.0}
    line = python_line(FLY, GIVEN)
    assert line == 'estimate(organism="drosophila", microscope_budget=5000000, gpu_price=7)'
    found = eval(line, {"estimate": estimate})  # noqa: S307  (our own text, in a test)
    assert found.first_cost == estimate(**FLY, **GIVEN).first_cost
    usual = {"organism": "mouse", "modality": "em", "proofreading": "current"}
    assert python_line(usual, {"gpus": 0.0}) == "estimate()"


def test_a_value_keeps_all_its_digits_in_the_line():
    line = python_line(FLY, {"gpu_price": 1.23456789012345})
    assert line.endswith("gpu_price=1.23456789012345)")


def test_the_brief_has_results_drivers_changes_and_sources():
    text = brief(
        "A fly", "Why.", FLY, GIVEN, draws=500, seed=7, version="9.9", citation="Somebody (2026)."
    )
    assert text.startswith("# A fly\n\nWhy.\n\n")
    names = ("first_cost", "first_years", "people")
    found = draw(*FLY.values(), draws=500, seed=7, results=names, **GIVEN)
    low, median, high = found.interval("first_cost")
    assert units.column([median], units.usd)[0] in text
    assert " to ".join(units.ends(low, high, units.usd)) in text
    assert units.duration(found.interval("first_years")[1]) in text
    part = text.partition("## What moves the cost most")[2].partition("##")[0]
    widest = tornado(*FLY.values(), **GIVEN).head(5)
    shown = re.findall(r"^- (.*) \(\$", part, re.M)
    assert shown == [name.rstrip(".") for name in widest["description"]]
    part = text.partition("## Changed from the defaults")[2].partition("##")[0]
    assert re.findall(r"^- .* \((.*)\)$", part, re.M) == [
        "0 → 5 million USD",
        f"{units.significant(estimate().values['gpu_price'])} → 7 USD/hour/gpu",
    ]
    assert "500 draws, seed 7" in text
    assert "- Version 9.9\n- Cite as: Somebody (2026)." in text
    assert "gpu_price=7" in text and "gpus=" not in text


def test_a_brief_without_changes_says_so():
    text = brief("A fly", "", FLY, {}, draws=100, seed=1)
    assert "Nothing: every parameter has its default." in text
    assert "Version" not in text and "Cite as" not in text


def test_a_case_that_cannot_be_is_refused():
    with pytest.raises(EstimatorError, match="gpus"):
        brief("x", "", FLY, {"gpus": -1.0}, draws=100, seed=1)


def test_a_scenario_gives_the_brief_of_its_case():
    project = Project(ROOT)
    declaration = parameters.of(project, "estimator")
    found = read_scenario(ROOT / "scenarios" / "sub-million.yml")
    text = book._brief(project, declaration, found, declaration.check(found.parameters))
    assert text.startswith(f"# {found.title}\n")
    assert '`estimate(organism="drosophila", project_years=10)`' in text
    found = draw(*FLY.values(), draws=2000, seed=2025, project_years=10.0)
    median = found.interval("first_cost")[1]
    assert f"costs **{units.usd(median)}**" in text
    assert "Cite as: The authors of the executable edition" in text
