"""The record of a figure: its declaration joined with the data package and the citation.

A record is a dict. `resolve` makes it; cards, files and lists are made from it.
"""

from __future__ import annotations

import csv
import io
import json
from functools import lru_cache
from pathlib import Path

from sobe import cff
from sobe.languages import translate
from sobe.site.describe import describe
from sobe.tables import own


class Package:
    """The data package for pages: descriptors of tables, and their rows as text."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.descriptor = own.merged(self.folder)
        self.tables = {resource["name"]: resource for resource in self.descriptor["resources"]}
        self._rows = {}

    def rows(self, name):
        """Return the rows of a table as dicts of text, as in its CSV files; ours are the last."""
        if name not in self._rows:
            self._rows[name] = own.texts(self.folder, self.tables[name])
        return self._rows[name]

    def fields(self, name):
        """Return the descriptors of a table's columns by name."""
        return {field["name"]: field for field in self.tables[name]["schema"]["fields"]}

    def source(self, key):
        """Return the row of table ``sources`` with this key, or None."""
        return next((row for row in self.rows("sources") if row["key"] == key), None)


@lru_cache(maxsize=4)
def _citation(path, _changed):
    return cff.read(Path(path).parent)


def citation(root):
    """Return what is cited of the book, from its CITATION.cff.

    Title, version, date, authors and licence; and title and DOI of the report that it is based on,
    "" where it names none.
    """
    path = Path(root) / "CITATION.cff"
    found = _citation(str(path), path.stat().st_mtime_ns)
    report = next((one for one in found.get("references", []) if one.get("doi")), {})
    return {
        "report": report.get("title", ""),
        "report_doi": report.get("doi", ""),
        "title": translate(found["title"]),
        "version": found["version"],
        "date": found["date-released"],
        "authors": [translate(author.name) for author in cff.authors(found["authors"])],
        "licence": found["license"][0],
    }


def resolve(declaration, package, page):
    """Return the record of a figure.

    Parameters
    ----------
    declaration : dict
        As `sobe.charts.figure` puts it into an output; with ``code``, the code behind it, and
        ``loading``, the id of the code that loads its data, where they are known.
    package : Package
        The data package.
    page : str
        Name of the figure's page ("cost").

    Returns
    -------
    dict
        The declaration's texts and spec, with ``page``, ``code``, ``loading``, ``rows``,
        ``columns``, ``description``, ``tables`` and ``sources``.
    """
    names = {column["field"]: column["name"] for column in declaration["columns"]}
    record = {
        key: declaration[key] for key in ("name", "title", "subtitle", "note", "log_switch", "spec")
    }
    record |= {key: declaration.get(key, "") for key in ("code", "loading")} | {"page": page}
    rows = declaration.get("rows") or declaration["spec"]["datasets"][declaration["dataset"]]
    fields = [column["field"] for column in declaration["columns"]]
    record["rows"] = [[row.get(field) for field in fields] for row in _distinct(rows, fields)]
    record["columns"] = [
        {
            **_described(column, declaration["tables"], package),
            "type": _type([row[i] for row in record["rows"]]),
        }
        for i, column in enumerate(declaration["columns"])
    ]
    record["description"] = describe(
        declaration["spec"],
        declaration["dataset"],
        names,
        declaration["why"],
        declaration.get("rows"),
        {
            column["field"]: UNITS.get(column.get("unit"), column.get("unit"))
            for column in record["columns"]
        },
    )
    record["tables"] = [
        {
            "name": name,
            "title": translate(package.tables[name]["title"]),
            "path": f"data/{package.tables[name]['path']}",
        }
        for name in declaration["tables"]
    ]
    record["sources"] = _sources(rows, declaration["tables"], package)
    return record


def _distinct(rows, fields):
    """Yield rows that differ in the fields shown; the rows of a chart may repeat them."""
    seen = set()
    for row in rows:
        key = json.dumps([row.get(field) for field in fields])
        if key not in seen:
            seen.add(key)
            yield row


def _described(column, tables, package):
    """Return a column with unit and description, from its declaration or its table."""
    found = {"name": column["name"], "field": column["field"]}
    for name in tables:
        field = package.fields(name).get(column["field"])
        if field:
            found |= {
                "unit": field.get("unit"),
                "description": field.get("description"),
                "table": name,
            }
            break
    else:
        if column["field"] == "source_title":
            found["description"] = "Title of the source the row was taken from."
        elif "unit" not in column:
            # The labels of a coded column ("Kind" for kind) have the same meaning.
            for name in tables:
                field = package.fields(name).get(column["field"].lower())
                if field:
                    found |= {"description": field.get("description"), "table": name}
                    break
    found |= {key: column[key] for key in ("unit", "description") if column.get(key)}
    found.setdefault("description", "Computed in the chapter.")
    if "description" in found:
        found["description"] = translate(found["description"])
    return {key: value for key, value in found.items() if value}


