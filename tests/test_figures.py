"""Figures: every one has its card and its files, and they agree with what is plotted."""

import array
import csv
import fcntl
import io
import json
import re
import signal
import struct
import termios
import time
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
import vl_convert

from sobe import tables
from sobe.charts import outputs, renderer
from sobe.charts.figure import EMPTY, FigureError
from sobe.charts.figure import figure as declared
from sobe.charts.vega import matching_vegalite
from sobe.errors import BuildError
from sobe.paths import ROOT
from sobe.site import card, fonts, pictures
from sobe.site import figures as rec
from sobe.site import files as web_files
from sobe.site.describe import describe

CHAPTERS = ("capability", "cost", "recording", "scale", "funding", "claims", "trends", "estimator")
SPEC = re.compile(r'<script type="application/json">(.*?)</script>', re.S)


@pytest.fixture(scope="module")
def index(site):
    return json.loads((site / "figures" / "index.json").read_text())["figures"]


@pytest.fixture(scope="module")
def said(site, index):
    return [json.loads((site / figure["files"]["metadata"]).read_text()) for figure in index]


def page(site, name):
    return (site / name).read_text(encoding="utf-8")


# ---------------------------------------------------------------- the built book


def test_every_figure_of_a_chapter_has_a_card(site, index):
    for name in CHAPTERS:
        html = page(site, f"{name}.html")
        cards = re.findall(r'<figure class="sobe-card" id="figure-([\w-]+)"', html)
        assert html.count('class="sobe-chart"') == len(cards) > 0, name
        assert cards == [f["name"] for f in index if f["page"] == f"{name}.html"]


def test_files_are_there_and_no_others(site, index):
    named = {file for figure in index for file in figure["files"].values()} | {"figures/index.json"}
    # What pages show until the chart is drawn.
    named |= {
        f"figures/{figure['name']}.{width}.svg" for figure in index for width in web_files.STILLS
    }
    # What shared links to pages show.
    pages = {figure["page"].removesuffix(".html") for figure in index} | {"index"}
    named |= {f"figures/{web_files.share(page)}.png" for page in pages}
    assert named == {f"figures/{path.name}" for path in (site / "figures").iterdir()}


def plotted(spec, columns):
    """The rows of the chart's data that have all columns, as text."""
    for rows in spec["datasets"].values():
        if all(field in row for row in rows for field in columns):
            yield from (tuple(text(row[field]) for field in columns) for row in rows)


def text(value):
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_the_csv_read_again_is_what_is_plotted(site, said):
    for figure in said:
        spec = json.loads((site / figure["files"]["spec"]).read_text())
        rows = list(
            csv.reader(io.StringIO((site / figure["files"]["csv"]).read_text(encoding="utf-8")))
        )
        assert rows[0] == [column["name"] for column in figure["columns"]]
        assert len(rows) - 1 == figure["rows"] > 0
        fields = [column["field"] for column in figure["columns"]]
        found = set(plotted(spec, fields))
        written = {tuple(row) for row in rows[1:]}
        assert found <= written, figure["name"]
        if written - found:  # rows of several layers: each value is plotted in one of them
            values = {
                text(v) for data in spec["datasets"].values() for row in data for v in row.values()
            }
            assert {cell for row in written - found for cell in row if cell} <= values, figure[
                "name"
            ]


def test_values_are_words_a_reader_knows(site, index):
    """Not the keys by which a table names its states."""
    resources = json.loads(
        (site.parents[2] / "data" / "datapackage.json").read_text(encoding="utf-8")
    )["resources"]
    fields = [field for resource in resources for field in resource["schema"]["fields"]]
    keys = {
        value
        for field in fields
        for value in field.get("constraints", {}).get("enum", [])
        if "_" in str(value)
    }
    assert len(keys) > 10
    shown = {
        (figure["name"], cell)
        for figure in index
        for row in csv.reader(
            io.StringIO((site / figure["files"]["csv"]).read_text(encoding="utf-8"))
        )
        for cell in row
        if cell in keys
    }
    assert not shown


