"""The tables that stand in data/: what must hold of them beyond their schema."""

import re
from pathlib import Path

import pandas as pd
import pytest

from sobe import tables

ROOT = Path(__file__).resolve().parents[1]
SUMMARY = ROOT.parent / "shared" / "seed" / "summary.zh.txt"


def test_each_quantity_of_an_organism_has_one_choice_with_a_reason():
    rows = tables.load("organisms")
    chosen = rows.groupby(["organism", "quantity"])["book_choice"].sum()
    assert (chosen == 1).all()
    assert rows.loc[rows["book_choice"], "choice_reason"].notna().all()
    assert rows.loc[~rows["book_choice"], "choice_reason"].isna().all()


def test_sources_that_differ_all_stand():
    rows = tables.load("organisms").set_index(["organism", "quantity"])["value"]
    assert set(rows["drosophila", "brain_volume"]) == {0.08, 0.5}
    assert set(rows["mouse", "synapses"]) == {1.35e11, 7e11}


def test_every_scored_simulation_stands_with_ten_scores():
    models, scores = tables.load("simulation_models"), tables.load("capability_scores")
    assert len(models) == 37 and models["in_upstream_figure"].sum() == 24
    assert (models["organism"] == "silicon").sum() == 12
    assert (scores.groupby("model_id").size() == 10).all()
    assert "igarashi-2019" in set(models["model_id"])
    # Unknown is not zero: the one human model with seven scores keeps its three blanks.
    partial = scores[scores["model_id"] == "izhikevich-and-edelman-2008"]["score"]
    assert partial.isna().sum() == 3 and (partial == 0).sum() > 0


def test_information_rate_is_neurons_times_capped_hertz():
    given = tables.load("recordings").query("rate_status == 'given'")
    computed = given["neurons"] * given["temporal_resolution_hz"].clip(upper=200)
    assert len(given) == 111
    assert computed.to_numpy(float) == pytest.approx(
        given["information_rate_per_s"].to_numpy(), rel=1e-9
    )


def test_recordings_without_a_date_or_a_rate_are_kept_and_marked():
    rows = tables.load("recordings")
    undated = rows["date_status"] == "submitted_only"
    assert undated.sum() == 25
    assert (
        rows.loc[undated, "year"].isna().all()
        and rows.loc[undated, "submission_date"].notna().all()
    )
    assert rows.loc[~undated, "year"].between(1957, 2024).all()
    assert (rows["rate_status"] == "given").eq(rows["information_rate_per_s"].notna()).all()


def test_cost_per_neuron_is_the_total_over_the_neurons():
    rows = tables.load("reconstruction_costs").dropna(subset=["total_adjusted_usd"])
    assert len(rows) == 4
    computed = rows["total_adjusted_usd"] / rows["neurons"]
    assert computed.to_numpy(float) == pytest.approx(
        rows["cost_per_neuron_usd"].to_numpy(), rel=0.02
    )


def test_only_one_row_of_a_project_counts_and_no_part_of_another():
    rows = tables.load("brain_research_funding")
    counted = rows[rows["book_choice"]]
    assert not counted["project_id"].duplicated().any()
    assert counted["part_of"].isna().all() and counted["funding_usd"].notna().all()
    assert (counted["status"] != "proposed").all() and (counted["amount_basis"] != "unclear").all()


def test_voxels_fill_the_imaged_volume():
    rows = tables.load("imaging_datasets")
    edges = rows["voxel_x_nm"] * rows["voxel_y_nm"] * rows["voxel_z_nm"]
    assert (rows["volume_mm3"] * 1e18 / edges).to_numpy() == pytest.approx(
        rows["voxels"].to_numpy(), rel=1e-3
    )


def test_no_simulation_counts_what_lost_its_exponent():
    rows = tables.load("simulated_neurons")
    assert not {2020, 265, 235, 848, 170, 1011, 104} & set(rows["neurons"])
    assert rows.set_index("simulation_id")["neurons"]["ccortex-2003"] == 20_000_000_000


