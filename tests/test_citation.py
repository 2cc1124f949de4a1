"""What pages say they are, and how they are cited: all of it from CITATION.cff."""

import json
import re
from pathlib import Path

import pytest
from cffconvert import Citation
from jinja2 import Template

import sobe
from sobe import commit
from sobe.cff import Author
from sobe.languages import edition as edition_of
from sobe.languages.html import page as finished
from sobe.publish import citation, crate, provenance
from sobe.site import figures as rec

ADDRESS = "https://example.org/1.0.0/en/"


@pytest.fixture(scope="module")
def cff(project):
    return citation.read(project.root)


@pytest.fixture(scope="module")
def edition(cff):
    return citation.edition(cff, ADDRESS, "Commit 0123456789ab")


def test_the_file_is_valid(project):
    citation = Citation((project.root / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation.cffversion == "1.2.0"
    citation.validate()
    with pytest.raises(Exception, match="version"):
        Citation(
            (project.root / "CITATION.cff")
            .read_text(encoding="utf-8")
            .replace("\nversion:", "\nverzion:")
        ).validate()


def test_one_version_everywhere(project, cff):
    package = json.loads((project.root / "data/datapackage.json").read_text(encoding="utf-8"))
    assert cff["version"] == sobe.__version__ == package["version"]
    assert f"## {cff['version']} ({cff['date-released']})" in (
        project.root / "CHANGELOG.md"
    ).read_text(encoding="utf-8")


def test_the_page_says_as_long_as_there_is_no_doi(project, cff):
    said = "This edition has no DOI of its own yet" in (project.book / "cite.md").read_text(
        encoding="utf-8"
    )
    assert said != ("doi" in cff)


def test_zenodo_is_told_the_same(project, cff):
    text = (project.root / ".zenodo.json").read_text(encoding="utf-8")
    assert text == citation.zenodo(project.root), (
        "write it again: .venv/bin/python -m sobe.pipeline.release citation"
    )
    said = json.loads(text)
    assert said["title"] == cff["title"] and said["version"] == cff["version"]
    assert said["related_identifiers"][0]["identifier"] == "10.5281/zenodo.18377594"


def test_the_report_in_apa(cff):
    assert citation.apa(citation.report(cff)) == (
        "Zanichelli, N., Schons, M., Freeman, I., Shiu, P. K., & Arkhipov, A. (2026). "
        "State of Brain Emulation Report 2025 (Version 1). Zenodo. https://doi.org/10.5281/zenodo.18377594"
    )


def test_the_edition_in_apa(cff, edition):
    assert citation.apa(edition) == (
        f"{cff['authors'][0]['name']}. ({cff['date-released'][:4]}). {cff['title']} "
        f"(Version {cff['version']}). Commit 0123456789ab. {ADDRESS}"
    )


@pytest.mark.parametrize("which", ["edition", "report"])
def test_bibtex_is_read_again(cff, edition, which):
    from pybtex.database import parse_string

    work = edition if which == "edition" else citation.report(cff)
    entry = parse_string(citation.bibtex(work), "bibtex").entries[work.key]
    assert entry.fields["version"] == work.version and entry.fields["year"] == work.year
    assert entry.fields["title"].strip("{}") == work.title and entry.fields["url"] == work.address
    found = [
        (" ".join(p.last_names), " ".join(p.first_names + p.middle_names))
        for p in entry.persons["author"]
    ]
    assert found == [
        (f"{{{a.family}}}" if not a.given else a.family, a.given) for a in work.authors
    ]


def test_marks_of_tex_are_escaped():
    work = citation.Work("k", "report", "50% of A & B_c", (Author("O'Neil", "A."),), "2026")
    assert r"50\% of A \& B\_c" in citation.bibtex(work)


@pytest.mark.parametrize("which", ["edition", "report"])
def test_csl_is_an_item_of_the_schema(cff, edition, which):
    work = edition if which == "edition" else citation.report(cff)
    (item,) = json.loads(citation.csl(work))
    assert item["type"] == work.kind and item["id"] == work.key and item["version"] == work.version
    assert item["URL"] == work.address and item["issued"]["date-parts"][0][0] == int(work.year)
    assert all(set(name) in ({"family", "given"}, {"literal"}) for name in item["author"])


@pytest.mark.parametrize("which", ["edition", "report"])
def test_ris_is_well_formed(cff, edition, which):
    work = edition if which == "edition" else citation.report(cff)
    lines = citation.ris(work).split("\n")
    assert lines[0] == f"TY  - {'BOOK' if which == 'edition' else 'RPRT'}" and lines[-1] == "ER  -"
    assert all(re.match(r"[A-Z][A-Z0-9]  -( \S.*)?$", line) for line in lines)
    assert sum(line.startswith("AU  - ") for line in lines) == len(work.authors)


@pytest.mark.parametrize("address", ["", f"{ADDRESS}cost.html"])
def test_the_citation_at_the_foot_is_translated_wherever_the_site_is(project, cff, address):
    template = Path(rec.__file__).parent / "templates/provenance.html"
    footer = Template(template.read_text(encoding="utf-8")).render(
        sobe_provenance={"commit": {}, "report": {}, **provenance.cited(cff, address)},
        translate=str,
    )
    translate = edition_of.catalogue(project.book, project.root / "data", "zh_CN")
    made = finished(f"<html><body>{footer}</body></html>", translate)
    shown = re.search('data-provenance="citation">(.*?)</dd>', made)[1]
    assert translate.missing == {} and "可复算版的作者" in shown and "executable" not in shown
    assert shown.endswith(f"<span>{address}</span>") if address else "<span>" not in shown


# ---------------------------------------------------------------- the built book


def test_every_page_says_what_it_is(site, chinese, project, cff):
    here = commit.of(project.root)
    for folder in (site, chinese):
        for page in sorted(folder.glob("*.html")):
            text = page.read_text(encoding="utf-8")
            block = re.search(r'<dl class="sobe-provenance">.*?</dl>', text, re.S)
            assert block, page
            said = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", block[0]))
            assert (
                f"{cff['version']}, {cff['date-released']}" in said
                and "doi:10.5281/zenodo.18377594" in said
            )
            assert (here.short or "unknown") in said
            assert f'href="{page.name}"' in block[0] and 'href="cite.html"' in block[0].replace(
                'href="#"', 'href="cite.html"'
            )


def test_the_page_to_cite_from_holds_what_its_files_hold(site, cff):
    import html

    page = html.unescape(re.sub("<[^>]+>", "", (site / "cite.html").read_text(encoding="utf-8")))
    for which in ("edition", "report"):
        for kind, end in citation.ENDS.items():
            text = (site / f"citation/{which}.{end}").read_text(encoding="utf-8").strip()
            assert re.sub(r"\s+", "", text) in re.sub(r"\s+", "", page), (which, kind)
    assert f"(Version {cff['version']})" in (site / "citation/edition.txt").read_text(
        encoding="utf-8"
    )


def test_figures_are_cited_by_the_same_version_and_commit(site, project, cff):
    figures = json.loads((site / "figures/index.json").read_text())["figures"]
    assert figures
    for figure in figures:
        said = json.loads((site / figure["files"]["metadata"]).read_text())
        assert said["version"] == cff["version"] and f"version {cff['version']}" in said["cite_as"]
        assert said["commit"] == str(commit.of(project.root))
        assert cff["version"] in (site / figure["files"]["embed"]).read_text()


def test_addresses_of_a_published_edition(project):
    from types import SimpleNamespace as Space

    from sobe.site import collect

    def permanent(base, release, edition):
        return collect.permanent(
            Space(config=Space(html_baseurl=base, sobe_release=release, sobe_edition=edition))
        )

    assert permanent("https://example.org/1.0.0/en/", "1.0.0", "en") == ADDRESS
    assert permanent("", "1.0.0", "en") == "../../1.0.0/en/"
    assert permanent("", "1.0.0", "") == "../1.0.0/"
    assert permanent("", "", "en") == ""


@pytest.fixture(scope="module")
def entities(site):
    said = json.loads((site / crate.NAME).read_text(encoding="utf-8"))
    assert said["@context"] == "https://w3id.org/ro/crate/1.1/context"
    found = {entity["@id"]: entity for entity in said["@graph"]}
    assert len(found) == len(said["@graph"]), "two entities have one @id"
    return found


def references(value):
    if isinstance(value, dict):
        yield from [value["@id"]] if set(value) == {"@id"} else []
        for part in value.values():
            yield from references(part) if isinstance(part, (dict, list)) else ()
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def test_the_crate_is_one_of_ro_crate_1_1(entities, cff):
    head, root = entities[crate.NAME], entities["./"]
    assert head["@type"] == "CreativeWork" and head["about"] == {"@id": "./"}
    assert head["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert root["@type"] == "Dataset" and root["version"] == cff["version"]
    assert all(
        root[key]
        for key in ("name", "description", "datePublished", "license", "author", "hasPart")
    )
    for name, entity in entities.items():
        assert entity["@type"], name
        # The graph is flat: what is within is named, not nested.
        assert all(set(v) == {"@id"} for v in entity.values() if isinstance(v, dict)), name
        assert not [
            r
            for r in references({k: v for k, v in entity.items() if k != "@id"})
            if r not in entities and not r.startswith("https://w3id.org/")
        ], name


def test_the_files_of_the_crate_are_there_and_are_its_parts(entities, site):
    parts = {part["@id"] for part in entities["./"]["hasPart"]}
    files = {name for name, entity in entities.items() if "File" in entity["@type"]}
    assert files == parts
    assert [name for name in files if not (site / name).is_file()] == []


def test_every_figure_is_tied_to_chapter_tables_sources_and_software(entities, site):
    figures = json.loads((site / "figures/index.json").read_text())["figures"]
    for figure in figures:
        entity, making = (
            entities[f"#figure-{figure['name']}"],
            entities[f"#making-{figure['name']}"],
        )
        assert entity["isPartOf"] == {"@id": figure["page"]}
        assert {part["@id"] for part in entity["hasPart"]} == set(figure["files"].values())
        based = {part["@id"] for part in entity["isBasedOn"]}
        said = json.loads((site / figure["files"]["metadata"]).read_text())
        assert {table["path"] for table in figure["tables"]} <= based
        assert len(based) == len(figure["tables"]) + len(
            {s.get("doi") or s.get("url") or s["key"] for s in said["sources"]}
        )
        assert (
            making["result"] == {"@id": f"#figure-{figure['name']}"}
            and len(making["instrument"]) >= 5
        )
    software = {
        e["name"]: e["version"] for e in entities.values() if e["@type"] == "SoftwareApplication"
    }
    import altair

    assert software["altair"] == altair.__version__


def test_what_a_figure_says_of_a_relative_place_is_relative(cff):
    record = {"name": "n", "title": "T"}
    cited = {"authors": ["A"], "date": "2026-01-01", "title": "B", "version": "1.0.0"}
    assert rec.cite_text(record, cited, "../../1.0.0/en/cost.html#figure-n").endswith(
        "version 1.0.0. ../../1.0.0/en/cost.html#figure-n"
    )
