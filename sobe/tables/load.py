"""Strict loading of the tables in ``data/``, as ``data/datapackage.json`` describes them.

The Frictionless descriptor is the only place where columns, types and rules are written.
This module reads and applies it. The first error ends the load with a `TableError` that names
the file, row, line, column, value, and what was expected there.

A table that is derived from the report's data may have rows of ours, in a file of its own below
``own/``, with the columns of the table and those of ``provenance``: where in its source the value
is, when it was looked up, and who vouches for it. `load` merges both only where it is told to.

Two environment variables are read: ``SOBE_DATA`` (another data directory) and ``SOBE_READS``
(a file to which the absolute path of every CSV read is appended, so that a build can tell which
tables, or which rows of them, a page depends on).
"""

from __future__ import annotations

import copy
import datetime
import functools
import itertools
import json
import math
import operator
import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sobe import plain
from sobe.paths import ROOT
from sobe.tables.own import OWN, own_path
from sobe.tables.rows import TableError, inside, note, quote, read, read_text, unseen

_LONGEST = 10_000
#: What begins a formula; categories of letters that show nothing on their own, and others that do.
_SIGNS = "=+-@"
_NOT_SEEN = {"Cc", "Cf", "Cn", "Co", "Mn", "Me", "Zs", "Zl", "Zp"}
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


class _Type(NamedTuple):
    """How values of a type are named, written and read, and their dtype without and with gaps."""

    expected: str
    written: re.Pattern
    value: Callable
    dtypes: tuple[str, str]


# The patterns are stricter than Python, which also reads "nan", "1_000" and non-ASCII digits.
_TYPES = {
    "string": _Type("text", re.compile("(?s:.*)"), str, ("str", "str")),
    "integer": _Type("an integer", re.compile("[+-]?[0-9]{1,40}"), int, ("int64", "Int64")),
    "number": _Type("a number", _NUMBER, float, ("float64", "float64")),
    "boolean": _Type("true or false", re.compile("true|false"), "true".__eq__, ("bool", "boolean")),
    "year": _Type("a four-digit year", re.compile("[0-9]{4}"), int, ("int64", "Int64")),
    "date": _Type(
        "a date written YYYY-MM-DD",
        re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        datetime.date.fromisoformat,
        ("datetime64[us]", "datetime64[us]"),
    ),
}
#: Constraint -> the words for it, and whether a value keeps to it.
_RULES = {
    "minimum": ("at least", operator.ge),
    "maximum": ("at most", operator.le),
    "pattern": ("matching", lambda value, pattern: pattern.fullmatch(value)),
    "enum": ("one of", lambda value, values: value in values),
}
_CONSTRAINTS = sorted({"required", "unique", *_RULES})

# ---------------------------------------------------------------- the description

#: The parts of a description that are relied upon; those with a question mark may be absent.
_NAMES = [str]  # or one name alone
_FIELDS = [{"name": str, "type": str, "constraints?": {"enum?": list, "pattern?": str}}]
_PACKAGE = {"resources": [{"name": str}], "provenance?": _FIELDS}
_FORM = {
    "path": str,
    "origin?": str,
    "duplicates?": [[str]],
    "encoding?": str,
    "schema": {
        "fields": _FIELDS,
        "primaryKey?": _NAMES,
        "missingValues?": [str],
        "foreignKeys?": [{"fields": _NAMES, "reference": {"fields": _NAMES, "resource?": str}}],
    },
}
#: Where a table comes from: the report's data, other tables of the package, or our own hands.
_ORIGINS = ("derived", "computed", "own")
_FORMS = {str: "text", list: "a list", dict: "a mapping"}


