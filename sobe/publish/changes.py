"""What changed in the data since the last release: rows of tables, claims and verdicts.

`make changes` compares data/ with the newest release in dist/ and writes the record
`book/changes/VERSION.json`, which is committed: so a commit alone gives the changelog's page.
"""

import csv
import json
from html import escape

from sobe.errors import BuildError
from sobe.languages import translate
from sobe.publish import manifest


def tables_of(data):
    """{table: (columns of its key, rows as dicts of text)} of the data package in the folder ``data``."""
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    found = {}
    for resource in package["resources"]:
        # The data may be of a stranger's release, and lead a reader out of its folder.
        if not manifest.is_file_name(resource["path"]):
            raise BuildError(
                f"datapackage.json: path is {manifest.short(resource['path'])!r},"
                " expected a file below the data"
            )
        key = resource.get("schema", {}).get("primaryKey", [])
        with (data / resource["path"]).open(encoding="utf-8", newline="") as lines:
            found[resource["name"]] = (
                [key] if isinstance(key, str) else key,
                list(csv.DictReader(lines)),
            )
    return found


def _by_key(key, rows):
    """{name of a row: row}; a row without a key is named by all it holds, and by its number among equals."""
    found = {}
    for row in rows:
        name = ", ".join(f"{row.get(column, '')}" for column in key or row)
        again, count = name, 2
        while again in found:
            again, count = f"{name} ({count})", count + 1
        found[again] = row
    return found


def compare_rows(before, after):
    """{"added": [name], "removed": [name], "changed": [[name, column, before, now]]} of two tables
    {name: row}, where a column that only one of them has counts as empty in the other."""
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
    """The differences of two folders of data and of two judged sets of claims, as JSON values."""
    old, new = tables_of(before), tables_of(after)
    tables = {}
    for name in dict.fromkeys([*old, *new]):
        key = new.get(name, old.get(name))[0]
        rows = [_by_key(key, found[name][1]) if name in found else {} for found in (old, new)]
        if differs := compare_rows(*rows):
            tables[name] = differs
    return {"tables": tables, "claims": compare_rows(claims_before, claims_after)}


def judged(root):
    """{claim: {"statement", "claimed", "computed", "verdict"}} as the data in ``root`` have it."""
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
    """The record of a release as it is kept."""
    return (
        json.dumps({"version": version, "since": since, **found}, indent=1, ensure_ascii=False)
        + "\n"
    )


def _version(path):
    return tuple(int(part) for part in path.stem.split("."))


def html(folder):
    """All records as HTML, newest first."""
    records = sorted(folder.glob("*.json"), key=_version, reverse=True) if folder.is_dir() else []
    if not records:
        return (
            "<p>"
            + translate(
                "No release came before this one: there is nothing to compare its data with."
            )
            + "</p>"
        )
    return "\n".join(_record(json.loads(path.read_text(encoding="utf-8"))) for path in records)


def _record(record):
    version, since = escape(record["version"]), escape(record["since"])
    parts = [
        f"<h3>{version}</h3>",
        "<p>" + translate("Compared with {since}.", since=since) + "</p>",
    ]
    claims = record["claims"]
    if claims:
        of = {
            "statement": translate("Statement"),
            "claimed": translate("Claimed"),
            "computed": translate("Computed"),
            "verdict": translate("Verdict"),
        }
        rows = [
            (
                name,
                of.get(what, what),
                *((translate(old), translate(new)) if what == "verdict" else (old, new)),
            )
            for name, what, old, new in claims.get("changed", [])
        ]
        parts.append(_table(translate("Claims and verdicts"), translate("Claim"), rows, claims))
    for table, found in record["tables"].items():
        parts.append(
            _table(
                translate("Table {name}", name=table),
                translate("Row"),
                found.get("changed", []),
                found,
            )
        )
    if len(parts) == 2:
        parts.append("<p>" + translate("No row, claim or verdict changed.") + "</p>")
    body = "\n".join(parts)
    return f'<section class="sobe-changes" id="changes-{version}">{body}</section>'


def _table(title, first, changed, found):
    rows = [(name, "", "", translate("added")) for name in found.get("added", [])] + [
        (name, "", "", translate("removed")) for name in found.get("removed", [])
    ]
    body = "\n".join(
        "<tr>" + " ".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>"
        for row in [*changed, *rows]
    )
    return (
        f'<div class="sobe-table-scroll" tabindex="0" role="region" aria-label="{escape(title)}"><table class="sobe-table">'
        f'<caption>{escape(title)}</caption><thead><tr><th scope="col">{first}</th> <th scope="col">{translate("What changed")}</th> '
        f'<th scope="col">{translate("Before")}</th> <th scope="col">{translate("Now")}</th></tr></thead>\n<tbody>{body}</tbody></table></div>'
    )
