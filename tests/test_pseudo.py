"""A language that is only data: the whole book in accented English, with nothing left over."""

import json
import re

import pseudo
import pytest
from bs4 import BeautifulSoup, Comment, Doctype
from conftest import turn

from sobe.languages import catalogue, lacking, po
from sobe.pipeline.project import Project
from sobe.print import outputs
from sobe.site import scripts

ATTRIBUTES = ("aria-label", "title", "alt", "placeholder", "data-row", "data-column", "label")
ATTRIBUTES += ("data-sobe-rows", "data-sobe-columns", "aria-roledescription", "content")
#: What is the same in every language: code, and what says so or has a language of its own.
SAME = "script, style, pre, code, kbd, math, textarea, [translate=no], [lang]:not(html)"
#: Of the page of the data: tables as they are in the files.
SAME += ", .sobe-data table, dl.citation, div.citation, .citation-list"
#: Works cited, in their own language.
SAME += ", .bibtex-citation, .sobe-citation"
NEUTRAL = catalogue.NEUTRAL
_ADDRESS = re.compile(
    r"https?://\S+|www\.\S+|10\.\d{4,}/\S+|\S+@\S+|[\w.-]+\.(?:com|org|gov|edu)\S*"
)
#: Authors before the label of a citation in a sentence.
_CITED = re.compile(r"[A-Z][\w-]+ and [A-Z][\w-]+ \[")
_WORD = re.compile(r"(?<![\w.@/_*-])[A-Za-z]{3,}(?![\w@/_*]|-\w|\.\w)")


def english(text, facts=frozenset()):
    """Words of a text that escaped translation: those without accents that are no facts."""
    text = catalogue.tidy(text)
    if text in facts or catalogue.is_neutral(text, facts):
        return []
    text = _CITED.sub("", _ADDRESS.sub("", text))
    if not _WORD.search(text):
        return []
    for fact in sorted((fact for fact in facts if fact in text), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(fact)}(?!\w)", " ", text)
    return [word for word in _WORD.findall(text) if word not in NEUTRAL]


def texts(path):
    """Texts of a page as a reader sees or hears them."""
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    for kept in soup.find_all("template"):  # what a script shows later; selectors pass over it
        kept.unwrap()
    for element in soup.select(SAME):
        element.decompose()
    for text in soup.find_all(string=True):
        if not isinstance(text, (Comment, Doctype)) and text.strip():
            yield text.replace(outputs.BREAK, "")
    for element in soup.find_all(True):
        if element.name == "meta" and element.get("name", element.get("property", "")) not in (
            "description",
            "keywords",
            "og:title",
            "og:description",
            "og:image:alt",
            "og:site_name",
        ):
            continue
        yield from (element[name] for name in ATTRIBUTES if element.get(name))


def left(said, facts, known=frozenset()):
    """{text: words} that escaped, but for known words."""
    return {text: words for text in said if (words := set(english(text, facts)) - known)}


@pytest.fixture(scope="module")
def book(project, site, tmp_path_factory):
    """The copy of the checkout in the language, and what its build printed."""
    folder = tmp_path_factory.mktemp("pseudo")
    with turn(project):
        said = pseudo.book(project.root, folder)
    return folder, said


@pytest.fixture(scope="module")
def edition(book):
    """The pages."""
    return book[0] / "_build/html/xa"


@pytest.fixture(scope="module")
def facts(project):
    """What stays as it is: the columns of facts, whose fields say so, and names of tables."""
    package = json.loads((project.root / "data/datapackage.json").read_text(encoding="utf-8"))
    named = {table["name"] for table in package["resources"]}
    return catalogue.names(project.root / "data") | named


@pytest.fixture(scope="module")
def codes(project):
    """Words of the page of the data: names of columns, and values as they are in the files."""
    package = json.loads((project.root / "data/datapackage.json").read_text(encoding="utf-8"))
    fields = [f for table in package["resources"] for f in table["schema"]["fields"]]
    values = [str(v) for f in fields for v in f.get("constraints", {}).get("enum", [])]
    return {word for text in [*values, *(f["name"] for f in fields)] for word in text.split()}


@pytest.mark.parametrize(
    "text, words",
    [
        ("⟦Çóóšţ⟧", []),
        ("⟦Çóóšţ per neuron⟧", ["per", "neuron"]),
        ("⟦Çóóšţ⟧ 3.5 EB, Smith", []),
        ("Version", ["Version"]),
        ("first_cost / neurons", []),
        ("https://example.org/some-thing", []),
    ],
)
def test_what_escapes_is_found(text, words):
    assert english(text, {"Smith"}) == words


def test_the_language_is_longer_and_keeps_parts():
    message = "The **cost** of {glue:text}`year` is {1} [Scale](scale.md) at `x`"
    said = pseudo.said(message)
    assert said.startswith("⟦")
    assert po.PARTS.findall(said) == po.PARTS.findall(message) and "`x`" in said
    assert english(po.PARTS.sub("", said).replace("`x`", "")) == []
    prose = "The cost of mapping a neuron's connections has fallen steadily since 1986."
    assert 1.3 < len(pseudo.said(prose)) / len(prose) < 1.5


