"""Figures collected from executed pages and put back into them as cards.

While Sphinx reads pages, each declaration of a figure (`sobe.charts.figure`) is taken from the
output that carries it. When Sphinx writes pages, outputs become cards, the catalogue and the
documentation of the tables. At the end the files of figures and tables are written.
"""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from urllib.parse import urlencode

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.errors import ExtensionError
from sphinx.util import logging

from sobe import tables
from sobe.charts import outputs
from sobe.site import card, cells, datadoc, files, pictures, prose, records, template
from sobe.site import figures as rec
from sobe.site import nodes as output_nodes
from sobe.site.nodes import OutputNode, html
from sobe.site.scripts import STATIC

log = logging.getLogger(__name__)
#: Folder of the charts' specs in the site.
SPECS = "_static/charts"
#: Cells from which a table waits that is before the first chart.
LARGE = 60


class Placeholder(Directive):
    """A place on a page that is filled once all pages have been read."""

    kind = ""

    def run(self):
        """Return the placeholder; its page is read again in every build."""
        self.state.document.settings.env.note_reread()
        return [OutputNode(kind=self.kind, data={})]


class Catalogue(Placeholder):
    """`figure-catalogue`: all figures of the book."""

    kind = "catalogue"


class Tables(Placeholder):
    """`data-tables`: every table and column of the data package, with its rows."""

    kind = "package"


class Records(Placeholder):
    """`record-list`: every record of a kind, such as `recordings`, each with an address."""

    kind = "records"
    required_arguments = 1

    def run(self):
        """Return the placeholder."""
        kind = directives.choice(self.arguments[0], tuple(records.KINDS))
        self.state.document.settings.env.note_reread()
        return [OutputNode(kind=self.kind, data={"kind": kind})]


def _figures(env):
    if not hasattr(env, "sobe_figures"):
        env.sobe_figures = {}
    return env.sobe_figures


def read(app, doctree):
    """Note the figures of a page that was read, and the code behind each."""
    figures = [node["data"] for node in doctree.findall(OutputNode) if node["kind"] == "figure"]
    code, loading = cells.take(doctree)
    _figures(app.env)[app.env.docname] = [
        {**data, "code": code.get(data["name"], ""), "loading": loading} for data in figures
    ]


def purge(app, env, docname):
    """Forget a page's figures."""
    _figures(env).pop(docname, None)


def merge(app, env, docnames, other):
    """Take over the figures of pages that another process read."""
    for docname in docnames:
        _figures(env)[docname] = _figures(other).get(docname, [])


def _pages(env, root, seen=None):
    """Yield page names in the order of the table of contents."""
    seen = set() if seen is None else seen
    if root not in seen:
        seen.add(root)
        yield root
        for child in env.toctree_includes.get(root, []):
            yield from _pages(env, child, seen)


def folder_of_book(app):
    """Return the folder of the repository whose pages are being read; None if it is not found."""
    return next(
        (
            d
            for d in (Path(app.srcdir), Path(app.srcdir).parent)
            if (d / "data" / "datapackage.json").is_file()
        ),
        None,
    )


def join(app, env):
    """Join the figures with the data package and the citation, once all pages are read."""
    app.sobe_root = folder_of_book(app)
    app.sobe_records, app.sobe_package, app.sobe_cited = {}, None, None
    if app.sobe_root is None or not (app.sobe_root / "CITATION.cff").is_file():
        return
    app.sobe_package = rec.Package(app.sobe_root / "data")
    try:  # check tables that no chapter reads as well: they are published
        for name in app.sobe_package.tables:
            tables.load(name, app.sobe_root / "data", own=True)
    except tables.TableError as error:
        raise ExtensionError(str(error)) from None
    app.sobe_cited = {**rec.citation(app.sobe_root), "commit": str(app.sobe_commit)}
    for page in _pages(env, env.config.root_doc):
        for declaration in _figures(env).get(page, []):
            name = declaration["name"]
            if name in app.sobe_records:
                log.warning(
                    "two figures are named %r, here and on page %s",
                    name,
                    app.sobe_records[name]["page"],
                    location=page,
                )
                continue
            app.sobe_records[name] = rec.resolve(declaration, app.sobe_package, page)
    for page, name in files.shared(app.sobe_records, env.config.root_doc).items():
        title = app.config.project if page == env.config.root_doc else env.titles[page].astext()
        app.sobe_records[name].setdefault("shares", {})[page] = title
    if app.builder.format == "html":
        # Draw while pages are written; most of the work is in other processes.
        executor = ThreadPoolExecutor(1)
        app.sobe_drawing = executor.submit(
            files.draw, list(app.sobe_records.values()), app.sobe_cited, cache(app)
        )
        executor.shutdown(wait=False)


