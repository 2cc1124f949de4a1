"""Tables, links and grids as a chapter shows them."""

import json

import pandas as pd
import pytest
from myst_nb.core.render import MimeData, load_mime_renders

from sobe.charts import display, outputs
from sobe.charts.claims import Badge, Target
from sobe.charts.translated import GLUED, translated
from sobe.languages import units
from sobe.site import nodes


def cell(value):
    """The HTML of a table's only cell."""
    page = display.table(pd.DataFrame({"a": [value]}), "c").html()
    return page.partition("<td>")[2].partition("</td>")[0]


def test_cells_are_escaped():
    page = display.table(
        pd.DataFrame({"<b>": ["<script>alert(1)</script>"]}), 'A "caption" & more'
    ).html()
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "&lt;b&gt;" in page and 'aria-label="A &#34;caption&#34; &amp; more"' in page


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", None, float("nan")])
def test_only_web_addresses_become_links(url):
    assert cell(display.link("x", url=url)) == "x"


def test_a_doi_becomes_a_link():
    assert (
        cell(display.link("<x>", doi="10.1/a<b>"))
        == '<a href="https://doi.org/10.1/a%3Cb%3E">&lt;x&gt;</a>'
    )
    assert (
        cell(display.link("x", doi=None, url='https://a.org/?q="'))
        == '<a href="https://a.org/?q=&#34;">x</a>'
    )


def test_missing_says_so():
    page = display.table(pd.DataFrame({"a": [None, "1"], "b": [1.5, float("nan")]}), "c").html()
    assert page.count("not known") == 2


def test_numbers_stand_to_the_right():
    page = display.table(
        pd.DataFrame({"money": ["$1", "not known"], "word": ["a1", "b"]}), "c"
    ).html()
    assert '<th scope="col" class="number">money' in page and '<th scope="col">word' in page


def test_a_table_names_and_writes_its_columns():
    frame = pd.DataFrame({"n": [1500.0, 2.5e9], "x": [3.0, 4.2], "kind": ["a", "b"]})
    data = display.table(
        frame,
        "c",
        columns={"kind": "Kind", "n": "Number", "x": "Growth"},
        formats={"n": units.count, "kind": {"a": "An a"}},
        compared={"x": units.fold},
    ).data
    assert [column["name"] for column in data["columns"]] == ["Kind", "Number", "Growth"]
    assert data["rows"] == [
        ["An a", "1,500", "3.0×"],
        [{"text": "not known", "missing": True}, "2.5 billion", "4.2×"],
    ]


def test_a_column_names_how_it_is_written():
    frame = pd.DataFrame({"n": [1500.0], "kind": ["a"], "left": ["out"]})
    columns = {"kind": ("Kind", {"a": "An a"}), "n": ("Number", units.count)}
    formats = {"kind": {"a": "An a"}, "n": units.count}
    plain = display.table(frame, "c", columns={"kind": "Kind", "n": "Number"}, formats=formats)
    assert display.table(frame, "c", columns=columns).data == plain.data
    assert plain.data["rows"] == [["An a", "1,500"]]
    with pytest.raises(ValueError, match="no column 'b' to show among n, kind, left"):
        display.table(frame, "c", columns={"b": ("B", units.count)})


@pytest.mark.parametrize("argument", ["columns", "formats", "compared"])
def test_a_column_that_is_not_there_is_refused(argument):
    with pytest.raises(ValueError, match="no column 'b' to show among a"):
        display.table(pd.DataFrame({"a": [1]}), "c", **{argument: {"b": units.count}})


def test_links_follow_the_doi_before_the_address():
    frame = pd.DataFrame({"who": ["x", "y"], "doi": ["10.1/a", None], "url": "https://a.org"})
    assert [one.url for one in display.links(frame, "who")] == [
        "https://doi.org/10.1/a",
        "https://a.org",
    ]


