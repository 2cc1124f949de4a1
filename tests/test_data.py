"""The tables in data/: what must hold beyond their schema."""

import re
from pathlib import Path

import pandas as pd
import pytest

from sobe import tables
from sobe.analysis import organisms

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


def test_every_scored_simulation_has_a_score_or_a_gap_per_dimension():
    models, scores = tables.load("simulation_models"), tables.load("capability_scores")
    dimensions = set(tables.load("capability_dimensions")["dimension"])
    scored = scores.groupby("model_id")["dimension"].agg(set)
    assert set(scored.index) == set(models["model_id"])
    assert all(found == dimensions for found in scored)
    # The report's own figure draws some of them: silicon is not in it.
    drawn = models[models["in_upstream_figure"]]
    assert 0 < len(drawn) < len(models) and "silicon" not in set(drawn["organism"])
    assert "igarashi-2019" in set(models["model_id"])
    # Unknown is not zero: the one human model with seven scores keeps its three blanks.
    partial = scores[scores["model_id"] == "izhikevich-and-edelman-2008"]["score"]
    assert partial.isna().sum() == 3 and (partial == 0).sum() > 0


def test_sizes_of_scored_simulations_are_those_of_the_other_table():
    sizes = tables.load("simulation_sizes").set_index("model_id")
    assert set(sizes.index) < set(tables.load("simulation_models")["model_id"])
    assert sizes.drop(columns="source").notna().any(axis=1).all()
    # Powers of ten without the sign of their exponent, and slowdowns in the wrong column.
    assert sizes["synapses"]["aberdeen-baxter-2000"] == 1_730_000
    assert sizes["synapses"]["plesser-eppler-2007"] == 15_600_000
    assert sizes["slowdown"]["lu-2024"] == 80 and pd.isna(sizes["time_step_ms"]["lu-2024"])
    assert sizes["slowdown"]["yamazaki-2021"] == 10 * 60
    counted = tables.load("simulated_neurons").set_index("simulation_id")["neurons"]
    both = counted.index.intersection(sizes["neurons"].dropna().index)
    assert len(both) >= 8 and (counted[both] == sizes["neurons"][both]).all()


def test_speeds_of_counted_simulations_are_those_that_upstream_states():
    speeds = tables.load("simulation_speeds").set_index("simulation_id")
    assert set(speeds.index) < set(tables.load("simulated_neurons")["simulation_id"])
    assert speeds.drop(columns="source").notna().any(axis=1).all()
    # Microseconds, a row that takes its time step from its twin, and text without one number.
    assert speeds["time_step_ms"]["howell-2000"] == 0.02
    assert speeds["time_step_ms"]["plesser-2007"] == 0.1
    assert speeds["slowdown"]["izhikevich-2008"] == 60
    assert pd.isna(speeds["slowdown"]["frye-2004"])  # a question mark behind the number
    assert pd.isna(speeds["time_step_ms"]["chelaru-2008"])  # a range
    # A lost exponent is no number: 10^15 became 1015.
    assert pd.isna(speeds["synapses"]["izhikevich-2005"])
    sizes = tables.load("simulation_sizes").set_index("model_id")
    both = sizes.index.intersection(speeds.index)
    for column in ("synapses", "time_step_ms", "slowdown"):
        pairs = pd.concat([sizes[column][both], speeds[column][both]], axis=1).dropna()
        assert len(pairs) and (pairs.iloc[:, 0] == pairs.iloc[:, 1]).all(), column


def test_information_rate_is_neurons_times_capped_hertz():
    rows = tables.load("recordings", own=True)
    given = rows[rows["rate_status"] == "given"]
    computed = given["neurons"] * given["temporal_resolution_hz"].clip(upper=200)
    both = rows["neurons"].notna() & rows["temporal_resolution_hz"].notna()
    assert len(given) == both.sum() > 0
    assert computed.to_numpy(float) == pytest.approx(
        given["information_rate_per_s"].to_numpy(), rel=1e-9
    )


def test_recordings_without_a_date_or_a_rate_are_kept_and_marked():
    rows = tables.load("recordings", own=True)
    undated = rows["date_status"] == "submitted_only"
    assert 0 < undated.sum() < len(rows)
    assert (
        rows.loc[undated, "year"].isna().all()
        and rows.loc[undated, "submission_date"].notna().all()
    )
    assert rows.loc[~undated, "year"].le(pd.Timestamp.now().year).all()
    assert (rows["rate_status"] == "given").eq(rows["information_rate_per_s"].notna()).all()