def base(app):
    """Return the address of the site with a slash at its end; "" where it is not known."""
    return app.config.html_baseurl.rstrip("/") + "/" if app.config.html_baseurl else ""


def report(app, where):
    """Return the address of the form that reports an error in a figure or claim, by its id.

    "" where ``repository: url`` is not set in _config.yml.
    """
    repository = app.config.html_theme_options.get("repository_url", "")
    query = urlencode({"template": "error.yml", "where": where, "title": f"Error: {where}"})
    return f"{repository.rstrip('/')}/issues/new?{query}" if repository else ""


def permanent(app):
    """Return the start of permanent addresses.

    This is the address of the site. Where a release does not know it, it is the path to the release
    from a page of any version; otherwise "".
    """
    release, edition = app.config.sobe_release, app.config.sobe_edition
    up = "../../" if edition else "../"
    return base(app) or (f"{up}{'/'.join(filter(None, (release, edition)))}/" if release else "")


def resolve(app, doctree, docname):
    """Replace the nodes of outputs and placeholders by their HTML."""
    if app.builder.name != "html":
        return
    up = "../" * docname.count("/")
    charts = []
    for node in list(doctree.findall(OutputNode)):
        node.replace_self(_made(app, node, docname, up, charts))


def _made(app, node, docname, up, charts):
    """Return the HTML node of an output; ``charts`` are the ids of the page's charts so far."""
    kind, data = node["kind"], node["data"]
    if kind == "catalogue":
        return nodes.raw("", card.catalogue(app.sobe_records.values(), up), format="html")
    if kind == "package":
        text = datadoc.html(app.sobe_package, up) if app.sobe_package else ""
        return nodes.raw("", text, format="html")
    if kind == "records":
        if not app.sobe_package:
            return nodes.raw("", "", format="html")
        text = records.html(
            app.sobe_package, app.sobe_records, data["kind"], lambda where: report(app, where)
        )
        return nodes.raw("", text, format="html")
    if kind == "table":
        far = bool(charts) or sum(map(len, data["rows"])) >= LARGE
        return html(
            outputs.html(kind, {**data, "rows": _reported(app, data["rows"]), "waits": far})
        )
    if kind == "grid":
        return html(_menus(data) + outputs.html(kind, data))
    if kind == "estimator":
        # As a text, which costs little until a reader is there.
        model = json.dumps(data["model"], sort_keys=True, ensure_ascii=False, allow_nan=False)
        quoted = model.replace("\\", "\\\\").replace("'", "\\'")
        text = f"document.currentScript.parentElement.sobeModel = '{quoted}';\n"
        held = _script(app, "estimator", text, up)
        return html(outputs.html(kind, {**data, "held": held}))
    if kind not in ("chart", "figure"):
        return html(outputs.html(kind, data))
    # The id of a chart that appears more than once gets a number.
    spec = app.sobe_records[data["name"]]["spec"] if kind == "figure" else data["spec"]
    charts.append(outputs.chart_id(spec))
    again = charts.count(charts[-1])
    ident = charts[-1] + (f"-{again}" if again > 1 else "")
    if kind == "figure":
        return html(_card(app, docname, up, data["name"], ident))
    if record := app.sobe_records.get(data.get("figure")):  # a figure's chart, glued on a page
        # The page has a heading for it.
        spec = {key: part for key, part in spec.items() if key != "title"}
        held = _held(app, spec, ident, up)
        return html(template("drawn.html", record=record, held=held, ident=ident, up=up))
    return html(template("chart.html", spec=spec, ident=ident))


def _held(app, spec, ident, up):
    """Write a chart's spec to a script, which is loaded with the chart library.

    Returns
    -------
    dict
        The address of the script, and of the spec the parameters that a reader can set.
    """
    text = f"sobeSpec({outputs.script_json(ident)}, {outputs.script_json(spec)});\n"
    address = _script(app, ident, text, up)
    return {"address": address, "bound": {"params": card.controls(spec)}}