class _Package:
    """The descriptions of all tables of a directory, from its ``datapackage.json``."""

    def __init__(self, data_dir=None):
        if data_dir is None:
            data_dir = os.environ.get("SOBE_DATA") or ROOT / "data"
        self.directory = Path(data_dir).resolve()
        self.file = f"{self.directory.name}/datapackage.json"
        expected = "a Frictionless data package"
        text = read_text(self.directory / "datapackage.json", self.file, expected)
        try:
            package = _parsed(text)
        except plain.PlainError as error:
            problem = f"not JSON ({error.problem})"
            raise self.error(expected, line=error.line, problem=problem) from None
        self._fit(package, _PACKAGE, "package")
        self.units = package.get("units", {})
        self.provenance = package.get("provenance", [])
        self.resources = {resource["name"]: resource for resource in package["resources"]}
        if len(self.resources) < len(package["resources"]):
            raise self.error("each table once", problem="two resources have the same name")

    def error(self, expected, **details):
        """Return the error to raise for the description."""
        return TableError(self.file, expected, **details)

    def resource(self, name):
        """Return the description of a table; raise TableError if it cannot be relied upon."""
        if name not in self.resources:
            known = ", ".join(self.resources)
            raise self.error(f"one of {known}", value=name, problem=f"no table {name!r}")
        resource, at = self.resources[name], f"table {name!r}"
        self._fit(resource, _FORM, at)
        if resource.get("origin", "own") not in _ORIGINS:
            problem = f"{at}.origin is {quote(resource['origin'])}"
            raise self.error(
                f"one of {', '.join(_ORIGINS)}", value=resource["origin"], problem=problem
            )
        if resource.get("encoding", "utf-8").lower() != "utf-8":
            raise self.error("utf-8", value=resource["encoding"])
        schema = resource["schema"]
        known = sorted(field["name"] for field in schema["fields"])
        if not known or len(set(known)) < len(known):
            problem = f"{at}.schema.fields has the columns {quote(known)}"
            raise self.error("columns of different names", value=known, problem=problem)
        keys = [schema.get("primaryKey", []), *(k["fields"] for k in schema.get("foreignKeys", []))]
        keys += resource.get("duplicates", [])
        for column in itertools.chain(*map(_listed, keys)):
            if column not in known:
                expected = f"one of {', '.join(known)}"
                problem = f"{at}: a key names an undeclared column"
                raise self.error(expected, column=column, value=column, problem=problem)
        return resource

    def _fit(self, value, form, at):
        """Raise TableError for the first part of a description that has another form."""
        if form is _NAMES and isinstance(value, str):
            return
        kind = form if isinstance(form, type) else type(form)
        if not isinstance(value, kind):
            raise self.error(_FORMS[kind], value=value, problem=f"{at} is {quote(value)}")
        if isinstance(form, list):
            for number, part in enumerate(value):
                self._fit(part, form[0], f"{at}[{number}]")
        elif isinstance(form, dict):
            for key, part in form.items():
                name = key.removesuffix("?")
                if name == key or name in value:
                    self._fit(value.get(name), part, f"{at}.{name}")

    def check_own(self):
        """Raise TableError for a file among those of our rows that belongs to no table."""
        known = {path for r in self.resources.values() if "path" in r and (path := own_path(r))}
        for path in sorted((self.directory / OWN).rglob("*")):
            name = path.relative_to(self.directory).as_posix()
            if path.is_file() and not path.name.startswith(".") and name not in known:
                expected = f"the file of a derived table, such as {min(known, default='none')}"
                problem = "rows of ours for no derived table"
                raise TableError(f"{self.directory.name}/{name}", expected, problem=problem)


#: The description, parsed once for each of its states: a chapter loads dozens of tables.
_parsed = functools.lru_cache(maxsize=2)(plain.read_json)


def _listed(names):
    return [names] if isinstance(names, str) else names


# ---------------------------------------------------------------- typed cells


def begins_formula(text):
    """Return whether a spreadsheet may take a text for a formula; a number is none.

    Its first letter counts: without unseen letters before it, and in its usual width (＝ is =).
    """
    usual = text[:1].isascii() and text[:1].isalnum()
    first = text[0] if usual else next(filter(_is_seen, text), "")
    sign = unicodedata.normalize("NFKC", first).strip()[:1]
    return sign in _SIGNS and sign != "" and not _NUMBER.fullmatch(text)