def test_columns_say_what_they_hold(said):
    for figure in said:
        for column in figure["columns"]:
            assert column["description"] and column["type"], (figure["name"], column)
            if column["type"] in ("integer", "number") and column["field"] not in ("year", "date"):
                assert column.get("unit") or column["name"], (figure["name"], column)
        assert figure["sources"] and figure["licence"] == "CC-BY-4.0"
        assert figure["address"].endswith(f"#figure-{figure['name']}")


def test_pictures_are_whole(site, index):
    for figure in index:
        svg = ET.parse(site / figure["files"]["svg"]).getroot()
        names = [child.tag.split("}")[1] for child in svg]
        assert names[:2] == ["title", "desc"]
        written = " ".join(
            "".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")
        )
        assert figure["title"] in written and "State of Brain Emulation" in written
        png = (site / figure["files"]["png"]).read_bytes()
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack(">II", png[16:24])
        assert (
            abs(width - 2 * float(svg.get("width"))) <= 2
            and abs(height - 2 * float(svg.get("height"))) <= 2
        )
        fonts = set(
            re.findall(r'font-family="([^"]+)"', (site / figure["files"]["svg"]).read_text())
        )
        assert all(font.startswith(pictures.CARRIED) for font in fonts), fonts


def test_a_figure_has_its_citation_and_a_snippet(site, index):
    for figure in index:
        html = page(site, figure["page"])
        assert f"@misc{{sobe-edition-{figure['name']}," in html
        assert f"&lt;iframe src=&#34;figures/{figure['name']}.html&#34;" in html


def test_links_of_cards_lead_somewhere(site, index):
    for name in sorted({figure["page"] for figure in index}):
        html = page(site, name)
        for target in re.findall(r'<p class="sobe-card-foot">(.*?)</p>', html, re.S):
            for href in re.findall(r'href="([^"]+)"', target):
                file, _, anchor = href.partition("#")
                goal = site / (file or name)
                assert goal.is_file(), href
                assert not anchor or f'id="{anchor}"' in goal.read_text(encoding="utf-8"), href


def test_the_catalogue_shows_all_figures(site, index):
    html = page(site, "figures.html")
    for figure in index:
        assert f'href="{figure["page"]}#figure-{figure["name"]}"' in html
        assert f'src="figures/{figure["name"]}.narrow.svg"' in html


def test_every_table_and_column_is_documented_and_downloadable(site):
    html = page(site, "data.html")
    archive = next((site / "data").glob("*.zip"))
    with zipfile.ZipFile(archive) as whole:
        inside = {name.split("/", 1)[1]: whole.read(name) for name in whole.namelist()}
    assert "datapackage.json" in inside
    for name in tables.names():
        resource = tables.schema(name)
        assert f'id="table-{name}"' in html
        for field in resource["schema"]["fields"]:
            assert f'id="column-{name}-{field["name"]}"' in html
        assert inside[resource["path"]] == (site / "data" / resource["path"]).read_bytes()


def test_pages_say_what_they_are(site):
    for name in ("index", *CHAPTERS):
        html = page(site, f"{name}.html")
        assert len(re.search(r'<meta name="description" content="([^"]+)"', html)[1]) > 50, name
        image = re.search(r'<meta property="og:image" content="([^"]+)"', html)[1]
        assert image == f"figures/share-{name}.png", name
        assert struct.unpack(">II", (site / image).read_bytes()[16:24]) == (1200, 630), name
    places = re.findall(r"<loc>(.*?)</loc>", page(site, "sitemap.xml"))
    assert {"index.html", "cost.html", "figures/cost-per-neuron.html"} <= set(places)
    assert all((site / place).is_file() for place in places)


def test_no_script_stands_in_a_page(site):
    for path in [*site.glob("*.html"), *site.glob("figures/*.html")]:
        for attributes, body in re.findall(
            r"<script([^>]*)>(.*?)</script>", path.read_text(encoding="utf-8"), re.S
        ):
            data = re.search(r'type="application/(ld\+)?json"', attributes)
            assert data or not body.strip(), (path.name, body[:80])
        assert not re.search(r"<[^>]+\son(click|load|error)=", path.read_text(encoding="utf-8")), (
            path.name
        )


