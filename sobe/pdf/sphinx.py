"""What cells show, as figures and tables of one LaTeX document, with references to each."""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

from sobe import outputs
from sobe.pdf import figures, tables
from sobe.pdf.datadoc import documented
from sobe.pdf.tables import latex
from sobe.pdf.words import WORDS
from sobe.web import collect
from sobe.web.nodes import Shown

_CHART = re.compile(
    r'<div class="sobe-(figure|chart)" id="[\w-]+">.*?<script type="application/json">(\{.*?\})</script>',
    re.S,
)
CATALOGUE, TABLES = "<!--sobe-catalogue-->", "<!--sobe-tables-->"
_LINK = re.compile(r'<a class="sobe-verdict"[^>]* href="([^"]*)"[^>]*>(.*?)</a>', re.S)
_PARTS = re.compile(r"<h3>(.*?)</h3>|<p>(.*?)</p>|(<table.*?</table>|<figure.*?</figure>)", re.S)
_SPECIAL = re.compile(r"([%#&_{}])")
_PLACE = re.compile(r"(?:([\w-]+)\.html)?(?:#([\w-]+))?$")


def raw(text):
    """A node of LaTeX."""
    return nodes.raw("", text, format="latex")


def _top(node):
    """The section that is the whole page which a node comes from."""
    top = None
    while node is not None:
        top = node if isinstance(node, nodes.section) else top
        node = node.parent
    return top


def _page(node):
    """The name of that page; Sphinx writes it on the sections of pages it has put into one document."""
    top = _top(node)
    return "" if top is None else top.get("docname", "")


def _html(doctree):
    return [node for node in doctree.findall(nodes.raw) if "html" in node.get("format", "").split()]


