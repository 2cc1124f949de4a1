"""Tables of what came since the report: their rules, their rows, and registered predictions."""

import datetime
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from sobe import tables
from sobe.analysis import effort, predictions

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = {
    resource["name"]: resource
    for resource in json.loads((ROOT / "data/datapackage.json").read_text(encoding="utf-8"))[
        "resources"
    ]
}
NEW = ["connectomes", "connectome_effort", "cost_statements", "simulation_evidence"]
OWN = ["recordings", "recording_coverage", "simulated_neurons"]
TODAY = pd.Timestamp(datetime.datetime.now(datetime.UTC).date())


@pytest.mark.parametrize("name", [*NEW, *OWN, "predictions"])
def test_a_table_says_what_counts(name):
    rule = RESOURCES[name]["inclusion"]
    assert rule.startswith("A row ") and rule.endswith(".")
    assert re.search("One row per|A row is one", rule)
    if name != "predictions":
        assert "interested party" in rule and "hollow" in rule and "fit" in rule


@pytest.mark.parametrize("name", NEW)
def test_a_row_says_where_it_was_read_and_who_vouches(name):
    rows = tables.load(name)
    assert len(rows) >= 7
    assert rows["looked_up"].between("2026-11-26", TODAY).all()
    assert (rows["place"].str.len() > 5).all()
    # What was read in a copy, or only in the words of others, is not primary.
    copies = rows["place"].str.contains(r"itself was not read|copy|Quoted|notes")
    assert not (rows.loc[copies, "vouches"] == "primary").any()
    assert rows["year"].max() <= TODAY.year


@pytest.mark.parametrize("name", OWN)
def test_rows_of_ours_in_the_reports_tables_are_since_the_report(name):
    rows = tables.load(name, own=True)
    ours = rows[rows["vouches"].notna()]
    assert len(ours) >= 2 and ours["year"].between(2022, TODAY.year).all()
    assert ours["looked_up"].between("2026-11-26", TODAY).all()


def test_rows_are_from_at_least_twelve_sources():
    used = pd.concat([tables.load(name)["source"] for name in NEW])
    used = pd.concat([used, *(_ours(name)["source"] for name in OWN)])
    assert used.nunique() >= 12


def _ours(name):
    rows = tables.load(name, own=True)
    return rows[rows["vouches"].notna()]


# ---------------------------------------------------------------- connectomes and effort


def test_a_connectome_has_a_count_or_a_volume_and_says_what_was_counted():
    rows = tables.load("connectomes")
    assert (rows["cells"].notna() | rows["synapses"].notna() | rows["volume_mm3"].notna()).all()
    for what in ("cells", "synapses"):
        for column in (f"{what}_bound", f"{what}_counted"):
            assert (rows[what].isna() == rows[column].isna()).all(), column
    voxels = rows[["voxel_x_nm", "voxel_y_nm", "voxel_z_nm"]].dropna()
    assert voxels.gt(0).all(axis=None) and voxels.lt(100).all(axis=None)
    assert not rows.duplicated(["dataset", "species", "version"]).any()


def test_versions_of_one_connectome_are_kept_apart():
    rows = tables.load("connectomes")
    counts = rows.groupby("dataset")["cells"].apply(lambda cells: set(cells.dropna()))
    assert counts["Male CNS"] == {166_691, 166_700}
    # Two counts of one version are two rows: the article's and that of the viewer.
    assert counts["BANC"] == {160_000, 168_791, 188_000, 158_262}
    assert counts["Fish1"] == {180_000, 187_000}


def test_cells_per_volume_are_those_of_nervous_tissue():
    """A volume or count with a slipped decimal would be outside these bounds."""
    rows = tables.load("connectomes").dropna(subset=["cells", "volume_mm3"])
    density = rows["cells"] / rows["volume_mm3"]
    assert len(rows) >= 4 and density.between(1e4, 5e6).all()
    synapses = tables.load("connectomes").dropna(subset=["cells", "synapses"])
    ratio = (synapses["synapses"] / synapses["cells"]).astype(float)
    assert ratio.between(50, 10_000).all()


def test_hours_per_neuron_are_the_person_years_over_the_neurons():
    rows = tables.load("connectome_effort").set_index("effort_id")
    done = rows[(rows["step"] == "proofreading") & (rows["effort_unit"] == "person_year")]
    done = done[(done["kind"] == "done") & (done["delivered_unit"] == "neuron")]
    hours = done["effort"] * 2_000 / done["delivered"]
    assert hours["hemibrain-proofreading-2020"] == pytest.approx(4.0)
    assert hours["flywire-proofreading-2024"] == pytest.approx(0.474, abs=0.001)
    assert hours["malecns-proofreading-2025"] == pytest.approx(0.528, abs=0.001)


def test_imaging_rates_per_microscope_are_of_the_calendar():
    rows = tables.load("connectome_effort").set_index("effort_id")
    assert rows.loc[rows["step"] == "proofreading", "machines"].isna().all()
    per_year = {"month": 12, "day": 365, "week": 52}
    imaged = rows[(rows["step"] == "imaging") & (rows["delivered_unit"] == "mm3")]
    imaged = imaged[(imaged["kind"] == "done")].dropna(subset=["machines"])
    years = imaged["effort"] / imaged["effort_unit"].map(per_year)
    rate = imaged["delivered"] / years / imaged["machines"]
    assert rate["microns-imaging-2020"] == pytest.approx(1 / 3)
    assert rate["malecns-imaging-2025"] == pytest.approx(0.0108, abs=0.0001)


