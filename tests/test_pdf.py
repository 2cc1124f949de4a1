"""The PDFs: whole, inside their margins, with their fonts, and readable by machines."""

import json
import os
import re
import shutil
import subprocess

import pandas as pd
import pytest

from sobe import show
from sobe.build import BuildError
from sobe.pdf import build as pdf
from sobe.pdf import figures, tables
from sobe.pdf.words import WORDS

EDITIONS = ["en", "zh"]
SENTENCES = {
    "en": (
        "An independent edition, recomputed from the data",
        "neither hardware nor algorithms hold brain emulation back",
        "shows how the cost per neuron differs between projects and years",
        "continued on the next page",
        "The cells behind the figures",
    ),
    "zh": ("独立版本", "大脑模拟模型", "主张核查表", "续下页", "各章图表与数字背后的代码单元"),
}
POINTS = 2 / 25.4 * 72.27  # 2 mm


@pytest.fixture(scope="session")
def made(project, site):
    """{edition: PDF}, built once a session. Without XeLaTeX the tests are skipped, or, where
    SOBE_REQUIRE_PDF is set, fail."""
    missing = pdf.lacking() + [
        name for name in ("pdffonts", "pdftotext") if shutil.which(name) is None
    ]
    if missing:
        message = f"no {', '.join(missing)} here; to install: apt-get install -y {pdf.PACKAGES} poppler-utils"
        if os.environ.get("SOBE_REQUIRE_PDF"):
            pytest.fail(message)
        pytest.skip(message)
    return {path.stem[-2:]: path for path in pdf.build(project, lambda line: None)}


def left(project, name, ending):
    """A file that XeLaTeX read or wrote."""
    return (project.build / "pdf" / f".{name}" / "latex" / f"{pdf.NAME}-{name}.{ending}").read_text(
        encoding="utf-8", errors="replace"
    )


def text(path):
    """What pdftotext reads, as one line."""
    return " ".join(
        subprocess.run(
            ["pdftotext", path, "-"], capture_output=True, text=True, check=True
        ).stdout.split()
    )


def test_both_are_made_and_not_again_without_a_change(made, project):
    assert list(made) == EDITIONS
    assert all(path.read_bytes()[:5] == b"%PDF-" for path in made.values())
    said = []
    pdf.build(project, said.append)
    assert len(said) == 2 and all(line.startswith("nothing changed") for line in said)


@pytest.mark.parametrize("name", EDITIONS)
def test_every_figure_is_in_it_once_and_named_in_the_text(made, project, site, name):
    figure_names = [
        figure["name"]
        for figure in json.loads((site / "figures" / "index.json").read_text(encoding="utf-8"))[
            "figures"
        ]
    ]
    assert len(figure_names) > 15
    tex = left(project, name, "tex")
    drawn = re.findall(r"\\includegraphics\[[^]]*\]\{figure-([\w-]+)\.pdf\}", tex)
    # Besides them the estimator, of which the site has no picture.
    assert sorted(drawn) == sorted([*figure_names, "estimator"])
    for figure in drawn:
        assert tex.count(rf"\label{{figure-{figure}}}") == 1
        assert rf"\ref*{{figure-{figure}}}" in tex


@pytest.mark.parametrize("name", EDITIONS)
def test_charts_are_vectors(made, name):
    listed = subprocess.run(
        ["pdfimages", "-list", made[name]], capture_output=True, text=True, check=True
    ).stdout
    assert len(listed.splitlines()) == 2  # its two lines of headings


@pytest.mark.parametrize("name", EDITIONS)
def test_every_table_has_a_caption_a_number_and_a_reference(made, project, site, name):
    tex = left(project, name, "tex")
    labels = re.findall(r"\\caption\{(.+)\}\\label\{(cells-\d+)\}\\\\", tex)
    shown = sum(
        (site / f"{page}.html").read_text(encoding="utf-8").count('class="sobe-table-figure"')
        for page in project.pages
    )
    # Besides the tables of the cells, the ladder of ideas and the list of figures.
    assert len(labels) == tex.count(r"\begin{longtable}") == shown + 2
    assert [label for _, label in labels if rf"\hyperref[{label}]" not in tex] == []
    assert tex.count(r"\endhead") == len(labels)


