"""Records of publications (CSL-JSON, BibTeX, RIS) and `make source`, which adds them."""

import datetime
import json
import shutil
import time
from pathlib import Path

import pytest

from sobe import tables
from sobe.errors import BuildError
from sobe.pipeline import contribute
from sobe.tables import TableError
from sobe.tables.record import LARGEST, key_of, source_of

ROOT = Path(__file__).resolve().parents[1]
TODAY = datetime.date(2026, 11, 26)
CSL = {
    "type": "article-journal",
    "title": "A <i>map</i> of   memory &amp; more",
    "author": [
        {"family": "Gogh", "given": "Ada", "non-dropping-particle": "van"},
        {"family": "Müller", "given": "Józef"},
        {"literal": "The Consortium"},
    ],
    "issued": {"date-parts": [[2025, 4]]},
    "DOI": "10.1000/ABC.1",
    "URL": "https://doi.org/10.1000/abc.1",
    "license": [{"URL": "https://creativecommons.org/licenses/by-nc/4.0/"}],
}
BIBTEX = r"""@article{whatever,
  title = {A \emph{map} of {M}emory \& more},
  author = {van Gogh, Ada and M{\"u}ller, J{\'o}zef and {The Consortium}},
  year = 2025, doi = {10.1000/ABC.1}, url = {https://doi.org/10.1000/abc.1}
}"""
RIS = """TY  - JOUR
TI  - A map of memory & more
AU  - van Gogh, Ada
AU  - Müller, Józef
AU  - The Consortium
PY  - 2025/04/01/
DO  - 10.1000/ABC.1
UR  - https://doi.org/10.1000/abc.1
ER  - """


def read(text, **other):
    text = json.dumps({**CSL, **other}) if text is CSL else text
    content = text if isinstance(text, bytes) else text.encode()
    return source_of(content, "paper", TODAY)


@pytest.mark.parametrize("text", [CSL, BIBTEX, RIS, RIS.replace("\n", "\r\n"), "\ufeff" + RIS])
def test_three_formats_give_one_row(text):
    found = read(text)
    found["title"] = found["title"].replace("Memory", "memory")
    assert found == {
        "kind": "article",
        "title": "A map of memory & more",
        "authors": "van Gogh, Ada; Müller, Józef; The Consortium",
        "year": "2025",
        "doi": "10.1000/abc.1",
        "url": "",
        "licence": "CC-BY-NC-4.0" if text is CSL else "",
        "path": "",
        "accessed": "2026-11-26",
    }


def test_a_list_of_one_a_page_and_many_authors():
    found = read(json.dumps([CSL]))
    assert found["title"] == "A map of memory & more"
    found = read(CSL, type="webpage", DOI="", author=[{"family": f"A{i}"} for i in range(40)])
    assert (found["kind"], found["url"], found["authors"]) == (
        "webpage",
        CSL["URL"],
        "A0; and others",
    )
    others = BIBTEX.replace("{The Consortium}", "others")
    assert read(others)["authors"].endswith("; and others")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"\xff", "paper: byte 0 is not UTF-8; expected UTF-8 text"),
        ("hello", "'hello' is not valid; expected CSL-JSON (begins with {), BibTeX"),
        ("", "'' is not valid; expected CSL-JSON"),
        ('{"a": ', "paper, line 1: not JSON"),
        ("[1, 2]", "paper: 2 records; expected one record"),
        ("[1]", "expected a record of CSL-JSON"),
        (json.dumps(CSL | {"type": "song"}), "column 'type': 'song' is not valid; expected one of"),
        (json.dumps(CSL | {"title": 5}), "column 'title': 5 is not valid; expected text"),
        (json.dumps(CSL | {"author": "me"}), "column 'author': 'me' is not valid; expected a list"),
        (json.dumps(CSL | {"author": []}), "column 'authors': the record has no authors"),
        (json.dumps(CSL | {"issued": {}}), "column 'year': the record has no year"),
        (BIBTEX[:-1], "paper, line "),
        (BIBTEX + BIBTEX, "expected one entry of BibTeX"),
        (BIBTEX + BIBTEX.replace("whatever", "b"), "2 records; expected one record"),
        (BIBTEX.replace("@article", "@song"), "'song' is not valid; expected one of article"),
        (BIBTEX.replace(r"\emph", r"\input"), "expected text without commands of LaTeX"),
        (RIS[:-6], "the record does not end"),
        (RIS + "\n" + RIS, "paper, line 10: 'TY  - JOUR' is not valid; expected nothing after ER"),
        (RIS.replace("AU  - M", "AU: M"), "paper, line 4: 'AU: Müller, Józef' is not valid"),
        (RIS.replace("JOUR", "SONG"), "'SONG' is not valid; expected one of JOUR"),
        (b"@" * (LARGEST + 1), "expected a record of at most 50,000 bytes"),
    ],
)
def test_a_bad_record_is_one_clear_error(text, message):
    with pytest.raises(TableError) as caught:
        read(text)
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).startswith("paper")


