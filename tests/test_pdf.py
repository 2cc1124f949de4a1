"""The PDFs: whole, inside their margins, with their fonts, and readable by machines."""

import copy
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from xml.etree import ElementTree

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from conftest import turn
from PIL import Image

from sobe import languages
from sobe.charts import display
from sobe.charts.claims import Target
from sobe.errors import BuildError
from sobe.paths import ROOT
from sobe.pipeline import pdf
from sobe.print import builder, outputs

EDITIONS = ["en", "zh"]
SENTENCES = {
    "en": (
        "An independent edition, recomputed from the data",
        "Neurons times sampling rate grow",
        "shows how the cost per neuron differs between projects and years",
    ),
    "zh": ("独立版本", "大脑模拟模型", "论断核查表"),
}
#: The margins of a page and 2 mm, in points: left, top, right, bottom.
MILLIMETRE = 72 / 25.4
SIDE, TOP, BOTTOM = 20 * MILLIMETRE, 8 * MILLIMETRE, 19 * MILLIMETRE


@pytest.fixture(scope="session")
def made(project, site):
    """{edition: PDF}, built once per session.

    Without Pango, fonts or poppler the tests are skipped or, where SOBE_REQUIRE_PDF is set, fail.
    """
    missing = pdf.lacking(languages.of(project.book).values()) + [
        name for name in ("pdfinfo", "pdftotext") if shutil.which(name) is None
    ]
    if missing:
        install = f"apt-get install -y {' '.join(pdf.PACKAGES)} poppler-utils"
        message = f"no {', '.join(missing)} here; to install: {install}"
        if os.environ.get("SOBE_REQUIRE_PDF"):
            pytest.fail(message)
        pytest.skip(message)
    with turn(project):
        return {path.stem[-2:]: path for path in pdf.build(project, lambda line: None)}


def said(*command):
    """What a program writes."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def folder(project, name):
    """The folder of an edition's document."""
    return project.build / "pdf" / f".{name}" / "print"


@pytest.fixture(scope="session")
def documents(made, project):
    """{edition: the document that was laid out}, as a tree."""
    return {
        name: BeautifulSoup(
            (folder(project, name) / "document.html").read_text(encoding="utf-8"), "html.parser"
        )
        for name in EDITIONS
    }


@pytest.fixture(scope="session")
def words(made):
    """What pdftotext reads, once for all tests: a function of an edition that returns its pages.

    A page is an element with its width and height, and its words with their places.
    """

    @functools.cache
    def pages(name):
        out = said("pdftotext", "-bbox", made[name], "-")
        return list(ElementTree.fromstring(out[out.index("<doc>") : out.index("</doc>") + 6]))

    return pages


def objects(path):
    """The objects of a PDF as text: those in the file, and those packed in streams of objects.

    Programs of poppler load all fonts again for each picture, which takes a minute per document.
    """
    content = path.read_bytes()
    packed = re.findall(rb"/Type /ObjStm[^>]*>>\nstream\n(.*?)\nendstream", content, re.DOTALL)
    return b"\n".join([content, *map(zlib.decompress, packed)])


def named_in_text(tree):
    """The targets of links in the paragraphs of a document."""
    return {link["href"] for link in tree.select("main p a[href]")}


def text(pages):
    """The words of all pages as one line."""
    return " ".join(word.text or "" for page in pages for word in page)


TYPESET = """import sys
from pathlib import Path
from sobe.pipeline import pdf
pdf._typeset(Path(sys.argv[1]), "zh")
"""


@pytest.fixture(scope="session")
def chapters(documents, project, tmp_path_factory):
    """A chapter in Chinese, which has most fonts, made twice, with other seeds of hashes."""
    tree = copy.copy(documents["zh"])
    tree.select_one("nav.contents").decompose()
    for chapter in tree.select("main > section"):
        if chapter["id"] != "cost":
            chapter.decompose()
    idents = {tag["id"] for tag in tree.select("[id]")}
    for link in tree.select('a[href^="#"]'):
        if link["href"][1:] not in idents:
            link.unwrap()
    assert tree.select("figure.chart") and tree.select("table") and tree.select("a[href^='#']")
    made = []
    for seed in ("1", "2"):
        out = tmp_path_factory.mktemp("typeset") / seed
        shutil.copytree(folder(project, "zh"), out, ignore=shutil.ignore_patterns("*.pdf"))
        (out / "document.html").write_text(str(tree), encoding="utf-8")
        subprocess.run(
            [sys.executable, "-c", TYPESET, out],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            timeout=300,
        )
        made.append(out / f"{pdf.NAME}-zh.pdf")
    return made


def test_both_are_made_and_not_again_without_a_change(made, project):
    assert list(made) == EDITIONS
    assert all(path.read_bytes()[:5] == b"%PDF-" for path in made.values())
    lines = []
    with turn(project):
        pdf.build(project, lines.append)
    assert len(lines) == 2 and all(line.startswith("nothing changed") for line in lines)