def test_the_book_is_built_and_lacks_nothing(book):
    folder, said = book
    assert "no translation" not in said
    assert lacking.noted(Project(folder), pseudo.CODE) == {"messages": {}, "texts": []}
    assert '<html lang="en-XA"' in (folder / "_build/html/xa/index.html").read_text(
        encoding="utf-8"
    )


def test_no_text_of_a_page_escapes(edition, facts, codes):
    # The data page and the readings name rows by their keys: "mouse and drosophila".
    known = {"data.html": codes, "claims.html": {"human", "drosophila", "and"}}
    pages = [*edition.glob("*.html"), *edition.glob("figures/*.html")]
    assert len(pages) > 30
    found = {
        path.relative_to(edition).as_posix(): escaped
        for path in sorted(pages)
        if (escaped := left(texts(path), facts, known.get(path.name, set())))
    }
    assert found == {}


def drawn(spec):
    """Texts of a chart's spec that a reader sees: titles, labels, marks and tooltips."""
    rows = [row for data in spec.get("datasets", {}).values() for row in data]

    def walk(node):
        if isinstance(node, list):
            for item in node:
                yield from walk(item)
        if not isinstance(node, dict):
            return
        for key, value in node.items():
            if key in ("datasets", "data"):
                continue
            if key in ("title", "subtitle", "description", "text", "labels"):
                yield from (
                    part
                    for part in (value if isinstance(value, list) else [value])
                    if isinstance(part, str)
                )
            if key in ("labelExpr", "calculate") and isinstance(value, str):
                # Words that are shown; one word alone is what a value is compared with.
                yield from (part for part in re.findall("'([^']*)'", value) if " " in part.strip())
            if key == "bind" and isinstance(value, dict):
                yield from (value[name] for name in ("name",) if name in value)
            if key in ("text", "tooltip"):
                for channel in value if isinstance(value, list) else [value]:
                    if isinstance(channel, dict) and channel.get("field"):
                        field = channel["field"]
                        yield from (row[field] for row in rows if isinstance(row.get(field), str))
                        if key == "tooltip" and "title" not in channel:
                            yield field
            yield from walk(value)

    return walk(spec)


def shown(svg):
    """Texts of a picture. Its last lines, which are broken anywhere, end with titles of sources."""
    picture = BeautifulSoup(svg, "html.parser")
    foot = [part.extract() for part in picture.select('[font-size="10.5px"]')]
    assert foot
    joined = " ".join(text for part in foot for text in part.stripped_strings)
    for words in picture.select("text"):  # which may be broken into lines
        words.string = " ".join(words.stripped_strings)
    start, found, _ = joined.partition("Đááţáá:")
    assert found
    return [*picture.stripped_strings, start]


def test_no_text_of_a_chart_or_its_files_escapes(edition, facts):
    found = {}
    specs = sorted(edition.glob("figures/*.vl.json"))
    assert len(specs) > 20
    for path in specs:
        name = path.name.removesuffix(".vl.json")
        svg = path.with_name(f"{name}.svg").read_text(encoding="utf-8")
        described = json.loads(path.with_name(f"{name}.json").read_text(encoding="utf-8"))
        columns = [
            column[key] for column in described["columns"] for key in ("name", "description")
        ]
        said = [
            *drawn(json.loads(path.read_text(encoding="utf-8"))),
            *shown(svg),
            *columns,
            described["title"],
            described["subtitle"],
            described["description"],
        ]
        if escaped := left(said, facts):
            found[name] = escaped
    assert found == {}


def test_no_words_of_a_script_escape(edition):
    head = (edition / "_static/sobe/head.js").read_text(encoding="utf-8")
    words = json.loads(re.search(r"const words = (\{.*?\});\n", head)[1])
    assert set(scripts.messages()) == set(words) and len(words) > 15
    assert left((po.PARTS.sub("", text) for text in words.values()), frozenset()) == {}
    assert "ƀííļļííóóñ" in head


def test_no_title_in_the_search_escapes(edition, facts):
    index = (edition / "searchindex.js").read_text(encoding="utf-8")
    found = json.loads(index.partition("=")[2].rstrip().rstrip(";"))
    assert len(found["pages"]) > 10
    entries = [entry for page in found["pages"] for entry in page["entries"]]
    # Records are named by papers, people and projects; their pages are read above.
    titles = [entry["title"] for entry in entries if entry["kind"] != "record"]
    assert left(titles, facts) == {}
    assert any("ççóó" in title or "çóó" in title for title in titles)


def test_no_text_of_the_pdf_escapes(book, facts, codes):
    path = pseudo.document(book[0])
    assert left(texts(path), facts, codes) == {}
