"""CITATION.cff: the whole schema is honoured, or one line names the key."""

import json
import os
from pathlib import Path

import pytest

from sobe import cff
from sobe.errors import BuildError
from sobe.publish import citation
from sobe.site import figures

ROOT = Path(__file__).resolve().parents[1]
GOOD = """cff-version: 1.2.0
message: Cite it.
title: A book
version: 1.10
date-released: 2026-01-02
license: MIT
abstract: A book.
authors:
- {family-names: Berg, given-names: Ada, name-particle: van der, name-suffix: Jr.}
- {given-names: Plato}
- {name: A group}
- {alias: anon}
- {family-names: Doe, given-names: Jo, affiliation: A lab, orcid: "https://orcid.org/0000-0001-2345-678X"}
references:
- {type: report, title: Report, year: 2025, doi: 10.1234/x, authors: [{name: Somebody}]}
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        content = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "CITATION.cff").write_bytes(content)
        return cff.read(tmp_path)

    return read


def test_what_the_schema_allows_is_honoured(read, tmp_path):
    found = read(GOOD)
    work = citation.edition(found)
    assert (found["version"], found["license"], work.date) == ("1.10", ["MIT"], "2026-01-02")
    assert citation.apa(work) == (
        "van der Berg, A., Jr., Plato, A group, anon, & Doe, J. (2026). A book (Version 1.10)."
    )
    assert "author = {van der Berg, Jr., Ada and {Plato} and {A group} and" in citation.bibtex(work)
    names = json.loads(citation.csl(work))[0]["author"]
    assert names[0] == {
        "family": "Berg",
        "given": "Ada",
        "non-dropping-particle": "van der",
        "suffix": "Jr.",
    }
    assert names[1] == {"literal": "Plato"}
    assert "AU  - van der Berg, Ada, Jr.\nAU  - Plato\n" in citation.ris(work)
    deposit = json.loads(citation.zenodo(tmp_path))
    assert deposit["license"] == "mit" and deposit["version"] == "1.10"
    assert deposit["creators"][-1] == {
        "name": "Doe, Jo",
        "affiliation": "A lab",
        "orcid": "0000-0001-2345-678X",
    }
    shown = figures.citation(tmp_path)
    assert shown["authors"][0] == "Ada van der Berg Jr." and shown["licence"] == "MIT"


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("keywords: [a, b]", "keywords", ["a", "b"]),
        ("type: dataset", "type", "dataset"),
        ("url: https://example.org", "url", "https://example.org"),
        ("repository-code: https://example.org", "repository-code", "https://example.org"),
        ("commit: 0123456", "commit", "0123456"),
        ("doi: 10.5281/zenodo.1", "doi", "10.5281/zenodo.1"),
        ("identifiers: [{type: doi, value: 10.5281/zenodo.2}]", "doi", "10.5281/zenodo.2"),
        (
            "contact: [{name: x, email: x@example.org}]",
            "contact",
            [{"name": "x", "email": "x@example.org"}],
        ),
        ("license-url: https://example.org/l", "license-url", "https://example.org/l"),
        ("repository-artifact: ~", "repository-artifact", ""),
    ],
)
def test_keys_of_the_schema_are_taken(read, line, key, value):
    assert read(GOOD + line + "\n")[key] == value


def change(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (change("date-released: 2026-01-02\n", ""), "date-released: missing or empty"),
        (change("2026-01-02", "2026-13-02"), "line 5: date-released: expected a date"),
        (change("2026-01-02", "2 January 2026"), "line 5: date-released: expected a date"),
        (change("2026-01-02", "[2026]"), "line 5: date-released: expected text"),
        (change("license: MIT", "license: {a: b}"), "line 6: license: expected text, or a list"),
        (change("license: MIT", "license: []"), "line 6: license: missing or empty"),
        (change("license: MIT", "licence: MIT"), "line 6: licence: not a key"),
        (change("version: 1.10", "version:"), "line 4: version: missing or empty"),
        (change("version: 1.10", "version: [1]"), "line 4: version: expected text"),
        (change("cff-version: 1.2.0", "cff-version: 2.0.0"), "cff-version: expected 1.2.0"),
        (change("title: A book", "title: A book\ntitle: B"), "line 4: title: the key is already"),
        (change("name: A group", "nmae: A group"), "line 11: authors: nmae: not a key of a person"),
        (change("name: A group", "name: A, given-names: B"), "given-names: not a key of an entity"),
        (change("alias: anon", "email: a@example.org"), "an author without a name"),
        (change("678X", "67"), "authors: orcid: expected https://orcid.org/"),
        (
            change("authors:\n-", "authors:\n- Ada\n-"),
            "line 8: authors: expected a list of entries",
        ),
        (change("type: report", "kind: report"), "references: kind: not a key of a reference"),
        (change("year: 2025, ", ""), "references: year: expected a year"),
        (change("doi: 10.1234/x", "doi: x"), "doi: expected a DOI"),
        (change("doi: 10.1234/x, ", ""), "references: doi: expected a doi or a url"),
        (GOOD + "preferred-citation: {title: x}\n", "line 16: preferred-citation: not supported"),
        (GOOD + "type: book\n", "line 16: type: expected software or dataset"),
        (GOOD + "keywords: word\n", "line 16: keywords: expected text, or a list of texts"),
        (GOOD + "identifiers: [{type: doi}]\n", "identifiers 1: expected a type and a value"),
        (GOOD + "a: [\n", "not valid YAML"),
        ("", "expected keys with values"),
        ("- a\n", "expected keys with values"),
        ("[" * 5000, "not valid YAML"),
        ("a: " + "[" * 50 + "]" * 50, "nested deeper"),
        (GOOD.replace("A book", "B\xfccher").encode("latin-1"), "not valid YAML"),
        (GOOD.encode("utf-16"), "not valid YAML"),
        (GOOD + "\0", "not valid YAML"),
        (b"a" * 1_000_001, "more than 1,000,000 bytes"),
        (change("10.1234/x", "1" * 20_000), "doi: expected a DOI"),
    ],
)
def test_what_is_not_honoured_is_one_line(read, text, said):
    with pytest.raises(BuildError) as raised:
        read(text)
    message = str(raised.value)
    assert message.startswith("CITATION.cff") and said in message
    assert "\n" not in message and len(message) < 420


@pytest.mark.parametrize("kind", ["missing", "pipe", "endless", "loop", "folder"])
def test_what_is_no_plain_file_is_one_line(tmp_path, kind):
    path = tmp_path / "CITATION.cff"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.symlink_to("/dev/zero" if kind == "endless" else path)
    with pytest.raises(BuildError, match="^CITATION.cff .*") as raised:
        cff.read(tmp_path)
    assert "\n" not in str(raised.value)


def test_the_book_s_own_file_is_read():
    assert cff.read(ROOT)["references"][0]["doi"] == "10.5281/zenodo.18377594"