@pytest.mark.parametrize(
    "text",
    [
        "@article{a, title={" + "{" * 49_000,
        "@article{a, title={x}, year={2020}, author={" + "A and " * 8_000 + "A}}",
        "@article{a, title={x}, year={2020}, author={" + "," * 49_000 + "}}",
        "@article{a, title={" + r"\'{e}" * 9_000 + "}, year={2020}, author={A}}",
        '{"title": "' + "<a" * 20_000 + '", "type": "book"}',
        "[" * 49_000,
        "TY  - JOUR\n" + "AU  - A\n" * 6_000,
    ],
)
def test_a_hostile_record_takes_no_time(text):
    begin = time.monotonic()
    try:
        read(text)
    except TableError as error:
        assert "\n" not in str(error)
    assert time.monotonic() - begin < 10


def test_keys_are_made_of_author_and_year():
    source = {"authors": "van der Berg, Anna; B", "year": "2025"}
    assert key_of(source, []) == "vanderberg2025"
    assert key_of(source, ["vanderberg2025", "vanderberg2025b"]) == "vanderberg2025c"
    assert key_of({"authors": "王小明", "year": "2025"}, []) == "source2025"


# ---------------------------------------------------------------- make source


@pytest.fixture
def root(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


def add(root, **other):
    return contribute.add_source(root, json.dumps(CSL | other).encode(), "paper.json", TODAY)


def test_a_source_becomes_a_row(root):
    before = (root / "data/sources.csv").read_bytes()
    assert add(root) == "vangogh2025"
    assert (root / "data/sources.csv").read_bytes().startswith(before)
    assert list(tables.load("sources", root / "data")["key"])[-1] == "vangogh2025"
    assert add(root, title="Another", DOI="10.1000/other") == "vangogh2025b"


@pytest.mark.parametrize("other", [{"title": "Else"}, {"DOI": "10.1000/other"}])
def test_a_source_is_added_once(root, other):
    add(root)
    after = (root / "data/sources.csv").read_bytes()
    with pytest.raises(BuildError, match="data/sources.csv has it already, as 'vangogh2025'"):
        add(root, **other)
    assert (root / "data/sources.csv").read_bytes() == after


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"title": "=HYPERLINK(1)"}, "column 'title': '=HYPERLINK"),
        ({"title": "a\u202eb"}, "the unseen character U\\+202E"),
        ({"title": "x" * 20_000}, "a cell of 20,000 characters"),
        ({"DOI": "", "URL": "javascript:alert(1)"}, "expected an address that begins with http"),
        ({"issued": {"date-parts": [[1066]]}}, "column 'year': '1066' is not valid"),
    ],
)
def test_a_source_that_breaks_a_rule_changes_nothing(root, other, message):
    before = (root / "data/sources.csv").read_bytes()
    with pytest.raises(TableError, match=message):
        add(root, **other)
    assert (root / "data/sources.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say which source: make source FILE=record.bib, or make source DOI="),
        (["--file", "a", "--doi", "b"], "say which source"),
        (["--doi", "file:///etc/passwd"], "DOI='file:///etc/passwd': expected a DOI, such as"),
        (["--file", "nowhere.bib"], "nowhere.bib: No such file or directory"),
        (["--file", "."], ".: Is a directory"),
    ],
)
def test_a_wrong_call_is_one_line(capsys, monkeypatch, tmp_path, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert contribute.main(["source", *arguments]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ") and message in said and said.count("\n") == 1


def test_without_a_network_a_doi_is_one_line(monkeypatch):
    def refuse(*args, **kwargs):
        raise contribute.urllib.error.URLError("no\nnetwork")

    monkeypatch.setattr(contribute.urllib.request, "urlopen", refuse)
    with pytest.raises(BuildError) as caught:
        contribute.fetched("https://doi.org/10.1000/abc")
    message = str(caught.value)
    assert message.startswith("DOI=10.1000/abc: doi.org gives no record (no network)")
    assert "make source FILE=record.json" in message and "\n" not in message


def test_a_doi_is_asked_for_in_csl(monkeypatch):
    asked = []

    class Answer:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def read(self, size):
            asked.append(size)
            return b"{}"

    def answer(request, timeout):
        asked.append((request.full_url, request.headers["Accept"], timeout))
        return Answer()

    monkeypatch.setattr(contribute.urllib.request, "urlopen", answer)
    assert contribute.fetched("10.1000/a?b#c") == b"{}"
    assert asked == [
        ("https://doi.org/10.1000/a%3Fb%23c", "application/vnd.citationstyles.csl+json", 20),
        LARGEST + 1,
    ]