def test_cost_per_neuron_is_the_total_over_the_neurons():
    rows = tables.load("reconstruction_costs", own=True).dropna(subset=["total_adjusted_usd"])
    assert len(rows) > 0
    computed = rows["total_adjusted_usd"] / rows["neurons"]
    assert computed.to_numpy(float) == pytest.approx(
        rows["cost_per_neuron_usd"].to_numpy(), rel=0.02
    )


def test_only_one_row_of_a_project_counts_and_no_part_of_another():
    rows = tables.load("brain_research_funding", own=True)
    counted = rows[rows["book_choice"]]
    assert not counted["project_id"].duplicated().any()
    assert counted["part_of"].isna().all() and counted["funding_usd"].notna().all()
    assert (counted["status"] != "proposed").all() and (counted["amount_basis"] != "unclear").all()


def test_voxels_fill_the_imaged_volume():
    rows = tables.load("imaging_datasets", own=True)
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


def test_correction_says_what_holds():
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


@pytest.mark.skipif(not SUMMARY.is_file(), reason="the summary's text is not next to this checkout")
def test_the_ladder_says_what_the_summary_says():
    """Each idea's Chinese is in the summary, and nothing of the summary's table is left over."""

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
            # The source cuts the last character of two cells off.
            part = part.replace("标准化计算神经科学", "标准化计算神经科")
            part = part.replace("约在十年或更久之后", "约在十年或更久之")
            part = part.replace("NeurIPS、SFN、ICLR", "NeurIPSSFNICLR")  # commas there
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
    # claims are all the summary's, and what each is computed from is in claim_sources.
    assert without == {
        "sources",
        "species",
        "capability_dimensions",
        "funding_tiers",
        "funding_domains",
        "corrections",
        "claims",
        "claim_readings",
        "claim_assumptions",
        "claim_places",
        "summary_sentences",
        "estimator_quantities",
        "estimator_options",
        "estimator_errors",
        "glossary",
    }


def test_every_doi_is_in_its_registered_form():
    """No preprint's version, no link's ending, no query, and the prefix in lower case."""
    for name in tables.names():
        table = tables.load(name, own=True)
        if "doi" in table:
            for doi in table["doi"].dropna():
                assert re.fullmatch(r"10\.\d{4,9}/[^\s?#%]+", doi), f"{name}: {doi}"
                assert not re.search(r"(\.pdf|/full|/abstract|/epub|[.,;/])$", doi), (
                    f"{name}: {doi}"
                )
                assert not re.fullmatch(r"10\.1101/.*v\d+", doi), f"{name}: {doi}"


def _doubted(table, column):
    rows = tables.load("corrections").query("kind == 'doubtful' and table == @table")
    return set(rows.loc[rows["column"] == column, "key"])


def test_one_doi_has_one_first_author_and_year_in_all_tables():
    found = {}
    for name in ("recordings", "recording_coverage", "imaging_datasets"):
        rows = tables.load(name, own=True).dropna(subset=["doi", "year", "authors"])
        for row in rows.itertuples():
            first = re.split(r" et al|[,;]| and ", row.authors)[0].split()[-1].lower()
            if not (name == "recording_coverage" and row.coverage_id in _doubted(name, "year")):
                found.setdefault(row.doi.lower(), set()).add((first, row.year))
    assert {doi: names for doi, names in found.items() if len(names) > 1} == {}


def test_a_preprints_doi_fits_the_year_or_the_year_is_doubted():
    for name, key in (("recording_coverage", "coverage_id"), ("recordings", "recording_id")):
        rows = tables.load(name, own=True).dropna(subset=["doi", "year"])
        for row in rows.to_dict("records"):
            if posted := re.match(r"10\.1101/(\d{4})\.\d\d\.\d\d", row["doi"]):
                fits = 0 <= row["year"] - int(posted[1]) <= 1
                assert fits or row[key] in _doubted(name, "year"), row[key]


def test_no_project_that_links_to_a_foundation_is_a_company_or_a_government():
    rows = tables.load("brain_research_funding", own=True).dropna(subset=["reference_url"])
    of_foundation = rows["reference_url"].str.contains(
        r"//(?:www\.)?(?:hhmi|wellcome|simonsfoundation)\.org|foundation-grant"
    )
    assert of_foundation.any()
    assert not rows.loc[of_foundation, "funder_type"].isin(["commercial", "governmental"]).any()


