"""The models: units, order, errors one at a time, and an answer for every case."""

import csv
import itertools
import math
import shutil
from pathlib import Path

import pytest

from sobe.analysis.estimator import EstimatorError, dimensions, estimate, load_model
from sobe.analysis.estimator.compare import correction_effects, grid
from sobe.analysis.estimator.estimate import CHOICES, settle
from sobe.analysis.estimator.model import errors, model_of, stages

DATA = Path(__file__).resolve().parents[1] / "data"
MODEL = load_model()
CASES = list(itertools.product(*(MODEL.options[name] for name in CHOICES)))


# ---------------------------------------------------------------- units


def test_the_published_formulas_that_do_not_balance_are_those_an_error_names():
    model = load_model("published")
    of = {name: dimensions.unit(text) for name, text in model.units.items()}
    unbalanced = set()
    for name, formula in model.formulas.items():
        try:
            dimensions.check(name, formula.tree, of, formula.unit)
        except EstimatorError as error:
            assert name in str(error)
            unbalanced.add(name)
    assert unbalanced == {"registration_days", "segmentation_days", "registration_price"}
    after = stages()[1]
    assert {after.formulas[name].layer for name in unbalanced} == {"processing-volume"}


@pytest.fixture
def tampered(tmp_path):
    """A function that copies the data and edits one formula, giving the folder."""

    def change(formula, expression, layer=None):
        folder = tmp_path / "data"
        shutil.copytree(DATA, folder, dirs_exist_ok=True)
        file = folder / "estimator" / "formulas.csv"
        with open(file, encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        latest = [
            row for row in rows if row["formula"] == formula and row["layer"] != "spreadsheet"
        ][-1]
        latest["expression"] = expression
        with open(file, "w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return folder

    return change


@pytest.mark.parametrize(
    ("formula", "expression", "said"),
    [
        (
            "proofreading_days",
            "neurons * proofreading_time / proofreaders",
            "'proofreading_days' do not balance",
        ),
        ("imaging_years", "imaging_days", "'imaging_years' do not balance.*0.0027"),
        (
            "segmentation_days",
            "tissue_volume / (segmentation_speed * gpus)",
            "'segmentation_days' do not balance",
        ),
        (
            "first_cost",
            "first_subtotal + first_years",
            "'first_cost' do not balance: '\\+' of USD and year",
        ),
        ("imaged_volume", "tissue_volume ^ expansion", "exponent"),
        ("first_cost", "first_subtotal + no_such_thing", "'first_cost' uses 'no_such_thing'"),
        ("first_subtotal", "first_cost", "depend on themselves"),
        ("first_cost", "first_subtotal +", "formula 'first_cost': bad formula"),
        ("first_cost", "first_subtotal < first_reserve", "true or false"),
    ],
)
def test_a_wrong_formula_is_an_error_that_names_it(tampered, formula, expression, said):
    with pytest.raises(EstimatorError, match=said):
        load_model("corrected", tampered(formula, expression))


def test_a_wrong_conversion_constant_is_an_error(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    file = folder / "estimator" / "parameters.csv"
    text = file.read_text(encoding="utf-8")
    assert "seconds_per_day,any,published,86400," in text
    file.write_text(
        text.replace(
            "seconds_per_day,any,published,86400,", "seconds_per_day,any,published,86164,"
        ),
        encoding="utf-8",
    )
    with pytest.raises(EstimatorError, match="seconds_per_day"):
        load_model("corrected", folder)


def test_inputs_come_before_what_uses_them():
    from sobe.analysis.estimator.expressions import names

    seen = set(MODEL.parameters)
    for name, formula in MODEL.formulas.items():
        assert names(formula.tree) <= seen
        seen.add(name)


# ---------------------------------------------------------------- errors


def test_each_error_changes_its_own_formulas_and_nothing_else():
    case = {"organism": "mouse", "modality": "em", "proofreading": "current"}
    effects = correction_effects([case])
    assert list(effects["error"]) == ["published", *errors()["error"]]
    assert (effects["changes"].iloc[1:] != "").all(), (
        "an error that changes no formula or parameter"
    )
    assert effects[0].iloc[0] == pytest.approx(
        estimate(*case.values(), model="published").first_cost
    )
    assert effects[0].iloc[-1] == pytest.approx(estimate(*case.values()).first_cost)


def after(error, result, organism="mouse", modality="em", proofreading="current", **given):
    """One result before and after an error is corrected."""
    line = stages()
    at = [model.name for model in line].index(error)
    case = {"organism": organism, "modality": modality, "proofreading": proofreading}
    return tuple(
        float(model.evaluate(settle(model, case, given))[result]) for model in line[at - 1 : at + 1]
    )


@pytest.mark.parametrize(
    ("error", "result", "where", "before", "corrected"),
    [
        ("processing-volume", "registration_days", {}, 0.05, 0.0148148),
        ("processing-volume", "segmentation_days", {"modality": "exm"}, 0.1, 0.016384),
        ("processing-volume", "registration_price", {}, 4.8, 4.8),
        ("no-microscope", "imaging_days", {"microscope_budget": 100}, 0, 7635.96),
        ("channel-rounds", "imaging_rate", {"modality": "exm"}, 3300, 1100),
        (
            "round-registration",
            "registration_days",
            {"modality": "exm_molecular"},
            0.008192,
            0.8192,
        ),
        ("channel-storage", "raw_size", {"modality": "exm_molecular"}, 81.92, 65536),
        ("processing-rates", "segmentation_speed", {}, 5, 0.0569952),
        ("processing-rates", "registration_speed", {}, 10, 0.00886419),
        ("capital", "capital_cost", {"microscope_budget": 1e8}, 55e6, 105e6),
        ("connectome-count", "connectomes", {"modality": "em"}, 1, 0),
        ("organism-facts", "tissue_volume", {"organism": "drosophila"}, 0.5, 0.08),
        ("own-recording", "experiment_price", {"organism": "c_elegans"}, 500_000, 10_000),
        ("recording-data", "experiment_data", {}, 0.09, 1.125),
        ("own-simulation", "simulation_gpus", {"organism": "c_elegans"}, 22, 1),
    ],
)
def test_an_error_does_what_its_row_says(error, result, where, before, corrected):
    assert after(error, result, **where) == pytest.approx((before, corrected), rel=1e-4)


def test_money_and_time_errors_move_the_way_they_should():
    before, corrected = after("staff-years", "first_cost", modality="em10")
    assert before == math.inf and math.isfinite(corrected)
    before, corrected = after("facility", "first_cost")
    assert corrected > before
    before, corrected = after("further-contingency", "further_years")
    assert corrected == pytest.approx(before * 1.05)


def test_simulations_of_the_book_agree_with_the_reports_own_bounds():
    from sobe import tables

    compute = tables.load("compute").query(
        "bound == 'lower' and quantity in ('flops_time_based', 'memory') and scope != 'cortex'"
    )
    compute = compute[compute["source"] == "sobe2025-computational-demands"]
    for row in compute.itertuples():
        name = {"flops_time_based": "simulation_rate", "memory": "simulation_bytes"}[row.quantity]
        assert estimate(row.organism).values[name] == pytest.approx(row.value, rel=6e-3)


# ---------------------------------------------------------------- always an answer


@pytest.mark.parametrize("case", CASES, ids="/".join)
@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"microscope_budget": 1.0, "project_years": 0.01},
        {"microscope_budget": 1e12, "project_years": 1000},
    ],
)
def test_every_case_has_an_answer(case, plan):
    found = estimate(*case, **plan)
    assert all(math.isfinite(value) for value in found.values.values())
    assert found.first_cost > found.further_cost > 0
    assert found.breakdown()["usd"].sum() == pytest.approx(found.first_cost)
    assert found.bottleneck in ("imaging", "processing", "proofreading")
    assert found.microscopes >= 1 and found.people >= 1
    assert found.in_time == (found.first_years <= found.values["project_years"])
    assert found.in_time == (found.connectomes > 0)
    assert ("finishes" in found.would_take()) == found.in_time