@pytest.mark.parametrize("name", EDITIONS)
def test_every_figure_is_in_it_once_and_named_in_the_text(documents, site, name):
    listed = json.loads((site / "figures" / "index.json").read_text(encoding="utf-8"))["figures"]
    assert len(listed) > 15
    tree = documents[name]
    shown = [figure["id"] for figure in tree.select("figure.chart")]
    assert sorted(shown) == sorted(f"figure-{figure['name']}" for figure in listed)
    assert {f"#{ident}" for ident in shown} <= named_in_text(tree)


@pytest.mark.parametrize("name", EDITIONS)
def test_figures_and_tables_are_numbered_by_chapter(documents, name):
    for kind in ("figure.chart figcaption > strong", "caption > strong"):
        numbers = [
            tuple(map(int, re.search(r"(\d+)\.(\d+)$", tag.get_text()).groups()))
            for tag in documents[name].select(kind)
        ]
        # In the order of the document, from 1 in each chapter, without a gap.
        assert numbers == sorted(set(numbers))
        for chapter in {chapter for chapter, _ in numbers}:
            own = [number for found, number in numbers if found == chapter]
            assert own == list(range(1, len(own) + 1))


@pytest.mark.parametrize("name", EDITIONS)
def test_charts_are_vectors(made, documents, name):
    found = objects(made[name])
    assert found.count(b"/Subtype /Form") > len(documents[name].select("figure.chart"))
    assert b"/Subtype /Image" not in found


def test_a_picture_of_pixels_would_be_found(tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "square.png")
    (tmp_path / "document.html").write_text(
        '<html lang="en"><title>x</title><p><img src="square.png" alt="x">', encoding="utf-8"
    )
    assert b"/Subtype /Image" in objects(pdf._typeset(tmp_path, "en"))


@pytest.mark.parametrize("name", EDITIONS)
def test_every_table_has_a_caption_a_heading_and_a_reference(documents, project, site, name):
    tree = documents[name]
    found = tree.select("main table")
    shown = sum(
        (site / f"{page}.html").read_text(encoding="utf-8").count('class="sobe-table-figure"')
        for page in project.pages
    )
    # Also the ladder of ideas, the list of figures and the estimator's costs.
    assert len(found) == shown + 3
    for table in found:
        assert len(table.caption.get_text()) > len(table.caption.strong.get_text()) + 2
        assert table.select("thead th[scope=col]") and table.select("tbody td")
    assert {f"#{table['id']}" for table in found} <= named_in_text(tree)


@pytest.mark.parametrize("name", EDITIONS)
def test_nothing_sticks_out_of_the_margin(words, name):
    outside = []
    for number, page in enumerate(words(name), 1):
        right = float(page.get("width")) - SIDE
        bottom = float(page.get("height")) - BOTTOM
        for word in page:
            at = {key: float(word.get(key)) for key in ("xMin", "yMin", "xMax", "yMax")}
            if at["xMin"] < SIDE or at["xMax"] > right or at["yMin"] < TOP or at["yMax"] > bottom:
                outside.append((number, word.text, at))
    assert outside == []


@pytest.mark.parametrize("name", EDITIONS)
def test_no_glyph_is_missing(words, documents, project, name):
    from fontTools.ttLib import TTCollection, TTFont

    can = set()
    own = pdf._fonts(languages.of(project.book).values())
    for face in {*pdf.FACES, *own["serif"], *own["sans"]}:
        for line in said("fc-list", f":family={face}", "file", "index").splitlines():
            path, _, index = line.partition(": :index=")
            index = int(index) & 0xFFFF
            fonts = TTCollection(path).fonts if path.endswith((".ttc", ".otc")) else [TTFont(path)]
            can |= set(fonts[index].getBestCmap())
    pictures = [
        BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text()
        for path in folder(project, name).glob("*.svg")
    ]
    used = set("".join([documents[name].body.get_text(), *pictures]))
    # A place where a word may be broken is not drawn.
    lacking = {sign for sign in used if ord(sign) not in can and sign not in "\n\t" + outputs.BREAK}
    assert lacking == set()
    assert "\ufffd" not in text(words(name))


@pytest.mark.parametrize("name", EDITIONS)
def test_links_inside_are_alive(documents, name):
    tree = documents[name]
    idents = [tag["id"] for tag in tree.select("[id]")]
    links = [link["href"] for link in tree.select("a[href]")]
    assert len(links) > 500
    assert {link[1:] for link in links if link.startswith("#")} <= set(idents)
    assert all(link.startswith(("#", "https://", "http://", "mailto:")) for link in links)
    assert [ident for ident in set(idents) if idents.count(ident) > 1] == []
    # A claim's verdict leads to its readings, and the text to the claim.
    assert "#read-growth" in links and links.count("#claim-growth") > 5


