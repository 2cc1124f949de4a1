"""The data package for readers: every table and column explained, shown and to be taken away."""

from __future__ import annotations

import shutil
from pathlib import Path

from sobe.languages import listing, translate
from sobe.site import template
from sobe.site.card import quote, table
from sobe.site.figures import unit_words
from sobe.zips import write_zip

ARCHIVE = "state-of-brain-emulation-2025-data.zip"


def html(package, up):
    """A section a table: what it holds, its columns, its rows, and its file."""
    total = sum(len(package.rows(name)) for name in package.tables)
    head = translate(
        "All {tables} tables ({rows} rows) with their description: {archive}, or {descriptor} and the tables one by one.",
        tables=len(package.tables),
        rows=f"{total:,}",
        archive=f'<a href="{up}data/{ARCHIVE}" download>' + translate("one zip file") + "</a>",
        descriptor=f'<a href="{up}data/datapackage.json" download>datapackage.json</a>',
    )
    head = f"<p>{head}</p>"
    return head + "\n".join(_section(package, name, up) for name in package.tables)


def _section(package, name, up):
    resource = package.tables[name]
    rows = package.rows(name)
    title, path = quote(translate(resource["title"])), quote(resource["path"])
    rows_said = translate("{n} rows", n=f"{len(rows):,}")
    return (
        f'<section class="sobe-data" id="table-{name}">\n'
        f"<h3>{title}</h3>\n<p>{quote(translate(resource['description']))}</p>\n"
        f'<p class="sobe-card-foot"><code>{name}</code> · {rows_said} · '
        f'<a href="{up}data/{path}" download aria-label="CSV: {title}">CSV</a>{_keys(resource["schema"])}</p>\n'
        f"<details><summary>{translate('Columns of {table}', table=title)}</summary>{_columns(resource)}</details>\n"
        f"<details><summary>{translate('Rows of {table}', table=title)}</summary>{_rows(package, name, rows)}</details></section>"
    )


def _keys(schema):
    """Primary and foreign keys in words, the latter as links."""
    primary = schema.get("primaryKey", [])
    names = [primary] if isinstance(primary, str) else primary
    said = (
        " · " + translate("key:") + " " + listing(f"<code>{quote(n)}</code>" for n in names)
        if names
        else ""
    )
    for key in schema.get("foreignKeys", []):
        other = key["reference"]["resource"]
        fields = key["fields"] if isinstance(key["fields"], str) else ", ".join(key["fields"])
        said += " · " + translate(
            "{column} names a row of {table}",
            column=f"<code>{quote(fields)}</code>",
            table=f'<a href="#table-{quote(other)}"><code>{quote(other)}</code></a>',
        )
    return said


def _columns(resource):
    items = []
    for field in resource["schema"]["fields"]:
        facts = [
            translate(field["type"]),
            unit_words(field.get("unit")),
            *constraint_words(field.get("constraints", {})),
        ]
        items.append(
            f'<dt id="column-{resource["name"]}-{field["name"]}"><code>{quote(field["name"])}</code> '
            f'<span class="sobe-unit">{quote(listing(filter(None, facts)))}</span></dt>\n'
            f"<dd>{quote(translate(field.get('description', '')))}</dd>"
        )
    return f'<dl class="sobe-columns">{"".join(items)}</dl>'


def constraint_words(constraints):
    """What a column's values must be, in words."""
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


def _rows(package, name, rows):
    fields = package.tables[name]["schema"]["fields"]
    numeric = {"integer": "integer", "number": "number"}
    columns = [
        {"name": f["name"], "type": numeric.get(f["type"], "string"), "unit": f.get("unit")}
        for f in fields
    ]
    # Numbers as the file has them: this is the table itself, not a reading of it.
    body = [[row[f["name"]] for f in fields] for row in rows]
    caption = translate("Rows of {table}", table=translate(package.tables[name]["title"]))
    return template("rows.html", table=table(columns, body, caption, speak=str))


def write(package, root, out):
    """Copy the tables beside the pages, and all of them as one archive, the same bytes each time."""
    folder = Path(out) / "data"
    folder.mkdir(parents=True, exist_ok=True)
    names = ["datapackage.json", *(resource["path"] for resource in package.tables.values())]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package.folder / name, folder / name)
    held = [("LICENSE", Path(root) / "LICENSE"), *((n, package.folder / n) for n in names)]
    write_zip(
        folder / ARCHIVE,
        {
            f"state-of-brain-emulation-2025-data/{n}": path.read_bytes()
            for n, path in held
            if path.is_file()
        },
    )
