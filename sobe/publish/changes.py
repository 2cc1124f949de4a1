"""Changes in the data since the last release: rows of tables, claims and verdicts.

`make changes` compares data/ with the newest release in dist/ and writes the record
`book/changes/VERSION.json`. The record is committed, so the commit alone gives the changelog page.

`events` makes of these records, and of rows that came since the report, what the page of changes
lists first and the feed of changes says (`sobe.publish.feed`).
"""

import json
import re
from dataclasses import dataclass

from sobe import languages
from sobe.errors import BuildError
from sobe.languages import translate
from sobe.publish import manifest, sentences
from sobe.site import records, template
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
        found[resource["name"]] = own.key_columns(resource), own.texts(data, resource)
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


def _read(folder):
    """Return all records in ``folder``, newest first."""
    paths = sorted(folder.glob("*.json"), key=_version, reverse=True)
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def html(folder, news=(), package=None):
    """Return the `events` ``news`` and all records in ``folder`` as HTML, newest first.

    With ``package`` (`sobe.site.figures.Package`) each record is told in sentences as well.
    """
    found = _read(folder)
    told = [sentences.of_record(package, record) if package else [] for record in found]
    records = zip(found, told, strict=True)
    return template("changes.html", records=list(records), news=news, feed=FEED)


# ---------------------------------------------------------------- what readers may follow

#: File of the feed, in the root of an edition.
FEED = "feed.xml"
#: Tables whose rows say when they were added: those of ours that the report's trends meet, and the
#: predictions. Rows of ours in the report's tables are known by their day.
_SINCE = ("connectomes", "connectome_effort", "cost_statements", "simulation_evidence")
_DAYS = {"predictions": "registered"}
#: The most events that the feed and the page of changes have.
MOST = 200


@dataclass(frozen=True)
class Event:
    """Something that changed.

    Attributes
    ----------
    id
        Name that never changes, such as "row:recordings:demas-2021".
    kind
        "row", "correction" or "verdict".
    day
        "2026-11-26".
    title, text
        What changed, in the edition's language: a sentence, and what explains it.
    address
        Where it is, from the root of the edition.
    name
        The part of the title that is the same in every language, if any.
    """

    id: str
    kind: str
    day: str
    title: str
    text: str
    address: str
    name: str = ""


def events(package, folder, changelog=""):
    """Return what changed, the newest first, at most `MOST`.

    Parameters
    ----------
    package
        `sobe.site.figures.Package` of the build.
    folder
        Folder of the records of releases.
    changelog
        Text of CHANGELOG.md, which has the day of each release ("## 1.1.0 (2027-01-02)").
    """
    days = dict(re.findall(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", changelog, re.MULTILINE))
    found = [*_added(package)]
    for record in _read(folder):
        found += _recorded(record, days.get(record["version"], ""), package)
    dated = [event for event in found if event.day]
    return sorted(dated, key=lambda event: (event.day, event.id), reverse=True)[:MOST]


def newest(package, tables=()):
    """Return the day of the newest fact of some tables, or of all: "2026-11-26"; "" without any.

    It is the day on which a row was looked up, or its source was read.
    """
    sources = package.rows("sources") if "sources" in package.tables else ()
    read = {row["key"]: row.get("accessed", "") for row in sources}
    days = {
        day
        for name in tables or package.tables
        for row in package.rows(name)
        for day in (row.get("looked_up"), read.get(row.get("source")))
        if day
    }
    return max(days, default="")


def _added(package):
    """Yield the rows of ours, each on the day on which it was looked up or registered."""
    for name, resource in package.tables.items():
        derived = resource.get("origin") == "derived"
        if not derived and name not in (*_SINCE, *_DAYS):
            continue
        for row in package.rows(name):
            if day := row.get(_DAYS.get(name, "looked_up")):
                key = own.key_of(resource, row)
                sentence, named = sentences.added(package, name, row)
                yield Event(
                    f"row:{name}:{key}",
                    "row",
                    day,
                    sentence,
                    row.get("place") or translate(row.get("counts", "")),
                    records.address(name, key),
                    named,
                )


def _recorded(record, day, package):
    """Yield the verdicts that moved, corrections, and tables that changed, of one release."""
    version = record["version"]
    for claim, sentence, reason in sentences.of_claims(package, record["claims"], record["since"]):
        yield Event(
            f"verdict:{version}:{claim}",
            "verdict",
            day,
            sentence,
            reason,
            f"claims.html#claim-{claim}",
        )
    for name, changed in record["tables"].items():
        resource = package.tables.get(name)
        heading = translate(resource.get("title", name)) if resource else name
        kind = "correction" if name == "corrections" else "row"
        told = sentences.of_table(package, name, changed)
        title, text = told[0] if told else "", ""
        if len(told) != 1:  # one change is told at once; more have a heading
            title = translate(
                "“{table}” changed with version {version}", table=heading, version=version
            )
            text = languages.sentences(told)
        yield Event(
            f"table:{version}:{name}", kind, day, title, text, f"changelog.html#changes-{version}"
        )