def test_a_dead_link_or_picture_or_a_picture_without_text_is_an_error(tmp_path):
    (tmp_path / "document.html").write_text(
        '<html lang="en"><title>x</title><p><a href="#nowhere">x</a><img src="none.svg" alt="x">'
        '<img src="square.svg">',
        encoding="utf-8",
    )
    (tmp_path / "square.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        '<rect width="9" height="9"/></svg>',
        encoding="utf-8",
    )
    with pytest.raises(BuildError, match="(?s)is not whole.*none.svg") as error:
        pdf._typeset(tmp_path, "en")
    assert "nowhere" in str(error.value)
    assert 'Image "square.svg" has no required alt description' in str(error.value)
    assert not list(tmp_path.glob("*.pdf"))


@pytest.mark.parametrize("name", EDITIONS)
def test_fonts_are_embedded(made, name):
    found = objects(made[name])
    fonts = re.findall(rb"<<[^<>]*/Type /FontDescriptor[^<>]*>>", found)
    # Each font that is named is one of these.
    assert len(fonts) == found.count(b"/Type /FontDescriptor") > 5
    named = {font.decode() for font in re.findall(rb"/BaseFont /([\w+-]+)", found)}
    assert named == {re.search(rb"/FontName /([\w+-]+)", font)[1].decode() for font in fonts}
    assert all(re.search(rb"/FontFile[23] \d+ 0 R", font) for font in fonts)
    names = {font.partition("+")[2] for font in named}
    if name == "zh":
        # In charts too; and no Chinese face is slanted.
        assert {"Noto-Sans-CJK-SC", "Noto-Serif-CJK-SC"} <= names
        assert not [face for face in names if "Oblique" in face]


@pytest.mark.parametrize("name", EDITIONS)
def test_text_can_be_found(words, project, name):
    found = text(words(name))
    cited = pdf.citation(project)
    wanted = (*SENTENCES[name], cited["version"], cited["date"], cited["doi"], "CC BY 4.0")
    close = found.replace(" ", "")
    assert [s for s in wanted if s not in found and s.replace(" ", "") not in close] == []


@pytest.mark.parametrize("name", EDITIONS)
def test_it_is_tagged_with_text_for_its_pictures(made, documents, name):
    figures = documents[name].select("figure.chart img")
    assert all(len(figure["alt"]) > 40 for figure in figures)
    assert documents[name].html["lang"] == {"en": "en", "zh": "zh-CN"}[name]
    assert re.search(r"^Tagged: +yes$", said("pdfinfo", made[name]), re.M)
    assert 'pdfuaid:part="1"' in said("pdfinfo", "-meta", made[name])
    structure = said("pdfinfo", "-struct", made[name]).split()
    assert structure.count("Figure:") == len(figures)
    assert structure.count("Table") >= len(documents[name].select("main table"))


@pytest.mark.parametrize("name", EDITIONS)
def test_bookmarks_are_the_numbered_sections(made, documents, name):
    out = said("pdftohtml", "-xml", "-i", "-l", "1", "-stdout", made[name])  # all bookmarks
    marks = re.findall(r'<item page="\d+">(\d+(?:\.\d+)?)\W', out)
    contents = [
        link.get_text().split()[0] for link in documents[name].select("nav.contents a[href]")
    ]
    assert len(contents) > 60 and marks == contents


@pytest.mark.parametrize("name", EDITIONS)
def test_no_code_of_the_chapters(documents, name):
    # Only the two works that are to be cited, in BibTeX, and the command that runs a chapter again.
    blocks = [block.get_text().lstrip() for block in documents[name].select("main pre")]
    blocks = [block for block in blocks if not block.startswith("$ make chapter")]
    assert len(blocks) == 2 and all(block.startswith("@") for block in blocks)
    assert not documents[name].select("main button, main input, main select, main script")


def test_typesetting_again_gives_the_same_bytes(chapters):
    """Of a chapter; `make verify` makes all of both editions twice."""
    assert chapters[0].read_bytes() == chapters[1].read_bytes()


def test_the_time_is_the_commits_or_the_one_given(monkeypatch):
    cited = {"time": 7, "date": "2026-11-23"}
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert pdf.epoch(cited) == "7"
    assert pdf.epoch({**cited, "time": None}) == "1795392000"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert pdf.epoch(cited) == "86400"


def test_a_missing_package_is_told_in_one_sentence(monkeypatch, project):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(
        BuildError, match=r"the PDF needs fc-list; to install: apt-get install -y libpango-1.0-0 "
    ) as error:
        pdf.check(project)
    assert "fonts-noto-cjk" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_citation_without_a_date_is_told(tmp_path):
    (tmp_path / "CITATION.cff").write_text("version: 1\n", encoding="utf-8")
    with pytest.raises(BuildError, match="CITATION.cff: cff-version: missing or empty; the book"):
        pdf.citation(type("Project", (), {"root": tmp_path}))