def _is_seen(letter):
    return unicodedata.category(letter) not in _NOT_SEEN and letter not in _FILLERS


class _Column:
    """The type and rules of a column, ready to be applied to the text of cells."""

    def __init__(self, package, resource, field):
        schema, rules = resource["schema"], field.get("constraints", {})
        self.name, self.kind, self.uri = field["name"], field["type"], field.get("format") == "uri"
        where = f"table {resource['name']!r}"
        # An unknown rule must not be passed over in silence: the author believes it is applied.
        unknown = sorted(set(rules).difference(_CONSTRAINTS))
        if self.kind not in _TYPES or unknown:
            problem = f"{where}: type {self.kind!r}, constraints {unknown} not supported"
            expected = f"a type among {', '.join(_TYPES)}"
            expected += f"; constraints among {', '.join(_CONSTRAINTS)}"
            raise package.error(expected, column=self.name, value=self.kind, problem=problem)
        self.type = _TYPES[self.kind]
        self.absent = schema.get("missingValues", [""])
        self.required = rules.get("required") or self.name in _listed(schema.get("primaryKey", []))
        self.unique = rules.get("unique")
        self.expected, self.rules = self.type.expected, []
        for rule, (words, keeps) in _RULES.items():
            if rule not in rules:
                continue
            given = rules[rule]
            try:
                self.rules.append((keeps, self._bound(rule, given)))
            except (ValueError, RecursionError, re.error):
                wrong = {"value": given, "problem": f"{where}: {rule} is {quote(given)}"}
                expected = f"a valid {rule} for {self.type.expected}"
                raise package.error(expected, column=self.name, **wrong) from None
            shown = ", ".join(map(str, given)) if rule == "enum" else given
            self.expected += f", {words} {shown}"

    def _bound(self, rule, given):
        """Return what values are compared with; raise ValueError if it is not of the type."""
        if rule == "enum":
            return [self._bound("each", value) for value in given]
        if rule == "pattern" and self.kind == "string":
            return re.compile(given)
        if rule == "pattern" or not isinstance(given, (str, int, float)):
            raise ValueError(rule)
        return self._value(given if isinstance(given, str) else json.dumps(given))

    def _value(self, text):
        """Return the value written in a text; raise ValueError if it is not of the type."""
        value = self.type.value(text) if self.type.written.fullmatch(text) else math.inf
        too_large = self.kind == "integer" and not -(2**63) <= value < 2**63
        if too_large or value in (math.inf, -math.inf):
            raise ValueError(text)
        return value

    def cell(self, text):
        """Return (value, None) for the text of a cell, or (None, (expected, problem))."""
        expected, problem = self.expected, None
        if text in self.absent:
            wrong = expected, "the cell is empty and a value is required"
            return None, wrong if self.required else None
        if len(text) > _LONGEST:
            expected += f", of at most {_LONGEST:,} characters"
            problem = f"a cell of {len(text):,} characters"
        elif found := unseen(text):
            problem = f"{quote(text)} holds {found}"
        elif text != text.strip():
            expected += ", without spaces around it"
        elif self.kind == "string" and begins_formula(text):
            # The files can be downloaded, and some will be opened in spreadsheets.
            expected += ", not beginning with =, +, - or @, which spreadsheets take for a formula"
        elif self.uri and not _ADDRESS.fullmatch(text):
            expected = "an address that begins with http:// or https://"
        else:
            try:
                value = self._value(text)
                if all(keeps(value, bound) for keeps, bound in self.rules):
                    return value, None
            except ValueError:
                bare = re.sub("[,_' \u00a0\u202f]", "", text)
                if self.kind in ("integer", "number") and bare != text and _NUMBER.fullmatch(bare):
                    expected += ", without thousands separators"
        return None, (expected, problem)