def test_pages_without_charts_load_none_of_the_chart_scripts(site):
    ours = {"vega.js", "charts.js", "cards.js"}
    for path in site.glob("*.html"):
        html = path.read_text(encoding="utf-8")
        loaded = {
            src.rsplit("/", 1)[-1].split("?")[0]
            for src in re.findall(r'<script[^>]*src="([^"]+)"', html)
        }
        if 'class="sobe-chart"' not in html:
            assert not loaded & ours, path.name
        assert "fontawesome.js" not in loaded


# ---------------------------------------------------------------- one figure


def chart():
    frame = pd.DataFrame({"year": [1990, 2000], "usd": [5.0, 20000.0], "kind": ["a", "b"]})
    return (
        alt.Chart(frame)
        .mark_point()
        .encode(
            alt.X("year:Q").axis(format="d"),
            alt.Y("usd:Q").title("Cost").scale(type="log").axis(format="$,"),
            alt.Color("kind:N"),
        )
    )


def shown(**arguments):
    """The declaration of a figure."""
    given = {
        "chart": chart(),
        "name": "cost",
        "title": "A title",
        "subtitle": "US dollars",
        "columns": {"year": "Year"},
    }
    return declared(**given | arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"name": "Cost"}, "not a figure's name"),
        ({"columns": {"year": "Year", "price": "Price"}}, "no data of the chart has the columns"),
        ({"columns": {"year": 3}}, "expected a name"),
        ({"tables": ["nowhere"]}, "no table 'nowhere'"),
        ({"log_switch": "z"}, "log_switch"),
        ({"data": pd.DataFrame({"year": [1]}), "columns": {"usd": "Cost"}}, "lack the columns"),
    ],
)
def test_a_wrong_declaration_is_refused(arguments, said):
    with pytest.raises(FigureError, match=said):
        shown(**arguments)


