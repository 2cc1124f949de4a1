"""Records: every recording, connectome, simulation, project and claim has an address of its own.

A page per kind of record lists the rows of some tables. Each row has an anchor made of its table
and key, with its values, sources, corrections, the figures that are made from its table, and a
link that reports an error. Marks of charts, tables and the feed of changes lead there.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

from sobe.languages import current, known, translate
from sobe.site import template
from sobe.site.describe import ELSEWHERE
from sobe.site.figures import unit_words
from sobe.tables.own import key_columns, key_of
from sobe.tables.sources import address_of

#: Kind of record, which names its page ("record-recordings.html"), to the tables that it lists.
KINDS = {
    "recordings": ("recordings", "recording_coverage"),
    "connectomes": ("connectomes", "connectome_effort", "imaging_datasets"),
    "simulations": ("simulation_models", "simulation_evidence", "simulated_neurons"),
    "projects": (
        "brain_research_funding",
        "megaprojects",
        "reconstruction_costs",
        "cost_statements",
    ),
    "claims": ("claims",),
}
_KIND_OF = {table: kind for kind, tables in KINDS.items() for table in tables}
_HAN = re.compile(r"[\u4e00-\u9fff]")
#: Columns that name a row, the first that has a value; then columns that tell it from others.
_NAMES = ("dataset", "project", "label", "about", "statement", "quantity", "authors", "title")
_MORE = ("version", "step", "year")


def anchor(table: str, key: str) -> str:
    """Return the id of a row on its page: "recordings-demas-2021"."""
    return re.sub(r"[^a-z0-9]+", "-", f"{table}-{key}".lower()).strip("-")


def address(table: str, key: str) -> str:
    """Return where readers find a row, from the root of an edition."""
    if kind := _KIND_OF.get(table):
        return f"record-{kind}.html#{anchor(table, key)}"
    return f"data.html#table-{table}"


def title(row: dict[str, str]) -> str:
    """Return the name of a row as readers see it: "Demas, 2021".

    Names of papers, people and projects are the same in every language; statements, versions and
    steps are translated.
    """
    name = _name(row)
    if name and name in (row.get("statement"), row.get("label"), row.get("quantity")):
        return translate(name)
    parts = [name, *(_said(row[column]) for column in _MORE if row.get(column))]
    return _marked(", ".join(dict.fromkeys(part for part in parts if part)))


def _said(text: str) -> str:
    """Translate the parts of a version or step that have a message: "v626; preprint of July"."""
    return _marked("".join(map(known, re.split(r"([,;] )", text))))


def _marked(text: str) -> str:
    """Put the language's marks between the parts of a text that it has translated."""
    if current().writes(text):
        for mark, joint in ((", ", "words"), ("; ", "parts")):
            text = text.replace(mark, current().composed[joint].format("", ""))
    return text


def _name(row: dict[str, str]) -> str:
    """Return the text that names a row, as its table has it."""
    return next((row[column] for column in _NAMES if row.get(column)), "")


def titles(package: Any) -> dict[str, str]:
    """Return the title of every record by its anchor; no two are alike.

    Rows of one table that share a name are numbered: "Wang, 2025 (2)". Where tables share it, the
    table is named: "Wang, 2023 · Scored simulations".
    """
    return _titles(package, current().code)


@functools.lru_cache(maxsize=2)  # every page of records, and the search, ask for all
def _titles(package: Any, _language: str) -> dict[str, str]:
    named: dict[str, dict[str, list[str]]] = {}
    for table in _KIND_OF:
        resource = package.tables[table]
        for row in package.rows(table):
            rows = named.setdefault(title(row), {}).setdefault(table, [])
            rows.append(anchor(table, key_of(resource, row)))
    return {
        ident: " · ".join(
            [name + (f" ({number})" if len(rows) > 1 else "")]
            + ([translate(package.tables[table]["title"])] if len(tables) > 1 else [])
        )
        for name, tables in named.items()
        for table, rows in tables.items()
        for number, ident in enumerate(rows, 1)
    }


def entries(package: Any, kind: str) -> Iterator[tuple[str, str]]:
    """Yield (name, anchor) of every record of a kind, for the index that the search reads."""
    unique = titles(package)
    for table in KINDS[kind]:
        resource = package.tables[table]
        for row in package.rows(table):
            ident = anchor(table, key_of(resource, row))
            yield unique[ident], ident


def html(
    package: Any, figures: dict[str, dict[str, Any]], kind: str, report: Callable[[str], str]
) -> str:
    """Return the HTML of all records of a kind.

    Parameters
    ----------
    package
        `sobe.site.figures.Package`.
    figures
        Records of figures by name, as `sobe.site.figures.resolve` returns them.
    kind
        A key of `KINDS`.
    report
        Returns the address of the form that reports an error, by id; "" where there is none.
    """
    corrections: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in package.rows("corrections"):
        corrections.setdefault((row["table"], row["key"]), []).append(row)
    sources = {row["key"]: row for row in package.rows("sources")}
    animals = {row["organism"]: row["name"] for row in package.rows("species")}
    tables, unique = [], titles(package)
    for name in KINDS[kind]:
        resource = package.tables[name]
        shown = _shown(name, resource, figures)
        rows = []
        for row in package.rows(name):
            key = key_of(resource, row)
            ident = anchor(name, key)
            source = sources.get(row.get("source", ""))
            rows.append(
                {
                    "id": ident,
                    "title": unique[ident],
                    "cells": _values(resource, row, animals),
                    "sources": [_source(source)] if source else [],
                    "corrections": [
                        {**found, "label": _column(resource, found["column"])}
                        for found in corrections.get((name, key), [])
                    ],
                    "figures": [
                        f for f, keys in shown if keys is None or _first(resource, row) in keys
                    ],
                    "report": report(ident),
                }
            )
        words = {key: translate(resource[key]) for key in ("title", "description")}
        tables.append({"name": name, "rows": rows, **words})
    return template("records.html", tables=tables)