class _Table:
    """The text of a table, in one CSV file or two, with the types and rules of its columns."""

    def __init__(self, package, name, own=False):
        resource = package.resource(name)
        self.schema, self.duplicates = resource["schema"], resource.get("duplicates", [])
        self.columns = [_Column(package, resource, field) for field in self.schema["fields"]]
        self.paths = [inside(package.directory, resource["path"])]
        names = [column.name for column in self.columns]
        self.parts = [read(package.directory, resource["path"], names)]
        if own and (path := own_path(resource)):
            self.columns += [_Column(package, resource, field) for field in package.provenance]
            self.paths.append(inside(package.directory, path))
            if self.paths[1].exists():
                if "source" not in names:
                    problem = f"{package.directory.name}/{path} has rows for table {name!r}"
                    raise package.error(
                        "no rows of ours for a table without sources", problem=problem
                    )
                names = [column.name for column in self.columns]
                self.parts.append(read(package.directory, path, names))
        self.file = self.parts[0].file

    def at(self, index):
        """Return (the file of the row at an index, its index there)."""
        first = len(self.parts[0].lines)
        return (self.parts[0], index) if index < first else (self.parts[1], index - first)

    def error(self, index, names, expected, problem=None):
        """Return the error to raise for some cells of the row at an index."""
        rows, place = self.at(index)
        text = rows.text(place, names)
        return rows.error(place, expected, ", ".join(names), text, problem)

    def typed(self, names=None):
        """Return {column: values}, None where missing; raise TableError for the earliest error.

        ``names`` are the columns wanted; all by default.
        """
        wanted = [c for c in self.columns if names is None or c.name in names]
        typed = {column.name: [] for column in wanted}
        for rows in self.parts:
            errors = []
            for position, column in enumerate(wanted):
                if column.name not in rows.columns:  # provenance, of the report's rows
                    typed[column.name] += [None] * len(rows.lines)
                    continue
                texts = rows.columns[column.name]
                # Each distinct text is parsed once: most columns repeat few values.
                parsed = {text: column.cell(text) for text in set(texts)}
                for index, text in enumerate(texts):
                    if wrong := parsed[text][1]:
                        errors.append((index, position, column.name, text, *wrong))
                        break
                typed[column.name] += [parsed[text][0] for text in texts]
            if errors:
                index, _, name, text, expected, problem = min(errors, key=operator.itemgetter(0, 1))
                raise rows.error(index, expected, name, text, problem)
        return typed

    def check_unique(self, typed):
        """Raise TableError for the first value of a key that an earlier row has too."""
        primary = _listed(self.schema.get("primaryKey", []))
        keys = [(primary, "primary key")] if primary else []
        keys += [([column.name], "column") for column in self.columns if column.unique]
        for names, rule in keys:
            seen = {}
            for index, value in enumerate(_tuples(typed, names)):
                first = seen.setdefault(value, index)
                if first != index and None not in value:  # missing values are not equal
                    expected = f"each value of the {rule} once"
                    raise self.error(index, names, expected, self._already(index, names, first))

    def check_duplicates(self, typed):
        """Raise TableError, for all of our rows that say what an earlier row says."""
        begin, found = len(self.parts[0].lines), {}
        for names in self.duplicates if len(self.parts) > 1 else ():
            seen = {}
            for index, value in enumerate(_tuples(typed, names)):
                same = tuple(map(_compared, names, value))
                first = seen.setdefault(same, index)
                if first != index and index >= begin and None not in value:
                    found.setdefault(index, (names, first))
        if found:
            first, (names, _) = min(found.items())
            told = []
            for index, (columns, earlier) in sorted(found.items()):
                row = "" if index == first else f"{self.at(index)[0].at(self.at(index)[1])}: "
                told.append(f"{row}{', '.join(columns)} {self._already(index, columns, earlier)}")
            more = f"; and {len(told) - 10} more" if len(told) > 10 else ""
            expected = f"no row twice: each {', '.join(names)} once"
            raise self.error(first, names, expected, "; ".join(told[:10]) + more)

    def _already(self, index, names, first):
        (rows, place), (earlier, there) = self.at(index), self.at(first)
        other = "" if earlier is rows else f" of {earlier.file}"
        return f"{quote(rows.text(place, names))} is already in {earlier.at(there)}{other}"

    def check_foreign(self, typed, names, other, targets):
        """Raise TableError for the first value that is not in the columns of another table."""
        allowed = set(_tuples(other.typed(targets), targets))
        for index, value in enumerate(_tuples(typed, names)):
            if value not in allowed and None not in value:
                expected = f"a value of {', '.join(targets)} in {other.file}"
                raise self.error(index, names, expected)