@pytest.mark.parametrize("name", EDITIONS)
def test_nothing_sticks_out_of_the_margin(made, project, name):
    over = [
        float(x) for x in re.findall(r"Overfull \\hbox \(([\d.]+)pt", left(project, name, "log"))
    ]
    assert max(over, default=0) <= POINTS


@pytest.mark.parametrize("name", EDITIONS)
def test_no_glyph_is_missing(made, project, name):
    assert "Missing character" not in left(project, name, "log")
    # A chart's missing glyph would be the font's own box, which pdftotext cannot read.
    assert "\ufffd" not in text(made[name])


@pytest.mark.parametrize("name", EDITIONS)
def test_links_inside_are_alive(made, project, name):
    log = left(project, name, "log")
    assert "undefined references" not in log and "has been referenced but does not exist" not in log
    tex = left(project, name, "tex")
    assert set(re.findall(r"\\hyperref\[([\w-]+)\]", tex)) <= set(
        re.findall(r"\\(?:label|sobetarget)\{([\w-]+)\}", tex)
    )
    # A claim's verdict leads to its readings and back, and the text to the claim.
    assert r"\hyperref[readings-growth]" in tex and tex.count(r"\hyperref[claim-growth]") > 5


@pytest.mark.parametrize("name", EDITIONS)
def test_fonts_are_embedded(made, name):
    lines = subprocess.run(
        ["pdffonts", made[name]], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    assert lines and all(line.split()[-5] == "yes" for line in lines)
    if name == "zh":
        # In charts too: they embed the Simplified Chinese face under its own name.
        assert any("NotoSansCJKsc" in line for line in lines)


@pytest.mark.parametrize("name", EDITIONS)
def test_text_can_be_found(made, project, name):
    found = text(made[name])
    cited = pdf.citation(project)
    wanted = (*SENTENCES[name], cited["version"], cited["date"], cited["doi"], "CC BY 4.0")
    close = found.replace(" ", "")
    assert [s for s in wanted if s not in found and s.replace(" ", "") not in close] == []


@pytest.mark.parametrize("name", EDITIONS)
def test_bookmarks_and_code_only_in_the_appendix(made, project, name):
    assert left(project, name, "out").count("\\BOOKMARK") > 60
    tex = left(project, name, "tex")
    body, appendix = tex.split("\\appendix\n")
    # Besides it the two works that are to be cited, in BibTeX.
    assert body.count(r"\begin{sphinxVerbatim}") == 2
    assert appendix.count(r"\begin{sphinxVerbatim}") == len(project.chapters)
    # In the book's order, however long each took to execute.
    assert re.findall(r"\\section\{([\w-]+)\.md\}", appendix) == list(project.chapters)


@pytest.mark.parametrize("name", EDITIONS)
def test_typesetting_again_gives_the_same_bytes(made, project, name, tmp_path):
    ours = [
        f"{pdf.NAME}-{name}.{ending}"
        for ending in ("aux", "fdb_latexmk", "fls", "lof", "log", "lot", "out", "pdf", "toc", "xdv")
    ]
    shutil.copytree(
        project.build / "pdf" / f".{name}" / "latex",
        tmp_path / "elsewhere",
        ignore=shutil.ignore_patterns(*ours),
    )
    again = pdf._typeset(tmp_path / "elsewhere", name, pdf.citation(project))
    assert again.read_bytes() == made[name].read_bytes()


def test_a_missing_package_is_told_in_one_sentence(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(
        BuildError, match=r"the PDF needs xelatex, .*; to install: apt-get install -y texlive-xetex"
    ) as error:
        pdf.check()
    assert "\n" not in str(error.value)


def test_a_citation_without_a_date_is_told(tmp_path):
    (tmp_path / "CITATION.cff").write_text("version: 1\n", encoding="utf-8")
    with pytest.raises(BuildError, match="CITATION.cff has no version, date-released or DOI"):
        pdf.citation(type("Project", (), {"root": tmp_path}))


HTML = (
    '<figure><figcaption>Costs &amp; more</figcaption><table><thead><tr><th scope="col">What</th><th scope="col" class="number">USD</th></tr></thead>'
    '<tbody><tr><td><span class="sobe-target" id="claim-a"><a href="https://example.org/a_b">A &amp; b</a></span></td><td class="number">$1</td></tr>'
    "</tbody></table></figure>"
)


def test_a_table_keeps_its_cells_links_and_targets():
    found = tables.read(HTML)
    assert (found.caption, found.heads, found.numeric) == ("Costs & more", 1, {1})
    made, sideways = tables.longtable(
        found,
        "cells-1",
        lambda shown, url: f"<{url}|{shown}>",
        {"before": ", continued", "next": "next"},
    )
    assert not sideways
    assert r"\sobetarget{claim-a}<https://example.org/a_b|A \& b> & \$1\\" in made
    assert (
        made.count(r"\textbf{What} & \textbf{USD}") == 2
    )  # on the first page, and on those that follow
    assert r"\caption{Costs \& more}\label{cells-1}" in made


def test_columns_for_the_screen_are_left_out_and_named():
    frame = pd.DataFrame({"Claim": ["growth"], "Rows": ["recordings"], "Value": [2.8]})
    found = tables.read(show.table(frame, "Readings", unprinted=("Rows",)).data)
    assert found.absent == ["Rows"] and found.numeric == {1}
    made, _ = tables.longtable(found, "cells-1", lambda shown, url: shown, WORDS["en"])
    assert (
        r"\textbf{Claim} & \textbf{Value}" in made
        and "Online also: Rows" in made
        and "recordings" not in made
    )
    with pytest.raises(ValueError, match="no column 'Row' to leave out of print"):
        show.table(frame, "Readings", unprinted=("Row",))


def test_columns_fit_the_page_and_their_longest_words():
    long = "word " * 60
    rows = [
        ["Key", "Text", "Number"],
        ["short", long, "70 million"],
        ["a-much-longer-key", "x", "1"],
    ]
    widths, lines = tables.columns(rows, 8.0, 300, {2})
    assert sum(widths) + 2 * tables.GAP <= 300
    assert widths[0] >= tables.width("a-much-longer-key", 8.0) and widths[2] >= tables.width(
        "70 million", 8.0
    )
    assert widths[1] > widths[0] and lines > len(rows)
    assert tables.columns([["a"], ["w" * 200]], 8.0, 300) is None
    # What fits in one line is not stretched.
    assert tables.columns([["A", "B"], ["a", "b"]], 8.0, 300)[1] == 2


def test_long_words_may_be_broken():
    assert tables.breakable("short") == "short"
    assert tables.BREAK in tables.breakable("sobe2025-digital-human-intelligence-costs")


def test_a_grid_has_a_row_an_idea():
    html = (
        '<div class="sobe-grid" aria-label="Ladder"><h3>$1M+</h3><h4>Data</h4><ul><li><strong>Map</strong><span>of flies</span>'
        '<span lang="zh" class="sobe-aside">图谱</span></li><li><strong>List</strong><span lang="zh">清单</span></li></ul></div>'
    )
    found = tables.grid(html, ["Amount", "Domain", "Idea", "Words"], asides=True)
    assert [["".join(p.text for p in cell) for cell in row] for row in found.rows] == [
        ["Amount", "Domain", "Idea", "Words"],
        ["$1M+", "Data", "Map (of flies)", "图谱"],
        ["", "", "List", "清单"],
    ]
    assert found.caption == "Ladder"


def test_a_chart_is_drawn_with_the_same_bytes_each_time():
    rows = [{"a": n, "b": f"mouse 10⁻¹⁵ {n}"} for n in range(9)]
    spec = {
        "data": {"values": rows},
        "mark": "point",
        "encoding": {
            "x": {"field": "a", "type": "quantitative"},
            "opacity": {"field": "a", "type": "quantitative"},
            "y": {"field": "b", "type": "nominal"},
        },
    }
    first = figures.drawn(spec, "en")
    assert {figures.drawn(spec, "en") for _ in range(5)} == {first}
    # Its cross-reference table still says where each object begins.
    places = [int(place) for place in re.findall(rb"^(\d{10}) 00000 n", first, re.M)]
    assert [first[place:].split()[0] for place in places] == [
        b"%d" % (n + 1) for n in range(len(places))
    ]


def test_a_still_has_no_controls():
    assert figures.still({"params": [{"name": "p", "value": 1, "bind": {"input": "select"}}]}) == {
        "params": [{"name": "p", "value": 1}]
    }
    assert figures.weighed({"titleFontWeight": 600, "a": [{"labelFontWeight": 500}]}) == {
        "titleFontWeight": "bold",
        "a": [{"labelFontWeight": "normal"}],
    }
