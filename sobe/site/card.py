"""The card of a figure: chart, table, sources, files and citation, as HTML.

The page contains all parts; a script turns them into tabs. Line ends between the cells of a table
separate their words for the site's search.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

from markupsafe import Markup

from sobe.charts import outputs
from sobe.languages import translate, units
from sobe.site import figures as rec
from sobe.site import template
from sobe.site.describe import ELSEWHERE
from sobe.site.figures import unit_words
from sobe.tables.sources import address_of

#: Labels of a card's files, by kind, and of those in the catalogue.
FILES = {
    "svg": "SVG",
    "png": "PNG (2×)",
    "csv": "Data (CSV)",
    "metadata": "Metadata (JSON)",
    "spec": "Vega-Lite (JSON)",
}
SMALL = {"svg": "SVG", "png": "PNG", "csv": "CSV", "spec": "Vega-Lite", "embed": "Own page"}
_NUMBER = re.compile(r"[$~≥≤<>−-]*\d[\d,.]*(×|%|\+|( (million|billion|trillion))?)")
#: In the code that embeds a figure, the place of its height, which is known when it is drawn.
HEIGHT = "@height-{name}@"
TABS = {
    "chart": "Chart",
    "table": "Table",
    "sources": "Sources",
    "code": "Code",
    "files": "Download, cite",
}


def quote(value):
    """Escape a text for HTML, attributes included."""
    return escape(str(value), quote=True)


def write(value, column):
    """Write a cell's value as a person reads it, by the unit of its column."""
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


def table(columns, rows, caption, speak=translate):
    """Return what the template of a table needs; ``speak`` translates a cell's text."""
    numbers = [_is_number(column, [row[i] for row in rows]) for i, column in enumerate(columns)]
    return {
        "caption": caption,
        "columns": [
            {
                "name": column["name"],
                "number": number,
                "unit": unit_words(column["unit"]) if _has_unit(column) else "",
            }
            for column, number in zip(columns, numbers, strict=True)
        ],
        "rows": [
            [_cell(*cell, speak) for cell in zip(row, columns, numbers, strict=True)]
            for row in rows
        ],
    }


def _has_unit(column):
    """Return whether a column has a unit to show; some only name the column that has it."""
    return bool(unit_words(column.get("unit"))) and column["unit"] not in ELSEWHERE


def _is_number(column, values):
    """Return whether a column has numbers, as such or as texts ("3", "2.9×", "unknown")."""
    texts = {str(value) for value in values if value not in (None, "", "?", "unknown")}
    return column.get("type") in ("integer", "number") or (
        bool(texts) and all(_NUMBER.fullmatch(text) for text in texts)
    )


def _cell(value, column, is_number, speak):
    text = write(value, column)
    cell = {"text": speak(text), "class": "", "exact": "", "url": ""}
    if value is None or value == "":
        return cell | {"class": "sobe-missing"}
    if is_number:
        return cell | {"class": "number", "exact": "" if text == str(value) else str(value)}
    if text.startswith(("https://", "http://")):
        return cell | {"text": speak(text.split("//", 1)[1][:40]), "url": text}
    return cell | {"class": "sobe-long" if len(text) > 45 else ""}


def sources(record):
    """Yield each source of a figure as HTML: a link, authors, year and licence.

    All but the words between them are facts, which no message contains; but this edition has a name
    in each language.
    """
    for source in record["sources"]:
        where = address_of(source)
        ours = translate if source.get("kind") == "edition" else str
        title = quote(ours(source["title"]))
        if where.startswith(("https://", "http://")):
            title = f'<a href="{quote(where)}">{title}</a>'
        elif ours(source["title"]) == source["title"]:
            title = f'<span translate="no">{title}</span>'
        authors = ours(source["authors"]).replace("; and others", f" {translate('and others')}")
        facts = {"source": title, "authors": quote(authors), "year": quote(source["year"])}
        if licence := source["licence"]:
            line = translate(
                "{source}. {authors} ({year}). {licence}.", licence=quote(licence), **facts
            )
        else:
            line = translate("{source}. {authors} ({year}). Licence not stated.", **facts)
        yield Markup(line)


