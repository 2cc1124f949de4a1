"""What chapters show of the ledger: claimed numbers and verdicts in the prose, and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sobe import tables
from sobe.analysis.claims import ledger, verdicts
from sobe.analysis.claims.ledger import Entry
from sobe.analysis.claims.registry import OWN, PROXY, SAME
from sobe.analysis.claims.stability import MOVED, Move, changes
from sobe.charts.display import Link, Quoted, glue, link
from sobe.charts.outputs import Output

#: How the parts of the summary are named.
SECTIONS = {
    "glance": "At a glance",
    "capability": "Capability",
    "cost": "Cost",
    "recording": "Recording",
    "scale": "Scale",
    "funding": "Funding",
    "ladder": "Ladder of ideas",
    "resources": "Resources",
}
#: How chapters are named in a link.
CHAPTERS = {
    "index": "At a glance",
    "capability": "Capability",
    "cost": "Cost",
    "recording": "Recording",
    "scale": "Scale",
    "funding": "Funding",
    "estimator": "Estimator",
    "data": "Data",
}


@dataclass(frozen=True)
class Badge(Link):
    """A verdict, marked by its colour, with a link to the claim."""

    def cell(self) -> dict:
        """Return the cell as JSON."""
        return {"text": self.text, "verdict": self.text, "url": self.url}


@dataclass(frozen=True)
class Target(Link):
    """Text that links can lead to; its ``url`` is the id."""

    def cell(self) -> dict:
        """Return the cell as JSON."""
        return {"text": self.text, "id": self.url}


@dataclass(frozen=True)
class Links(Link):
    """Several links in one cell."""

    parts: tuple[Link, ...] = ()

    def cell(self) -> dict:
        """Return the cell as JSON."""
        return {"links": [part.cell() for part in self.parts]}


def glue_claims(*claim_ids: str, data: Mapping[str, pd.DataFrame] | None = None) -> None:
    """Give the page's text what the summary claims, and the verdicts on it.

    For a claim "growth": ``{glue:text}`claimed-growth``` is "about 5×", ``number-growth`` the same
    without "about", ``year-growth`` the year it speaks of, where it has one; and
    ``{glue}`verdict-growth``` is the verdict, linked to the claim in the ledger.
    """
    for key, entry in ledger.entries(data, claim_ids).items():
        badge = Badge(entry.verdict, f"claims.html#claim-{key}")
        glue(**{f"verdict-{key}": Output("badge", badge.cell())})
        if entry.claim["precision"] == "not_numeric":
            continue
        glue(**{f"claimed-{key}": entry.claimed})
        if entry.claim["precision"] not in ("range", "about_range", "tier"):
            glue(**{f"number-{key}": ledger.written(entry.number, entry.claim["unit"])})
        if pd.notna(entry.claim["at_year"]):
            glue(**{f"year-{key}": str(entry.claim["at_year"])})


def _place(claim: pd.Series) -> Link:
    page = f"{claim['chapter']}.html"
    return Link(
        CHAPTERS[claim["chapter"]],
        page if pd.isna(claim["anchor"]) else f"{page}#{claim['anchor']}",
    )


def claims_table(entries: Mapping[str, Entry]) -> pd.DataFrame:
    """Return the ledger as cells of :func:`sobe.charts.display.table`, one row per claim."""
    rows = []
    for key, entry in entries.items():
        evidence = f"#needed-{key}" if _needs(entry) else f"#read-{key}"
        rows.append(
            {
                "Claim": Target(entry.claim["statement"], f"claim-{key}"),
                "Verdict": Badge(entry.verdict, evidence),
                "Claimed": entry.claimed,
                "Computed": entry.computed or "no data",
                "Why": entry.explanation,
                "Readings": entry.definitions,
                "Part": SECTIONS[entry.claim["section"]],
                "Carried by": _place(entry.claim),
            }
        )
    return pd.DataFrame(rows)


def _needs(entry: Entry) -> bool:
    return entry.verdict == verdicts.NOT_CHECKABLE


def _name(key: str) -> str:
    return key.replace("-", " ")


def read_table(entries: Mapping[str, Entry]) -> pd.DataFrame:
    """Return how each claim is read: in both languages, what its wording allows, and the primary
    reading with its reason."""
    rows = []
    for key, entry in entries.items():
        claim = entry.claim
        primary = entry.primary
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


#: Kinds of a reading, in words.
KINDS = {SAME: "the same quantity", PROXY: "a proxy", OWN: "its own source"}


def _source(sources: pd.DataFrame, key: str, text: str) -> Link:
    """A link to a source, a row of table ``sources`` by its key."""
    return link(text, sources.loc[key, "doi"], sources.loc[key, "url"])


def readings_table(entries: Mapping[str, Entry]) -> pd.DataFrame:
    """Return every reading of every claim: its kind, value, interval, comparison and sources."""
    sources = tables.load("sources").set_index("key")
    rows = []
    for key, entry in entries.items():
        for position, reading in enumerate(entry.readings):
            compared = entry.grade(reading) if entry.allows and entry.graded else "not graded"
            rows.append(
                {
                    "Claim": Target(_name(key), f"readings-{key}") if position == 0 else _name(key),
                    "Reading": reading.label,
                    "Kind": KINDS[reading.kind],
                    "Decides": "yes" if reading is entry.primary else "no",
                    "Computed": entry.value(reading),
                    "Interval": reading.uncertainty,
                    "Compared": compared,
                    "May mislead": reading.misleads,
                    "Rows": Links(
                        reading.rows, None, (Link(reading.rows, "data.html#the-tables"),)
                    ),
                    "Sources": Links(
                        "",
                        None,
                        tuple(
                            _source(sources, source, source.removeprefix("sobe2025-"))
                            for source in reading.sources
                        ),
                    ),
                }
            )
    return pd.DataFrame(rows)


def verdicts_table(entries: Mapping[str, Entry]) -> pd.DataFrame:
    """Return the verdicts, what each means and how many claims have it."""
    found = [entry.verdict for entry in entries.values()]
    return pd.DataFrame(
        [
            {
                "Verdict": Badge(word, f"#verdict-{_slug(word)}"),
                "Means": Target(meaning, f"verdict-{_slug(word)}"),
                "Claims": str(found.count(word)),
            }
            for word, meaning in verdicts.MEANINGS.items()
        ]
    )


def _slug(word: str) -> str:
    return word.replace(",", "").replace(" ", "-")


def stability_table(entries: Mapping[str, Entry], tried: list[Move]) -> pd.DataFrame:
    """Return each graded claim with its verdict and what would change it, one row per change."""
    rows = []
    for key, entry in entries.items():
        if entry.primary is None or not entry.graded:
            continue
        found = [
            (MOVED[moved], settings, Badge(verdict, f"#claim-{key}"))
            for moved, moves in changes(entry, tried).items()
            for verdict, settings in _by_verdict(moves)
        ] or [("nothing that was tried", "", "")]
        for position, (moved, settings, then) in enumerate(found):
            name = _name(key)
            rows.append(
                {
                    "Claim": name if position else Target(name, f"stability-{key}"),
                    "Verdict": Badge(entry.verdict, f"#claim-{key}"),
                    "What would change it": moved,
                    "Namely": settings,
                    "Verdict then": then,
                }
            )
    return pd.DataFrame(rows)


def _by_verdict(moves: list[Move]) -> list[tuple[str, str]]:
    """[(verdict, the settings that give it)] in the order of the verdicts."""
    found: dict[str, list[str]] = {}
    for move in moves:
        found.setdefault(move.verdict, []).append(move.to)
    return sorted(
        ((verdict, "; ".join(settings)) for verdict, settings in found.items()),
        key=lambda pair: verdicts.VERDICTS.index(pair[0]),
    )


def dissents_table(entries: Mapping[str, Entry]) -> pd.DataFrame:
    """Return what others say against a claim, with the verdict on it and their source."""
    sources = tables.load("sources").set_index("key")
    return pd.DataFrame(
        [
            {
                "Claim": Link(_name(row.claim_id), f"#claim-{row.claim_id}"),
                "Verdict": Badge(entries[row.claim_id].verdict, f"#claim-{row.claim_id}"),
                "Dissent": row.statement,
                "Who": row.who,
                "Where": row.place,
                "Source": _source(sources, row.source, row.source),
            }
            for row in tables.load("dissents").itertuples()
        ]
    )


def sentences_table(entries: Mapping[str, Entry]) -> pd.DataFrame:
    """Return every sentence of the summary in our words, with its claims or why it has none."""
    rows = []
    for row in tables.load("summary_sentences").itertuples():
        claims = [] if pd.isna(row.claims) else row.claims.split()
        links = tuple(Link(_name(key), f"#claim-{key}") for key in claims)
        rows.append(
            {
                "Sentence": row.sentence_id,
                "Part": SECTIONS[row.section],
                "In our words": row.paraphrase,
                "Claims": Links(", ".join(map(_name, claims)), None, links)
                if links
                else row.status,
                "Reason": "" if pd.isna(row.reason) else row.reason,
            }
        )
    return pd.DataFrame(rows)


def needed_table(entries: Mapping[str, Entry]) -> pd.DataFrame:
    """Return the claims that cannot be checked, and what would check them."""
    return pd.DataFrame(
        [
            {
                "Claim": Target(entry.claim["statement"], f"needed-{key}"),
                "Part": SECTIONS[entry.claim["section"]],
                "What would check it": entry.claim["data_needed"],
            }
            for key, entry in entries.items()
            if _needs(entry)
        ]
    )