def _type(values):
    known = [value for value in values if value is not None]
    if known and all(isinstance(v, bool) for v in known):
        return "boolean"
    if known and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in known):
        return "integer" if all(isinstance(v, int) for v in known) else "number"
    return "string"


def _sources(rows, tables, package):
    """Return the sources of the rows shown, or of the tables where rows name none."""
    keys = list(dict.fromkeys(row["source"] for row in rows if isinstance(row.get("source"), str)))
    if not keys:
        keys = list(
            dict.fromkeys(
                row["source"] for t in tables for row in package.rows(t) if row.get("source")
            )
        )
    for table in tables:
        # A table that adds a fact to each row (the count of an organism) is a source as well.
        more = [row["source"] for row in package.rows(table) if row.get("source")]
        if not set(more) & set(keys):
            keys += [key for key in dict.fromkeys(more) if key not in keys]
    return [source for key in keys if (source := package.source(key))]


def as_csv(record):
    """Return the rows of a figure as CSV text, under the column names that readers see."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column["name"] for column in record["columns"])
    for row in record["rows"]:
        writer.writerow(_cell(value) for value in row)
    return out.getvalue()


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def metadata(record, cited, base=""):
    """Return the metadata published with a figure's files; ``base`` is the site's address or ""."""
    name = record["name"]
    files = {kind: f"figures/{name}.{end}" for kind, end in FILES.items()}
    return {
        "name": name,
        "title": record["title"],
        "subtitle": record["subtitle"],
        "description": record["description"],
        "note": record["note"],
        "page": f"{record['page']}.html",
        "address": f"{base}{record['page']}.html#figure-{name}",
        "version": cited["version"],
        "commit": cited.get("commit", "unknown"),
        "released": cited["date"],
        "licence": cited["licence"],
        "cite_as": cite_text(record, cited, f"{base}{record['page']}.html#figure-{name}"),
        "rows": len(record["rows"]),
        "columns": record["columns"],
        "tables": record["tables"],
        "sources": [
            {key: value for key, value in source.items() if value} for source in record["sources"]
        ],
        "files": files,
    }


#: Unit in the data package to the unit that readers see, where they differ.
UNITS = {
    "USD": "US dollars",
    "USD/year": "US dollars per year",
    "mm3": "mm³",
    "1/s": "per second",
    "10^6/s": "million per second",
    "min": "minutes",
    "byte": "bytes",
    "1": "",
    "share": "",
    "year": "",
    "date": "",
    "month": "",
    "ordinal": "",
}


def unit_words(unit):
    """Return a unit as a reader sees it; "see the column x" names a column with the units."""
    if unit and unit.startswith("see the column "):
        return translate("see the column {name}", name=unit.removeprefix("see the column "))
    return translate(UNITS.get(unit, unit or ""))


#: Kind of a figure's file to the suffix of its name.
FILES = {
    "svg": "svg",
    "png": "png",
    "csv": "csv",
    "metadata": "json",
    "spec": "vl.json",
    "embed": "html",
}


def cite_text(record, cited, address):
    """Return the citation of a figure as sentences: the edition, and the report it is based on."""
    own = translate(
        "{authors} ({year}). “{figure}”, figure in: {book}, version {version}. {address}",
        authors=translate(" and ").join(cited["authors"]),
        year=cited["date"][:4],
        figure=record["title"],
        book=cited["title"],
        version=cited["version"],
        address=address,
    )
    return f"{own} {based}" if (based := based_on(cited)) else own


def based_on(cited):
    """Return a sentence that names the report and its DOI; "" where the book names no report."""
    if not cited.get("report_doi"):
        return ""
    return translate(
        "Based on: {report}, https://doi.org/{doi}", report=cited["report"], doi=cited["report_doi"]
    )


def cite_bibtex(record, cited, address):
    """Return the citation of a figure as a BibTeX entry."""
    lines = {
        "author": " and ".join(f"{{{author}}}" for author in cited["authors"]),
        "title": f"{{{record['title']}}}",
        "howpublished": f"{translate('Figure in:')} {{{cited['title']}}}",
        "year": cited["date"][:4],
        "version": cited["version"],
        "url": address,
        "note": based_on(cited),
    }
    body = ",\n".join(f"  {key} = {{{value}}}" for key, value in lines.items() if value)
    return f"@misc{{sobe-edition-{record['name']},\n{body}\n}}"