def _script(app, name, text, up):
    """Write a script whose name has a checksum; returns its address."""
    name = f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.js"
    folder = Path(app.outdir) / SPECS
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return f"{up}{SPECS}/{name}"


def _menus(grid):
    """Return the menus of a grid's rows and columns as HTML."""
    rows = [band["name"] for band in grid["bands"]]
    columns = [group["name"] for band in grid["bands"] for group in band["groups"]]
    menus = [(grid["row"], rows), (grid["column"], list(dict.fromkeys(columns)))]
    return template("menus.html", menus=menus)


def _reported(app, rows):
    """Return the rows of a table with, at each claim, the address of the form that reports it."""

    def cell(one):
        claim = isinstance(one, dict) and str(one.get("id", "")).startswith("claim-")
        return {**one, "report": report(app, one["id"])} if claim else one

    return [list(map(cell, row)) for row in rows]


def _card(app, docname, up, name, ident):
    data_page = next((d for d in app.env.all_docs if d.rsplit("/", 1)[-1] == "data"), "data")
    source = app.env.doc2path(docname, base=False)
    record = app.sobe_records[name]
    tables = [held["name"] for held in record["tables"]]
    spec = records.linked(record["spec"], tables, app.sobe_package)
    return card.card(
        {**record, "spec": spec, "held": _held(app, spec, ident, up)},
        app.sobe_cited,
        up,
        permanent(app),
        f"{up}{data_page}.html",
        f"{up}_sources/{source}",
        ident,
        report(app, f"figure-{name}"),
        _highlighted(app, name),
    )


def _highlighted(app, name):
    """Return the code behind a figure as HTML; "" where it is not known."""
    code = app.sobe_records[name]["code"]
    return app.builder.highlighter.highlight_block(code, "ipython3") if code else ""


def finish(app, exception):
    """Write the files of all figures and tables."""
    drawing = getattr(app, "sobe_drawing", None)
    if exception or drawing is None or app.builder.name != "html":
        # Let no process go on drawing after a failed build.
        wait([drawing] if drawing else [])
        return
    out = Path(app.outdir)
    made = dict(zip(app.sobe_records, drawing.result(), strict=True))
    for name, record in app.sobe_records.items():
        files.write(record, made[name], app.sobe_cited, out, permanent(app))
    _embed_heights(app, out, made)
    sheet = out / "_static" / "sobe" / "stills.css"
    sheet.parent.mkdir(parents=True, exist_ok=True)
    still = (STATIC / "still.css").read_text(encoding="utf-8")
    controls = {name: len(card.controls(one["spec"])) for name, one in app.sobe_records.items()}
    sheet.write_text(still + pictures.heights(made, controls), encoding="utf-8", newline="\n")
    text = files.index(app.sobe_records.values(), app.sobe_cited, permanent(app))
    (out / "figures").mkdir(exist_ok=True)
    (out / "figures" / "index.json").write_text(text, encoding="utf-8")
    datadoc.write(app.sobe_package, app.sobe_root, out)


def _embed_heights(app, out, made):
    """Put the heights of figures, which are drawn by now, into the code that embeds them."""
    heights = {}
    for name, record in app.sobe_records.items():
        stills = [pictures.height(made[name][kind]) for kind in files.STILLS]
        heights[card.HEIGHT.format(name=name)] = str(card.height(record, app.sobe_cited, stills))
    for page in {record["page"] for record in app.sobe_records.values()}:
        path = out / f"{page}.html"
        text = path.read_text(encoding="utf-8")
        for place, height in heights.items():
            text = text.replace(place, height)
        path.write_text(text, encoding="utf-8", newline="\n")


def cache(app):
    """Return the folder of results that are stored between builds."""
    return Path(os.environ.get("SOBE_BUNDLE_CACHE") or Path(app.doctreedir).parent / ".cache")


def setup(app):
    """Register with Sphinx."""
    output_nodes.setup(app)
    prose.setup(app)
    # A second build in one process, as in tests, registers the directives again.
    app.add_directive("figure-catalogue", Catalogue, override=True)
    app.add_directive("data-tables", Tables, override=True)
    app.add_directive("loading-cells", cells.LoadingCells, override=True)
    app.add_directive("figure-here", cells.FigureHere, override=True)
    app.add_directive("record-list", Records, override=True)
    app.connect("doctree-read", read)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", join)
    app.connect("doctree-resolved", resolve)
    app.connect("build-finished", finish)
