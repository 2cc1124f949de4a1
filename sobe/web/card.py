"""The card of a figure: chart, table, sources, files and citation, as HTML.

Everything stands in the page; a script makes the parts tabs. Line ends between cells keep
words apart for the site's search.
"""

from __future__ import annotations

from html import escape

from sobe import outputs, units
from sobe.describe import ELSEWHERE
from sobe.i18n import say, tag
from sobe.web import record as rec
from sobe.web.record import unit_words

TABS = {"chart": "Chart", "table": "Table", "sources": "Sources", "files": "Download, cite"}


def quote(value):
    """Text made safe for HTML, attributes included."""
    return escape(str(value), quote=True)


def chart(record, up="", ident=""):
    """The chart itself: a place for the script to draw in, its spec, and a picture without scripts."""
    label, name = quote(record["description"]), record["name"]
    return (
        f'<div class="sobe-chart" id="{ident or outputs.chart_id(record["spec"])}">'
        f'<div class="sobe-chart-view" role="group" aria-label="{label}"></div>'
        f'<script type="application/json">{outputs.script_json(record["spec"])}</script>'
        f'<noscript><img src="{up}figures/{name}.svg" alt="{label}"></noscript></div>'
    )


def write(value, column):
    """A cell's value as a person reads it."""
    if value is None or value == "":
        return units.NOT_KNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, (int, float)):
        return str(value)
    unit = column.get("unit") or ""
    if unit in ("year", "month", "date"):
        return str(int(value)) if value == int(value) else f"{value:.1f}"
    if unit == "share":
        return units.percent(value, 0 if value >= 0.1 or value == 0 else 2)
    if unit == "USD" or unit.startswith("USD/"):
        return units.usd(value)
    return units.count(value) if value == int(value) else units.significant(value)


def table(columns, rows, caption):
    """An HTML table that a script makes sortable, searchable and, if long, paged."""
    head = "\n".join(
        f'<th scope="col"{_number(c)}>{quote(c["name"])}'
        + (
            f' <span class="sobe-unit">{quote(unit_words(c["unit"]))}</span>'
            if _has_unit(c)
            else ""
        )
        + "</th>"
        for c in columns
    )
    body = "\n".join(
        "<tr>" + "\n".join(_cell(value, column) for value, column in zip(row, columns)) + "</tr>"
        for row in rows
    )
    label = quote(caption)
    return (
        f'<div class="sobe-table-scroll" tabindex="0" role="region" aria-label="{label}">'
        f'<table class="sobe-table" data-sobe-data><caption>{label}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>"
    )


def _has_unit(column):
    """Whether a column's unit is its own, and worth saying; some name the column or table that has it."""
    return bool(unit_words(column.get("unit"))) and column["unit"] not in ELSEWHERE


def _number(column):
    return ' class="number"' if column.get("type") in ("integer", "number") else ""


def _cell(value, column):
    text = write(value, column)
    if value is None or value == "":
        return f'<td class="sobe-missing">{text}</td>'
    if column.get("type") in ("integer", "number"):
        exact = "" if text == str(value) else f' data-v="{value}"'
        return f'<td class="number"{exact}>{quote(text)}</td>'
    if text.startswith(("https://", "http://")):
        return f'<td><a href="{quote(text)}">{quote(text.split("//", 1)[1][:40])}</a></td>'
    return f"<td{' class=sobe-long' if len(text) > 45 else ''}>{quote(text)}</td>"


def sources(record, up, data_page):
    """The sources of a figure and the tables it comes from."""
    items = []
    for source in record["sources"]:
        where = f"https://doi.org/{source['doi']}" if source["doi"] else source["url"]
        leads = where.startswith(("https://", "http://"))
        title = (
            f'<a href="{quote(where)}">{quote(source["title"])}</a>'
            if leads
            else quote(source["title"])
        )
        licence = f" {quote(source['licence'])}." if source["licence"] else " Licence not stated."
        items.append(
            f"<li>{title}. {quote(source['authors'])} ({quote(source['year'])}).{licence}</li>"
        )
    tables = "\n".join(
        f'<li><a href="{data_page}#table-{quote(t["name"])}">{quote(t["title"])}</a> '
        f'(<a href="{up}{quote(t["path"])}" download>CSV</a>)</li>'
        for t in record["tables"]
    )
    held = f"<p>Tables of this book it is computed from:</p>\n<ul>{tables}</ul>" if tables else ""
    lines = "\n".join(items)
    return f'<ul class="sobe-sources">{lines}</ul>\n{held}'


def files(record, cited, up, base):
    """Downloads, citation and embed snippet."""
    name = record["name"]
    kinds = {
        "svg": "SVG",
        "png": "PNG (2×)",
        "csv": "Data (CSV)",
        "metadata": "Metadata (JSON)",
        "spec": "Vega-Lite (JSON)",
    }
    links = " ".join(
        f'<li><a class="sobe-button" href="{up}figures/{name}.{rec.FILES[kind]}" download>{label}</a></li>'
        for kind, label in kinds.items()
    )
    address = f"{base}{record['page']}.html#figure-{name}"
    embedded = f"{base}figures/{name}.html"
    snippet = (
        f'<iframe src="{embedded}" title="{quote(record["title"])}" width="100%" height="560" '
        'style="border: 0" loading="lazy"></iframe>'
    )
    return (
        f'<ul class="sobe-files">{links}</ul>\n'
        + _copied("Citation", f"figure-{name}-text", rec.cite_text(record, cited, address), address)
        + _copied(
            "BibTeX", f"figure-{name}-bibtex", rec.cite_bibtex(record, cited, address), address
        )
        + _copied("Embed this figure", f"figure-{name}-embed", snippet, embedded)
        + f'<p><a href="{up}figures/{name}.html">The figure on a page of its own</a></p>'
    )


