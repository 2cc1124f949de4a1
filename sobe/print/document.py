"""The document for print: numbered sections, figures and tables, and references to them."""

import html
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

from sobe import languages
from sobe.charts.outputs import chart_id
from sobe.languages import listing, translate
from sobe.print import outputs
from sobe.print.outputs import Column, Piece, Table, breakable
from sobe.site import collect
from sobe.site.datadoc import facts
from sobe.site.nodes import OutputNode
from sobe.tables.sources import address_of

#: Number of columns from which a table has small type, and from which it has a landscape page; the
#: latter also with so many columns of sentences.
WIDE, WIDEST, SENTENCES = 6, 10, 5
#: Width of a table by its classes, in ems of its type: of 166 mm, or 253 mm on a landscape page.
ROOM = {(): 58, ("wide",): 67, ("wide", "widest"): 102}
_PLACE = re.compile(r"(?:#document-)?(?:([\w-]+?)(?:\.html)?)?(?:#([\w-]+))?$")


def raw(text):
    """Return a node of HTML."""
    return nodes.raw("", text, format="html")


def quote(text):
    """Escape a text for HTML, attributes included."""
    return html.escape(str(text), quote=True)


class Document:
    """The doctree of all pages, whose nodes `make` replaces; ``contents`` lists its sections."""

    def __init__(self, app, doctree):
        self.app, self.doctree = app, doctree
        self.words = app.config.sobe_print["words"]
        # What a sentence may end with where it goes on here.
        self.stops = "." + self.words["stop"].strip()
        self.colons = (":", self.words["colon"].strip())
        self.records = app.sobe_records
        drawn = app.sobe_drawing.result()
        self.pictures = {name: made["svg"] for name, made in zip(self.records, drawn, strict=True)}
        self.by_chart = {chart_id(record["spec"]): name for name, record in self.records.items()}
        self.cited = {}
        self.contents, self.numbers, self.counts = [], {}, {}
        self.shown = []  # (node in the document, ident, kind, why)

    def make(self):
        """Replace all nodes that print needs in another form."""
        pages = {node["docname"]: node for node in self.doctree.findall(addnodes.start_of_file)}
        self.doctree.children = []
        self.doctree.extend(pages.values())
        self.labels = set()
        for name, page in pages.items():
            self._prefix_ids(name, page)
        bibliography = self.app.env.get_domain("cite").citations
        self.cited = {
            c.key: (f"{c.bibliography_key.docname}-{c.citation_id}", c.formatted_entry.label)
            for c in bibliography
        }
        self.labels |= {f"figure-{name}" for name in self.records}
        self.labels |= {f"table-{name}" for name in self.app.sobe_package.tables}
        _flatten(self.doctree)
        for chapter, page in enumerate(pages.values(), 1):
            self._number_sections(chapter, page)
            self._number_outputs(chapter, page)
        for node in self.doctree.findall(OutputNode):
            if node["kind"] == "table":
                cells = (cell for row in node["data"]["rows"] for cell in row)
                self.labels.update(c["id"] for c in cells if isinstance(c, dict) and "id" in c)
        self._replace()
        self._refer()
        self._link()

    def _prefix_ids(self, name, page):
        """Put the page's name before its ids, as several pages have a section "Sources"."""
        for node in page.findall(nodes.Element):
            node["ids"] = [f"{name}-{ident}" for ident in node["ids"]]
            if "refid" in node:
                node["refid"] = f"{name}-{node['refid']}"
            self.labels.update(node["ids"])
        if section := page.next_node(nodes.section):
            section["ids"].insert(0, name)
            self.labels.add(name)

    def _number_sections(self, chapter, page):
        """Put numbers before the titles of a page's sections, and note them for the contents."""
        top = page.next_node(nodes.section)
        self.contents.append(self._titled(top, f"{chapter}"))
        inner = [node for node in top.children if isinstance(node, nodes.section)]
        self.contents[-1]["sections"] = [
            self._titled(section, f"{chapter}.{n}") for n, section in enumerate(inner, 1)
        ]

    def _titled(self, section, number):
        title = section.next_node(nodes.title)
        found = {"ident": section["ids"][0], "number": number, "title": title.astext()}
        title.insert(0, nodes.Text(f"{number}\u2002"))
        return found

    # Outputs and their numbers.

    def _number_outputs(self, chapter, page):
        """Give figures and tables their numbers, before anything refers to them."""
        self.counts = {"figure": 0, "table": 0}
        for node in page.findall(OutputNode):
            kind, data = node["kind"], node["data"]
            if kind == "figure":
                found, ident = "figure", f"figure-{data['name']}"
            elif kind in ("estimator", "catalogue", "grid") or (kind == "table" and data["rows"]):
                found, ident = "table", None
            else:
                continue
            self.counts[found] += 1
            number = f"{chapter}.{self.counts[found]}"
            node["ident"] = ident or f"table-{number.replace('.', '-')}"
            self.numbers[node["ident"]] = f"{self.words[found]} {number}"

    def link(self, shown, url):
        """Return ``shown`` as a link to an address or place of this document, if there is one."""
        if url and url.startswith(("http://", "https://", "mailto:")):
            return f'<a href="{quote(url)}">{shown}</a>'
        label = self.place(url or "")
        return f'<a href="#{label}">{shown}</a>' if label else shown

    def place(self, url):
        """Return the id in this document that a page's address leads to; None for none."""
        if not url or not (found := _PLACE.match(url)):
            return None
        page, ident = found.groups()
        for label in (ident, f"{page}-{ident}", page if not ident else None):
            if label in self.labels:
                return label
        return None

    def reference(self, ident):
        """Return a link to a figure or table whose text is its number, as "Figure 3.1"."""
        return nodes.reference("", self.numbers[ident], refid=ident, internal=True)

    def badge(self, data):
        """Return the node of a verdict in a sentence: a link to its claim, in brackets."""
        shown = f"[{quote(data['text'])}]"
        return raw(f'<span class="verdict">{self.link(shown, data["url"])}</span>')

    def block(self, node):
        """Return the HTML of an output, and note it in ``shown``."""
        kind, data, words = node["kind"], node["data"], self.words
        if kind in ("chart", "figure"):
            return self.chart(node, kind == "figure", data)
        if kind == "estimator":
            return self.estimator(node, data["model"], node["ident"])
        if kind == "package":
            return documented(self.app.sobe_package)
        if kind == "catalogue":
            found = self.catalogue()
        elif kind == "grid":
            heads = [words[key] for key in ("row", "column", "idea", "aside")]
            found = outputs.grid(data, heads, bool(words["aside"]))
        else:
            found = outputs.table(data)
        return self.table(node, found, node["ident"]) if found else ""

    def table(self, node, table, ident, refer=True):
        """Return the HTML of a table with its caption and number."""
        words = self.words
        if refer:
            self.shown.append((node, ident, "table", ""))
        caption = f"<strong>{quote(self.numbers[ident])}</strong>\u2002{quote(table.caption)}"
        if table.absent:
            absent = words["and"].join(table.absent)
            caption += f' <span class="foot">{quote(words["absent"].format(absent))}</span>'
        head = "".join(
            f'<th scope="col"{_kind(c)}>{quote(breakable(c.name))}</th>' for c in table.columns
        )
        rows = "\n".join(
            "<tr>"
            + "".join(
                f"<td{_kind(c)}>{''.join(map(self.piece, cell))}</td>"
                for c, cell in zip(table.columns, row, strict=True)
            )
            + "</tr>"
            for row in table.rows
        )
        count = len(table.columns)
        kinds = ["wide"] if count >= WIDE else []
        if count >= WIDEST or sum(c.kind == "long" for c in table.columns) >= SENTENCES:
            kinds = ["wide", "widest"]
        columns = ""
        if shares := outputs.widths(table, ROOM[tuple(kinds)] - count):
            kinds.append("given")
            columns = "".join(f'<col style="width: {share:.2f}%">' for share in shares)
            columns = f"<colgroup>{columns}</colgroup>"
        kind = f' class="{" ".join(kinds)}"' if kinds else ""
        return (
            f'<table id="{ident}"{kind}><caption>{caption}</caption>{columns}'
            f"<thead><tr>{head}</tr></thead>\n"
            f"<tbody>{rows}</tbody></table>"
        )

    def piece(self, one):
        """Return a piece of a cell as HTML."""
        shown = quote(breakable(one.text))
        if one.code:
            shown = f"<code>{shown}</code>"
        if one.language:
            shown = f'<span lang="{quote(one.language)}">{shown}</span>'
        shown = self.link(shown, one.url)
        return f'<span id="{one.ident}">{shown}</span>' if one.ident else shown

    def chart(self, node, declared, data):
        """Return the HTML of a declared figure; for a chart shown again, only note a reference."""
        if not declared:
            if name := self.by_chart.get(chart_id(data["spec"])):
                self.shown.append((node, f"figure-{name}", "figure", ""))
            return ""
        name, words = data["name"], self.words
        ident, record = f"figure-{name}", self.records[name]
        self.shown.append((node, ident, "figure", data["why"]))
        picture = outputs.ungrouped(self.pictures[name].decode())
        (Path(self.app.outdir) / f"{ident}.svg").write_text(picture, encoding="utf-8")
        caption = words["stop"].join(
            text.rstrip(self.stops) for text in (data["title"], data["note"]) if text
        )
        return (
            f'<figure class="chart" id="{ident}">'
            f'<img src="{ident}.svg" alt="{quote(record["description"])}">'
            f"<figcaption><strong>{quote(self.numbers[ident])}</strong>\u2002"
            f"{quote(caption + words['stop'].strip())}"
            f'<p class="foot">{self.foot(record)}</p></figcaption></figure>'
        )

    def foot(self, record):
        """Return the sources of a figure, its tables and, where known, its address online."""
        words = self.words
        sources = [self.source(source) for source in record["sources"]]
        held = [
            self.link(quote(table["title"]), f"#table-{table['name']}")
            for table in record["tables"]
        ]
        online = []
        if base := collect.base(self.app):
            address = f"{base}{record['page']}.html#figure-{record['name']}"
            online = [self.link(quote(breakable(address)), address)]
        parts = [
            f"{words[key]}{words['colon']}{words['and'].join(items)}"
            for key, items in (("sources", sources), ("data", held), ("online", online))
            if items
        ]
        return words["stop"].join(parts) + words["stop"].strip()

    def source(self, source):
        """Return a source as its number in the references, or as a link where it has none."""
        if source["key"] in self.cited:
            ident, label = self.cited[source["key"]]
            return self.link(f"[{quote(label)}]", f"#{ident}")
        return self.link(quote(source["title"]), address_of(source))

    def estimator(self, node, model, ident):
        """Return the costs that the estimator shows at first, as a table."""
        from sobe.analysis.estimator import estimate

        words, case = self.words, model["defaults"]
        chosen = {choice: case[choice] for choice in model["choices"]}
        found = estimate(
            **chosen, **{k: v for k, v in {**case, **model["given"]}.items() if k not in chosen}
        )
        rows = [
            [[Piece(label)], [Piece(f"{found.values[name] / 1e6:,.3g}")]]
            for name, label in model["costs"]
            if found.values.get(name)
        ]
        columns = [Column(words["part"]), Column(words["usd"], "number")]
        choices = words["and"].join(
            model["options"][choice][case[choice]] for choice in model["choices"]
        )
        self.labels.add(ident)
        shown = self.link(quote(self.numbers[ident]), f"#{ident}")
        text = quote(words["estimator"]).format(table=shown, case=quote(choices))
        made = self.table(node, Table(words["still"], columns, rows), ident, refer=False)
        return f"<p>{text}</p>\n{made}"

    def catalogue(self):
        """Return the table of all figures with their numbers."""
        columns = [Column(self.words["figure"]), Column(self.words["title"])]
        rows = [
            [[Piece(self.numbers[ident].split()[-1], f"#{ident}")], [Piece(record["title"])]]
            for ident, record in ((f"figure-{name}", r) for name, r in self.records.items())
        ]
        return Table(self.words["catalogue"], columns, rows)

    # The text around outputs.

    def _replace(self):
        """Replace the nodes of outputs by their HTML."""
        for node in list(self.doctree.findall(OutputNode)):
            if node["kind"] == "badge":
                node.replace_self(self.badge(node["data"]))
                continue
            new = raw(self.block(node))
            self.shown = [(new if at is node else at, *rest) for at, *rest in self.shown]
            node.replace_self(new)

    def _link(self):
        """Point links between pages to places of the document; remove those without a place."""
        for node in list(self.doctree.findall(nodes.reference)):
            url = node.get("refuri", "")
            if "refid" in node and node["refid"] in self.labels | set(self.numbers):
                continue
            if url.startswith(("http://", "https://", "mailto:")):
                continue
            if label := self.place(url):
                del node["refuri"]
                node["refid"] = label
            else:
                node.replace_self(node.children)

    def _refer(self):
        """Refer to every figure and table in the paragraph before it, or in a new one."""
        places = {}
        for node, ident, _, why in self.shown:
            home = _home(node)
            before = _paragraph_before(home)
            key = id(before or home)
            places.setdefault(key, (before, home, []))[2].append((ident, why))
        for before, home, found in places.values():
            last = before.children[-1] if before is not None else None
            if before is None:
                at = home.parent.index(home)
                home.parent.insert(at, nodes.paragraph("", "", *self._sentences(found)[1:]))
            elif isinstance(last, nodes.Text) and last.rstrip()[-1:] in self.colons:
                # The text after the colon may now be on another page.
                before.replace(last, nodes.Text(last.rstrip()[:-1]))
                start, _, end = self.words["aside_reference"].partition("{}")
                before += [nodes.Text(start), *self._listed(found), nodes.Text(end)]
            else:
                before += self._sentences(found)

    def _listed(self, found):
        """Return references to figures and tables, with separators between them."""
        made = []
        for ident, _ in found:
            made += [nodes.Text(self.words["and"]), self.reference(ident)]
        return made[1:]

    def _sentences(self, found):
        """Return sentences on figures and tables: what a figure shows, and references to the rest.

        The first node is the space before the sentences.
        """
        made, gap = [], languages.current().text["sentences"]
        for ident, why in found:
            if why:
                sentence = self.words["shows"].format(figure="\0", why=why.rstrip(self.stops))
                start, _, end = sentence.partition("\0")
                made += [nodes.Text(gap), nodes.Text(start), self.reference(ident), nodes.Text(end)]
        if rest := [one for one in found if not one[1]]:
            start, _, end = self.words["see"].strip().partition("{}")
            made += [nodes.Text(gap), nodes.Text(start), *self._listed(rest), nodes.Text(end)]
        return made


