"""The index of the site's search: sections, figures, claims and tables, with their prose.

It is a script that the search page loads, so the search works in pages opened as files too. The
page's script ranks the entries; here they are collected, with the glossary's words for one thing.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.util.nodes import clean_astext

from sobe import languages
from sobe.charts import outputs
from sobe.languages import translate
from sobe.site import prose, records
from sobe.site.nodes import OutputNode

NAME = "searchindex.js"
_REFERENCE = re.compile(r" ?\[[0-9][0-9, ]*\]")
_WORD = re.compile(r"[^\W_]+(?:[.\-'][^\W_]+)*")
_MARKUP = re.compile(r"<[^<>]*>")
#: What says nothing to a reader of an excerpt.
_UNREAD = (nodes.raw, nodes.literal_block, nodes.citation_reference, nodes.footnote_reference)


def read(app, doctree, docname):
    """Note the sections and claims of a page, before its outputs become HTML."""
    if app.builder.name != "html":
        return
    if not hasattr(app, "sobe_found"):
        app.sobe_found = {}
    entries = app.sobe_found[docname] = []
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        if title is None or title.parent is not section:
            continue
        top = not isinstance(section.parent, nodes.section)
        own = [node for node in section.children if not isinstance(node, nodes.section)]
        entries.append(
            {
                "kind": "page" if top else "section",
                "title": clean_astext(title),
                "at": "" if top else section["ids"][0],
                "text": " ".join(filter(None, map(_text, _paragraphs(own)))),
                "words": " ".join(_held(own)),
            }
        )
        entries += _claims(own)


def _paragraphs(children):
    """Yield the paragraphs and terms of some nodes, without those of cells."""
    for child in children:
        if isinstance(child, nodes.paragraph | nodes.term | nodes.citation):
            yield child
        elif not _is_cell(child) and isinstance(child, nodes.Element):
            yield from _paragraphs(child.children)


def _is_cell(node):
    return isinstance(node, nodes.container) and "cell" in node.get("classes", [])


def _text(node):
    parts = [
        str(text)
        for text in node.findall(nodes.Text)
        if not any(isinstance(one, _UNREAD) for one in _above(text))
    ]
    text = _REFERENCE.sub("", " ".join("".join(parts).split()))
    return languages.current().closed(re.sub(r" (?=[,.;:，。；：])", "", text).strip())


def _above(node):
    while node.parent is not None:
        node = node.parent
        yield node


def _outputs(children, kind):
    for child in children:
        if isinstance(child, nodes.Element):
            for node in child.findall(OutputNode):
                if node["kind"] == kind:
                    yield node["data"]


def _held(children):
    """Yield the texts of tables and grids among some nodes, and of citations."""
    for kind in ("table", "grid"):
        for data in _outputs(children, kind):
            yield outputs.text(kind, data)
    for child in children:
        if isinstance(child, nodes.Element) and not _is_cell(child):
            for node in child.findall(nodes.literal_block):
                yield node.astext()


def _claims(children):
    """Yield an entry for each claim that a table of some nodes explains."""
    for data in _outputs(children, "table"):
        for row in data["rows"]:
            for cell in row:
                if isinstance(cell, dict) and str(cell.get("id", "")).startswith("claim-"):
                    rest = [outputs.cell_text(one) for one in row if one is not cell]
                    yield {
                        "kind": "claim",
                        "title": cell["text"],
                        "at": cell["id"],
                        "verdict": next((one for one in row if _is_verdict(one)), None),
                        "text": ". ".join(filter(None, rest)),
                        "words": "",
                    }


def _is_verdict(cell):
    return isinstance(cell, dict) and "verdict" in cell


def _figures(app):
    """Yield (page, entry) of each figure."""
    for name, record in app.sobe_records.items():
        rows = [value for row in record["rows"] for value in row if isinstance(value, str)]
        cited = [f"{source['authors']} {source['title']}" for source in record["sources"]]
        told = languages.sentences(filter(None, (record["note"], record["description"])))
        yield (
            record["page"],
            {
                "kind": "figure",
                "title": record["title"],
                "at": f"figure-{name}",
                "text": languages.listing(filter(None, (record["subtitle"], told)), "; "),
                "words": " ".join([*rows, *cited]),
            },
        )


def _tables(app):
    """Yield an entry for each table of the data package."""
    for name, resource in app.sobe_package.tables.items():
        rows = (value for row in app.sobe_package.rows(name) for value in row.values())
        yield {
            "kind": "table",
            "title": translate(resource.get("title", name)),
            "at": f"table-{name}",
            "text": translate(resource["description"]) if "description" in resource else "",
            "words": " ".join([name, *(value for value in rows if isinstance(value, str))]),
        }


def _records(app, kind):
    """Yield an entry for each record of a kind."""
    for title, anchor in records.entries(app.sobe_package, kind):
        yield {"kind": "record", "title": title, "at": anchor, "text": "", "words": ""}


def synonyms(folder: Path) -> list[list[str]]:
    """Return groups of words for one thing, in all languages of the glossary next to ``folder``."""
    found = []
    for row in prose.glossary(folder):
        texts = (row["en"], row["zh"], row.get("also", ""))
        words = [word.lower() for text in texts for word in text.split("；") if word]
        found.append(list(dict.fromkeys(words)))
    return found


def index(app) -> dict:
    """Return the index: pages, entries of each with its words, and synonyms."""
    found = {page: list(app.sobe_found.get(page, [])) for page in sorted(app.env.found_docs)}
    for page in found:
        if page not in app.sobe_found:  # written by an earlier build
            read(app, app.env.get_and_resolve_doctree(page, app.builder), page)
            found[page] = list(app.sobe_found[page])
    if app.sobe_package:
        for page, entry in _figures(app):
            found[page].append(entry)
        data = next((page for page in found if page.rsplit("/", 1)[-1] == "data"), None)
        if data is not None:
            found[data] += _tables(app)
        for page in found:
            before, _, kind = page.rsplit("/", 1)[-1].partition("-")
            if before == "record" and kind in records.KINDS:
                found[page] += _records(app, kind)
    return {
        "pages": [
            {"name": page, "title": entries[0]["title"] if entries else page, "entries": entries}
            for page, entries in found.items()
        ],
        "synonyms": synonyms(Path(app.srcdir)),
    }


def _short(entry):
    """Return an entry whose words are each there once, without those that its text has."""
    known = set(_WORD.findall(f"{entry['title']} {entry['text']}".lower()))
    words = dict.fromkeys(_WORD.findall(_MARKUP.sub(" ", entry["words"]).lower()))
    shown = {key: text for key, text in entry.items() if key != "verdict"}
    return shown | {"words": " ".join(word for word in words if word not in known)}


def write(app, exception):
    """Write the index as a script."""
    if exception or app.builder.name != "html":
        return
    found = index(app)
    for page in found["pages"]:
        page["entries"] = list(map(_short, page["entries"]))
    text = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (Path(app.outdir) / NAME).write_text(
        f"window.sobeIndex = {text};\n", encoding="utf-8", newline="\n"
    )


def _pages(app):
    """Give the site its page of the search, which Sphinx makes only with an index of its own."""
    if app.builder.name == "html":
        yield "search", {}, "search.html"


def begin(app):
    """Let Sphinx make no index."""
    app.sobe_found = {}
    app.builder.search = False


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", begin)
    app.connect("doctree-resolved", read, priority=400)
    app.connect("html-collect-pages", _pages)
    app.connect("build-finished", write)