def test_no_imaged_brain_is_larger_than_the_brain_unless_doubted():
    chosen = tables.load("organisms").query("book_choice and quantity == 'brain_volume'")
    largest = chosen.set_index("organism")["value"]
    species = {"nematode": "c_elegans", "fly": "drosophila", "zebrafish": "zebrafish_larva"}
    species |= {"mouse": "mouse", "macaque": "macaque", "human": "human"}
    rows = tables.load("imaging_datasets", own=True)
    rows = rows[rows["species"].isin(species)]
    too_large = rows[rows["volume_mm3"] > rows["species"].map(species).map(largest)]
    assert set(too_large["dataset_id"]) <= _doubted("imaging_datasets", "volume_mm3")
    assert {"white-1986-nematode", "hildebrand-2017-zebrafishbrain-larva"} <= set(
        too_large["dataset_id"]
    )


def test_shares_times_a_total_are_not_counts_of_cells():
    rows = tables.load("recording_coverage").set_index("coverage_id")
    shares = rows[rows["counted"] == "fraction_times_total"]
    assert {"aimon-2019-calcium", "schaffer-2023-calcium", "brezovec-2024-calcium"} < set(
        shares.index
    )
    fly = shares[shares["organism"] == "drosophila"]["neurons"] / 140_000 * 100
    assert fly.tolist() == pytest.approx([45, 29, 68])
    assert rows["counted"]["venkatachalam-2016-calcium"] == "resolved_cells"
    assert rows["neurons"]["venkatachalam-2016-calcium"] == 80


def test_every_fact_seen_is_where_it_says():
    """A fact's value is the value of its cell; a fact that supports a doubt enters no table."""
    for fact in tables.load("seen_facts").to_dict("records"):
        resource = tables.schema(fact["table"])["schema"]
        key = resource["primaryKey"]
        columns = [key] if isinstance(key, str) else key
        rows = tables.load(fact["table"])
        row = rows[rows[columns].astype(str).agg("/".join, axis=1) == fact["key"]]
        assert len(row) == 1, fact["fact_id"]
        if fact["column"] != "evidence":
            value = row[fact["column"]].item()
            wanted = fact["value"] if isinstance(value, str) else float(fact["value"])
            assert value == wanted, fact["fact_id"]


def test_every_doubt_keeps_the_value():
    doubts = tables.load("corrections").query("kind == 'doubtful'")
    assert (doubts["theirs"] == doubts["ours"]).all() and len(doubts) > 0
    left_out = tables.load("corrections").query("kind == 'left_out'")
    assert left_out["key"].isna().all() and left_out["ours"].isna().all()


def test_the_flys_recorded_volume_gives_the_summarys_ratios():
    rows = tables.load("organisms").set_index(["organism", "quantity"])["value"].sort_index()
    fly = rows["drosophila", "recorded_volume"].item()
    mouse, human = rows["mouse", "brain_volume"], rows["human", "brain_volume"]
    assert sorted(mouse / fly) == pytest.approx([11_250, 12_500])
    assert (human / fly).tolist() == pytest.approx([30_000_000] * 2)


def test_simulations_on_a_personal_page_or_a_companys_word_are_marked():
    evidence = tables.load("simulated_neurons").set_index("simulation_id")["evidence"]
    assert evidence["izhikevich-2005"] == "personal_page"
    assert evidence["ccortex-2003"] == "company"
    assert set(evidence) == set(tables.labels("simulated_neurons", "evidence"))


def test_labels_are_of_values_that_a_column_can_have():
    for name in tables.names():
        fields = {field["name"]: field for field in tables.schema(name)["schema"]["fields"]}
        for column, shown in tables.display(name).items():
            values = fields[column].get("constraints", {}).get("enum")
            if labels := shown.get("labels"):
                known = values or set(tables.load(name, own=True)[column].dropna())
                assert set(labels) <= set(known), (name, column)


def test_a_column_without_labels_says_so():
    with pytest.raises(tables.TableError, match="table 'recordings': no labels"):
        tables.labels("recordings", "year")
    assert list(tables.labels("recordings", "method")) == [
        "electrophysiology",
        "fluorescence_imaging",
    ]


def test_every_quantity_of_an_organism_has_one_chosen_value():
    found = organisms.chosen()
    rows = tables.load("organisms").query("book_choice").set_index(["organism", "quantity"])
    assert found.stack().dropna().to_dict() == rows["value"].to_dict()
