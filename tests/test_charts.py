"""Shared pieces of charts."""

import altair as alt
import pandas as pd

from sobe import tables
from sobe.charts import scales, theme


def test_an_organism_keeps_its_colour_when_others_are_left_out():
    species = tables.load("species")
    few = scales.organism_scale(species[species["organism"].isin(["mouse", "human"])]).to_dict()
    assert few == {
        "domain": ["Mouse", "Human"],
        "range": [theme.ORGANISM_COLORS["mouse"], theme.ORGANISM_COLORS["human"]],
    }


def test_reference_lines_carry_their_words():
    lines = pd.DataFrame({"at": [10.0], "says": ["Mouse"]})
    for axis in ("x", "y"):
        spec = scales.reference_lines(lines, "at", "says", axis=axis).to_dict()
        rule, text = spec["layer"]
        assert rule["encoding"][axis]["field"] == text["encoding"][axis]["field"] == "at"
        assert text["encoding"]["text"]["field"] == "says"


def test_points_are_filled_or_hollow():
    base = alt.Chart(pd.DataFrame({"x": [1, 2], "unsure": [True, False]})).encode(x="x:Q")
    filled, hollow = scales.points(base, hollow="unsure").to_dict()["layer"]
    assert filled["mark"]["filled"] and "!datum.unsure" in str(filled["transform"])
    assert not hollow["mark"]["filled"] and "!" not in str(hollow["transform"])