def _copied(label, ident, text, address):
    """Text to be copied; a script makes ``address`` in it whole where the site's own is not known."""
    aloud = say("Copy: {what}", what=say(label))
    return (
        f'<div class="sobe-copied"><p class="sobe-label">{label}</p>\n'
        f'<pre id="{ident}" data-address="{quote(address)}">{quote(text)}</pre>'
        f'<button type="button" class="sobe-button sobe-js" data-copy="{ident}" aria-label="{aloud}">Copy</button></div>'
    )


def card(
    record, cited, up="", base="", data_page="data.html", notebook="", chart_id="", scripts=""
):
    """The whole card. ``up`` leads from its page to the site's root, ``base`` is the version's lasting address."""
    ident = f"figure-{record['name']}"
    tabs = "".join(
        f'<button type="button" role="tab" id="{ident}-tab-{key}" aria-controls="{ident}-{key}" '
        f'aria-selected="{"true" if key == "chart" else "false"}" tabindex="{0 if key == "chart" else -1}">{label}</button>'
        for key, label in TABS.items()
    )
    inside = {
        "chart": _switch(record) + chart(record, up, chart_id) + scripts,
        "table": table(
            record["columns"],
            record["rows"],
            say("Data of the figure “{title}”", title=record["title"]),
        ),
        "sources": sources(record, up, data_page),
        "files": files(record, cited, up, base),
    }
    panels = "\n".join(
        f'<div class="sobe-panel" role="tabpanel" id="{ident}-{key}" aria-labelledby="{ident}-tab-{key}" data-panel="{key}"'
        f"{'' if key == 'chart' else ' hidden'}>{html}</div>"
        for key, html in inside.items()
    )
    note = f'<p class="sobe-note">{quote(record["note"])}</p>' if record["note"] else ""
    own = f' · <a href="{quote(notebook)}" download>Notebook</a>' if notebook else ""
    table_said = say("Table:") + " "
    held = "".join(
        f' · <a href="{data_page}#table-{quote(t["name"])}">{table_said if i == 0 else ""}{quote(t["title"])}</a>'
        for i, t in enumerate(record["tables"])
    )
    return (
        f'<figure class="sobe-card" id="{ident}" aria-labelledby="{ident}-title">'
        f'<figcaption><p class="sobe-card-title" id="{ident}-title">{quote(record["title"])}</p>\n'
        f'<p class="sobe-card-subtitle">{quote(record["subtitle"])}</p></figcaption>\n'
        f'<div class="sobe-tabs sobe-js" role="tablist" aria-label="Views of this figure">{tabs}</div>\n'
        f"{panels}\n{note}"
        f'<p class="sobe-card-foot"><a href="#{ident}" aria-label="Link to this figure">Link</a> · '
        f'<a href="#{ident}-cell" data-sobe-code>Code</a>{own}{held}</p></figure>'
    )


def _switch(record):
    if not record["log_switch"]:
        return ""
    which = say({"x": "Horizontal axis", "y": "Vertical axis"}[record["log_switch"]])
    return (
        f'<div class="sobe-switch sobe-js" role="group" aria-label="{which}" data-channel="{record["log_switch"]}">'
        f'<button type="button" aria-pressed="true" data-scale="log">Logarithmic</button>'
        f'<button type="button" aria-pressed="false" data-scale="linear">Linear</button></div>'
    )


def embed(record, cited, base):
    """A page of its own for one figure, small and without a network, to be shown inside others."""
    title = quote(record["title"])
    home = f"../{record['page']}.html#figure-{record['name']}"
    static = "../_static/sobe"
    return (
        f'<!DOCTYPE html>\n<html lang="{tag()}" data-theme="auto">\n<head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title} — {quote(cited['title'])}</title>\n"
        f'<meta name="description" content="{quote(record["description"])}">\n'
        f'<link rel="stylesheet" href="{static}/embed.css">\n<link rel="stylesheet" href="{static}/tooltip.css">\n<script src="{static}/head.js"></script>\n'
        f'<script defer src="{static}/vega.js"></script>\n<script defer src="{static}/charts.js"></script>\n'
        f'<script defer src="{static}/cards.js"></script>\n</head>\n<body><main>\n'
        f'<figure class="sobe-card" id="figure-{record["name"]}" aria-labelledby="title"><figcaption>'
        f'<h1 class="sobe-card-title" id="title">{title}</h1>'
        f'<p class="sobe-card-subtitle">{quote(record["subtitle"])}</p></figcaption>\n'
        f"{_switch(record)}{chart(record, '../')}\n"
        + (f'<p class="sobe-note">{quote(record["note"])}</p>' if record["note"] else "")
        + f'<p class="sobe-card-foot"><a href="{home}" target="_top">{quote(cited["title"])}</a>, '
        f"{quote(cited['version'])} (<code>{quote(cited.get('commit', ''))}</code>), {quote(cited['licence'])}</p></figure></main></body></html>\n"
    )
