"""What changed with a release, in sentences that can be quoted as they are.

They are made from the record of a release (`sobe.publish.changes`) and the rows of the data
package, in the language of the edition. The page of changes, the feed and `make changes` tell
the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sobe import languages
from sobe.languages import message, translate, units
from sobe.site import records
from sobe.tables import own
from sobe.tables.sources import short

#: Sentences of one kind about one table; how many more there are is said in one.
MOST = 5

Row = Mapping[str, str]


def added(package: Any, table: str, row: Row) -> tuple[str, str]:
    """Return a sentence about a row that was added, and the name in it that is never translated.

    Parameters
    ----------
    package
        `sobe.site.figures.Package`.
    table, row
        Name of the row's table, and its cells as text by column.
    """
    name = title_of(row) or own.key_of(package.tables[table], dict(row))
    if table in _ADDED and (made := _ADDED[table](package, row, name)):
        return made
    title = translate(package.tables[table].get("title", table))
    return translate("A row was added to “{table}”: {row}.", table=title, row=name), name


def _recording(package: Any, row: Row, _: str) -> tuple[str, str] | None:
    neurons, who = _count(row.get("neurons", "")), short(row.get("authors", ""))
    if not (neurons and who and row.get("year")):
        return None
    known = {"neurons": neurons, "authors": who, "year": row["year"]}
    species = package.rows("species") if "species" in package.tables else []
    names = {one["organism"]: one["name"] for one in species}
    if animal := names.get(row.get("organism", "")):
        said = translate(
            "A recording of {neurons} neurons ({animal}) by {authors} ({year}) was added.",
            animal=translate(animal),
            **known,
        )
    else:
        said = translate(
            "A recording of {neurons} neurons by {authors} ({year}) was added.", **known
        )
    return said, who


def _simulation(_: Any, row: Row, __: str) -> tuple[str, str] | None:
    who, year = short(row.get("authors", "")), row.get("year", "")
    if not (who and year):
        return None
    if neurons := _count(row.get("neurons", "")):
        said = translate(
            "A simulation of {neurons} neurons by {authors} ({year}) was added.",
            neurons=neurons,
            authors=who,
            year=year,
        )
    else:
        said = translate("A simulation by {authors} ({year}) was added.", authors=who, year=year)
    return said, who


def _evidence(_: Any, row: Row, __: str) -> tuple[str, str] | None:
    who, year = short(row.get("authors", "")), row.get("year", "")
    if not (who and year):
        return None
    said = translate(
        "Evidence about a simulation by {authors} ({year}) was added.", authors=who, year=year
    )
    return said, who


def _connectome(package: Any, row: Row, name: str) -> tuple[str, str] | None:
    if not row.get("species"):
        return None
    known = {"row": name, "species": translate(row["species"])}
    field = package.fields("connectomes").get("cells_counted", {})
    counted = field.get("display", {}).get("labels", {}).get(row.get("cells_counted", ""))
    if counted and (cells := _count(row.get("cells", ""))):
        said = translate(
            "A connectome with {cells} {counted} was added: {row} ({species}).",
            cells=cells,
            counted=translate(counted),
            **known,
        )
    else:
        said = translate("A connectome was added: {row} ({species}).", **known)
    return said, name


def _named(sentence: str) -> Callable[[Any, Row, str], tuple[str, str]]:
    return lambda _, __, name: (translate(sentence, row=name), name)


def _prediction(_: Any, row: Row, name: str) -> tuple[str, str]:
    said = translate("A prediction was registered: {quantity}.", quantity=name)
    return said, ""


#: How a row that was added is told, by its table; None of a row that lacks what it needs.
_ADDED: dict[str, Callable[[Any, Row, str], tuple[str, str] | None]] = {
    "recordings": _recording,
    "recording_coverage": _recording,
    "simulated_neurons": _simulation,
    "simulation_models": _simulation,
    "simulation_evidence": _evidence,
    "connectomes": _connectome,
    "connectome_effort": _named(
        message("A statement of the work behind a connectome was added: {row}.")
    ),
    "cost_statements": _named(message("A statement about money was added: {row}.")),
    "predictions": _prediction,
}


def title_of(row: Row) -> str:
    """Return the name of a row as `sobe.site.records.title` does, with its authors in short."""
    return records.title({**row, "authors": short(row.get("authors", ""))})


def _count(text: str) -> str:
    try:
        value = float(text)
    except ValueError:
        return ""
    return languages.number(units.count(value)) if math.isfinite(value) else ""


def of_table(package: Any, table: str, changed: Mapping[str, Any]) -> list[str]:
    """Return sentences about a table's rows that were added, changed or removed.

    ``changed`` is its part of a record, as `sobe.publish.changes.compare_rows` returns it. A table
    or a row that the package no longer has is named by its key.
    """
    resource = package.tables.get(table)
    title = translate(resource.get("title", table)) if resource else table
    rows: dict[str, dict[str, str]] = {}
    if resource and (columns := own.key_columns(resource)):
        rows = {", ".join(row[one] for one in columns): row for row in package.rows(table)}

    def name(key: str) -> str:
        return (title_of(rows[key]) if key in rows else "") or key

    def told(key: str) -> str:
        if table == "corrections" and key in rows:
            return correction(package, rows[key])
        if key in rows:
            return added(package, table, rows[key])[0]
        return translate("A row was added to “{table}”: {row}.", table=title, row=key)

    def value(change: Sequence[str]) -> str:
        key, column, before, now = change
        return _value({"table": title, "column": column, "row": name(key)}, before, now)

    def removed(key: str) -> str:
        return translate("A row was removed from “{table}”: {row}.", table=title, row=key)

    made = []
    for part, tell, rest in (
        ("added", told, message("And {n} more rows were added to “{table}”.")),
        ("changed", value, message("And {n} more values of “{table}” changed.")),
        ("removed", removed, message("And {n} more rows were removed from “{table}”.")),
    ):
        found = changed.get(part, [])
        made += [tell(one) for one in found[:MOST]]
        if len(found) > MOST:
            made.append(translate(rest, n=len(found) - MOST, table=title))
    return made


def _value(known: Mapping[str, str], before: str, now: str) -> str:
    if not before:
        return translate("In “{table}”, {column} of {row} is now {now}.", now=now, **known)
    if not now:
        return translate(
            "In “{table}”, {column} of {row} is now missing; it was {before}.",
            before=before,
            **known,
        )
    return translate(
        "In “{table}”, {column} of {row} changed from {before} to {now}.",
        before=before,
        now=now,
        **known,
    )


def correction(package: Any, row: Row) -> str:
    """Return a sentence about a row of table ``corrections``."""
    resource = package.tables.get(row["table"])
    named = row["key"]
    if resource and own.key_columns(resource):
        rows = {own.key_of(resource, one): one for one in package.rows(row["table"])}
        named = title_of(rows[named]) if named in rows else named
    known = {
        "table": translate(resource.get("title", row["table"])) if resource else row["table"],
        "row": named or row["theirs"],
        "why": translate(row["why"]),
    }
    if row["kind"] == "left_out" or not row["column"]:
        return translate("The report's row “{row}” was left out of “{table}”: {why}.", **known)
    known["column"] = row["column"]
    if row["kind"] == "doubtful":
        return translate(
            "In “{table}”, {column} of {row} is kept as it is, and called doubtful: {why}.", **known
        )
    if not row["theirs"]:
        return translate(
            "In “{table}”, {column} of {row} was missing in the report, and is now {ours}: {why}.",
            ours=row["ours"],
            **known,
        )
    return translate(
        "In “{table}”, {column} of {row} was corrected from {theirs} to {ours}: {why}.",
        theirs=row["theirs"],
        ours=row["ours"] or "–",
        **known,
    )


def of_claims(
    package: Any, changed: Mapping[str, Any], since: str
) -> Iterator[tuple[str, str, str]]:
    """Yield (claim, sentence, reason) of each verdict that moved.

    Parameters
    ----------
    package
        `sobe.site.figures.Package`.
    changed
        Part ``claims`` of a record.
    since
        The version that the record compares with.
    """
    moved: dict[str, dict[str, tuple[str, str]]] = {}
    for claim, column, before, now in changed.get("changed", []):
        moved.setdefault(claim, {})[column] = (before, now)
    rows = package.rows("claims") if "claims" in package.tables else []
    statements = {row["claim_id"]: translate(row["statement"]).rstrip(".。") for row in rows}
    for claim, columns in moved.items():
        if "verdict" in columns:
            before, now = map(translate, columns["verdict"])
            sentence = translate(
                "The claim “{claim}” was judged “{before}” in version {version}; "
                "it now is “{now}”.",
                claim=statements.get(claim, claim.replace("-", " ")),
                before=before,
                now=now,
                version=since,
            )
            yield claim, sentence, _reason(columns)


def _reason(columns: Mapping[str, tuple[str, str]]) -> str:
    """Return why a verdict moved, as far as the record of the release says it."""
    if "computed" in columns:
        before, now = map(translate, columns["computed"])
        return translate(
            "The reason: the value computed was {before}, and is now {now}.", before=before, now=now
        )
    if "claimed" in columns:
        before, now = map(translate, columns["claimed"])
        return translate(
            "The reason: the claim was read as {before}, and is now read as {now}.",
            before=before,
            now=now,
        )
    if "statement" in columns:
        return translate("The reason: the wording of the claim changed.")
    return translate("The values shown are as before; the rule or the uncertainty changed.")


def of_record(package: Any, record: Mapping[str, Any]) -> list[str]:
    """Return the news of a release in sentences: verdicts that moved first, then tables."""
    made = [
        f"{sentence} {reason}"
        for _, sentence, reason in of_claims(package, record["claims"], record["since"])
    ]
    for table, changed in record["tables"].items():
        made += of_table(package, table, changed)
    return made