def _compared(name, value):
    """Return what tells whether two rows have the same value: of authors, the first's last name."""
    if not isinstance(value, str):
        return value
    if name == "authors":
        value = re.split(r"\bet al|[,;&]| and ", value)[0].strip()
        value = value.rpartition(" ")[2]
    return " ".join(value.casefold().split())


def _tuples(typed, names):
    return zip(*(typed[name] for name in names), strict=True)


# ---------------------------------------------------------------- public


def names(data_dir=None) -> list[str]:
    """Return the names of the tables, in the order of the data package."""
    return list(_Package(data_dir).resources)


def schema(name: str, data_dir=None) -> dict:
    """Return the Frictionless descriptor of one table (name, path, schema, ...), as written."""
    return copy.deepcopy(_Package(data_dir).resource(name))


def directory(data_dir=None) -> Path:
    """Return the folder of the tables: ``data_dir``, else ``SOBE_DATA``, else ``data/``."""
    return _Package(data_dir).directory


def own_fields(name: str, data_dir=None) -> list[dict]:
    """Return the descriptors of the columns that a row of ours has."""
    package = _Package(data_dir)
    resource = package.resource(name)
    own = package.provenance if own_path(resource) else []
    return copy.deepcopy([*resource["schema"]["fields"], *own])


def problems(name: str, row: dict[str, str], data_dir=None) -> list[tuple]:
    """Return what is wrong with the cells of a row of ours: (column, text, expected, problem).

    Only the rules of single cells are applied; keys and duplicates are checked by `load`.
    """
    package = _Package(data_dir)
    resource = package.resource(name)
    found = []
    for field in own_fields(name, data_dir):
        text = row.get(field["name"], "")
        if wrong := _Column(package, resource, field).cell(text)[1]:
            found.append((field["name"], text, *wrong))
    return found


def display(name: str, data_dir=None) -> dict[str, dict]:
    """Return how the columns of a table are shown: {column: {"unit", "labels"}}.

    ``labels`` are words for categories, where there are any.
    """
    package = _Package(data_dir)
    resource = package.resource(name)
    note((package.directory / resource["path"]).resolve())
    return {
        field["name"]: {"unit": field.get("unit"), **copy.deepcopy(field.get("display", {}))}
        for field in resource["schema"]["fields"]
    }


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
        problem = f"table {name!r}: no labels"
        raise _Package(data_dir).error("'display.labels'", column=column, problem=problem)
    return dict(found)


def units(data_dir=None) -> dict[str, dict]:
    """Return how units are shown: {unit: {"label": words, "format": name of a formatter}}.

    Either may be missing: a unit without ``label`` is written as it is. Formatters are those of
    `sobe.languages.units`.
    """
    return copy.deepcopy(_Package(data_dir).units)


