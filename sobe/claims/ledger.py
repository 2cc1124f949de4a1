"""All claims with their readings and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from sobe import units
from sobe.claims import capability, cost, funding, programme, recording, scale  # noqa: F401 (they register)
from sobe.claims.registry import FUNCTIONS, Reading, Tables
from sobe.claims.verdicts import grade, verdict

#: How a value of each unit of table ``claims`` is written.
_WRITTEN = {
    "usd": units.usd,
    "usd_per_neuron": units.usd,
    "neurons": units.count,
    "count": units.count,
    "fold": lambda value: units.count(value) + "×",
    "fold_per_decade": units.fold,
    "share": lambda value: f"{units.significant(100 * value, 2)}%",
    "year": lambda value: f"{value:.0f}",
    "years": units.years,
    "minutes": lambda value: f"{units.significant(value)} minutes",
    "correlation": lambda value: units.significant(value, 2),
}


def written(value: float, unit: str) -> str:
    """A value as a person reads it, in one of the units of table ``claims``."""
    return _WRITTEN[unit](value)


@dataclass(frozen=True)
class Entry:
    """One claim (a row of table ``claims``), what was computed for it, and the verdict."""

    claim: pd.Series
    readings: tuple[Reading, ...]
    verdict: str

    @property
    def claimed(self) -> str:
        """What is claimed, in words and digits; "no number" where it is not numeric."""
        claim, unit = self.claim, self.claim["unit"]
        if claim["precision"] == "not_numeric":
            return "no number"
        if claim["precision"] == "range":
            return f"{written(claim['low'], unit)} to {written(claim['high'], unit)}"
        words = {"about": "about ", "at_most": "at most ", "at_least": "at least "}.get(
            claim["precision"], ""
        )
        return words + written(self.number, unit)

    @property
    def number(self) -> float:
        """The claimed number; the bound of a claim that states one."""
        column = {"at_most": "high", "at_least": "low"}.get(self.claim["precision"], "value")
        return float(self.claim[column])

    @property
    def computed(self) -> str:
        """Our value, or the range over all readings; empty where there is none."""
        if not self.readings:
            return ""
        unit = self.claim["unit"]
        values = [reading.value for reading in self.readings]
        low, high = written(min(values), unit), written(max(values), unit)
        return low if low == high else f"{low} to {high}"

    def grade(self, reading: Reading) -> str:
        """How one reading compares with the claim."""
        return grade(self.claim, reading.value)


def judge(claim: pd.Series, data: Mapping[str, pd.DataFrame]) -> Entry:
    """A row of table ``claims`` with its readings from ``data`` and its verdict."""
    readings = () if pd.isna(claim["computes"]) else tuple(FUNCTIONS[claim["computes"]](data))
    return Entry(claim, readings, verdict(claim, [reading.value for reading in readings]))


def entries(
    data: Mapping[str, pd.DataFrame] | None = None, only: Iterable[str] | None = None
) -> dict[str, Entry]:
    """{claim_id: Entry}, in the order of the table; ``only`` some, by id (KeyError if unknown).

    ``data``: tables by name, default those of the repository.
    """
    data = Tables() if data is None else data
    rows = {row["claim_id"]: row for _, row in data["claims"].iterrows()}
    return {key: judge(rows[key], data) for key in (rows if only is None else only)}
