"""Issue forms that propose a row of a table, and the reading of a filled form.

A form has one field per column of its table, with the help that ``data/datapackage.json`` gives.
GitHub turns a filled form into Markdown: a heading per field, then its value. That text is a
stranger's: it is limited in size, read once, and nothing in it is run.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

from sobe.tables import own
from sobe.tables.derive.common import slug, unique_key
from sobe.tables.load import directory, names, own_fields, problems, schema
from sobe.tables.rows import quote

#: Largest body read, in bytes: GitHub's own limit for a text of four bytes per character.
LARGEST = 262_144
#: Most errors told.
MOST = 50
TABLE, RECORD, LICENCE = "Table", "Record of the source", "Licence"
ACCEPTED = "I publish the proposed row under CC BY 4.0, the licence of this data package."
_NONE = ("_No response_", "None", "")
_HEADING = "### "
#: Columns from which the key of a row is made, in this order.
_NAMING = ("authors", "label", "project", "dataset", "name", "year", "start_year")


def label(column: str) -> str:
    """Return the label of a column in a form."""
    return column.replace("_", " ").capitalize()


def form(name: str, data_dir: Path | None = None) -> dict[str, Any]:
    """Return the issue form of a table, as GitHub wants it."""
    resource = schema(name, data_dir)
    chosen = {"label": TABLE, "description": "The table of the data package.", "options": [name]}
    licence = {"label": ACCEPTED, "required": True}
    record = (
        "If the source is new to the table of sources: its record in CSL-JSON, BibTeX or RIS. Then "
        "leave its key empty."
    )
    body: list[dict[str, Any]] = [
        {"type": "markdown", "attributes": {"value": resource["description"]}},
        _part("dropdown", "table", chosen | {"default": 0}, True),
        *(_field(field, _keys(resource)) for field in own_fields(name, data_dir)),
        _part("textarea", "record", {"label": RECORD, "description": record}, False),
        {
            "type": "checkboxes",
            "id": "licence",
            "attributes": {"label": LICENCE, "options": [licence]},
        },
    ]
    return {
        "name": resource["form"],
        "description": f"A row of the table {name}, with its source.",
        "title": f"{resource['form']}: ",
        "labels": ["proposal"],
        "body": body,
    }


def _part(kind: str, ident: str, attributes: dict[str, Any], required: bool) -> dict[str, Any]:
    return {
        "type": kind,
        "id": ident,
        "attributes": attributes,
        "validations": {"required": required},
    }


def _keys(resource: dict[str, Any]) -> list[str]:
    """Return the columns of a table's key that are made where a proposal leaves them empty."""
    return [column for column in own.key_columns(resource) if column.endswith("_id")]