def test_a_table_keeps_its_cells_links_and_targets():
    frame = pd.DataFrame(
        {"What": [display.link("A & b", None, "https://example.org/a_b")], "USD": ["$1"]}
    )
    found = outputs.table(display.table(frame, "Costs & more").data)
    assert found.caption == "Costs & more"
    assert [(c.name, c.kind) for c in found.columns] == [("What", ""), ("USD", "number")]
    assert found.rows == [
        [[outputs.Piece("A & b", "https://example.org/a_b")], [outputs.Piece("$1")]]
    ]
    assert outputs.table(display.table(frame[:0], "Costs & more").data) is None


def test_what_is_painted_once_has_the_opacity_of_its_paint():
    line, both = '<line stroke="red" {}="0.9"/>', '<path fill="red" stroke="red" opacity="0.9"/>'
    area = '<path fill="red" stroke="none" stroke-width="2" {}="0.85" d="M0,0"/>'
    for shape, paint in ((line, "stroke-opacity"), (area, "fill-opacity")):
        assert outputs.ungrouped(shape.format("opacity")) == shape.format(paint)
    for same in (both, '<g opacity="0.5">', line.format("stroke-opacity"), '<line stroke="red"/>'):
        assert outputs.ungrouped(same) == same


def test_a_claim_s_row_can_be_reached():
    (piece,) = outputs.pieces(Target("growth", "claim-growth").cell())
    assert piece.ident == "claim-growth"


def test_columns_for_the_screen_are_left_out_and_named():
    frame = pd.DataFrame({"Claim": ["growth"], "Rows": ["recordings"], "Value": [2.8]})
    found = outputs.table(display.table(frame, "Readings", unprinted=("Rows",)).data)
    assert found.absent == ["Rows"]
    assert [(c.name, c.kind) for c in found.columns] == [("Claim", ""), ("Value", "number")]
    assert [[piece.text for cell in row for piece in cell] for row in found.rows] == [
        ["growth", "2.8"]
    ]
    with pytest.raises(ValueError, match="no column 'Row' to leave out of print"):
        display.table(frame, "Readings", unprinted=("Row",))


def test_long_words_may_be_broken():
    assert outputs.breakable("short_one") == "short_one"
    broken = outputs.breakable("sobe2025-digital-human-intelligence-costs")
    assert broken.split(outputs.BREAK) == [
        "sobe2025-",
        "digital-",
        "human-",
        "intelligence-",
        "costs",
    ]


def test_a_grid_has_a_row_per_idea():
    frame = pd.DataFrame(
        {
            "row": ["$1M+", "$1M+"],
            "column": ["Data", "Data"],
            "title": ["Map", "List"],
            "detail": ["of flies", None],
            "aside": ["图谱", "清单"],
        }
    )
    data = display.grid(frame, "Ladder", *frame.columns).data
    names = ["Amount", "Domain", "Idea", "Words"]
    found = outputs.grid(data, names, asides=True)
    assert [column.name for column in found.columns] == names
    assert [[piece.text for cell in row for piece in cell] for row in found.rows] == [
        ["$1M+", "Data", "Map (of flies)", "图谱"],
        ["$1M+", "Data", "List", "清单"],
    ]
    assert found.caption == "Ladder"
    assert [column.name for column in outputs.grid(data, names, asides=False).columns] == names[:3]


def test_the_first_of_two_chinese_marks_is_half_as_wide():
    marks = languages.of(ROOT / "book")["zh_CN"].text["halved"]
    half = builder.halves(*marks).sub(r"<\g<0>>", "“甲”，（乙）。丙、丁")
    assert half == "“甲<”>，（乙<）>。丙、丁".replace("，（", "<，>（")


def test_columns_of_a_long_table_have_widths_and_room_for_their_words():
    def made(count):
        rows = [["a", "word " * 40, "x" * 20] for _ in range(count)]
        cells = [[[outputs.Piece(text)] for text in row] for row in rows]
        return outputs.Table("t", [outputs.Column(name) for name in ("A", "Text", "Key")], cells)

    assert outputs.widths(made(3), 60) is None
    found = outputs.widths(made(40), 60)
    assert sum(found) == pytest.approx(100)
    short, text, key = (share / 100 * 60 for share in found)
    assert key >= outputs._ems("x" * 20) - 1e-9 and short < 2 and text > 40
    # Where words alone are wider than the page, each column has its share.
    narrow = outputs.widths(made(40), 5)
    assert sum(narrow) == pytest.approx(100) and narrow[2] > narrow[1] > narrow[0]