@pytest.mark.parametrize("case", CASES, ids="/".join)
def test_what_it_would_take_is_enough(case):
    found = estimate(*case, project_years=2)
    assert found.on_time().in_time
    if not found.in_time:
        assert found.values["capacity_factor"] > 1


def test_a_horizon_shorter_than_the_preparation_cannot_be_met_and_says_so():
    found = estimate("c_elegans", project_years=0.04)
    assert found.would_take().startswith(
        "cannot finish within 0.04 years: preparing the tissue takes 15 days"
    )
    with pytest.raises(EstimatorError, match="cannot finish"):
        found.on_time()


def test_the_whole_grid_is_a_table():
    table = grid()
    assert len(table) == len(CASES) == 48
    assert not table.isna().any().any()


def test_the_frame_gives_every_formula_with_its_unit():
    frame = estimate("mouse").frame()
    assert list(frame.columns) == ["name", "value", "unit", "subject", "description"]
    assert set(frame["name"]) == set(MODEL.formulas)


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"organism": "unicorn"}, "no organism 'unicorn'; choose one of c_elegans"),
        ({"organism": None}, "no organism None"),
        ({"organism": ["mouse"]}, "no organism"),
        ({"modality": "xray"}, "no modality 'xray'; choose one of em,"),
        ({"proofreading": ""}, "no proofreading ''"),
        ({"model": "best"}, "no model 'best'"),
        ({"microscope_budget": -1}, r"microscope_budget \(USD\) must be zero or more, not -1"),
        ({"microscope_budget": "5"}, r"takes a number, not str '5'"),
        ({"microscope_budget": True}, "not bool"),
        ({"microscope_budget": math.nan}, "finite"),
        ({"project_years": math.inf}, "finite"),
        ({"proofreader_day": 0}, "proofreader_day .* above zero"),
        ({"lossy_ratio": 0}, "above zero"),
        ({"sustained_rate": 0}, "above zero"),
        ({"uptime": 1.5}, "at most 1"),
        ({"colour": 3}, "'colour' is not one of them"),
        ({"first_cost": 3}, "'first_cost' is computed"),
        ({"expansion": 1e150}, "would not be a finite number.*too extreme"),
    ],
)
def test_bad_input_is_one_clear_error(given, said):
    with pytest.raises(EstimatorError, match=said):
        estimate(**given)


def test_a_layer_that_is_no_error_is_an_error(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    file = folder / "estimator" / "formulas.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace(",facility,", ",facilities,"), encoding="utf-8"
    )
    with pytest.raises(EstimatorError, match="'facilities'"):
        load_model("corrected", folder)


def test_models_are_kept_once_loaded():
    assert load_model() is load_model()
    assert model_of("x", ("published",)) is model_of("x", ("published",))


def test_assumed_ranges_say_so():
    sourced = (
        "the report",
        "the published note",
        "half the published value",
        "the lowest and the highest",
        "the simplest model",
        "FlyWire took 0.47 hours",
        "six microscopes imaged",
        "four known budgets",
    )
    for name, cases in MODEL.parameters.items():
        for row in cases.values():
            if row.low is not None:
                assert row.reason.startswith(("our assumption: ", *sourced)), (name, row.reason)