class Document:
    """The whole document, whose nodes are exchanged in place."""

    def __init__(self, app, doctree):
        self.app, self.doctree = app, doctree
        self.name = app.config.sobe_edition or "en"
        self.words = WORDS[self.name]
        self.records = app.sobe_records
        self.by_chart = {
            outputs.chart_id(record["spec"]): name for name, record in self.records.items()
        }
        self.cited = {
            c.key: f"{c.bibliography_key.docname}:{c.citation_id}"
            for c in app.env.get_domain("cite").citations
        }
        self.tables, self.later = 0, []
        self.shown = []  # (node of the document that holds it, ident, kind, why)
        self.labels = {f"{_page(s)}:{i}" for s in doctree.findall(nodes.section) for i in s["ids"]}
        self.labels |= {
            f"{node['docname']}::doc" for node in doctree.findall(addnodes.start_of_file)
        }
        self.labels |= {f"figure-{name}" for name in self.records}
        self.labels |= {f"table-{name}" for name in app.sobe_package.tables}
        for node in _html(doctree):
            self.labels |= set(re.findall(r'class="sobe-target" id="([\w-]+)"', node.astext()))

    def link(self, shown, url):
        """LaTeX that leads to an address, or to a place of this document; as it is, where there is none."""
        if url.startswith(("http://", "https://")):
            return r"\sphinxhref{%s}{%s}" % (_SPECIAL.sub(r"\\\1", url), shown)
        if not (found := _PLACE.match(url)):
            return shown
        page, ident = found.groups()
        for label in (ident, f"{page}:{ident}", f"{page}::doc"):
            if label in self.labels:
                return rf"\hyperref[{label}]{{{shown}}}"
        return shown

    def reference(self, ident, kind):
        """ "Figure 3.1", leading there."""
        return rf"\hyperref[{ident}]{{{self.words[kind]}~\ref*{{{ident}}}}}"

    def online(self, page, ident=""):
        """Where a page or a place on it stands in the HTML edition, as a link where its address is known."""
        base = collect.base(self.app)
        place = f"{page}.html" + (f"#{ident}" if ident else "")
        shown = latex(tables.breakable(base + place))
        return self.link(shown, base + place) if base else shown

    # What cells show.

    def inline(self, html):
        """What stands in a sentence: a verdict that leads to its claim, or plain words."""
        if found := _LINK.search(html):
            return raw(self.link(rf"\sobeverdict{{{latex(tables.plain(found[2]))}}}", found[1]))
        return nodes.Text(tables.plain(html))

    def block(self, node):
        """LaTeX of what a cell shows, each part noted in `shown`."""
        html = node.astext()
        if charts := _CHART.findall(html):
            return "\n".join(self.chart(node, kind, json.loads(data)) for kind, data in charts)
        if "data-sobe-estimator" in html:
            return self.estimator(node, html)
        if html == CATALOGUE:
            return self.catalogue(node)
        if html == TABLES:
            return documented(self.app.sobe_package, self.words)
        if "data-sobe-grid" in html:
            words = self.words
            return self.table(
                node,
                tables.grid(
                    html,
                    [words[key] for key in ("row", "column", "idea", "aside")],
                    bool(words["aside"]),
                ),
            )
        return "\n\n".join(filter(None, (self.part(node, *part) for part in _PARTS.findall(html))))

    def part(self, node, heading, words, table):
        """A heading, a paragraph or a table of what a cell shows."""
        if table:
            found = tables.read(table)
            return self.table(node, found) if found else ""
        return (
            rf"\subsection*{{{latex(tables.plain(heading))}}}"
            if heading
            else latex(tables.plain(words))
        )

    def table(self, node, table):
        """A table, numbered through the document by the order of cells."""
        self.tables += 1
        ident = f"cells-{self.tables}"
        self.shown.append((node, ident, "table", ""))
        made, sideways = tables.longtable(table, ident, self.link, self.words)
        if not sideways:
            return made
        # At the end of its chapter, where a page ends in any case.
        self.later.append((_top(node), made))
        return ""

    def picture(self, name, chart):
        """Draw a chart beside the document; returns its bytes."""
        pdf = figures.drawn(chart, self.name)
        (Path(self.app.outdir) / f"figure-{name}.pdf").write_bytes(pdf)
        return pdf

    def chart(self, node, kind, data):
        """A declared figure; of a chart shown again, only a reference."""
        if kind == "chart":
            if name := self.by_chart.get(outputs.chart_id(data)):
                self.shown.append((node, f"figure-{name}", "figure", ""))
            return ""
        name, words = data["name"], self.words
        self.shown.append((node, f"figure-{name}", "figure", data["why"]))
        rest = words["stop"].join(
            text.rstrip(".。") for text in (data["subtitle"], data["note"]) if text
        )
        return figures.figure(
            name,
            self.picture(name, data["spec"]),
            data["title"] + words["stop"].strip(),
            rest + words["stop"].strip(),
            self.foot(name),
        )

    def foot(self, name):
        """Sources of a figure, the tables behind it, and where it stands online, as LaTeX."""
        record, words = self.records[name], self.words
        sources = [self.source(source) for source in record["sources"]]
        held = [
            self.link(latex(table["title"]), f"#table-{table['name']}")
            for table in record["tables"]
        ]
        parts = [
            f"{words[key]}{words['colon']}{words['and'].join(items)}"
            for key, items in (
                ("sources", sources),
                ("data", held),
                ("online", [self.online(record["page"], f"figure-{name}")]),
            )
            if items
        ]
        return words["stop"].join(parts) + words["stop"].strip()

    def source(self, source):
        """A source as its number in the references, or by name and address where it is not among them."""
        if source["key"] in self.cited:
            return rf"\sphinxcite{{{self.cited[source['key']]}}}"
        url = f"https://doi.org/{source['doi']}" if source["doi"] else source["url"]
        shown = latex(source["title"])
        return self.link(shown, url) if url else shown

    def estimator(self, node, html):
        """A still of the estimator, and where it answers to choices."""
        chart, case = figures.estimator(html)
        words, name = self.words, "estimator"
        self.shown.append((node, f"figure-{name}", "figure", ""))
        said = words["estimator"].partition("{address}")
        said = (
            latex(said[0])
            + self.online(_page(node))
            + latex(said[2].format(case=words["and"].join(case)))
        )
        return (
            said
            + "\n\n"
            + figures.figure(
                name,
                self.picture(name, chart),
                words["still"] + words["stop"].strip(),
                words["still_costs"] + words["stop"].strip(),
                f"{words['online']}{words['colon']}{self.online(_page(node))}{words['stop'].strip()}",
            )
        )

    def catalogue(self, node):
        """All figures with their numbers and pages."""
        words, cell = self.words, tables.Piece
        heads = [
            [cell(text)] for text in (words["figure"], words["title"], words["what"], words["page"])
        ]
        rows = []
        for name, record in self.records.items():
            label = f"figure-{name}"
            rows.append(
                [
                    [tables.Latex(rf"\hyperref[{label}]{{\ref*{{{label}}}}}", "10.10")],
                    [cell(record["title"], url=f"#{label}")],
                    [cell(record["subtitle"])],
                    [tables.Latex(rf"\pageref{{{label}}}", "100")],
                ]
            )
        return self.table(node, tables.Table(words["catalogue"], [heads, *rows], 1, {3}))

    # The document around it.

    def exchange(self):
        """Put figures, tables, links and words in the places of HTML."""
        for node in _html(self.doctree):
            if node.parent is None:
                continue
            if isinstance(node.parent, nodes.TextElement):
                node.parent.replace(node, self.inline(node.astext()))
            elif made := self.block(node):
                new = raw(f"\n\n{made}\n\n")
                self.shown = [(new if at is node else at, *rest) for at, *rest in self.shown]
                node.parent.replace(node, new)
        for page, made in self.later:
            page += raw(made)

    def refer(self):
        """Name every figure and table in the text: in the paragraph before it, or in one of its own."""
        places = {}
        for node, ident, kind, why in self.shown:
            places.setdefault(id(home := _home(node)), (home, []))[1].append((ident, kind, why))
        said = {}
        for home, found in places.values():
            before = _paragraph_before(home)
            said.setdefault(id(before or home), (before, home, []))[2].extend(found)
        for before, home, found in said.values():
            sentences = self.sentences(found)
            if before is None:
                home.parent.insert(
                    home.parent.index(home), nodes.paragraph("", "", raw(sentences.strip()))
                )
                continue
            last = before.children[-1]
            if isinstance(last, nodes.Text) and last.rstrip()[-1:] in (":", "："):
                # What followed the colon may now stand on another page.
                names = self.words["and"].join(
                    self.reference(ident, kind) for ident, kind, _ in found
                )
                before.replace(last, nodes.Text(last.rstrip()[:-1]))
                before += raw(self.words["aside_reference"].format(names))
            else:
                before += raw(sentences)

    def sentences(self, found):
        """What is said of figures and tables: what a figure shows, and the names of the rest."""
        words = self.words
        shows = [
            words["shows"].format(figure=self.reference(ident, kind), why=latex(why.rstrip(".。")))
            for ident, kind, why in found
            if why
        ]
        rest = [self.reference(ident, kind) for ident, kind, why in found if not why]
        gap = " " if self.name == "en" else ""
        return "".join(gap + sentence for sentence in shows) + (
            words["see"].format(words["and"].join(rest)) if rest else ""
        )