@pytest.mark.parametrize("with_line", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_a_figure_without_rows_says_so(own, with_line, monkeypatch):
    monkeypatch.setenv(renderer.BOOK_ENV, "1")
    rows = pd.DataFrame({"year": [2000], "usd": [1.0]})
    drawn = alt.Chart(rows.head(0)).mark_point().encode(x="year:Q", y="usd:Q")
    if with_line:  # a line of reference does not make it less empty
        drawn = alt.layer(alt.Chart(pd.DataFrame({"at": [3]})).mark_rule().encode(y="at:Q"), drawn)
    made = declared(
        drawn,
        "nothing",
        "Nothing",
        "Dollars per year",
        columns={"year": "Year", "usd": "Cost"},
        data=rows.head(0) if own else None,
    ).data
    package = rec.Package(ROOT / "data")
    record = rec.resolve(made, package, "cost")
    assert record["rows"] == [] and record["title"] == "Nothing"
    assert made["spec"]["mark"]["text"] == record["description"] == EMPTY
    assert rec.as_csv(record).count("\n") == 1
    version = matching_vegalite(alt.SCHEMA_VERSION, vl_convert.get_vegalite_versions())
    assert EMPTY in vl_convert.vegalite_to_svg(made["spec"], vl_version=version)


@pytest.mark.parametrize("value", [0, -1, 0.0, -1e-9])
def test_what_has_no_logarithm_reaches_no_logarithmic_axis(value):
    rows = pd.DataFrame({"year": [2000, 2001], "usd": [1.0, value]})
    drawn = alt.Chart(rows).mark_point()
    drawn = drawn.encode(alt.X("year:Q"), alt.Y("usd:Q").scale(type="log"))
    with pytest.raises(FigureError, match="no place on the logarithmic axis y"):
        declared(drawn, "a", "A", "Dollars", columns={"year": "Year", "usd": "Cost"})


def test_a_figure_needs_a_subtitle():
    with pytest.raises(FigureError, match="subtitle"):
        shown(subtitle="")


def test_a_figure_takes_its_title_and_size():
    spec = shown(height=300).data["spec"]
    assert spec["title"] == {"text": "A title", "subtitle": "US dollars"}
    assert (spec["width"], spec["height"]) == ("container", 300)


TOOLTIPS = {
    "year": "Year",
    "usd": ("Price", "USD", "What it costs."),
    "kind": ("Kind", "", "Which kind."),
}


def test_tooltips_are_made_from_the_columns():
    spec = shown(columns=TOOLTIPS, tables=["recordings"]).data["spec"]
    assert spec["encoding"]["tooltip"] == [
        {"field": "year__text", "title": "Year", "type": "nominal"},
        {"field": "usd__text", "title": "Price", "type": "nominal"},
        {"field": "kind", "title": "Kind", "type": "nominal"},
    ]
    (rows,) = spec["datasets"].values()
    assert [(row["year__text"], row["usd__text"]) for row in rows] == [
        ("1990", "$5"),
        ("2000", "$20,000"),
    ]


def test_tooltips_of_plain_numbers_booleans_and_missing_values():
    frame = pd.DataFrame({"n": [1.5, 2.5], "new": [True, False], "who": ["Ann", None]})
    drawn = alt.Chart(frame).mark_point().encode(alt.X("n:Q"))
    columns = {"n": "Number", "new": "New", "who": "Who"}
    spec = shown(chart=drawn, columns=columns).data["spec"]
    assert spec["encoding"]["tooltip"] == [
        {"field": "n", "title": "Number", "type": "quantitative"},
        {"field": "new__text", "title": "New", "type": "nominal"},
        {"field": "who__text", "title": "Who", "type": "nominal"},
    ]
    (rows,) = spec["datasets"].values()
    assert [row["new__text"] for row in rows] == ["yes", "no"]
    assert [row["who__text"] for row in rows] == ["Ann", "not known"]


def test_marks_of_other_data_and_texts_get_no_tooltip():
    other = alt.Chart(pd.DataFrame({"usd": [3.0]})).mark_rule().encode(alt.Y("usd:Q"))
    words = chart().mark_text().encode(text="kind:N")
    layers = shown(chart=alt.layer(other, chart(), words)).data["spec"]["layer"]
    assert ["tooltip" in layer["encoding"] for layer in layers] == [False, True, False]


def test_tooltips_that_a_chart_states_are_kept():
    stated = chart().encode(tooltip="kind:N")
    spec = shown(chart=stated, columns=TOOLTIPS).data["spec"]
    assert spec["encoding"]["tooltip"] == {"field": "kind", "type": "nominal"}


def test_a_figure_is_glued_under_its_name(monkeypatch):
    kept = {}
    monkeypatch.setattr("sobe.charts.figure.glue", lambda **values: kept.update(values))
    made = shown()
    assert kept["cost"].data == {"spec": made.data["spec"], "figure": "cost"}


def test_outside_the_book_a_figure_is_its_chart(monkeypatch):
    monkeypatch.delenv(renderer.BOOK_ENV, raising=False)
    bundle = str(shown()._repr_mimebundle_())
    assert "vegaEmbed" in bundle and "sobe-figure" not in bundle


def test_a_description_states_kind_axes_ranges_and_reason():
    assert describe(chart().to_dict(), why="how it is") == (
        "Scatter chart. Horizontal axis: Year, 1990 to 2000. "
        "Vertical axis, logarithmic: Cost, $5 to $20,000. Colour: kind (a, b). It shows how it is."
    )


def test_cells_are_written_and_escaped(monkeypatch):
    monkeypatch.setenv(renderer.BOOK_ENV, "1")
    bundle = shown(subtitle="</script><b>")._repr_mimebundle_()
    assert bundle["application/vnd.sobe.figure+json"]["subtitle"] == "</script><b>"
    assert "&lt;/script&gt;&lt;b&gt;" in bundle["text/html"] and "<b>" not in bundle["text/html"]
    html = outputs.script_json(bundle["application/vnd.sobe.figure+json"])
    assert "<" not in html and json.loads(html)["subtitle"] == "</script><b>"


def test_a_picture_is_drawn_once(tmp_path, monkeypatch):
    record = {
        "name": "x",
        "title": "A title",
        "description": "d",
        "sources": [],
        "spec": chart()
        .properties(width="container", title=alt.TitleParams("A title", subtitle="s"))
        .to_dict(),
    }
    cited = {"title": "t", "version": "1", "licence": "l"}
    first = web_files.draw([record], cited, tmp_path)
    assert first[0]["png"].startswith(b"\x89PNG")
    other = [{kind: b"other" for kind in first[0]}]
    monkeypatch.setattr(pictures, "drawn", lambda *_: other)
    assert web_files.draw([record], cited, tmp_path) == first
    # With other fonts of the system it is another picture.
    monkeypatch.setattr(fonts, "faces", lambda families: [fonts.Face("/no", 0, 1, 2)])
    monkeypatch.setattr(fonts, "subsets", lambda *_: [])
    assert web_files.draw([record], cited, tmp_path) == other


def test_csv_keeps_missing_values_and_booleans_apart():
    record = {"columns": [{"name": "A"}, {"name": "B, C"}], "rows": [[None, True], ["x\ny", 0.1]]}
    assert list(csv.reader(io.StringIO(rec.as_csv(record)))) == [
        ["A", "B, C"],
        ["", "true"],
        ["x\ny", "0.1"],
    ]


def test_neither_fonts_of_the_system_nor_other_pictures_decide_a_picture(tmp_path, monkeypatch):
    """The same bytes whatever fonts the machine has: drawn as if it had none, and as it is."""
    spec = {
        "data": {"values": [{"a": "Wiring", "b": 3}]},
        "mark": {"type": "bar", "clip": True},
        "title": "Sans: →, ⁻¹",
        "encoding": {"y": {"field": "a"}, "x": {"field": "b"}},
    }
    figure = {
        "stills": {pictures.WHOLE: {"spec": spec, "config": {"font": pictures.CARRIED}}},
        "shares": {},
        "head": (["A title"], ["And more"]),
        "font": pictures.CARRIED,
        "background": "#fff",
        "ink": "#000",
        "muted": "#555",
        "lang": "en",
        "vegalite": matching_vegalite(alt.SCHEMA_VERSION, vl_convert.get_vegalite_versions()),
        "title": "t",
        "description": "d",
        "foot": "Source",
    }
    own = pictures.drawn([figure] * 3)  # more than processes: nor does the picture before it
    assert (
        own[0] == own[1] == own[2]
        and b"url(#clip1)" in own[0]["svg"]
        and own[0]["png"].startswith(b"\x89PNG")
        and b"Wiring" in own[0]["svg"]
    )
    (tmp_path / "none").mkdir()
    (tmp_path / "fonts.conf").write_text(pictures._FONTS.format(f"<dir>{tmp_path / 'none'}</dir>"))
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    assert pictures.drawn([figure]) == own[:1]
    other = pictures.drawn([json.loads(json.dumps(figure).replace("Wiring", "Firing"))])[0]
    assert other["svg"] != own[0]["svg"] and other["png"] != own[0]["png"]


def test_pages_reserve_the_heights_of_pictures_and_controls():
    svg = b'<svg class="marks" width="760" height="%d" viewBox="0 0 1 1">'
    made = {"a": {"wide": svg % 300, "narrow": svg % 400}}
    wide, narrow = pictures.heights(made, {"a": 2}).split("@media")
    assert '[data-still="a"] img { height: 300px; }' in wide and "padding-top: 48px" in wide
    assert "height: 400px" in narrow and "padding-top: 92px" in narrow
    assert "padding" not in pictures.heights(made, {"a": 0})


def test_a_still_is_as_wide_as_it_says_and_has_no_title(tmp_path):
    spec = chart().properties(width="container", title=alt.TitleParams("A title", subtitle="s"))
    record = {"name": "x", "title": "A title", "description": "d", "sources": []}
    cited = {"title": "t", "version": "1", "licence": "l"}
    [drawn] = web_files.draw([record | {"spec": spec.to_dict()}], cited, tmp_path)
    for kind, width in web_files.STILLS.items():
        assert f' width="{width}"'.encode() in drawn[kind][:300] and b"A title" not in drawn[kind]
    assert b"A title" in drawn["svg"]


def test_no_line_of_a_picture_begins_with_a_closing_mark():
    text = (
        "数据：State of Brain Emulation Report 2025，所列脑研究资助，按年份（和金额），以美元计。"
    )
    for width in range(8, 60):
        broken = pictures.lines(text, width)
        assert not [line for line in broken if line[0] in "，。：）"], (width, broken)
        assert "".join(broken).replace(" ", "") == text.replace(" ", "")


def test_a_subset_of_a_font_has_the_characters_asked_for_and_is_kept(tmp_path):
    from fontTools.ttLib import TTFont

    faces = fonts.faces(["DejaVu Sans"])
    if not faces:
        pytest.skip("the font DejaVu Sans is not installed")
    made = fonts.subsets(faces, "Äb∑", tmp_path)
    with TTFont(io.BytesIO(made[0])) as font:
        assert set(font.getBestCmap()) == set(map(ord, "Äb∑"))
        assert font["name"].getDebugName(1) == "DejaVu Sans"
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert fonts.subsets(faces, "b∑Äb", tmp_path) == made
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == kept
    assert fonts.faces(["No Such Font"]) == []


def test_a_subset_is_whole_after_a_stop(monkeypatch):
    """As by Ctrl-Z and fg, while it is handed over; Python may be told not to buffer."""
    from fontTools.ttLib import TTFont

    faces = fonts.faces(["DejaVu Sans"])
    if not faces:
        pytest.skip("the font DejaVu Sans is not installed")
    with TTFont(faces[0].path, fontNumber=faces[0].number) as font:
        codes = sorted(font.getBestCmap())[:3000]
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    process = fonts._start(faces[0], "".join(map(chr, codes)))
    held = array.array("i", [0])
    late = time.monotonic() + 60
    while held[0] < 65_536 and time.monotonic() < late:  # until the pipe is full
        time.sleep(0.01)
        fcntl.ioctl(process.stdout, termios.FIONREAD, held)
    for number in (signal.SIGSTOP, signal.SIGCONT):
        process.send_signal(number)
    made = process.communicate(timeout=60)[0]
    assert process.returncode == 0
    assert made == fonts._subset(Path(faces[0].path), faces[0].number, codes)


def test_a_list_of_fonts_that_fails_is_an_error(tmp_path, monkeypatch):
    """Else pictures would be drawn, and kept, in other fonts."""
    program = tmp_path / "fc-list"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="the fonts of the system cannot be listed"):
        fonts.faces(["DejaVu Sans"])
    program.unlink()
    assert fonts.faces(["DejaVu Sans"]) == []


