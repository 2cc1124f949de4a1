"""The data package for readers: tables and columns explained, shown and offered as files."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from sobe.languages import listing, translate
from sobe.site import template
from sobe.site.card import quote, table
from sobe.site.figures import unit_words
from sobe.tables import own
from sobe.zips import write_zip

ARCHIVE = "state-of-brain-emulation-2025-data.zip"
#: Rows of a table that the page shows; the files have all.
MOST_ROWS = 60


def html(package, up):
    """Return the HTML of the data package: per table its columns, its rows and its file."""
    return template(
        "package.html",
        sections=[_section(package, name) for name in package.tables],
        total=f"{sum(len(package.rows(name)) for name in package.tables):,}",
        archive=ARCHIVE,
        up=up,
    )


def _section(package, name):
    """Return what the template needs of one table."""
    resource, rows = package.tables[name], package.rows(name)
    schema = resource["schema"]
    return {
        "name": name,
        "title": translate(resource["title"]),
        "description": translate(resource["description"]),
        "inclusion": translate(rule) if (rule := resource.get("inclusion")) else None,
        "path": resource["path"],
        "count": f"{len(rows):,}",
        "primary": Markup(
            listing(f"<code>{quote(column)}</code>" for column in _names(schema.get("primaryKey")))
        ),
        "references": [
            {"fields": ", ".join(_names(key["fields"])), "table": key["reference"]["resource"]}
            for key in schema.get("foreignKeys", [])
        ],
        "columns": [
            {
                "name": field["name"],
                "facts": listing(facts(field)),
                "description": translate(field.get("description", "")),
            }
            for field in schema["fields"]
        ],
        "rows": _rows(resource, rows[:MOST_ROWS]),
        "cut": MOST_ROWS if len(rows) > MOST_ROWS else 0,
    }


def _names(key):
    """Return the columns of a key, which the data package writes as one name or as a list."""
    return [key] if isinstance(key, str) else key or []


def facts(field):
    """Return type, unit and constraints of a column in words."""
    words = (
        translate(field["type"]),
        unit_words(field.get("unit")),
        *constraint_words(field.get("constraints", {})),
    )
    return [word for word in words if word]


def constraint_words(constraints):
    """Yield the constraints on a column's values in words."""
    if constraints.get("required"):
        yield translate("required")
    if constraints.get("unique"):
        yield translate("unique")
    low, high = constraints.get("minimum"), constraints.get("maximum")
    if low is not None and high is not None:
        yield translate("{low} to {high}", low=low, high=high)
    elif low is not None or high is not None:
        yield (
            translate("at least {low}", low=low)
            if low is not None
            else translate("at most {high}", high=high)
        )
    if constraints.get("enum"):
        yield translate("one of: {values}", values=listing(map(str, constraints["enum"])))


def _rows(resource, rows):
    """Return the template's table of rows, with numbers as the file has them."""
    fields = resource["schema"]["fields"]
    numeric = {"integer": "integer", "number": "number"}
    columns = [
        {"name": f["name"], "type": numeric.get(f["type"], "string"), "unit": f.get("unit")}
        for f in fields
    ]
    body = [[row[f["name"]] for f in fields] for row in rows]
    caption = translate("{table}: {n} rows", table=translate(resource["title"]), n=f"{len(rows):,}")
    return table(columns, body, caption, speak=str)


def write(package, root, out):
    """Write the tables into ``out``/data, one file each, and the archive of all reproducibly."""
    folder, held = Path(out) / "data", own.files(package.folder)
    for name, content in held.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    if (licence := Path(root) / "LICENSE").is_file():
        held["LICENSE"] = licence.read_bytes()
    write_zip(
        folder / ARCHIVE,
        {f"state-of-brain-emulation-2025-data/{name}": held[name] for name in held},
    )
