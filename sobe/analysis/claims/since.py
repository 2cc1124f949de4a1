"""The verdicts as they would be with what came since the report.

A claim is judged again from the report's tables together with rows of ours. Rows that only an
interested party states are left out. Nothing of this enters the check of the summary, which
`sobe.analysis.claims.ledger` makes from the report's rows alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from sobe import tables
from sobe.analysis.claims.ledger import Entry, judge
from sobe.analysis.claims.registry import Tables


@dataclass(frozen=True)
class Since:
    """A claim judged with what came since.

    Attributes
    ----------
    entry
        The claim with its readings from all rows.
    rows
        How many rows of ours its tables have.
    """

    entry: Entry
    rows: int


class _Noting(Tables):
    """The tables with rows of ours; ``used`` counts those of each table that has any."""

    def __init__(self, loaded: dict[str, tuple[pd.DataFrame, int]]) -> None:
        super().__init__()
        self.loaded = loaded
        self.used: dict[str, int] = {}

    def __missing__(self, name: str) -> pd.DataFrame:
        """Load a table, once for all claims."""
        if name not in self.loaded:
            self.loaded[name] = _with_ours(name)
        self[name], ours = self.loaded[name]
        if ours:
            self.used[name] = ours
        return self[name]


def _with_ours(name: str) -> tuple[pd.DataFrame, int]:
    """Return a table with the rows of ours that count, and how many these are."""
    rows = tables.load(name, own=True)
    report = tables.load(name)
    if "vouches" in rows and "vouches" not in report:
        rows = tables.counted(rows).reset_index(drop=True)
    rows.attrs = {}
    return rows, len(rows) - len(report)


def entries(claim_ids: Iterable[str]) -> dict[str, Since | None]:
    """Judge claims again with what came since.

    Returns
    -------
    dict
        {claim_id: Since}; None where no table that the claim is computed from has new rows.
    """
    loaded: dict[str, tuple[pd.DataFrame, int]] = {}
    found: dict[str, Since | None] = {}
    rows = {row["claim_id"]: row for _, row in tables.load("claims").iterrows()}
    for key in claim_ids:
        data = _Noting(loaded)
        entry = judge(rows[key], data)
        found[key] = Since(entry, sum(data.used.values())) if data.used else None
    return found
