"""What cells show, as figures and tables of a LaTeX document."""

import hashlib
import json
import re
from pathlib import Path

from docutils import nodes

from sobe import theme
from sobe.i18n import edition, spec
from sobe.i18n.page import translated
from sobe.pdf import tables

_CHART = re.compile(r'<script type="application/json">(\{.*?\})</script>', re.S)
FOLDER = "_charts"
FONTS = {"en": "Liberation Sans, DejaVu Sans, Noto Sans CJK SC", "zh": "Noto Sans CJK SC, DejaVu Sans"}
WIDTH = 560


def _say(app):
    """The catalogue of the document's language; None for the source's own."""
    if app.config.language == "en":
        return None
    if not hasattr(app, "sobe_say"):
        source = Path(app.srcdir)
        app.sobe_say = edition.catalogue(source, source.parent / "data", app.config.language)
    return app.sobe_say


def _still(value):
    """A spec without what needs a reader's hand."""
    if isinstance(value, dict):
        return {key: _still(item) for key, item in value.items() if key != "bind"}
    return [_still(item) for item in value] if isinstance(value, list) else value


def drawn(chart, edition_name):
    """(PDF of a Vega-Lite spec as bytes, title, subtitle); the title is the caption's, not the picture's."""
    import vl_convert

    chart = _still(chart)
    title = chart.pop("title", None) or ""
    subtitle = title.get("subtitle", "") if isinstance(title, dict) else ""
    title = title.get("text", "") if isinstance(title, dict) else title
    title, subtitle = (" ".join(t) if isinstance(t, list) else t for t in (title, subtitle))
    if chart.get("width") == "container" or "width" not in chart:
        chart["width"] = WIDTH
        chart["autosize"] = {"type": "fit-x" if isinstance(chart.get("height"), dict) else "fit", "contains": "padding"}
    config = {**theme.config("light"), "font": FONTS[edition_name]}
    own = chart.pop("config", {})
    return vl_convert.vegalite_to_pdf(chart, config={**config, **own}), title, subtitle


def _figure(app, chart):
    say = _say(app)
    if say:
        chart = spec.translated(chart, say)
    name = hashlib.sha256(json.dumps(chart, sort_keys=True).encode()).hexdigest()[:12]
    pdf, title, subtitle = drawn(chart, app.config.sobe_edition or "en")
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.pdf").write_bytes(pdf)
    stop = "。" if say else "."
    words = f"{title}{stop}{'' if say else ' '}{subtitle}{stop if subtitle else ''}" if title else (chart.get("description") or "")
    image = nodes.image(uri=f"/{FOLDER}/{name}.pdf", alt=chart.get("description", ""), width="13.5cm")
    return nodes.figure("", image, nodes.caption("", words), align="center")


def replacement(app, html):
    """Nodes to stand in place of the HTML a cell shows."""
    say = _say(app)
    if "sobe-figure" in html or 'class="sobe-chart"' in html:
        found = []
        for match in _CHART.finditer(html):
            data = json.loads(match[1])
            found.append(_figure(app, data.get("spec", data) if "$schema" not in data else data))
            note = data.get("note") if "$schema" not in data else ""
            if note:
                found.append(nodes.paragraph("", say(note) if say else note))
        return found
    if "data-sobe-estimator" in html:
        words = "This part answers to your choices in the HTML edition (estimator.html); the tables below hold the case it opens with."
        return [nodes.paragraph("", "", nodes.emphasis("", say(words) if say else words))]
    if say:
        html = translated(html, say)
    if "data-sobe-grid" in html:
        return tables.grid(html)
    return tables.table(html) or []


def read(app, doctree):
    """Exchange the outputs of a page's cells; drop the cells' sources and links of cards."""
    if app.builder.name != "latex":
        return
    for node in list(doctree.findall(nodes.container)):
        if node.parent is None:
            continue
        if "cell_input" in node.get("classes", []):
            node.parent.remove(node)
        elif node.get("nb_element") == "mime_bundle":
            raw = [r for r in node.findall(nodes.raw) if "html" in r.get("format", "").split()]
            if raw:
                index = node.parent.index(node)
                node.parent[index:index + 1] = replacement(app, raw[0].astext())
    for node in list(doctree.findall(lambda n: type(n).__name__ == "PendingGlueReference")):
        if not node.get("inline"):
            node.parent.remove(node)
    for node in list(doctree.findall(nodes.Element)):
        if "sd-stretched-link" in node.get("classes", []) and node.parent is not None:
            node.parent.remove(node)


def resolved(app, doctree, docname):
    """Glued numbers and verdicts in the document's language."""
    if app.builder.name != "latex":
        return
    say = _say(app)
    for node in list(doctree.findall(nodes.raw)):
        if "html" in node.get("format", "").split() and node.parent is not None and isinstance(node.parent, (nodes.TextElement, nodes.container)):
            words = tables.plain(node.astext())
            words = say(words) if say else words
            node.parent.replace(node, nodes.superscript("", f"[{words}]") if words and "<!--" not in node.astext() else nodes.Text(""))
    if say:
        for node in doctree.findall(nodes.inline):
            if "pasted-text" in node.get("classes", []):
                node.children = [nodes.Text(say(node.astext()))]


def setup(app):
    """Register with Sphinx; of use to the LaTeX builder only."""
    app.connect("doctree-read", read, priority=100)
    app.connect("doctree-resolved", resolved)