def test_a_number_in_prose_must_be_written_out():
    with pytest.raises(TypeError, match="rate is 3.5"):
        display.glue(rate=3.5)


def test_grid_keeps_order_and_escapes():
    frame = pd.DataFrame(
        {
            "Tier": ["$1M+", "$1M+", "$10M+"],
            "Domain": ["B", "A", "A"],
            "idea": ["<i>", "two", "three"],
            "detail": ["more", None, None],
            "zh": ["一", "二", "三"],
        }
    )
    page = display.grid(
        frame, "Ladder", row="Tier", column="Domain", title="idea", detail="detail", aside="zh"
    ).html()
    assert (
        page.index("$1M+")
        < page.index("&lt;i&gt;")
        < page.index("two")
        < page.index("$10M+")
        < page.index("three")
    )
    assert 'data-row="$1M+"' in page and 'data-column="A"' in page and "<span>more</span>" in page
    assert 'lang="zh"' in page


WORDS = {
    "Row": "行",
    "Caption": "标题",
    "reproduced": "已复现",
    "mouse": "小鼠",
    "not known": "未知",
}


def said(text):
    return WORDS.get(text, text)


def test_an_output_is_data_with_html_and_text_for_other_readers():
    bundle = display.table(pd.DataFrame({"Row": ["mouse", None]}), "Caption")._repr_mimebundle_()
    data = bundle["application/vnd.sobe.table+json"]
    assert json.loads(json.dumps(data)) == data
    assert data["rows"] == [["mouse"], [{"text": "not known", "missing": True}]]
    assert "<table" in bundle["text/html"] and "<td>mouse</td>" in bundle["text/html"]
    assert bundle["text/plain"].splitlines() == ["Caption", "Row", "mouse", "not known"]


def test_translation_changes_words_and_no_identifier():
    frame = pd.DataFrame(
        {
            "Row": [
                "mouse",
                None,
                display.Code("mouse"),
                display.link("mouse", url="https://mouse.org"),
            ],
            "Verdict": [Badge("reproduced", "#mouse"), Target("mouse", "mouse"), 1.5, "Row"],
        }
    )
    bundle = translated(display.table(frame, "Caption")._repr_mimebundle_(), said)
    data = bundle["application/vnd.sobe.table+json"]
    assert (data["caption"], data["columns"][0]["name"]) == ("标题", "行")
    assert data["rows"] == [
        ["小鼠", {"text": "已复现", "verdict": "reproduced", "url": "#mouse"}],
        [{"text": "未知", "missing": True}, {"text": "小鼠", "id": "mouse"}],
        [{"text": "mouse", "code": True}, "1.5"],
        [{"text": "小鼠", "url": "https://mouse.org"}, "行"],
    ]
    # The fallbacks are made again from the translated data.
    assert 'data-verdict="reproduced" href="#mouse">已复现</a>' in bundle["text/html"]
    assert "小鼠 | 已复现" in bundle["text/plain"]


def test_a_glued_verdict_is_translated_as_well():
    kept = {GLUED + mime: value for mime, value in outputs.bundle("badge", VERDICT).items()}
    bundle = translated(kept, said)
    assert bundle[GLUED + "application/vnd.sobe.badge+json"] == {**VERDICT, "text": "已复现"}
    assert bundle[GLUED + "text/plain"] == "已复现"
    assert set(bundle) == set(kept)


def test_the_renderer_makes_one_node_of_an_output_and_leaves_the_rest():
    ours = MimeData("application/vnd.sobe.badge+json", VERDICT)
    (node,) = nodes.Renderer.handle_mime(None, ours, True)
    assert (node["kind"], node["data"]) == ("badge", VERDICT)
    assert nodes.Renderer.handle_mime(None, MimeData("text/html", "<b>"), False) is None
    assert nodes.Renderer in load_mime_renders()


VERDICT = {"text": "reproduced", "verdict": "reproduced", "url": "claims.html#claim-growth"}
