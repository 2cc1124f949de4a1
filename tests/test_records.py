"""Records: each row of the tables has an address with its values, sources, corrections, figures."""

import gzip
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

from sobe import languages
from sobe.languages import edition
from sobe.publish import changes
from sobe.site import figures, records

SPEC = {
    "datasets": {
        "rows": [{"recording_id": "demas-2021", "x": 1}, {"recording_id": "unknown", "x": 2}],
        "other": [{"y": 3}],
    },
    "layer": [
        {"mark": {"type": "point"}, "data": {"name": "rows"}, "encoding": {}},
        {"mark": "line", "data": {"name": "rows"}, "encoding": {}},
        {"mark": "point", "data": {"name": "other"}, "encoding": {}},
    ],
}


@pytest.fixture(scope="module")
def package():
    return figures.Package(ROOT / "data")


def test_a_chinese_record_is_chinese_where_its_values_are_translated(package):
    translate = edition.catalogue(ROOT / "book", ROOT / "data", "zh_CN")
    try:
        languages.use(translate)
        named = records.title({"dataset": "MICrONS", "step": "imaging", "year": "2020"})
        page = BeautifulSoup(records.html(package, {}, "claims", lambda _: ""), "html.parser")
    finally:
        languages.use(None)
    assert named == "MICrONS，成像，2020"
    record = page.select_one("#claims-best-tool")
    words = {cell.dt.text: cell.dd.text for cell in record.select("dl > div")}
    assert "中文解读" not in words and words["解读"].startswith("按字面理解")
    assert not re.search("[A-Za-z]{6}", record.find(["h2", "h3"]).text)


def figure(spec=SPEC, tables=("recordings",)):
    return {
        "name": "a-figure",
        "title": "A figure",
        "page": "recording",
        "tables": [{"name": name} for name in tables],
        "spec": spec,
    }


def page(package, kind, shown=()):
    found = {one["name"]: one for one in shown}
    return BeautifulSoup(
        records.html(package, found, kind, lambda where: f"https://x.org/{where}"), "html.parser"
    )


@pytest.mark.parametrize("kind", records.KINDS)
def test_every_row_is_there_with_its_values_source_and_report(package, kind):
    found = {article["id"]: article for article in page(package, kind).find_all("article")}
    sources = {row["key"]: row["title"] for row in package.rows("sources")}
    for table in records.KINDS[kind]:
        resource = package.tables[table]
        for row in package.rows(table):
            ident = records.anchor(table, records.key_of(resource, row))
            article = found[ident]
            assert article.h3.get_text(strip=True) != "#", ident
            heading = article.h3.span.get_text()
            assert len(article.find_all("dt")) == sum(
                bool(value) and (name, value) != ("statement", heading)
                for name, value in row.items()
                if name != "source"
            )
            assert article.find("a", href=f"https://x.org/{ident}")
            if row.get("source"):
                assert sources[row["source"]] in article.get_text()


@pytest.mark.parametrize("kind", records.KINDS)
def test_a_page_of_records_is_light(package, kind):
    made = records.html(package, {}, kind, lambda where: f"https://github.com/o/n/{where}")
    assert len(gzip.compress(made.encode())) < 110_000  # the frame of a page has the rest of 150


def test_a_correction_is_shown_at_its_row(package):
    found = page(package, "projects")
    row = next(r for r in package.rows("corrections") if r["table"] == "brain_research_funding")
    article = found.find(id=records.anchor(row["table"], row["key"]))
    assert row["theirs"] in article.get_text() and row["why"] in article.get_text()


def test_a_record_names_the_figures_that_draw_it(package):
    found = page(package, "recordings", [figure()])
    links = found.find_all("a", href="recording.html#figure-a-figure")
    assert [link.find_parent("article")["id"] for link in links] == ["recordings-demas-2021"]
    # A chart without keys may draw any row.
    bare = {"datasets": {"rows": [{"x": 1}]}, "mark": "point", "data": {"name": "rows"}}
    found = page(package, "recordings", [figure(bare)])
    links = found.find_all("a", href="recording.html#figure-a-figure")
    assert len(links) == len(package.rows("recordings"))


def test_a_mark_leads_to_its_record(package):
    made = records.linked(SPEC, ["recordings"], package)
    known, unknown = made["datasets"]["rows"]
    assert known[records.LINK] == "record-recordings.html#recordings-demas-2021"
    assert records.LINK not in unknown
    encodings = [part["encoding"] for part in made["layer"]]
    assert encodings == [{"href": {"field": records.LINK}}, {}, {}]
    assert records.LINK not in str(SPEC)  # the figure's own spec is for its files


def test_marks_without_records_are_left_alone(package):
    assert records.linked(SPEC, ["organisms"], package) == SPEC


def test_the_index_of_the_search_has_every_record(package):
    for kind in records.KINDS:
        made = records.html(package, {}, kind, lambda where: "")
        known = set(re.findall(r'<article class="sobe-record" id="([^"]+)"', made))
        assert {ident for _, ident in records.entries(package, kind)} == known
    assert (
        "Demas"
        in dict(map(reversed, records.entries(package, "recordings")))["recordings-demas-2021"]
    )


def test_every_address_of_the_feed_is_an_anchor_of_a_page(package, tmp_path):
    pages = {f"record-{kind}.html": page(package, kind) for kind in records.KINDS}
    for event in changes.events(package, tmp_path):
        name, _, ident = event.address.partition("#")
        assert name == "data.html" or pages[name].find(id=ident), event


def test_every_kind_has_a_page():
    for kind in records.KINDS:
        text = Path(ROOT / f"book/record-{kind}.md").read_text(encoding="utf-8")
        assert re.search(rf"```{{record-list}} {kind}\n```", text)


def test_a_record_speaks_in_labels_units_and_words(package):
    """Names of columns and codes are for files; readers see titles, units and words."""
    found = page(package, "recordings").find(id="recording-coverage-ahrens-2013-calcium")
    said = {part.dt.get_text(): part.dd.get_text() for part in found.dl.find_all("div")}
    row = next(r for r in package.rows("recording_coverage") if "ahrens-2013" in r["coverage_id"])
    assert said["Temporal resolution (Hz)"] == row["temporal_resolution_hz"]
    assert said["Neurons"] == f"{int(row['neurons']):,}" != row["neurons"]
    assert row["organism"] == "zebrafish_larva" and said["Organism"] == "Larval zebrafish"
    for kind in records.KINDS:
        for label in page(package, kind).find_all("dt"):
            assert "_" not in label.get_text() and label.get_text()[0].isupper()
