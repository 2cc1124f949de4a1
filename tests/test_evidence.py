"""The rubric: facts with sources become levels, by rule; without a fact there is no level."""

import shutil

import pandas as pd
import pytest

from sobe import tables
from sobe.analysis import evidence
from sobe.analysis.evidence import RUBRIC
from sobe.paths import ROOT

CONNECTOME = {"wiring": "connectome"}
CHECKED = {"connectome_individual": "yes", "connectome_proofread": "yes"}
CELLS = {"validation": "cells"}


def of(total, **facts):
    return {"neurons": total, "animal_neurons": 1000, **facts}


@pytest.mark.parametrize(
    ("aspect", "facts", "level"),
    [
        ("wiring", {"wiring": "none"}, 0),
        ("wiring", {"wiring": "trained"}, 0),
        ("wiring", {"wiring": "statistics"}, 1),
        ("wiring", CONNECTOME, 2),
        ("wiring", CONNECTOME | CHECKED, 2),  # errors are not quantified
        ("wiring", CONNECTOME | CHECKED | {"connectome_errors": "no"}, 2),
        ("wiring", CONNECTOME | CHECKED | {"connectome_errors": "yes"}, 3),
        ("wiring", {"wiring": "statistics"} | CHECKED | {"connectome_errors": "yes"}, 1),
        ("neurons", of(9), 0),
        ("neurons", of(10), 1),
        ("neurons", of(499), 1),
        ("neurons", of(500), 2),
        ("neurons", of(950), 2),
        ("neurons", of(951), 3),
        ("neurons", of(1050), 3),  # counts are rounded
        ("neurons", of(1051), None),  # more than the animal has: another brain
        ("types", {"neuron_types": "one"}, 0),
        ("types", {"neuron_types": "excitatory_inhibitory"}, 1),
        ("types", {"neuron_types": "morphology_or_transmitter"}, 2),
        ("types", {"neuron_types": "measured"}, 3),
        ("plasticity", {"plasticity": "fixed"}, 0),
        ("plasticity", {"plasticity": "rule"}, 1),
        ("plasticity", {"plasticity": "measured"}, 2),
        ("plasticity", {"plasticity": "predicts"}, 3),
        ("validation", {"validation": "none"}, 0),
        ("validation", {"validation": "animal"}, 1),
        ("validation", {"validation": "animal", "held_out": "yes"}, 1),
        ("validation", CELLS, 2),
        ("validation", CELLS | {"held_out": "no"}, 2),
        ("validation", CELLS | {"held_out": "yes"}, 3),
        ("neuromodulation", {"neuromodulation": "none"}, 0),
        ("neuromodulation", {"neuromodulation": "acts"}, 1),
        ("neuromodulation", {"neuromodulation": "receptors"}, 2),
        ("neuromodulation", {"neuromodulation": "predicts"}, 3),
        ("time_step", {"time_step_ms": 100.1}, 0),
        ("time_step", {"time_step_ms": 100}, 1),
        ("time_step", {"time_step_ms": 1.1}, 1),
        ("time_step", {"time_step_ms": 1}, 2),
        ("time_step", {"time_step_ms": 1, "spike_times": "no"}, 2),
        ("time_step", {"time_step_ms": 1, "spike_times": "yes"}, 3),
        ("time_step", {"time_step_ms": 50, "spike_times": "yes"}, 1),
        ("behaviour", {"behaviour": "none"}, 0),
        ("behaviour", {"behaviour": "readout"}, 1),
        ("behaviour", {"behaviour": "closed_loop"}, 2),
        ("behaviour", {"behaviour": "predicts"}, 3),
        ("null_model", {"null_model": "not_beaten"}, 0),
        ("null_model", {"null_model": "partly", "held_out": "yes"}, 1),
        ("null_model", {"null_model": "beaten"}, 2),
        ("null_model", {"null_model": "beaten", "held_out": "yes"}, 3),
        ("code", {"code": "not_public"}, 0),
        ("code", {"code": "public"}, 1),
        ("code", {"code": "run_by_others"}, 2),
        ("code", {"code": "reproduced"}, 3),
        ("speed", {"slowdown": 1000.1}, 0),
        ("speed", {"slowdown": 1000}, 1),
        ("speed", {"slowdown": 10.1}, 1),
        ("speed", {"slowdown": 10}, 2),
        ("speed", {"slowdown": 1.01}, 2),
        ("speed", {"slowdown": 1}, 3),
    ],
)
def test_a_level_follows_from_facts_at_the_rules_boundary(aspect, facts, level):
    assert RUBRIC[aspect].level(facts) == level


