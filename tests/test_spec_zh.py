"""A chart in another language computes as before, and shows translated words."""

import altair as alt
import pandas as pd

from sobe import languages
from sobe.charts import translated_spec
from sobe.languages.catalogue import Catalogue
from sobe.paths import ROOT

CHINESE = languages.of(ROOT / "book")["zh_CN"]


def catalogue(messages):
    """Return a Chinese catalogue of these messages."""
    return Catalogue(messages, language=CHINESE)


SAY = {
    "Mouse": "小鼠",
    "Fly": "果蝇",
    "Organism": "生物",
    "All": "全部",
    "Group": "组",
    "Title": "标题",
    "Sub": "副题",
}


def chart():
    data = pd.DataFrame({"Organism": ["Mouse", "Fly"], "n": [1, 10]})
    group = alt.param(
        name="group", value="All", bind=alt.binding_select(options=["All", "Mouse"], name="Group ")
    )
    return (
        alt.Chart(data)
        .mark_point()
        .encode(
            x=alt.X("n:Q", title=None),
            y="Organism:N",
            color=alt.Color("Organism:N"),
            tooltip=["Organism:N"],
        )
        .add_params(group)
        .transform_filter("group == 'All' || datum.Organism == group")
        .properties(title=alt.TitleParams("Title", subtitle="Sub"))
        .to_dict()
    )


def test_data_and_filters_stay_and_words_change():
    before = chart()
    translate = catalogue(SAY)
    after = translated_spec.translated(before, translate)
    rows = next(iter(after["datasets"].values()))
    assert [row["Organism"] for row in rows] == ["Mouse", "Fly"]
    assert after["transform"] == before["transform"]
    assert after["title"] == {"text": "标题", "subtitle": "副题"}
    (bind,) = [param["bind"] for param in after["params"] if "bind" in param]
    assert (
        bind["options"] == ["All", "Mouse"]
        and bind["labels"] == ["全部", "小鼠"]
        and bind["name"] == "组 "
    )
    encoding = after["encoding"]
    assert (
        '"Mouse": "小鼠"' in encoding["y"]["axis"]["labelExpr"]
        and "小鼠" in encoding["color"]["legend"]["labelExpr"]
    )
    assert encoding["tooltip"][0]["title"] == "生物"
    assert [row[encoding["tooltip"][0]["field"]] for row in rows] == ["小鼠", "果蝇"]
    assert encoding["x"]["title"] is None
    assert before == chart()


def test_words_keep_their_last_line():
    """A chart may set two lines over a mark; Chinese needs one, which is on the mark."""
    data = pd.DataFrame({"n": [1, 2], "lines": ["A long name\nof two lines", "\nMouse"]})
    shown = alt.Chart(data).mark_text(lineBreak="\n").encode(y="n:O", text="lines:N").to_dict()
    after = translated_spec.translated(shown, catalogue(SAY | {"A long name of two lines": "长名"}))
    (rows,) = after["datasets"].values()
    assert [row[after["encoding"]["text"]["field"]] for row in rows] == ["\n长名", "\n小鼠"]


def test_a_translated_chart_is_drawn():
    import vl_convert

    svg = vl_convert.vegalite_to_svg(translated_spec.translated(chart(), catalogue(SAY)))
    assert (
        "小鼠" in svg
        and "标题" in svg
        and "Mouse" not in svg.replace("aria-label", "")[svg.find("</style>") :].split("aria")[0]
    )