def card(
    record,
    cited,
    up="",
    base="",
    data_page="data.html",
    notebook="",
    chart_ident="",
    report="",
    code="",
):
    """Return the HTML of the whole card.

    Parameters
    ----------
    record : dict
        The figure, as `sobe.site.figures.resolve` returns it.
    cited : dict
        The book, as `sobe.site.figures.citation` returns it.
    up : str
        Path from the card's page to the root of the site.
    base : str
        Permanent address of the version.
    data_page, notebook : str
        Addresses of the data page and of the page's notebook; "" for none.
    chart_ident : str
        Id of the chart; by default made from its spec.
    report : str
        Address of the form that reports an error in the figure; "" for none.
    code : str
        The code behind the figure, as HTML; "" for none.
    """
    name = record["name"]
    address = f"{base}{record['page']}.html#figure-{name}"
    embedded = f"{base}figures/{name}.html"
    snippet = (
        f'<iframe src="{embedded}" title="{quote(record["title"])}" width="100%" '
        f'height="{HEIGHT.format(name=name)}" style="border: 0" loading="lazy"></iframe>'
    )
    blocks = (
        ("text", "Citation", rec.cite_text(record, cited, address), address),
        ("bibtex", "BibTeX", rec.cite_bibtex(record, cited, address), address),
        ("embed", "Embed this figure", snippet, embedded),
    )
    return template(
        "card.html",
        record=record,
        up=up,
        data_page=data_page,
        notebook=notebook,
        chart_ident=chart_ident or outputs.chart_id(record["spec"]),
        report=report,
        code=Markup(code),
        tabs={key: label for key, label in TABS.items() if code or key != "code"},
        table=table(
            record["columns"],
            record["rows"],
            translate("Data of the figure “{title}”", title=record["title"]),
        ),
        sources=list(sources(record)),
        files=[{"name": f"{name}.{rec.FILES[kind]}", "label": FILES[kind]} for kind in FILES],
        blocks=[dict(zip(("key", "label", "text", "address"), b, strict=True)) for b in blocks],
    )


def height(record, cited, stills):
    """Return the height in pixels that a figure on its own page needs, on a phone as well.

    ``stills`` are the heights of its pictures.
    """
    foot = f"{cited['title']}, {cited['version']} ({cited.get('commit', '')}), {cited['licence']}"
    # Letters per line and height of a line, at a width of 358 pixels.
    parts = ((record["title"], 33, 25), (record["subtitle"], 44, 19), (record["note"], 44, 19))
    lines = sum(tall * -(-_letters(text) // most) for text, most, tall in (*parts, (foot, 36, 19)))
    rows = bool(record["log_switch"]) + len(controls(record["spec"]))
    return max(stills) + lines + 45 * rows + 80


def _letters(text):
    """Return how many letters wide a text is; a Chinese one is as wide as two."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text or "")


def controls(spec):
    """Return the parameters of a chart that have a control."""
    return [param for param in spec.get("params", ()) if param.get("bind")]


def catalogue(records, up):
    """Return the HTML of the catalogue: all figures, small, each a link to its card."""
    files = [
        {"kind": kind, "end": rec.FILES[kind], "label": label} for kind, label in SMALL.items()
    ]
    return template("catalogue.html", records=list(records), up=up, files=files)


def embed(record, cited, base):
    """Return a small page with one figure, to be embedded in other pages."""
    return template(
        "embed.html",
        record=record,
        cited=cited,
        ident=outputs.chart_id(record["spec"]),
        home=f"../{record['page']}.html#figure-{record['name']}",
        static="../_static/sobe",
    ).lstrip()
