"""The model "published" against the published calculator's own formulas, computed independently.

The reference arithmetic reads the formulas' text from the report's data (``../shared/upstream``)
with Python's ast and plain floats: it shares no code and no table with ``sobe.analysis.estimator``.
"""

import ast
import csv
import math
from pathlib import Path

import pytest

from sobe.analysis.estimator import estimate, load_model
from sobe.analysis.estimator.model import load_model as load

UPSTREAM = Path(__file__).resolve().parents[2] / "shared" / "upstream" / "data"
MODALITIES = {"em": "em", "exm": "exm", "exm_molecular": "exm_molecular", "em10": "wellcome"}
PROOFREADING = {"current": "current", "improved": "improved_1000x"}
ORGANISMS = ["c_elegans", "drosophila", "zebrafish_larva", "mouse", "macaque", "human"]

#: first cost, further cost (US dollars), mean cost per neuron, years to the first, connectomes; by
#: the published formulas and parameters.
REFERENCE = {
    "mouse/em/current": (
        21231270646.192505,
        18461142370.974,
        303.30386637417865,
        7.971587600453489,
        1.0,
    ),
    "mouse/em/improved": (
        223920646.19250742,
        79711120.97399953,
        1.344743907083576,
        0.49213554565896866,
        10.0,
    ),
    "mouse/exm/current": (
        21138672680.255493,
        18405318547.223557,
        301.98103828936416,
        7.730487154651539,
        1.0,
    ),
    "mouse/exm/improved": (
        129747680.25549167,
        22509172.223555222,
        0.39815853750217206,
        0.25103509985701766,
        20.0,
    ),
    "mouse/em10/current": (math.inf, math.inf, math.inf, 15.331391171993909, 0.0),
    "mouse/em10/improved": (
        503388499.2085236,
        190368061.8074581,
        7.191264274407479,
        7.851939117199389,
        1.0,
    ),
}


def rows(path):
    with open(UPSTREAM / path, encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}


def divided(a, b):
    """Division as JavaScript has it."""
    if b == 0:
        return (
            math.nan
            if a == 0 or math.isnan(a)
            else math.inf
            if (a > 0) == (math.copysign(1, b) > 0)
            else -math.inf
        )
    return a / b


FUNCTIONS = {
    "min": min,
    "max": max,
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "round": lambda x: float(math.floor(x + 0.5)),
}


def compute(node, get):
    """The value of a Python syntax tree of +, -, *, /, ^ (as **), ==, > and calls."""
    if isinstance(node, ast.Constant):
        return float(node.value)
    if isinstance(node, ast.Name):
        return get(node.id)
    if isinstance(node, ast.BinOp):
        a, b = compute(node.left, get), compute(node.right, get)
        return {
            ast.Add: lambda: a + b,
            ast.Sub: lambda: a - b,
            ast.Mult: lambda: a * b,
            ast.Div: lambda: divided(a, b),
            ast.Pow: lambda: a**b,
        }[type(node.op)]()
    if isinstance(node, ast.Compare):
        a, b = compute(node.left, get), compute(node.comparators[0], get)
        return {ast.Eq: a == b, ast.Gt: a > b}[type(node.ops[0])]
    name, arguments = node.func.id, node.args
    if name == "iff":
        return compute(arguments[1] if compute(arguments[0], get) else arguments[2], get)
    return FUNCTIONS[name](*(compute(argument, get) for argument in arguments))


@pytest.fixture(scope="module")
def published():
    """A function (organism, modality, proofreading) -> {published formula id: value}."""
    if not UPSTREAM.is_dir():
        pytest.skip("the report's data are not next to the repository (../shared/upstream)")
    formulas = {}
    for name in ("connectomics", "costs", "storage", "recording", "simulation"):
        for key, row in rows(f"formulas/{name}.tsv").items():
            text = row["formula"].replace("^", "**").replace("if(", "iff(")
            formulas[key] = ast.parse(text, mode="eval").body
    shared = {key: float(row["value"]) for key, row in rows("parameters/shared.tsv").items()}
    organisms, imaging, proofreading = (
        rows("organisms/organisms.tsv"),
        rows("imaging/imaging-modalities.tsv"),
        rows("costs/proofreading.tsv"),
    )

    def case(organism, modality, effort):
        values = dict(shared)
        values |= {key: float(row[MODALITIES[modality]]) for key, row in imaging.items()}
        values |= {key: float(row[PROOFREADING[effort]]) for key, row in proofreading.items()}
        values["biological_volume"] = float(organisms[organism]["volume_mm3"])
        values["neuron_count"] = float(organisms[organism]["neurons"])

        def get(name):
            if name not in values:
                values[name] = compute(formulas[name], get)
            return values[name]

        return {name: get(name) for name in formulas}

    return case


def published_name(locator):
    return locator.split(":")[1]


@pytest.mark.parametrize("organism", ORGANISMS)
@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize("effort", PROOFREADING)
def test_every_formula_agrees_with_the_published_calculator(published, organism, modality, effort):
    want = published(organism, modality, effort)
    have = estimate(organism, modality, effort, model="published").values
    ours = {published_name(f.locator): name for name, f in load_model("published").formulas.items()}
    # Two published formulas are a mere number, and so a parameter here.
    ours |= {
        "recording_infrastructure_cost_first": "recording_setup_cost",
        "simulation_training_infrastructure_cost": "training_setup_cost",
    }
    assert set(want) == set(ours)
    for theirs, name in ours.items():
        assert have[name] == pytest.approx(want[theirs], rel=1e-9, abs=0), name


@pytest.mark.parametrize("case", REFERENCE)
def test_recorded_reference_numbers(case):
    have = estimate(*case.split("/"), model="published")
    numbers = (
        have.first_cost,
        have.further_cost,
        have.values["mean_cost_per_neuron"],
        have.first_years,
        have.connectomes,
    )
    assert numbers == pytest.approx(REFERENCE[case], rel=1e-9)


def test_what_the_calculators_own_tests_assert():
    values = estimate("mouse", "exm", model="published").values
    assert values["microscopes"] == 100
    assert values["imaging_rate"] == pytest.approx(3300)
    assert values["voxel_density"] == pytest.approx(4e10)
    assert values["imaged_volume"] == pytest.approx(2_048_000)
    assert values["raw_size"] == pytest.approx(81.92)
    assert abs(values["active_size"] - 4.78) < 0.5
    assert 0 < values["imaging_years"] < 1


def test_published_parameters_all_name_their_place():
    model = load("published")
    for name, cases in model.parameters.items():
        for row in cases.values():
            assert row.evidence == "definition" or row.source.startswith("sobe2025-"), name
