"""Imaging rates, and the microscopes that a whole brain takes."""

import math

import pandas as pd
import pytest

from sobe import tables
from sobe.analysis import effort, imaging
from sobe.tables.derive import imaging as derived
from sobe.tables.derive.cells import Line
from sobe.tables.derive.common import Corrections
from sobe.tables.rows import TableError


def test_a_year_of_imaging_is_rate_times_voxel():
    # A million voxels of 1,000 nm³ per second are 10⁻⁹ mm³ per second.
    assert imaging.mm3_per_year(1, 1000) == pytest.approx(1e-9 * 365.25 * 86_400)


def test_rates_are_the_reports_and_ours_each_of_a_known_technique():
    rates = imaging.rates()
    ours = rates["vouches"].notna()
    assert (rates["dataset_id"].notna() == ~ours).all()
    assert ours.sum() == 2 and rates.loc[ours, "year"].min() >= 2019
    assert set(rates["family"]) == set(imaging.FAMILIES)
    listed = tables.load("imaging_datasets")["imaging_rate_mvoxel_per_s"].notna().sum()
    assert (~ours).sum() == listed


def test_the_listed_rate_of_microns_is_its_voxels_over_half_a_year():
    row = tables.load("imaging_datasets").set_index("dataset_id").loc["microns-2021-mousecortex"]
    seconds = row["voxels"] / (row["imaging_rate_mvoxel_per_s"] * 1e6)
    assert seconds / 86_400 == pytest.approx(365 / 2, rel=0.001)


def statement(**changed):
    row = {
        "step": "imaging",
        "kind": "done",
        "effort": 6.0,
        "effort_unit": "month",
        "machines": 2.0,
        "delivered": 3.0,
        "delivered_unit": "mm3",
    }
    return pd.DataFrame([row | changed])


@pytest.mark.parametrize(
    ("changed", "pace"),
    [({}, 3.0), ({"machines": None}, 6.0), ({"kind": "projection"}, 3.0), ({"effort": 3.0}, 6.0)],
)
def test_a_pace_is_per_machine_where_machines_are_stated(changed, pace):
    assert effort.pace(statement(**changed))["mm3_per_year"].tolist() == [pytest.approx(pace)]


def test_a_volume_per_microscope_is_of_work_done_with_machines_stated():
    assert len(effort.volume_per_microscope(statement())) == 1
    assert effort.volume_per_microscope(statement(machines=None)).empty
    assert effort.volume_per_microscope(statement(kind="projection")).empty
    assert effort.pace(statement(delivered_unit="pixel")).empty


def test_a_net_rate_is_of_all_machines():
    pixels = statement(delivered_unit="pixel", effort_unit="second", effort=2.0, delivered=4e6)
    assert effort.net_rates(pixels)["rate"].tolist() == [pytest.approx(2.0)]


def test_plans_agree_with_their_own_rate_and_voxel_unless_doubted():
    plans = imaging.plans().set_index("plan_id")
    doubted = set(tables.load("corrections").query("table == 'imaging_plans'")["key"])
    off = (plans["mouse_microscopes"] / plans["recomputed"].map(math.ceil) - 1).abs() > 0.06
    assert set(plans.index[off]) == doubted and len(doubted) == 5
    # In those the file multiplied the paper's expansion by that needed.
    assert (plans.loc[sorted(doubted), "expansion_shown"] > 1).all()


def test_a_human_is_a_mouse_by_the_ratio_of_their_volumes():
    plans = imaging.plans()
    large = plans[plans["mouse_microscopes"] > 20]
    ratio = large["human_microscopes"] / large["mouse_microscopes"]
    assert ratio.between(2250, 2450).all()  # 1.2 million mm³ over 500 mm³; numbers are rounded up


PLAN = {
    "id": "A Nobody 2024",
    "year": "2024.0",
    "img_tech": "x - SPIM",
    "vx_avg": "100",
    "tgt_vx_size": "25",
    "exp_paper": "2",
    "exp_eff": "4",
    "img_rate": "100",
    "mouse_scopes_1yr": "11",
    "human_scopes_1yr": "24353",
    "cost_scope": "1000",
}


def line(**changed):
    return Line("x.tsv", 1, 2, list(PLAN), list((PLAN | changed).values()))


@pytest.mark.parametrize(("stated", "doubts"), [("11", 0), ("82", 1)])
def test_a_number_that_rate_and_voxel_do_not_give_is_doubted(stated, doubts):
    # 500 mm³ at 25 nm are 3.2 × 10¹⁶ voxels: 10.14 years at 100 million per second.
    corrections = Corrections()
    row = derived._row(line(mouse_scopes_1yr=stated), 25, set())
    derived._doubt(row, corrections)
    assert row["plan_id"] == "a-nobody-2024-x-spim-25nm" and row["authors"] == "A Nobody"
    assert len(corrections.entries) == doubts


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"tgt_vx_size": "10"}, "expected 25, as the name of the file says"),
        ({"id": "Nobody"}, "expected authors and a year"),
        ({"img_rate": ""}, "the cell is empty"),
    ],
)
def test_a_spoilt_row_is_one_error(changed, message):
    with pytest.raises(TableError, match=message):
        derived._row(line(**changed), 25, set())