def test_corrections_name_rows_that_exist():
    corrections = tables.load("corrections")
    keyed = corrections.dropna(subset=["key"])
    for name, group in keyed.groupby("table"):
        key = tables.schema(name)["schema"]["primaryKey"]
        columns = [key] if isinstance(key, str) else key
        rows = tables.load(name)
        known = set(rows[columns].astype(str).agg("/".join, axis=1))
        wanted = {value for value in group["key"] if not value.startswith("every row of ")}
        assert wanted <= known, f"{name}: {sorted(wanted - known)}"
        assert set(group["column"]) <= set(rows.columns)


def test_correction_says_what_stands():
    corrections = tables.load("corrections").set_index(["table", "key", "column"])["ours"]
    costs = tables.load("reconstruction_costs").set_index("estimate_id")
    assert (
        costs["proofreading"]["mouse-em10-2030"]
        == corrections["reconstruction_costs", "mouse-em10-2030", "proofreading"]
    )
    sizes = tables.load("simulated_neurons").set_index("simulation_id")["neurons"]
    for (table, key, column), ours in corrections.items():
        if table == "simulated_neurons" and column == "neurons":
            assert str(sizes[key]) == ours


def test_the_ladder_has_every_cell():
    ladder = tables.load("funding_ladder")
    cells = ladder.groupby(["tier", "domain"]).size()
    assert (
        len(ladder[ladder["tier"] == "10b"]) == 1
        and ladder.query("tier == '10b'")["domain"].item() == "all"
    )
    assert (
        len(cells) == 25
    )  # six tiers: five full rows of five but one empty cell, and the consortium
    assert ("1b", "technology") not in cells.index


@pytest.mark.skipif(not SUMMARY.is_file(), reason="the summary's text is not beside this checkout")
def test_the_ladder_says_what_the_summary_says():
    """Each idea's Chinese stands in the summary, and nothing of the summary's table is left over."""

    def words(text):
        return [
            part for part in re.split(r"[\s·:：,，()（）“”\"。]+", text.replace("³", "3")) if part
        ]

    text = SUMMARY.read_text(encoding="utf-8")
    rest = table = "".join(words(re.sub(r"<[^>]+>", "", text[text.index("资金估算") :])))
    for row in tables.load("funding_ladder").to_dict("records"):
        for part in [
            part
            for column in ("idea_zh", "detail_zh")
            if pd.notna(row[column])
            for part in words(row[column])
        ]:
            # The source cuts the last character of one cell off.
            part = part.replace("标准化计算神经科学", "标准化计算神经科")
            assert part in table, f"{row['idea_id']}: {part}"
            rest = rest.replace(part, "", 1)
    left = re.sub(
        r"[~\\$0-9KMB+]|资金估算|领域建设|数据采集|技术研发|基础设施|资金与竞赛", "", rest
    )
    assert left == "", f"of the summary's table this is in no idea: {left}"


@pytest.mark.parametrize("name", tables.names())
def test_every_column_is_described_and_every_number_has_a_unit(name):
    for field in tables.schema(name)["schema"]["fields"]:
        assert field["description"].endswith((".", "?")), f"{name}.{field['name']}"
        if field["type"] in ("number", "integer", "year", "date"):
            assert field.get("unit"), f"{name}.{field['name']} has no unit"


def test_every_row_names_its_source():
    without = {name for name in tables.names() if "source" not in tables.load(name).columns}
    # Names and orders of our own making, the sources themselves, and the account of changes; the
    # claims are all the summary's, and what each is computed from stands in claim_sources.
    assert without == {
        "sources",
        "species",
        "capability_dimensions",
        "funding_tiers",
        "funding_domains",
        "corrections",
        "claims",
        "claim_places",
        "estimator_quantities",
        "estimator_options",
        "estimator_faults",
        "glossary",
    }
