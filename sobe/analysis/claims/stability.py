"""What would change a verdict.

Each claim is judged again with one thing changed: what "about" allows, how far a tier of money
reaches, an assumption (table ``claim_assumptions``), one row, source or value left out, or another
reading as the primary one. A verdict that never changes is stable. For any other, the book shows
what changes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import pandas as pd

from sobe.analysis.claims import verdicts
from sobe.analysis.claims.ledger import Entry
from sobe.analysis.claims.registry import Data, Reading, Tables, again, reported

#: What is moved, to where, and the verdict.
Change: TypeAlias = tuple[str, str, str]
#: Factors that "about" could be taken to allow.
ABOUT = (1.1, 1.25, 1.5, 2.0)
#: Factors over which a tier of money could reach: from half a power of ten to one.
TIERS = (10**0.5, 5.0, 10.0)
#: Kind of change to its words.
MOVED = {
    "about": 'what "about" allows',
    "tier": "how far a tier reaches",
    "assumption": "an assumption",
    "row": "one row left out",
    "source": "one source left out",
    "value": "one value left out",
    "primary": "another reading as the primary one",
}


@dataclass(frozen=True)
class Move:
    """One change and the verdict with it: ``moved`` is a key of `MOVED`, ``to`` the new value."""

    claim_id: str
    moved: str
    to: str
    verdict: str


class _Without(Tables):
    """The tables without the rows of one source."""

    def __init__(self, base: Mapping[str, pd.DataFrame], source: str) -> None:
        super().__init__()
        self._base, self._source = base, source

    def __missing__(self, name: str) -> pd.DataFrame:
        rows = self._base[name]
        if "source" in rows and not name.startswith("claim"):
            rows = rows[rows["source"] != self._source]
        self[name] = rows
        return rows


def moves(entry: Entry, data: Mapping[str, pd.DataFrame]) -> list[Move]:
    """Return every change tried on a claim, with the verdict it gives.

    There is none for a figure of speech and for a claim without a primary reading.
    """
    primary = entry.primary
    if primary is None or not entry.graded:
        return []
    key = entry.claim["claim_id"]
    found = [
        *_wording(entry),
        *_assumptions(key, primary, data),
        *_values(entry, primary),
        *_rows(key, primary, data),
        *_sources(key, primary, data),
        *_other_primaries(entry, primary),
    ]
    return [Move(key, *move) for move in found]


def _other_primaries(entry: Entry, primary: Reading) -> Iterator[Change]:
    """Take another reading as the primary one.

    If it compares with the claim as the primary one does, only the word could change, so the
    verdict stays.
    """
    for reading in entry.readings:
        if reading.id != primary.id:
            same = entry.grade(reading) == entry.grade(primary)
            yield "primary", reading.label, entry.verdict if same else entry.verdict_of(reading)


def _judged(claim: pd.Series, reading: Reading | None, interval: tuple[float, float] | None) -> str:
    assert interval is not None, "the precisions that are judged again have an interval"
    unit = claim["unit"]
    return verdicts.verdict(claim["kind"], reading, interval, unit)


def _again(key: str, primary: Reading, data: Data) -> str:
    """Return the verdict with the primary reading computed from other data."""
    claim = data["claims"].set_index("claim_id").loc[key]
    return _judged(claim, again(primary, key, data), verdicts.allowed(claim))


def _wording(entry: Entry) -> Iterator[Change]:
    claim, precision = entry.claim, entry.claim["precision"]
    if precision in ("about", "about_range", "tier", "top_tier"):
        for factor in ABOUT:
            interval = verdicts.stated_interval(claim, about=factor)
            yield "about", f"a factor of {factor:g}", _judged(claim, entry.primary, interval)
    if precision == "tier":
        for factor in TIERS:
            interval = verdicts.stated_interval(claim, tier=factor)
            yield "tier", f"{factor:.2g} times its value", _judged(claim, entry.primary, interval)


def _assumptions(key: str, primary: Reading, data: Data) -> Iterator[Change]:
    table = data["claim_assumptions"]
    for row in table[(table["claim_id"] == key) & ~table["used"]].itertuples():
        changed = Tables(data)
        if row.assumption_id in ("allows-low", "allows-high"):
            claims = data["claims"].copy()
            column = row.assumption_id.replace("-", "_")
            claims[column] = claims[column].astype(float)
            claims.loc[claims["claim_id"] == key, column] = row.value
            changed["claims"] = claims
        else:
            same = (table["claim_id"] == key) & (table["assumption_id"] == row.assumption_id)
            changed["claim_assumptions"] = table.assign(
                used=table["used"].where(~same, table["value"] == row.value)
            )
        verdict = _again(key, primary, changed)
        yield "assumption", f"{row.label}: {row.value:g}", verdict


def _values(entry: Entry, primary: Reading) -> Iterator[Change]:
    """Leave out one of the values whose spread is the interval of the primary reading."""
    if len(primary.parts) < 2:
        return
    for name, _ in primary.parts:
        rest = [value for other, value in primary.parts if other != name]
        smaller = replace(primary, low=min(rest), high=max(rest))
        yield "value", name, entry.verdict_of(smaller)


def _rows(key: str, primary: Reading, data: Data) -> Iterator[Change]:
    """Leave out one row of a fit that names its rows: a few rows can carry a trend."""
    table, _, names = primary.rows.partition(": ")
    rows = names.split(", ")
    if table != "reconstruction_costs" or primary.parts or len(rows) < 3:
        return
    for name in rows:
        changed = Tables(data)
        changed[table] = data[table][data[table]["estimate_id"] != name]
        yield "row", name, _again(key, primary, changed)


def _sources(key: str, primary: Reading, data: Data) -> Iterator[Change]:
    """Leave out the rows of one source of the primary reading, if it has several."""
    if len(primary.sources) < 2:
        return
    for source in primary.sources:
        try:
            verdict = _again(key, primary, _Without(data, source))
        except (KeyError, IndexError, ValueError):  # too little is left to compute from
            verdict = verdicts.NOT_CHECKABLE
        yield "source", source, verdict


def all_moves(
    entries: Mapping[str, Entry], data: Mapping[str, pd.DataFrame] | None = None
) -> list[Move]:
    """Return the moves of every claim of ``entries``."""
    data = reported() if data is None else data
    return [move for entry in entries.values() for move in moves(entry, data)]


def changes(entry: Entry, tried: list[Move]) -> dict[str, list[Move]]:
    """Return the changes that alter a claim's verdict, by kind; empty where it is stable."""
    found: dict[str, list[Move]] = {}
    for move in tried:
        if move.claim_id == entry.claim["claim_id"] and move.verdict != entry.verdict:
            found.setdefault(move.moved, []).append(move)
    return found
