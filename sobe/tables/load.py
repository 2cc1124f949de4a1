"""Strict loading of the tables in ``data/``, driven by ``data/datapackage.json``.

The Frictionless descriptor is the only place where columns, types and rules are written;
this module reads it and applies it. The first fault stops the load with a `TableError`
that names the file, row, line, column, value, and what was expected there.

Two environment variables are read: ``SOBE_DATA`` (another data directory) and
``SOBE_READS`` (a file to which the absolute path of every CSV read is appended, so that a
build can tell which tables a page depends on).
"""

from __future__ import annotations

import datetime
import json
import math
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd

from sobe import ROOT
from sobe.tables.rows import TableError, note, quote, read

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_TYPES = {
    "string": "text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "year": "a four-digit year",
    "date": "a date written YYYY-MM-DD",
}
_CONSTRAINTS = {"required", "unique", "minimum", "maximum", "enum", "pattern"}
#: Not in any text: controls but for tab and line feed, marks that turn the direction of what stands
#: around them, and code points that are no characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+")
_LONGEST = 10_000


# ---------------------------------------------------------------- the description


def _directory(data_dir):
    if data_dir is None:
        data_dir = os.environ.get("SOBE_DATA") or ROOT / "data"
    return Path(data_dir).resolve()


def _descriptor(directory):
    """The datapackage and its resources by name, in their order."""
    file = f"{directory.name}/datapackage.json"
    try:
        package = json.loads((directory / "datapackage.json").read_bytes().decode("utf-8"))
    except OSError as error:
        raise TableError(
            file,
            "a Frictionless data package",
            problem=f"the file cannot be read ({error.strerror})",
        ) from None
    except UnicodeDecodeError as error:
        raise TableError(file, "UTF-8 text", problem=f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise TableError(
            file, "JSON", line=error.lineno, problem=f"not JSON ({error.msg})"
        ) from None
    except RecursionError:
        raise TableError(file, "a Frictionless data package", problem="nested too deep") from None
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(resources, list) or not all(
        isinstance(r, dict) and r.get("name") and isinstance(r["name"], str) for r in resources
    ):
        raise TableError(
            file, "a list 'resources' of named tables", problem="no usable 'resources'"
        )
    by_name = {r["name"]: r for r in resources}
    if len(by_name) < len(resources):
        raise TableError(file, "each table once", problem="two resources have the same name")
    return package, by_name


def _package(directory):
    """The resources of the datapackage, by name, in their order."""
    return _descriptor(directory)[1]


def _resource(directory, package, name):
    """The descriptor of one table, refused if it asks for something not checked here."""
    file = f"{directory.name}/datapackage.json"
    if name not in package:
        raise TableError(
            file, "one of " + ", ".join(package), value=name, problem=f"no table {name!r}"
        )
    resource = package[name]
    schema = resource.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not fields or not isinstance(resource.get("path"), str):
        raise TableError(
            file,
            "a 'path' (text) and 'schema.fields'",
            value=name,
            problem=f"table {name!r} is not fully described",
        )
    if fault := _misshapen(schema):
        raise TableError(
            file, "a schema of Frictionless", value=name, problem=f"table {name!r}: {fault}"
        )
    if str(resource.get("encoding", "utf-8")).lower() != "utf-8":
        raise TableError(file, "utf-8", value=resource["encoding"])
    for field in fields:
        # An unknown rule must not be passed over in silence: the author believes it is applied.
        unknown = set(field.get("constraints", {})) - _CONSTRAINTS
        if field.get("type") not in _TYPES or unknown:
            raise TableError(
                file,
                f"a type among {', '.join(_TYPES)}; constraints among {', '.join(sorted(_CONSTRAINTS))}",
                column=field.get("name"),
                value=field.get("type"),
                problem=f"table {name!r}: type {field.get('type')!r}, constraints {sorted(unknown)} not supported",
            )
    known = {field["name"] for field in fields}
    for column in [
        *_listed(schema.get("primaryKey")),
        *(c for key in schema.get("foreignKeys", []) for c in _listed(key["fields"])),
    ]:
        if column not in known:
            raise TableError(
                file,
                "one of " + ", ".join(sorted(known)),
                column=column,
                value=column,
                problem=f"table {name!r}: a key names an undeclared column",
            )
    return resource


def _misshapen(schema):
    """What in a schema is of another shape than is relied upon here, or None."""

    def are(kind, values):
        return isinstance(values, list) and all(isinstance(value, kind) for value in values)

    def named(names):
        return isinstance(names, str) or are(str, names)

    fields, keys = schema["fields"], schema.get("foreignKeys", [])
    if not are(dict, fields) or not are(str, [field.get("name") for field in fields]):
        return "'fields' is not a list of named columns"
    if len({field["name"] for field in fields}) < len(fields):
        return "a column is described twice"
    for field in fields:
        rules = field.get("constraints", {})
        if not isinstance(field.get("type"), str) or not isinstance(rules, dict):
            return f"column {field['name']!r} lacks a type, or its constraints are no mapping"
        try:
            for rule in ("minimum", "maximum"):
                kinds = {"string": str, "date": datetime.date}.get(field["type"], (int, float))
                if rule in rules and not isinstance(_limit(field["type"], rules[rule]), kinds):
                    raise TypeError(rule)
            if not isinstance(rules.get("enum", []), list):
                return f"column {field['name']!r}: enum is no list"
            [_limit(field["type"], value) for value in rules.get("enum", [])]
            re.compile(rules.get("pattern", ""))
        except (TypeError, ValueError, KeyError, re.error, RecursionError) as error:
            return (
                f"column {field['name']!r}: a constraint is not of its type ({quote(str(error))})"
            )
    if not named(schema.get("primaryKey", [])) or not are(str, schema.get("missingValues", [""])):
        return "'primaryKey' or 'missingValues' is no list of names"
    if not are(dict, keys) or not all(
        named(key.get("fields"))
        and isinstance(key.get("reference"), dict)
        and named(key["reference"].get("fields"))
        and isinstance(key["reference"].get("resource", ""), str)
        for key in keys
    ):
        return "'foreignKeys' are not as Frictionless has them"
    return None


def _listed(names):
    return [names] if isinstance(names, str) else list(names or [])


# ---------------------------------------------------------------- typed cells


def _parse(kind, text):
    """The value written in a cell; ValueError when it is not of the type."""
    if kind == "string":
        return text
    if kind == "boolean":
        return {"true": True, "false": False}[text]
    if kind == "date":
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        return datetime.date.fromisoformat(text)
    if kind == "number":
        # float() alone would take "nan", "inf", "1_000" and non-ASCII digits.
        if not _NUMBER.fullmatch(text) or not math.isfinite(value := float(text)):
            raise ValueError(text)
        return value
    if not (re.fullmatch("[0-9]{4}", text) if kind == "year" else _INTEGER.fullmatch(text)):
        raise ValueError(text)
    # The length test comes first: int() refuses very long digit strings with its own error.
    if len(text) > 40 or not -(2**63) <= (value := int(text)) < 2**63:
        raise ValueError(text)
    return value


def _limit(kind, value):
    """A bound or category of the descriptor, which may be JSON text or a JSON number."""
    return _parse(kind, value) if isinstance(value, str) else value


def _expected(field):
    rules, parts = field.get("constraints", {}), [_TYPES[field["type"]]]
    if "minimum" in rules:
        parts.append(f"at least {rules['minimum']}")
    if "maximum" in rules:
        parts.append(f"at most {rules['maximum']}")
    if "pattern" in rules:
        parts.append(f"matching {rules['pattern']}")
    if "enum" in rules:
        parts.append("one of " + ", ".join(str(value) for value in rules["enum"]))
    return ", ".join(parts)


def _cell(field, text):
    """Parse and check one cell; returns (value, None) or (None, (expected, problem))."""
    kind, rules, expected = field["type"], field.get("constraints", {}), _expected(field)
    if len(text) > _LONGEST:
        return None, (
            f"{expected}, of at most {_LONGEST:,} characters",
            f"a cell of {len(text):,} characters",
        )
    if unseen := _UNSEEN.search(text):
        found = (
            "a NUL byte" if unseen[0] == "\x00" else f"the unseen character U+{ord(unseen[0]):04X}"
        )
        return None, (expected, f"{quote(text)} holds {found}")
    if text != text.strip():
        return None, (f"{expected}, without spaces around it", None)
    if kind == "string" and text.startswith(("=", "+", "-", "@")) and not _NUMBER.fullmatch(text):
        # The files are there to be downloaded, and some will be opened in spreadsheets.
        return None, (
            f"{expected}, not beginning with =, +, - or @, which spreadsheets take for a formula",
            None,
        )
    if field.get("format") == "uri" and not _ADDRESS.fullmatch(text):
        return None, ("an address that begins with http:// or https://", None)
    try:
        value = _parse(kind, text)
    except (ValueError, KeyError):
        bare = re.sub("[,_' \u00a0\u202f]", "", text)
        if kind in ("integer", "number") and bare != text and _NUMBER.fullmatch(bare):
            expected += ", without thousands separators"
        return None, (expected, None)
    valid = (
        ("minimum" not in rules or value >= _limit(kind, rules["minimum"]))
        and ("maximum" not in rules or value <= _limit(kind, rules["maximum"]))
        and ("enum" not in rules or value in [_limit(kind, v) for v in rules["enum"]])
        and ("pattern" not in rules or re.fullmatch(rules["pattern"], text))
    )
    return (value, None) if valid else (None, (expected, None))


def _typed(rows, names):
    """{column: values} for the named columns, None where missing; raises at the earliest fault."""
    absent = set(rows.schema.get("missingValues", [""]))
    typed, faults = {}, []
    for position, field in enumerate(f for f in rows.schema["fields"] if f["name"] in names):
        name = field["name"]
        key = name in _listed(rows.schema.get("primaryKey"))
        required = key or field.get("constraints", {}).get("required", False)
        cells = rows.columns[name]
        # Each distinct text is parsed once: most columns repeat few values.
        parsed = {
            text: (None, None) if text in absent else _cell(field, text) for text in set(cells)
        }
        for text in absent & parsed.keys() if required else ():
            parsed[text] = None, (_expected(field), "the cell is empty and a value is required")
        for index, text in enumerate(cells):
            if parsed[text][1]:
                faults.append((index, position, name, text, *parsed[text][1]))
                break
        typed[name] = [parsed[text][0] for text in cells]
    if faults:
        index, _, name, text, expected, problem = min(faults, key=lambda fault: fault[:2])
        raise rows.fault(index, expected, name, text, problem)
    return typed


def _series(kind, values):
    missing = any(value is None for value in values)
    if kind in ("integer", "year"):
        return pd.Series(values, dtype="Int64" if missing else "int64")
    if kind == "boolean":
        return pd.Series(values, dtype="boolean" if missing else "bool")
    if kind == "number":
        return pd.Series(
            [math.nan if value is None else value for value in values], dtype="float64"
        )
    if kind == "date":
        return pd.Series(np.array(values, dtype="datetime64[us]"))
    return pd.Series(values, dtype="str")


# ---------------------------------------------------------------- keys


def _check_unique(rows, typed):
    fields = rows.schema["fields"]
    keys = [[f["name"]] for f in fields if f.get("constraints", {}).get("unique")]
    primary = _listed(rows.schema.get("primaryKey"))
    for names in [primary, *keys] if primary else keys:
        seen = {}
        for index, values in enumerate(zip(*(typed[name] for name in names))):
            if None in values:
                continue  # missing values are not equal to one another
            first = seen.setdefault(values, index)
            if first != index:
                text = ", ".join(rows.columns[name][index] for name in names)
                rule = "primary key" if names == primary else "column"
                raise rows.fault(
                    index,
                    f"each value of the {rule} once",
                    ", ".join(names),
                    text,
                    f"{quote(text)} is already in {rows.at(first)}",
                )


def _check_foreign(directory, package, resource, rows, typed):
    tables = {resource["name"]: (rows, typed)}
    for key in resource["schema"].get("foreignKeys", []):
        name = key["reference"].get("resource") or resource["name"]
        names, targets = _listed(key["fields"]), _listed(key["reference"]["fields"])
        if name not in tables:
            tables[name] = (read(directory, _resource(directory, package, name)), None)
        other, values = tables[name]
        absent = [target for target in targets if target not in other.columns]
        if absent or len(names) != len(targets):
            raise TableError(
                f"{directory.name}/datapackage.json",
                f"columns of table {name!r}",
                column=", ".join(names),
                value=", ".join(targets),
            )
        values = values or _typed(other, targets)
        allowed = set(zip(*(values[target] for target in targets)))
        for index, value in enumerate(zip(*(typed[n] for n in names))):
            if None not in value and value not in allowed:
                text = ", ".join(rows.columns[n][index] for n in names)
                raise rows.fault(
                    index,
                    f"a value of {', '.join(targets)} in {other.file}",
                    ", ".join(names),
                    text,
                )


# ---------------------------------------------------------------- public


def names(data_dir=None) -> list[str]:
    """The names of the tables, in the order of the datapackage."""
    return list(_package(_directory(data_dir)))


def schema(name: str, data_dir=None) -> dict:
    """The Frictionless descriptor of one table (name, path, schema, ...), as written."""
    directory = _directory(data_dir)
    return _resource(directory, _package(directory), name)


def labels(name: str, column: str, data_dir=None) -> dict[str, str]:
    """Return what readers see for each category of a column: {value: label}.

    The labels are those of ``display.labels`` of the column in the datapackage, in their order.

    Raises
    ------
    TableError
        There is no such table or column, or the column has no labels.
    """
    found = display(name, data_dir).get(column, {}).get("labels")
    if not found:
        file = f"{_directory(data_dir).name}/datapackage.json"
        raise TableError(
            file, "'display.labels'", column=column, problem=f"table {name!r}: no labels"
        )
    return dict(found)


def display(name: str, data_dir=None) -> dict[str, dict]:
    """Return how the columns of a table are shown: {column: {"labels": …, "format": …}}.

    ``labels`` are words for categories; ``format`` is a d3 format for tooltips, where it is not
    that of the column's unit (see `units`).
    """
    directory = _directory(data_dir)
    resource = _resource(directory, _package(directory), name)
    note((directory / resource["path"]).resolve())
    return {
        field["name"]: {"unit": field.get("unit"), **field.get("display", {})}
        for field in resource["schema"]["fields"]
    }


def units(data_dir=None) -> dict[str, dict]:
    """Return how units are shown: {unit: {"label": words, "format": d3 format for tooltips}}.

    Either may be missing: a unit without ``label`` is written as it is.
    """
    return _descriptor(_directory(data_dir))[0].get("units", {})


def load(name: str, data_dir=None) -> pd.DataFrame:
    """One table, typed and checked: a row per CSV row, the columns in the order of its schema.

    Types: string -> str, integer and year -> int64 (Int64 if a value is missing), number ->
    float64, boolean -> bool (boolean if a value is missing), date -> datetime64[us].
    ``attrs`` holds "units" and "descriptions" ({column: text}) and "path" (of the CSV, absolute).
    ``data_dir``: default ``SOBE_DATA``, else ``data/`` of the repository.
    Raises `TableError` at the first fault, foreign keys into other tables included.
    """
    directory = _directory(data_dir)
    package = _package(directory)
    resource = _resource(directory, package, name)
    rows = read(directory, resource)
    fields = resource["schema"]["fields"]
    typed = _typed(rows, rows.columns)
    _check_unique(rows, typed)
    _check_foreign(directory, package, resource, rows, typed)
    table = pd.DataFrame({f["name"]: _series(f["type"], typed[f["name"]]) for f in fields})
    table.attrs = {
        "units": {f["name"]: f["unit"] for f in fields if f.get("unit")},
        "descriptions": {f["name"]: f["description"] for f in fields if f.get("description")},
        "path": str(rows.path),
    }
    return table


def with_sources(table: pd.DataFrame, data_dir=None) -> pd.DataFrame:
    """A copy with ``source_title``: the title, in table "sources", of the key in column ``source``.

    Missing where ``source`` is missing. Raises ValueError for a missing column or an unknown key.
    """
    if "source" not in table:
        raise ValueError(f"no column 'source' among {', '.join(map(str, table.columns))}")
    titles = load("sources", data_dir).set_index("key")["title"]
    unknown = table["source"].dropna()
    unknown = unknown[~unknown.isin(titles.index)]
    if len(unknown):
        raise ValueError(
            f"{len(unknown)} keys in column 'source' are not in sources, first {unknown.iloc[0]!r}"
        )
    return table.assign(source_title=table["source"].map(titles).astype("str"))