def _first(resource: dict[str, Any], row: dict[str, str]) -> str:
    """Return the value of the first column of a row's key, which charts have."""
    return row[_key_column(resource)]


def _key_column(resource: dict[str, Any]) -> str:
    return key_columns(resource)[0]


def _shown(
    table: str, resource: dict[str, Any], figures: dict[str, dict[str, Any]]
) -> list[tuple[dict[str, Any], set[str] | None]]:
    """Return the figures made from a table, each with the keys that its chart draws.

    None is for a chart whose data have no keys: all rows may be behind it.
    """
    column, found = _key_column(resource), []
    for figure in figures.values():
        if table in (held["name"] for held in figure["tables"]):
            rows = [row for part in figure["spec"].get("datasets", {}).values() for row in part]
            keys = {str(row[column]) for row in rows if column in row}
            found.append((figure, keys or None))
    return found


def _values(
    resource: dict[str, Any], row: dict[str, str], animals: dict[str, str]
) -> list[dict[str, str]]:
    """Return what the template needs of each column of a row that has a value.

    The source has a line of its own, and a statement that names its row is the heading.

    ``lang`` is the language of a value that is quoted in Chinese, else ""; ``animals`` are the
    names of species by their keys. Sentences that the tables translate are in the language of the
    edition, which needs no column of their translations then.
    """
    found, own = [], f"_{current().folder}"
    for field in resource["schema"]["fields"]:
        value = row.get(field["name"], "")
        heading = field["name"] == "statement" and value == _name(row)
        unsaid = heading or field["name"] == "source" or field["name"].endswith(own)
        if value and not unsaid:
            found.append(
                {
                    "label": _label(field),
                    "words": translate(animals[value])
                    if field["name"] == "organism" and value in animals
                    else _words(field, value),
                    "lang": "zh-CN" if _HAN.search(value) else "",
                    "url": _address(field["name"], row),
                }
            )
    return found


def _address(column: str, row: dict[str, str]) -> str:
    """Return where the value of a column leads; "" where nowhere."""
    value = row[column]
    if column == "doi":
        return f"https://doi.org/{value}"
    if column == "anchor":
        return f"{row['chapter']}.html#{value}"
    return value if value.startswith("https://") else ""


def _label(field: dict[str, Any]) -> str:
    """Return the title of a column, with the unit that its values have: "Volume (mm³)"."""
    label, unit = translate(field["title"]), field.get("unit", "")
    if unit in ("count", *ELSEWHERE) or unit.startswith("see the column "):
        return label
    if not (words := unit_words(unit)):
        return label
    return translate("{column} ({unit})", column=label, unit=words)


def _words(field: dict[str, Any], value: str) -> str:
    """Return a value as readers see it: the words of a code, a number with its thousands apart."""
    labels = field.get("display", {}).get("labels", {})
    if value in labels:
        return translate(labels[value])
    if field["type"] == "boolean":
        return translate("yes") if value == "true" else translate("no")
    if value in field.get("constraints", {}).get("enum", ()):
        return translate(value.replace("_", " "))
    if field["type"] == "integer" and field.get("unit") != "year":
        return f"{int(value):,}"
    if field["type"] == "number" and value.isdigit():
        return f"{int(value):,}"
    if field["name"] == "version":
        return _said(value)
    # Words, rather than the keys of rows.
    words = field["type"] == "string" and (" " in value or value[:1].isupper())
    return known(value) if words and field.get("translate") is not False else value


def _column(resource: dict[str, Any], name: str) -> str:
    """Return the title of the column that a correction names; a row or two columns have none."""
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    return translate(fields[name]["title"]) if name in fields else name


def _source(source: dict[str, str]) -> dict[str, str]:
    return {"title": source["title"], "url": address_of(source)}


#: Field of a chart's rows with the address of their record.
LINK = "record_address"


def linked(spec: dict[str, Any], tables: list[str], package: Any) -> dict[str, Any]:
    """Return a chart's spec whose marks lead to the records of their rows.

    Rows lead somewhere if they have the key of one of the figure's ``tables``, as its first column.
    A chart that states links itself keeps them.
    """
    made = copy.deepcopy(spec)
    columns = {_key_column(package.tables[name]): name for name in tables if name in _KIND_OF}
    known_keys = {table: _keys(package, table) for table in columns.values()}
    found = set()
    for data, rows in made.get("datasets", {}).items():
        for column, table in columns.items():
            keys = known_keys[table]
            known = [row for row in rows if row.get(column) in keys]
            if known:
                found.add(data)
            for row in known:
                row.setdefault(LINK, address(table, keys[row[column]]))
    for part, data in _marks(made):
        kind = part["mark"] if isinstance(part["mark"], str) else part["mark"]["type"]
        if data in found and kind in ("point", "circle", "square", "bar", "tick"):
            part.setdefault("encoding", {}).setdefault("href", {"field": LINK})
    return made


def _keys(package: Any, table: str) -> dict[str, str]:
    """Return {first column of the key: whole key} of the rows of a table; the first row counts."""
    resource = package.tables[table]
    found: dict[str, str] = {}
    for row in package.rows(table):
        found.setdefault(_first(resource, row), key_of(resource, row))
    return found


def _marks(spec: dict[str, Any], data: str | None = None) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield every part of a spec that has a mark, with the name of its data set."""
    data = spec.get("data", {}).get("name", data)
    if "mark" in spec:
        yield spec, data
    for part in spec.get("layer", []):
        yield from _marks(part, data)