def load(name: str, data_dir=None, own: bool = False) -> pd.DataFrame:
    """Load one table, typed and checked.

    A table that is derived from the report's data is loaded as the report has it, unless ``own``.

    Parameters
    ----------
    name
        Name of the table in the data package.
    data_dir
        Folder of the tables; default ``SOBE_DATA``, else ``data/`` of the repository.
    own
        Whether a derived table has our rows as well, after the report's, and the columns of
        ``provenance``, which are missing in the report's rows.

    Returns
    -------
    pandas.DataFrame
        One row per CSV row, the columns in the order of the schema. Types: string -> str, integer
        and year -> int64 (Int64 if a value is missing), number -> float64, boolean -> bool
        (boolean if a value is missing), date -> datetime64[us]. ``attrs`` holds "units" and
        "descriptions" ({column: text}) and "path" (of the CSV, absolute).

    Raises
    ------
    TableError
        At the first error of the table, foreign keys into other tables included.
    """
    package = _Package(data_dir)
    if own:
        package.check_own()
    tables = {name: (table := _Table(package, name, own))}
    for path in table.paths:  # also of a file that is not there: it may come
        note(path)
    typed = table.typed()
    table.check_unique(typed)
    table.check_duplicates(typed)
    for key in table.schema.get("foreignKeys", []):
        columns, targets = _listed(key["fields"]), _listed(key["reference"]["fields"])
        other = key["reference"].get("resource") or name
        if other not in tables:
            # A table kept by hand may say more about our rows as well.
            wide = own or own_path(package.resources[name]) is None
            tables[other] = _Table(package, other, wide)
        if len(columns) != len(targets) or set(targets) - {c.name for c in tables[other].columns}:
            found, expected = ", ".join(targets), f"columns of table {other!r}"
            raise package.error(expected, column=", ".join(columns), value=found)
        table.check_foreign(typed, columns, tables[other], targets)
        if other != name:
            _note_rows(tables[other], targets, typed, columns)
    frame = pd.DataFrame(
        {
            column.name: pd.Series(values, dtype=column.type.dtypes[None in values])
            for column, values in zip(table.columns, typed.values(), strict=True)
        }
    )
    for attribute in ("unit", "description"):
        frame.attrs[f"{attribute}s"] = {
            field["name"]: field[attribute]
            for field in (*table.schema["fields"], *package.provenance)
            if field["name"] in frame and field.get(attribute)
        }
    frame.attrs["path"] = str(table.paths[0])
    return frame


def counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ours that count in comparisons: not what only an interested party states.

    Rows of the report, which have nobody who vouches, count.
    """
    return rows[rows["vouches"] != "interested_party"]


def _note_rows(table, targets, typed, columns):
    """Note a dependency on those rows of a table that other columns refer to."""
    values = sorted({str(value) for value in typed[columns[0]] if value is not None})
    for path in table.paths:
        note(path, targets[0], values) if len(targets) == 1 else note(path)


def with_sources(table: pd.DataFrame, data_dir=None) -> pd.DataFrame:
    """Return a copy of a table with the titles of its sources.

    Parameters
    ----------
    table
        A table with a column ``source``, of keys of the table "sources".
    data_dir
        As for :func:`load`.

    Returns
    -------
    pandas.DataFrame
        The table with a column ``source_title`` more, missing where ``source`` is missing.

    Raises
    ------
    ValueError
        If there is no column ``source``, or a key in it is unknown.
    """
    if "source" not in table:
        raise ValueError(f"no column 'source' among {', '.join(map(str, table.columns))}")
    package = _Package(data_dir)
    sources = _Table(package, "sources")
    found = sources.typed()
    _note_rows(sources, ["key"], {"source": table["source"].dropna()}, ["source"])
    titles = pd.Series(found["title"], index=found["key"], dtype="str")
    unknown = table["source"].dropna()
    unknown = unknown[~unknown.isin(titles.index)]
    if len(unknown):
        raise ValueError(
            f"{len(unknown)} keys in column 'source' are not in sources, first {unknown.iloc[0]!r}"
        )
    return table.assign(source_title=table["source"].map(titles).astype("str"))
