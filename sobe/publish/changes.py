"""Changes in the data since the last release: rows of tables, claims and verdicts.

`make changes` compares data/ with the newest release in dist/ and writes the record
`book/changes/VERSION.json`. The record is committed, so the commit alone gives the changelog page.
"""

import json

from sobe.errors import BuildError
from sobe.publish import manifest
from sobe.site import template
from sobe.tables import own


def tables_of(data):
    """Read the data package in the folder ``data``.

    Returns
    -------
    dict
        {table: (columns of its key, rows as dicts of text)}.

    Raises
    ------
    BuildError
        For a table whose file is outside the folder.
    """
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    found = {}
    for resource in package["resources"]:
        # The data may be from a stranger's release and name a file outside its folder.
        if not manifest.is_file_name(resource["path"]):
            raise BuildError(
                f"datapackage.json: path is {manifest.short(resource['path'])!r},"
                " expected a file below the data"
            )
        key = resource.get("schema", {}).get("primaryKey", [])
        rows = own.texts(data, resource)
        found[resource["name"]] = ([key] if isinstance(key, str) else key, rows)
    return found


def _by_key(key, rows):
    """Return {name: row}, named by the key or by all values, and a number where names repeat."""
    found = {}
    for row in rows:
        name = ", ".join(f"{row.get(column, '')}" for column in key or row)
        again, count = name, 2
        while again in found:
            again, count = f"{name} ({count})", count + 1
        found[again] = row
    return found


def compare_rows(before, after):
    """Compare two tables {name: row}; a column that only one of them has is empty in the other.

    Returns
    -------
    dict
        {"added": [name], "removed": [name], "changed": [[name, column, before, now]]}, without
        those that are empty.
    """
    changed = []
    for name in (name for name in after if name in before):
        for column in dict.fromkeys([*before[name], *after[name]]):
            old, new = before[name].get(column, ""), after[name].get(column, "")
            if old != new:
                changed.append([name, column, old, new])
    found = {
        "added": [n for n in after if n not in before],
        "removed": [n for n in before if n not in after],
        "changed": changed,
    }
    return {kind: items for kind, items in found.items() if items}


def between(before, after, claims_before, claims_after):
    """Return the differences of two folders of data and two sets of judged claims, as JSON."""
    old, new = tables_of(before), tables_of(after)
    tables = {}
    for name in dict.fromkeys([*old, *new]):
        key = new.get(name, old.get(name))[0]
        rows = [_by_key(key, found[name][1]) if name in found else {} for found in (old, new)]
        if differs := compare_rows(*rows):
            tables[name] = differs
    return {"tables": tables, "claims": compare_rows(claims_before, claims_after)}


def judged(root):
    """Judge the claims: {claim: {"statement", "claimed", "computed", "verdict"}}, all text.

    Without a table of claims in ``root`` there are none.
    """
    if not (root / "data" / "claims.csv").is_file():
        return {}
    from sobe.analysis.claims import ledger

    return {
        name: {
            "statement": e.claim["statement"],
            "claimed": e.claimed,
            "computed": e.computed or "no data",
            "verdict": e.verdict,
        }
        for name, e in ledger.entries().items()
    }


def text(version, since, found):
    """Return the text of the record of a release."""
    return (
        json.dumps({"version": version, "since": since, **found}, indent=1, ensure_ascii=False)
        + "\n"
    )


def _version(path):
    return tuple(int(part) for part in path.stem.split("."))


def html(folder):
    """Return all records in ``folder`` as HTML, newest first."""
    paths = sorted(folder.glob("*.json"), key=_version, reverse=True)
    records = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return template("changes.html", records=records)