def _field(field: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    """Return the part of a form for one column."""
    rules = field.get("constraints", {})
    help_ = field["description"]
    unit = field.get("unit")
    if unit and unit not in ("1", "year", "date", "month", "ordinal"):
        help_ += f" Unit: {unit}."
    if field["name"] in keys:
        help_ += " Leave it empty: it is made from the names and the year."
    if field["name"] == "source":
        help_ += " Leave it empty if you give the record of a new source below."
    attributes = {"label": label(field["name"]), "description": help_}
    required = bool(rules.get("required")) and field["name"] not in (*keys, "source")
    if field["type"] == "boolean" or rules.get("enum"):
        options = [str(value) for value in rules.get("enum", ("true", "false"))]
        return _part("dropdown", field["name"], attributes | {"options": options}, required)
    return _part("input", field["name"], attributes, required)


# ---------------------------------------------------------------- a filled form


class ProposalError(ValueError):
    """What is wrong with a proposal: one line per error."""


def read(
    content: bytes, today: datetime.date, data_dir: Path | None = None
) -> tuple[str, dict[str, str], str]:
    """Read a filled form.

    Parameters
    ----------
    content
        The body of the issue.
    today
        Day on which it is read; nothing was looked up after it.
    data_dir
        Folder of the tables; default as for `sobe.tables.load`.

    Returns
    -------
    tuple
        The name of the table, the row as text by column, and the record of a new source or "".

    Raises
    ------
    ProposalError
        With a line per error that names the field, the value and what was expected.
    """
    given, errors = _parts(content)
    name = given.pop(TABLE, "")
    if name not in offered(data_dir):
        tables = ", ".join(offered(data_dir))
        raise _refusal([_line(TABLE, name, f"one of {tables}"), *errors])
    resource, columns = schema(name, data_dir), own_fields(name, data_dir)
    labels = {label(field["name"]): field for field in columns}
    record = _unfenced(given.pop(RECORD, ""))
    if given.pop(LICENCE, "") not in (f"- [x] {ACCEPTED}", f"- [X] {ACCEPTED}"):
        errors.append(f"{LICENCE}: the box is not checked; expected: {ACCEPTED}")
    errors += [
        f"{quote(heading)}: table {name!r} has no such field; expected the form of its table"
        for heading in given
        if heading not in labels
    ]
    row = {field["name"]: given.get(heading, "") for heading, field in labels.items()}
    _name(row, resource, data_dir)
    checked = {**row, "source": row["source"] or (record and "the-record-below")}
    for column, value, expected, problem in problems(name, checked, data_dir):
        errors.append(_line(label(column), value, expected, problem))
    if row["source"] and record:
        errors.append(f"{RECORD}: given as well as the key of a source; expected one of them")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", row["looked_up"]) and row["looked_up"] > today.isoformat():
        errors.append(_line(label("looked_up"), row["looked_up"], f"a day up to {today}"))
    if errors:
        raise _refusal(errors)
    return name, row, record


def _refusal(errors: list[str]) -> ProposalError:
    more = [f"and {len(errors) - MOST:,} more"] if len(errors) > MOST else []
    return ProposalError("\n".join(errors[:MOST] + more))


def offered(data_dir: Path | None) -> list[str]:
    """Return the tables that have a form."""
    return [name for name in names(data_dir) if "form" in schema(name, data_dir)]


def _parts(content: bytes) -> tuple[dict[str, str], list[str]]:
    """Return {heading: value} of a body, and what is wrong with its form."""
    if len(content) > LARGEST:
        raise ProposalError(f"a body of {len(content):,} bytes; expected at most {LARGEST:,}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProposalError(f"byte {error.start} is not UTF-8; expected UTF-8 text") from None
    found: dict[str, list[str]] = {}
    errors, lines = [], None
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith(_HEADING):
            heading = line.removeprefix(_HEADING).strip()
            if heading in found:
                errors.append(f"{quote(heading)}: a second heading; expected each field once")
            lines = found.setdefault(heading, [])
        elif lines is not None:
            lines.append(line)
        elif line.strip():
            raise ProposalError(f"{quote(line)} is before the first field; expected a filled form")
    given = {}
    for heading, written in found.items():
        value = "\n".join(written).strip()
        given[heading] = "" if value in _NONE else value
        if "<!--" in value or "\n" in value and heading != RECORD:
            wanted = "text without comments of HTML" if "<!--" in value else "one line"
            errors.append(_line(heading, value, wanted))
    return given, errors


def _line(heading: str, value: object, expected: str, problem: str | None = None) -> str:
    said = problem or f"{quote(value)} is not valid"
    return f"{quote(heading)[1:-1]}: {said}; expected {expected}"


def _unfenced(text: str) -> str:
    """Return a text without the fence of a code block around it."""
    fence = re.fullmatch(r"(`{3,}|~{3,})[a-z-]*\n(.*)\n\1", text, re.S)
    return fence[2] if fence else text


def _name(row: dict[str, str], resource: dict[str, Any], data_dir: Path | None) -> None:
    """Give a row the key that it lacks, made from names and year, that no other row has."""
    for column in _keys(resource):
        if not row[column]:
            first = re.split(r"\bet al|[,;&]| and ", next(filter(None, _naming(row, 0)), ""))[0]
            base = slug(first, next(filter(None, _naming(row, 1)), ""))
            taken = {known.get(column, "") for known in own.texts(directory(data_dir), resource)}
            row[column] = unique_key(base, taken) if base else ""


def _naming(row: dict[str, str], part: int) -> list[str]:
    names = _NAMING[-2:] if part else _NAMING[:-2]
    return [row.get(column, "") for column in names]
