"""The switch of a figure between the report's rows and those with what came since."""

import altair as alt
import pandas as pd
import pytest
import vl_convert

from sobe import tables
from sobe.charts import added
from sobe.charts.figure import figure


def spec(state):
    rows = pd.DataFrame({"x": [1, 2, 3], "added": [False, False, True]})
    chart = added.filtered(alt.Chart(rows)).mark_point().encode(x="x:Q")
    other = alt.Chart(pd.DataFrame({"x": [9]})).mark_rule().encode(x="x:Q")
    shown = added.switched(alt.layer(other, chart), state)
    columns = {"x": "X", **added.COLUMN}
    return figure(shown, "a-figure", "Title", "Subtitle", columns=columns).data


@pytest.mark.parametrize(("state", "marks"), [("report", 2), ("since", 3)])
def test_both_states_are_in_the_chart_and_the_switch_chooses(state, marks):
    svg = vl_convert.vegalite_to_svg(spec(state)["spec"])
    assert svg.count('aria-roledescription="point"') == marks


def test_the_states_differ_in_the_switch_alone():
    report, since = spec("report")["spec"], spec("since")["spec"]
    (one,), (other,) = report.pop("params"), since.pop("params")
    assert report == since
    assert one.pop("value") == "as the report had it"
    assert other.pop("value") == "with what came since"
    assert one == other and one["bind"]["options"] == list(added.STATES.values())


def test_the_table_of_a_figure_says_which_rows_were_added():
    assert {"field": "added", "name": "Added since"}.items() <= spec("since")["columns"][1].items()


def test_rows_of_ours_are_flagged_and_the_reports_are_not():
    both = added.flagged(tables.load("recordings", own=True))
    assert both["added"].sum() == both["vouches"].notna().sum() > 0
    assert not added.flagged(tables.load("recordings"))["added"].any()


def test_an_unknown_state_is_refused():
    with pytest.raises(KeyError):
        spec("both")