def test_columns_of_numbers_go_to_the_right_in_a_figures_table():
    """Also numbers that come as texts, with a gap or a unit; identifiers and dates are words."""
    given = {
        "score": ["3", "?", "0"],
        "growth": ["2.9×", "3×", None],
        "year": ["1986", "2018", ""],
        "doi": ["10.1038/nature09802", None, None],
        "day": ["2026-11-26", "2026-11-26", "2026-11-26"],
        "word": ["unknown", "unknown", "unknown"],
    }
    rows = [list(row) for row in zip(*given.values(), strict=True)]
    made = card.table([{"name": name, "type": "string"} for name in given], rows, "A table")
    assert [c["name"] for c in made["columns"] if c["number"]] == ["score", "growth", "year"]
    assert [cell["class"] for cell in made["rows"][1]][:2] == ["number", "number"]


def test_labels_of_a_picture_have_an_edge_under_them():
    """Else lines of the grid run through them; words on coloured cells are left as they are."""
    words = '<text aria-label="a" role="graphics-symbol" fill="{}">302</text>'
    group = '<svg><g class="mark-text role-mark layer_1_marks" role="graphics-object">{}</g></svg>'
    made = pictures._haloed(group.format(words.format("#1f2830")), "#ffffff")
    under, over = re.findall("<text[^>]*>", made)
    assert 'stroke="#ffffff"' in under and "aria-label" not in under and "stroke" not in over
    assert made.index(under) < made.index(over) and 'aria-hidden="true"' in made
    on_cells = group.format(words.format("#1f2830") + words.format("#ffffff"))
    assert pictures._haloed(on_cells, "#ffffff") == on_cells