@pytest.mark.parametrize("aspect", RUBRIC)
def test_without_a_fact_there_is_no_level(aspect):
    """Missing evidence is not known, and never 0. Facts about other aspects say nothing."""
    assert RUBRIC[aspect].level({}) is None
    assert RUBRIC[aspect].level({"animal_neurons": 1000}) is None
    assert RUBRIC[aspect].level({"held_out": "yes"}) is None
    assert RUBRIC[aspect].level({"spike_times": "yes"} | CHECKED) is None


def test_every_level_has_a_sentence_of_its_own():
    sentences = [rule for aspect in RUBRIC.values() for rule in aspect.rules]
    assert all(len(aspect.rules) == 4 for aspect in RUBRIC.values())
    assert len(set(sentences)) == len(sentences)
    assert all(rule[0].isupper() and rule.endswith(".") for rule in sentences)
    assert all(len(rule.split()) <= 25 for rule in sentences)
    dimensions = [aspect.dimension for aspect in RUBRIC.values() if aspect.dimension]
    assert len(set(dimensions)) == len(dimensions) == 8
    assert set(dimensions) < set(tables.load("capability_dimensions")["dimension"])


def test_every_field_of_the_table_is_used_by_the_rubric():
    fields = tables.labels("simulation_facts", "field")
    assert set(fields) == {*evidence.VALUES, *evidence.NUMBERS}
    words = {value for values in evidence.VALUES.values() for value in values}
    assert words == set(tables.labels("simulation_facts", "value"))


def test_levels_are_those_of_the_facts_in_the_tables():
    found = evidence.levels().pivot(index="model_id", columns="aspect", values="level")
    assert list(found.columns) and set(found.columns) == set(RUBRIC)
    assert len(found) == len(evidence.models()) == 30
    # 45,669 of 140,000 neurons, 302 of 302, one million of 86 billion.
    share = found["neurons"]
    assert share["lappalainen-2024"] == 1 and share["kim-2019"] == 3
    assert share["izhikevich-and-edelman-2008"] == 0
    # The larva's brain is not the adult's: 2,825 of 3,016.
    assert share["therianos-2026"] == 2
    # It has more neurons than a mouse, so its share of a mouse's is not known.
    assert pd.isna(share["igarashi-2019"]) and found["speed"]["igarashi-2019"] == 1
    assert pd.isna(found.loc["jiang-2024"]).all()


def test_no_rule_is_without_the_sentence_that_says_it():
    rows = evidence.levels()
    assert (rows["level"].isna() == rows["rule"].isna()).all()
    known = list(rows.dropna(subset=["level"]).itertuples())
    assert [RUBRIC[row.aspect].rules[row.level] for row in known] == [row.rule for row in known]


def test_a_fact_says_where_it_was_read_and_who_vouches():
    rows = tables.load("simulation_facts")
    assert len(rows) > 60 and set(rows["model_id"]) <= set(evidence.models().index)
    copies = rows["place"].str.contains("copy|itself was not read")
    assert copies.any() and not (rows.loc[copies, "vouches"] == "primary").any()
    # A number of the report is not a fact that we saw elsewhere.
    of_report = rows["source"].str.startswith("sobe2025")
    assert (rows.loc[of_report, "vouches"] == "secondary").all()