def _kind(column):
    return f' class="{column.kind}"' if column.kind else ""


def _home(node):
    """Return the child of a section that contains a node."""
    while not isinstance(node.parent, (nodes.section, nodes.document, addnodes.start_of_file)):
        node = node.parent
    return node


def _paragraph_before(home):
    """Return the paragraph before an output, with only other cells between; None for none."""
    at = home.parent.index(home)
    for node in reversed(home.parent.children[:at]):
        if isinstance(node, nodes.paragraph):
            return node
        if not isinstance(node, (nodes.container, nodes.raw, nodes.comment, nodes.target)):
            return None
    return None


def _flatten(doctree):
    """Turn cards into paragraphs under a title in bold; remove empty sections."""
    for section in list(doctree.findall(nodes.section)):
        inside = [node for node in section.children if not isinstance(node, nodes.title)]
        if not any(
            node.astext().strip() or node.next_node(OutputNode, include_self=True)
            for node in inside
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


def documented(package):
    """Return the HTML of the data package: per table its columns with type, unit and meaning."""
    return "\n".join(_documented(package, name) for name in package.tables)


def _documented(package, name):
    resource = package.tables[name]
    file = listing([resource["path"], translate("{n} rows", n=f"{len(package.rows(name)):,}")])
    fields = "\n".join(map(_field, resource["schema"]["fields"]))
    return (
        f'<h3 id="table-{name}">{quote(translate(resource["title"]))}</h3>\n'
        f"<p>{quote(translate(resource['description']))}</p>\n"
        f'<p class="foot">{quote(breakable(file))}</p>\n<dl class="columns">{fields}</dl>'
    )


def _field(field):
    return (
        f"<dt><code>{quote(breakable(field['name']))}</code>"
        f" ({quote(breakable(listing(facts(field))))})</dt>"
        f"<dd>{quote(translate(field.get('description', '')))}</dd>"
    )
