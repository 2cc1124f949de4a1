"""The model "spreadsheet" against the report's spreadsheet: our table of it, and the file."""

import math
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from sobe import tables
from sobe.analysis.estimator import EstimatorError, dimensions, estimate, load_model
from sobe.analysis.estimator.estimate import calculators_plan
from sobe.analysis.estimator.model import SPREADSHEET

FILE = (
    Path(__file__).resolve().parents[2]
    / "shared"
    / "upstream"
    / "original"
    / "connectomics-budgeting.xlsx"
)
CELLS = tables.load("estimator_spreadsheet")
#: Columns of the sheet, and the case that each is.
COLUMNS = {
    letter: (modality, proofreading)
    for letter, (modality, proofreading) in zip(
        "BCDEFGHI",
        [
            (modality, proofreading)
            for proofreading in ("current", "improved")
            for modality in ("em10", "em", "exm", "exm_molecular")
        ],
        strict=True,
    )
}


@pytest.mark.parametrize("column", COLUMNS)
def test_every_cell_of_a_column_is_reproduced(column):
    modality, proofreading = COLUMNS[column]
    rows = CELLS[CELLS["cell"].str.startswith(column)]
    assert len(rows) >= 33
    found = estimate("mouse", modality, proofreading, model=SPREADSHEET).values
    for row in rows.itertuples():
        assert row.proofreading == proofreading
        assert pd.isna(row.modality) or row.modality == modality
        assert found[row.quantity] == pytest.approx(row.value, rel=1e-6, abs=0), row.cell


def test_the_table_has_all_three_parts_of_every_column():
    parts = CELLS.groupby(["modality", "proofreading"])["quantity"].agg(set)
    assert len(parts) == 8
    for names in parts:
        assert {"mean_cost", "first_cost", "further_cost", "connectomes", "first_years"} <= names


def test_the_table_is_the_file():
    if not FILE.is_file():
        pytest.skip("the report's spreadsheet is not next to the repository (../shared/upstream)")
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(FILE) as book:
        sheets = ET.fromstring(book.read("xl/workbook.xml")).iter(f"{main}sheet")
        number = [sheet.get("name") for sheet in sheets].index("Comparison") + 1
        sheet = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    numbers = {}
    for cell in sheet.iter(f"{main}c"):
        value = cell.find(f"{main}v")
        if value is not None and cell.get("t") in (None, "n"):
            numbers[cell.get("r")] = float(value.text)
    assert numbers == CELLS.set_index("cell")["value"].to_dict()


def test_what_does_not_balance_in_the_spreadsheet_is_what_the_table_of_corrections_says():
    model = load_model(SPREADSHEET)
    of = {name: dimensions.unit(text) for name, text in model.units.items()}
    unbalanced = set()
    for name, formula in model.formulas.items():
        try:
            dimensions.check(name, formula.tree, of, formula.unit)
        except EstimatorError:
            unbalanced.add(name)
    assert unbalanced == {"segmentation_days", "registration_price", "proofreading_price"}


def test_92_and_303_dollars_are_one_wrong_unit_apart():
    """Proofreading per mm³ times petavoxels: right only where a voxel is 10 nm wide."""
    sheet = estimate("mouse", "em", "current", model=SPREADSHEET).values
    port = estimate("mouse", "em", "current", model="published").values
    assert sheet["first_cost_per_neuron"] == pytest.approx(92.2, abs=0.05)
    assert port["first_cost_per_neuron"] == pytest.approx(303.3, abs=0.05)
    share = sheet["proofreading_cost"] / port["proofreading_cost"]
    assert share == pytest.approx(sheet["petavoxels"] / sheet["tissue_volume"])
    assert share == pytest.approx((10 / 15) ** 3)
    # Charged in full, the spreadsheet's first connectome is the port's but for small things.
    full = sheet["first_cost"] + 1.2 * (port["proofreading_cost"] - sheet["proofreading_cost"])
    assert full == pytest.approx(port["first_cost"], rel=1e-3)


def test_a_later_start_is_cheaper_to_compute_and_to_store():
    for model in (SPREADSHEET, "corrected"):
        now, later = (
            estimate("mouse", "em", "improved", model, start_delay=years).values
            for years in (0.0, 3.0)
        )
        assert later["processing_cost"] == pytest.approx(now["processing_cost"] * 0.9**3)
        assert later["first_storage_cost"] == pytest.approx(now["first_storage_cost"] * 0.95**3)
        assert later["proofreading_cost"] == now["proofreading_cost"]
    assert "start_delay" not in load_model("published").parameters


def test_the_corrected_model_counts_wear_overlap_and_the_facility_once():
    plan = calculators_plan("improved")
    em = estimate("mouse", "em", "improved", **plan).values
    assert em["microscope_sets"] == 1 and em["overlap_factor"] == pytest.approx(1 / 0.81)
    assert em["capital_cost"] == em["microscopes"] * em["microscope_price"]
    worn = estimate("human", "em", "improved", **plan).values
    assert worn["microscope_sets"] == math.ceil(worn["imaging_years"] / 10) > 1
    assert em["further_wear_cost"] == pytest.approx(5e7 * em["imaging_years"] / 10)
    none = estimate("mouse", "em", "improved", tile_overlap=0.0, **plan).values
    assert em["raw_size"] == pytest.approx(none["raw_size"] / 0.81)
    days = [values["imaging_days"] - values["preparation_days"] for values in (em, none)]
    assert days[0] == pytest.approx(days[1] / 0.81)


def test_every_difference_says_whose_it_is():
    table = tables.load("estimator_errors")
    assert set(table["whose"]) == {"spreadsheet", "port", "parameter", "addition"}
    # What is only the port's, the spreadsheet computes from its parameters.
    sheet = load_model(SPREADSHEET)
    computed = {
        "processing-rates": "registration_speed",
        "start-year": "gpu_hour_price",
        "capital": "capital_cost",
    }
    for error, name in computed.items():
        assert table.set_index("error")["whose"][error] == "port"
        assert name in sheet.formulas and name not in load_model("published").formulas


def test_parameters_say_what_the_spreadsheet_gives_as_their_origin():
    quantities = tables.load("estimator_quantities").set_index("quantity")
    assert (quantities["origin"].isna() == quantities["origin_place"].isna()).all()
    for name in ("proofreading_time", "registration_work", "active_storage_price"):
        assert quantities["origin"][name]