@pytest.fixture
def facts_file(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.setenv("SOBE_DATA", str(tmp_path / "data"))
    return tmp_path / "data/simulation_facts.csv"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("kim-2019,validation,reproduced,,x,y,kim2019,2026-11-26,primary", "'value': 'reproduced'"),
        ("kim-2019,validation,,3,x,y,kim2019,2026-11-26,primary", "one of none, animal, cells"),
        ("kim-2019,slowdown,,,x,y,kim2019,2026-11-26,primary", "a number, and no value"),
        ("kim-2019,slowdown,yes,3,x,y,kim2019,2026-11-26,primary", "a number, and no value"),
        ("no-model,code,public,,x,y,kim2019,2026-11-26,primary", "'no-model' is not valid"),
        ("yang-2022,code,public,,x,y,kim2019,2026-11-26,primary", "'yang-2022' is not valid"),
    ],
)
def test_a_wrong_fact_is_an_error_with_its_place(facts_file, row, problem):
    lines = facts_file.read_text(encoding="utf-8").splitlines()
    facts_file.write_text("\n".join([*lines, row, ""]), encoding="utf-8")
    with pytest.raises(tables.TableError) as error:
        evidence.facts()
    said = str(error.value)
    assert said.startswith(f"data/simulation_facts.csv, row {len(lines)} (line {len(lines) + 1})")
    assert problem in said


def test_the_word_of_an_interested_party_gives_no_level(facts_file):
    text = facts_file.read_text(encoding="utf-8").rstrip("\n")
    row = "jiang-2024,code,reproduced,,x,y,kim2019,2026-11-26,{}"
    for vouches, level in (("interested_party", None), ("secondary", "reproduced")):
        facts_file.write_text(f"{text}\n{row.format(vouches)}\n", encoding="utf-8")
        assert evidence.facts()["jiang-2024"].get("code") == level


def test_a_species_that_no_group_has_is_an_error(facts_file):
    path = facts_file.with_name("simulation_evidence.csv")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",Mouse,Cortex,", ",Ferret,Cortex,"), encoding="utf-8")
    with pytest.raises(tables.TableError, match="'species'.*'Ferret'"):
        evidence.models()


# ---------------------------------------------------------------- next to the report's scores


def pairs(levels, scores, aspect="wiring"):
    names = [f"m{i}" for i in range(len(levels))]
    level = pd.DataFrame({"model_id": names, "aspect": aspect, "level": levels})
    score = pd.DataFrame(
        {"model_id": names, "dimension": RUBRIC[aspect].dimension, "score": scores}
    )
    made = evidence.compared(level.astype({"level": "Int64"}), score.astype({"score": "Int64"}))
    return made.set_index("aspect").loc[aspect]


def test_levels_are_compared_with_scores_where_both_are_known():
    row = pairs([0, 1, 2, 3, None, 2], [0, 3, 1, 3, 2, None])
    assert (row["n"], row["same"], row["below"], row["above"]) == (4, 2, 1, 1)
    assert pd.isna(row["rank_correlation"])  # too few


def test_a_rank_correlation_needs_pairs_that_differ():
    up = [0, 0, 1, 1, 2, 2, 3, 3]
    assert len(up) == evidence.LEAST_PAIRS
    assert pairs(up, up)["rank_correlation"] == pytest.approx(1)
    assert pairs(up, up[::-1])["rank_correlation"] == pytest.approx(-1)
    assert pd.isna(pairs(up[:-1], up[:-1])["rank_correlation"])
    assert pd.isna(pairs(up, [2] * 8)["rank_correlation"])


def test_only_aspects_with_a_dimension_are_compared():
    made = evidence.compared(evidence.levels(), tables.load("capability_scores"))
    assert set(made["aspect"]) == {key for key, aspect in RUBRIC.items() if aspect.dimension}
    assert (made["same"] + made["below"] + made["above"] == made["n"]).all()