def _home(node):
    """The child of a section that a node stands in."""
    while not isinstance(node.parent, (nodes.section, nodes.document, addnodes.start_of_file)):
        node = node.parent
    return node


def _paragraph_before(home):
    """The paragraph that leads to a cell's output, other cells between; None where there is none."""
    at = home.parent.index(home)
    for node in reversed(home.parent.children[:at]):
        if isinstance(node, nodes.paragraph):
            return node
        if not isinstance(node, (nodes.container, nodes.raw, nodes.comment, nodes.target)):
            return None
    return None


def read(app, doctree):
    """Drop the sources of cells from a page; they are in the appendix."""
    if app.builder.name != "latex":
        return
    for node in list(doctree.findall(nodes.container)):
        if "cell_input" in node.get("classes", []):
            node.parent.remove(node)
    for node in list(doctree.findall(nodes.literal_block)):
        box = node.parent
        if "sobe-citation" not in box.get("classes", []):
            continue
        if "\n" not in node.astext():
            box.replace_self(nodes.paragraph("", node.astext()))
        elif node["language"] != "bibtex":
            # With its label: what only programs read is on the site.
            at = box.parent.index(box)
            del box.parent[at - 1 : at + 1]
    for node in list(doctree.findall(nodes.Element)):
        if "sd-stretched-link" in node.get("classes", []) and node.parent is not None:
            node.parent.remove(node)


def _flatten(doctree):
    """Cards as paragraphs under a title in bold; no sections with nothing in them.

    LaTeX has the references at its end, under a heading of their own.
    """
    for section in list(doctree.findall(nodes.section)):
        if not any(
            node.astext().strip() for node in section.children if not isinstance(node, nodes.title)
        ):
            section.parent.remove(section)
    for node in list(doctree.findall(nodes.container)):
        classes = node.get("classes", [])
        if any(name.startswith("sd-") for name in classes):
            inside = node.children
            if "sd-card-title" in classes or all(
                isinstance(child, (nodes.Text, nodes.Inline)) for child in inside
            ):
                inside = [nodes.paragraph("", "", nodes.strong("", node.astext()))]
            at = node.parent.index(node)
            node.parent[at : at + 1] = inside


def _as_html(kind, data):
    """Return an output as the HTML that this module reads, until print has an engine that reads data."""
    if kind in ("chart", "figure"):
        body = outputs.script_json(data["spec"] if kind == "chart" else data)
        return f'<div class="sobe-{kind}" id="{kind}"><script type="application/json">{body}</script></div>'
    marks = {"catalogue": CATALOGUE, "package": TABLES}
    return marks[kind] if kind in marks else outputs.html(kind, data)


def resolved(app, doctree, docname):
    """Make the document's HTML into LaTeX, once the pages are one."""
    if app.builder.name != "latex" or not getattr(app, "sobe_package", None):
        return
    for node in list(doctree.findall(Shown)):
        node.replace_self(nodes.raw("", _as_html(node["kind"], node["data"]), format="html"))
    document = Document(app, doctree)
    document.exchange()
    _flatten(doctree)
    document.refer()


def setup(app):
    """Register with Sphinx; of use to the LaTeX builder only."""
    app.connect("doctree-read", read, priority=100)
    app.connect("doctree-resolved", resolved, priority=900)