def test_no_two_statements_of_effort_say_the_same():
    rows = tables.load("connectome_effort")
    assert not rows.duplicated(["dataset", "step", "effort", "effort_unit", "delivered"]).any()


def test_hours_and_volumes_are_those_computed_by_hand():
    rows = tables.load("connectome_effort")
    hours = effort.hours_per_neuron(rows).set_index("effort_id")["hours"]
    assert hours["hemibrain-proofreading-2020"] == pytest.approx(50 * 2_000 / 25_000)
    assert hours["sknext-skeletons-2026"] == 0.5
    assert "autoproof-2025" not in hours  # a projection
    volumes = effort.volume_per_microscope(rows).set_index("effort_id")["mm3_per_year"]
    assert volumes["microns-imaging-2020"] == pytest.approx(1 / 0.5 / 6)
    assert volumes["malecns-imaging-2025"] == pytest.approx(0.082 / (13 / 12) / 7)
    assert "h01-imaging-2024" not in volumes  # how many microscopes is not stated


# ---------------------------------------------------------------- money and simulations


def test_a_statement_of_money_has_an_amount_and_whose_word_it_is():
    rows = tables.load("cost_statements")
    amounts = rows[["low", "amount", "high"]]
    assert amounts.notna().any(axis=1).all()
    for row in amounts.itertuples(index=False):
        given = [value for value in row if pd.notna(value)]
        assert given == sorted(given) and min(given) > 0
    assert (rows["who"].str.len() > 3).all()
    assert not (rows["first_year"] > rows["last_year"]).any()
    # What someone with a stake expects is no granted money.
    assert set(rows.loc[rows["vouches"] == "interested_party", "kind"]) == {"expected"}
    assert not rows.duplicated(["who", "about", "year", "amount", "low"]).any()


def test_a_simulation_says_what_it_was_compared_with():
    rows = tables.load("simulation_evidence")
    assert (rows["neurons"].isna() == rows["neurons_bound"].isna()).all()
    assert (rows["validated_against"].isna() == rows["result"].isna()).all()
    assert rows.loc[rows["null_model"].fillna(False), "validated_against"].notna().all()
    assert (rows["slowdown"].dropna() > 0).all()
    size = rows.set_index("model_id")["neurons"]
    same = _ours("simulated_neurons").set_index("simulation_id")["neurons"]
    both = same.index.intersection(size.index)
    assert len(both) >= 3 and (same[both] == size[both]).all()


# ---------------------------------------------------------------- predictions


def _largest(row, rows):
    return predictions.largest(rows, row.column, row.group, row.group_value, row.since)


@pytest.mark.parametrize(
    "row", list(tables.load("predictions").itertuples()), ids=lambda row: row.prediction_id
)
def test_a_prediction_is_the_distribution_of_the_reports_rows(row):
    values = _largest(row, tables.load(row.table))
    assert len(values) == row.points and values.max() == row.baseline
    registered = {name: getattr(row, name) for name in predictions.QUANTILES}
    assert registered == predictions.distribution(values, row.year)
    assert list(registered.values()) == sorted(registered.values())


def test_predictions_were_registered_before_the_year_they_speak_of():
    rows = tables.load("predictions")
    assert (rows["registered"] <= TODAY).all()
    assert (rows["registered"].dt.year < rows["year"]).all()
    assert (rows["closes"] == pd.to_datetime(rows["year"].astype(str) + "-12-31")).all()
    assert not rows.duplicated(["table", "column", "group_value", "year"]).any()


def test_no_row_of_ours_changes_a_registered_prediction(tmp_path):
    """Rows added since are for the score alone: the report's table is loaded without them."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.rmtree(tmp_path / "data/own")
    for row in tables.load("predictions").itertuples():
        with_ours = _largest(row, tables.load(row.table))
        assert with_ours.equals(_largest(row, tables.load(row.table, tmp_path / "data")))


def test_the_score_is_smallest_at_the_value():
    at = {name: 100.0 for name in predictions.QUANTILES}
    assert predictions.loss(at, 100) == 0
    # For one value at all quantiles it is the distance of the logarithms.
    assert predictions.loss(at, 1000) == pytest.approx(1)
    assert predictions.loss(at, 10) == pytest.approx(1)
    wide = dict(zip(predictions.QUANTILES, (1, 10, 100, 1_000, 10_000), strict=True))
    narrow = dict(zip(predictions.QUANTILES, (50, 80, 100, 125, 200), strict=True))
    assert predictions.loss(narrow, 100) < predictions.loss(wide, 100)
    assert predictions.loss(wide, 10_000) < predictions.loss(narrow, 10_000)
    with pytest.raises(ValueError, match="above zero"):
        predictions.loss(at, 0)


def test_the_largest_of_each_year_counts_dated_rows_of_the_group():
    rows = pd.DataFrame(
        {
            "year": pd.array([2001, 2001, 2002, None, 1990], dtype="Int64"),
            "submission_date": pd.to_datetime([None, None, None, "2003-05-01", None]),
            "method": ["a", "a", "b", "a", "a"],
            "neurons": pd.array([3, 5, 100, 7, 9], dtype="Int64"),
        }
    )
    assert predictions.largest(rows, "neurons", "method", "a", 2000).to_dict() == {2001: 5, 2003: 7}
