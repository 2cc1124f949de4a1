"""Rows of ours in tables that are derived from the report's data: where they are, as plain text.

A table of origin "derived" in ``data/datapackage.json`` is written by `make data` and never edited
by hand. Rows of ours are in the file of the same name below ``own/``, with the columns of
``provenance`` after those of the table. The file may be absent.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

#: The folder of our rows, below that of all tables.
OWN = "own"


def own_path(resource: dict[str, Any]) -> str | None:
    """Return the path of the file of our rows; None for a table that has no such file."""
    return f"{OWN}/{resource['path']}" if resource.get("origin") == "derived" else None


def key_columns(resource: dict[str, Any]) -> list[str]:
    """Return the columns of a table's key, which a descriptor writes as one name or as a list."""
    key = resource.get("schema", {}).get("primaryKey", [])
    return [key] if isinstance(key, str) else list(key)


def key_of(resource: dict[str, Any], row: dict[str, str]) -> str:
    """Return the key of a row as text, its columns joined by "/" as in table ``corrections``."""
    return "/".join(row[column] for column in key_columns(resource))


def merged(folder: Path) -> dict[str, Any]:
    """Return the descriptor of the data package as published: each table in one file.

    A table with rows of ours has the columns of ``provenance`` as well, empty in the report's rows.
    """
    package: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        if _ours(folder, resource):
            fields = package.get("provenance", [])
            optional = [{**field, "constraints": _optional(field)} for field in fields]
            resource["schema"]["fields"] += optional
    return package


def _optional(field: dict[str, Any]) -> dict[str, Any]:
    """Return the constraints of a column without "required"."""
    return {key: value for key, value in field.get("constraints", {}).items() if key != "required"}


def texts(folder: Path, resource: dict[str, Any]) -> list[dict[str, str]]:
    """Return all rows of a table as text, ours last.

    ``resource`` is a descriptor; the rows of a table with rows of ours have all of their columns.
    """
    found = _read(folder / resource["path"])
    if ours := _ours(folder, resource):
        more = [name for name in ours[0] if name not in (found[0] if found else ours[0])]
        found = [row | dict.fromkeys(more, "") for row in found] + ours
    return found


def files(folder: Path) -> dict[str, bytes]:
    """Return the files of the data package as published, by path: each table in one file."""
    package, found = merged(folder), {}
    for resource in package["resources"]:
        if _ours(folder, resource):
            columns = [field["name"] for field in resource["schema"]["fields"]]
            found[resource["path"]] = as_csv(columns, texts(folder, resource)).encode()
        else:
            found[resource["path"]] = (folder / resource["path"]).read_bytes()
    described = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    return {"datapackage.json": described.encode(), **found}


def as_csv(columns: list[str], rows: list[dict[str, str]], header: bool = True) -> str:
    """Return rows as the text of a CSV file, or of its end if without ``header``."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _ours(folder: Path, resource: dict[str, Any]) -> list[dict[str, str]]:
    path = own_path(resource)
    return _read(folder / path) if path and (folder / path).is_file() else []


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
