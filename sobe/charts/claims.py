"""What chapters show of the ledger: claimed numbers and verdicts in the prose, and its tables.

Each function named ``…_table`` returns a frame of cells for :func:`sobe.charts.display.table`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sobe import tables
from sobe.analysis.claims import ledger, verdicts
from sobe.analysis.claims.ledger import Entry
from sobe.analysis.claims.since import Since
from sobe.analysis.claims.stability import MOVED, Move, changes
from sobe.charts.display import Link, Quoted, glue, link
from sobe.charts.outputs import Output

#: What the ledger says of a claim whose tables have no rows of ours.
NO_NEW_ROWS = "no new rows"

#: Claims by key, as :func:`sobe.analysis.claims.ledger.entries` returns them.
Entries = Mapping[str, Entry]


@dataclass(frozen=True)
class Badge(Link):
    """A verdict, marked by its colour, with a link to the claim.

    ``why`` is the computed value next to the claim, as readers see it; "" where a table says it.
    """

    why: str = ""

    def cell(self) -> dict[str, Any]:
        """Return the cell as JSON."""
        found = {"text": self.text, "verdict": self.text, "url": self.url}
        if self.why:
            found |= {"means": verdicts.MEANINGS[self.text], "why": self.why}
        return found


@dataclass(frozen=True)
class Target(Link):
    """Text that links can lead to; its ``url`` is the id."""

    def cell(self) -> dict[str, Any]:
        """Return the cell as JSON."""
        return {"text": self.text, "id": self.url}


@dataclass(frozen=True)
class Links(Link):
    """Several links in one cell; ``text`` says how long the cell is."""

    parts: tuple[Link, ...] = ()

    def cell(self) -> dict[str, Any]:
        """Return the cell as JSON."""
        return {"links": [part.cell() for part in self.parts]}


def glue_claims(*claim_ids: str, data: Mapping[str, pd.DataFrame] | None = None) -> None:
    """Give the page's prose what the summary claims, and the verdicts on it.

    For a claim "growth", ``{glue:text}`claimed-growth``` is "about 5×", ``number-growth`` the same
    without "about", ``year-growth`` the year it speaks of, and ``{glue}`verdict-growth``` the
    verdict, linked to the claim in the ledger. ``computed-growth`` is what the data give, with its
    interval. A claim without a number, a year or anything computed has no such name.

    Parameters
    ----------
    *claim_ids : str
        Keys of table ``claims``.
    data : mapping, optional
        Tables to judge by, by name. Default: those of the data package.
    """
    for key, entry in ledger.entries(data, claim_ids).items():
        claim = entry.claim
        badge = Badge(entry.verdict, f"claims.html#claim-{key}", entry.explanation)
        glue(**{f"verdict-{key}": Output("badge", badge.cell())})
        if entry.computed:
            glue(**{f"computed-{key}": entry.computed})
        if claim["precision"] == "not_numeric":
            continue
        glue(**{f"claimed-{key}": entry.claimed})
        if claim["precision"] not in ("range", "about_range", "tier"):
            glue(**{f"number-{key}": ledger.written(entry.number, claim["unit"])})
        if pd.notna(claim["at_year"]):
            glue(**{f"year-{key}": str(claim["at_year"])})


def verdicts_table(entries: Entries) -> pd.DataFrame:
    """Return the verdicts, what each means and how many claims have it."""
    found = [entry.verdict for entry in entries.values()]
    rows = []
    for word, meaning in verdicts.MEANINGS.items():
        name = _anchor(word)
        rows.append((Badge(word, f"#{name}"), Target(meaning, name), str(found.count(word))))
    return pd.DataFrame(rows, columns=["Verdict", "Means", "Claims"])


def glance_table(entries: Entries) -> pd.DataFrame:
    """Return each verdict with the number and the names of its claims, which lead to the ledger."""
    rows = []
    for word in verdicts.VERDICTS:
        found = [key for key, entry in entries.items() if entry.verdict == word]
        named = tuple(Link(_name(key), f"claims.html#claim-{key}") for key in found)
        claims = Links(", ".join(map(_name, found)), None, named)
        rows.append((Badge(word, f"claims.html#{_anchor(word)}"), str(len(found)), claims))
    return pd.DataFrame(rows, columns=["Verdict", "How many", "Claims"])


def claims_table(entries: Entries, again: Mapping[str, Since | None]) -> pd.DataFrame:
    """Return the ledger, one row per claim.

    ``again`` are the same claims judged with what came since the report, by key; None where a
    claim's tables have no new rows.
    """
    parts, chapters = tables.labels("claims", "section"), tables.labels("claims", "chapter")
    rows = []
    for key, entry in entries.items():
        claim = entry.claim
        evidence = f"#needed-{key}" if _needs_data(entry) else f"#read-{key}"
        place = "" if pd.isna(claim["anchor"]) else f"#{claim['anchor']}"
        new = again[key]
        rows.append(
            {
                "Claim": Target(claim["statement"], f"claim-{key}"),
                "Verdict": Badge(entry.verdict, evidence),
                "With what came since": Badge(new.entry.verdict, "trends.html")
                if new
                else NO_NEW_ROWS,
                "Claimed": entry.claimed,
                "Computed": entry.computed or "no data",
                "Why": entry.explanation,
                "Readings": entry.definitions,
                "Part": parts[claim["section"]],
                "Carried by": Link(chapters[claim["chapter"]], f"{claim['chapter']}.html{place}"),
            }
        )
    return pd.DataFrame(rows)


def read_table(entries: Entries) -> pd.DataFrame:
    """Return how each claim is read, in both languages, and its primary reading with the reason."""
    rows = []
    for key, entry in entries.items():
        claim, primary = entry.claim, entry.primary
        rows.append(
            {
                "Claim": Target(_name(key), f"read-{key}"),
                "Meant": claim["kind"],
                "Read as, in English": Quoted(claim["read_as"], "en"),
                "Read as, in Chinese": Quoted(claim["read_as_zh"], "zh"),
                "Allows": entry.allows,
                "Because": claim["interval_reason"],
                "Primary reading": "" if primary is None else primary.label,
                "Reason": "" if primary is None else claim["primary_reason"],
            }
        )
    return pd.DataFrame(rows)


def readings_table(entries: Entries) -> pd.DataFrame:
    """Return every reading of every claim: its kind, value, interval, comparison and sources."""
    kinds, sources = tables.labels("claim_readings", "kind"), _sources()
    rows = []
    for key, entry in entries.items():
        for position, reading in enumerate(entry.readings):
            data = Link(reading.rows, "data.html#tables-of-the-data-package")
            named = [
                _source(sources, one, one.removeprefix("sobe2025-")) for one in reading.sources
            ]
            rows.append(
                {
                    "Claim": _name(key) if position else Target(_name(key), f"readings-{key}"),
                    "Reading": reading.label,
                    "Kind": kinds[reading.kind],
                    "Decides": "yes" if reading is entry.primary else "no",
                    "Computed": entry.value(reading),
                    "Interval": reading.uncertainty,
                    "Compared": entry.grade(reading)
                    if entry.allows and entry.graded
                    else "not graded",
                    "May mislead": reading.misleads,
                    "Rows": Links(reading.rows, None, (data,)),
                    "Sources": Links("", None, tuple(named)),
                }
            )
    return pd.DataFrame(rows)


def stability_table(entries: Entries, tried: list[Move]) -> pd.DataFrame:
    """Return each graded claim with its verdict and what would change it, one row per change.

    Parameters
    ----------
    entries : mapping
        The claims.
    tried : list of Move
        The moves of one choice each, as :func:`sobe.analysis.claims.stability.all_moves` returns.
    """
    rows = []
    for key, entry in entries.items():
        if entry.primary is None or not entry.graded:
            continue
        found = [
            (MOVED[moved], settings, Badge(verdict, f"#claim-{key}"))
            for moved, moves in changes(entry, tried).items()
            for verdict, settings in _by_verdict(moves)
        ]
        unmoved = ("nothing that was tried", "", "")
        for position, (moved, settings, then) in enumerate(found or [unmoved]):
            rows.append(
                {
                    "Claim": _name(key) if position else Target(_name(key), f"stability-{key}"),
                    "Verdict": Badge(entry.verdict, f"#claim-{key}"),
                    "What would change it": moved,
                    "Namely": settings,
                    "Verdict then": then,
                }
            )
    return pd.DataFrame(rows)


def dissents_table(entries: Entries) -> pd.DataFrame:
    """Return what others say against a claim, with the verdict on it and their source."""
    sources = _sources()
    rows = [
        {
            "Claim": Link(_name(row.claim_id), f"#claim-{row.claim_id}"),
            "Verdict": Badge(entries[row.claim_id].verdict, f"#claim-{row.claim_id}"),
            "Dissent": row.statement,
            "Who": row.who,
            "Where": row.place,
            "Source": _source(sources, row.source, sources.loc[row.source, "title"]),
        }
        for row in tables.load("dissents").itertuples()
    ]
    return pd.DataFrame(rows)


def needed_table(entries: Entries) -> pd.DataFrame:
    """Return the claims that cannot be checked, and what would check them."""
    parts = tables.labels("claims", "section")
    rows = [
        {
            "Claim": Target(entry.claim["statement"], f"needed-{key}"),
            "Part": parts[entry.claim["section"]],
            "What would check it": entry.claim["data_needed"],
        }
        for key, entry in entries.items()
        if _needs_data(entry)
    ]
    return pd.DataFrame(rows)


def sentences_table(entries: Entries) -> pd.DataFrame:
    """Return every sentence of the summary in our words, with its claims or why it has none."""
    parts = tables.labels("claims", "section")
    rows = []
    for row in tables.load("summary_sentences").itertuples():
        keys = [] if pd.isna(row.claims) else row.claims.split()
        links = tuple(Link(_name(key), f"#claim-{key}") for key in keys)
        rows.append(
            {
                "Sentence": row.sentence_id,
                "Part": parts[row.section],
                "In our words": row.paraphrase,
                "Claims": Links(", ".join(map(_name, keys)), None, links) if links else row.status,
                "Reason": "" if pd.isna(row.reason) else row.reason,
            }
        )
    return pd.DataFrame(rows)


def crossings_table(
    crossings: pd.DataFrame,
    headings: Mapping[str, str],
    years: tuple[str, str, str] = ("year", "low", "high"),
) -> pd.DataFrame:
    """Return when each trend reaches each line: one row per trend, one column per line.

    Parameters
    ----------
    crossings : pandas.DataFrame
        As :func:`sobe.analysis.projections.crossings` returns it.
    headings : mapping
        Lines and the headings of their columns.
    years : tuple of str
        Columns of ``crossings`` with the year and the limits of its interval.
    """
    rows: dict[str, dict[str, Any]] = {}
    for _, row in crossings.iterrows():
        trend = rows.setdefault(row["trend"], {"Trend": row["trend"], "n": row["n"]})
        trend[headings[row["line"]]] = _year(*(row[name] for name in years))
    return pd.DataFrame(rows.values())


def _year(middle: float, *edges: float) -> str:
    """Write a year and its interval, which may be open on either side."""
    if not math.isfinite(middle):
        return "never"
    low, high = (str(int(edge)) if math.isfinite(edge) else "" for edge in edges)
    if low and high:
        limits = f"{low} to {high}"
    elif low:
        limits = f"from {low} on"
    else:
        limits = f"to {high}" if high else "no limit"
    return f"{int(middle)} ({limits})"


def _needs_data(entry: Entry) -> bool:
    return bool(entry.verdict == verdicts.NOT_CHECKABLE)


def _anchor(verdict: str) -> str:
    """Return the id of a verdict's meaning on the page of claims."""
    return f"verdict-{verdict.replace(',', '').replace(' ', '-')}"


#: Abbreviations in names of claims.
_CAPITALS = {"ai": "AI", "nih": "NIH"}


def _name(key: str) -> str:
    """Return the name of a claim: "share of NIH" for share-of-nih."""
    return " ".join(_CAPITALS.get(word, word) for word in key.split("-"))


def _sources() -> pd.DataFrame:
    return tables.load("sources").set_index("key")


def _source(sources: pd.DataFrame, key: str, text: str) -> Link:
    """Return a link to a source, a row of table ``sources`` by its key."""
    return link(text, sources.loc[key, "doi"], sources.loc[key, "url"])


def _by_verdict(moves: Iterable[Move]) -> list[tuple[str, str]]:
    """Return each verdict and the settings that give it, in the order of the verdicts."""
    found: dict[str, list[str]] = {}
    for move in moves:
        found.setdefault(move.verdict, []).append(move.to)
    ordered = sorted(found, key=verdicts.VERDICTS.index)
    return [(verdict, "; ".join(found[verdict])) for verdict in ordered]
