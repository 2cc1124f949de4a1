"""All claims with their readings, verdicts and explanations."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from sobe.analysis.claims import (  # noqa: F401 (they register)
    capability,
    cost,
    funding,
    programme,
    recording,
    resources,
    scale,
    verdicts,
)
from sobe.analysis.claims.registry import Reading, readings, reported
from sobe.languages import units

#: How a value of each unit of table ``claims`` is written.
_WRITTEN: dict[str, Callable[[float], str]] = {
    "usd": units.usd,
    "usd_per_neuron": units.usd,
    "neurons": units.count,
    "people": units.count,
    "count": units.count,
    "fold": lambda value: units.count(value) + "×",
    "fold_per_decade": units.fold,
    "share": lambda value: f"{units.significant(100 * value, 2)}%",
    "year": lambda value: f"{value:.0f}",
    "years": units.years,
    "minutes": lambda value: f"{units.significant(value)} minutes",
    "correlation": lambda value: units.significant(value, 2),
}


def written(value: float, unit: str | None) -> str:
    """Write a value as a person reads it, in one of the units of table ``claims``."""
    return _WRITTEN[unit or ""](value)


def span(low: float, high: float, unit: str) -> str:
    """Write an interval: "a to b", "at most b", "at least a", or one value where both are it."""
    if low == high:
        return written(low, unit)
    if low == -math.inf:
        return "at most " + written(high, unit)
    if high == math.inf:
        return "at least " + written(low, unit)
    if unit == "share":  # three digits: what a wording allows is exact
        return f"{units.share(low)} to {units.share(high)}"
    if unit == "fold_per_decade":
        return f"{units.significant(low)}× to {units.significant(high)}×"
    return f"{written(low, unit)} to {written(high, unit)}"


def _alike(values: Sequence[float], unit: str | None) -> list[str]:
    """Write a value and its interval with two digits each, or as many as tell the ends apart.

    Years and counts keep all of their digits.
    """
    if unit in ("year", "count", "people"):
        return units.column(values, _WRITTEN[unit])
    digits = units.telling(values)
    rounded = [float(f"{value:.{digits - 1}e}") for value in values]
    if unit == "share":
        return [f"{units.single(100 * value, units.significant, digits)}%" for value in rounded]
    if unit == "correlation":
        return [units.single(value, units.significant, digits) for value in rounded]
    return [units.single(value, _WRITTEN[unit or ""], digits) for value in rounded]


@dataclass(frozen=True)
class Entry:
    """One claim (a row of table ``claims``), what was computed for it, and the verdict."""

    claim: pd.Series
    readings: tuple[Reading, ...]

    @property
    def interval(self) -> tuple[float, float]:
        """(low, high) of what the wording allows."""
        return verdicts.allowed(self.claim)

    @property
    def unit(self) -> str | None:
        """Unit of the claim; None where it states no number."""
        return None if pd.isna(self.claim["unit"]) else self.claim["unit"]

    @property
    def primary(self) -> Reading | None:
        """The reading that decides; None where none can."""
        return next((r for r in self.readings if r.id == self.claim["primary"]), None)

    @property
    def graded(self) -> bool:
        """Whether the claim is literal, and so gets a verdict from readings."""
        return bool(self.claim["kind"] == "literal")

    @property
    def verdict(self) -> str:
        """The verdict, by the rule of `sobe.analysis.claims.verdicts`."""
        return self.verdict_of(self.primary)

    def verdict_of(self, reading: Reading | None) -> str:
        """Return the verdict with ``reading`` as the primary one."""
        return verdicts.verdict(self.claim["kind"], reading, self.interval, self.unit)

    def grade(self, reading: Reading) -> str:
        """Compare one reading with the claim."""
        return verdicts.compare(self.interval, reading.low, reading.high, self.unit)

    @property
    def tally(self) -> dict[str, int]:
        """How many readings agree, cannot be told apart, and disagree."""
        return verdicts.tally(self.readings, self.interval, self.unit)

    @property
    def definitions(self) -> str:
        """The tally in words; empty where nothing is graded."""
        if not self.readings or not self.graded:
            return ""
        found = self.tally
        words = f"{found[verdicts.AGREES]} of {len(self.readings)} agree"
        if found[verdicts.APART]:
            words += f", {found[verdicts.APART]} cannot be told apart"
        return words

    @property
    def claimed(self) -> str:
        """What is claimed, in words and digits; "no number" where it is not numeric."""
        claim, unit = self.claim, self.unit
        precision = claim["precision"]
        if precision == "not_numeric":
            return "no number"
        if unit == "year":
            return written(self.number, unit)
        if precision in ("range", "about_range", "tier"):
            words = "about " if precision == "about_range" else ""
            return f"{words}{written(claim['low'], unit)} to {written(claim['high'], unit)}"
        words = {
            "about": "about ",
            "at_most": "fewer than " if unit == "neurons" else "at most ",
            "at_least": "at least ",
            "top_tier": "at least ",
        }.get(precision, "")
        return words + written(self.number, unit)

    @property
    def number(self) -> float:
        """The claimed number; the bound of a claim that states one."""
        column = {"at_most": "high", "at_least": "low", "top_tier": "low"}.get(
            self.claim["precision"], "value"
        )
        return float(self.claim[column])

    @property
    def allows(self) -> str:
        """What the wording allows, in words; empty where it states no number."""
        low, high = self.interval
        if self.unit is None or (low, high) == (-math.inf, math.inf):
            return ""
        return span(low, high, self.unit)

    def value(self, reading: Reading) -> str:
        """Write a reading's value and its interval as a person reads them."""
        if reading.low == reading.high:
            return written(reading.value, self.unit)
        texts = _alike([reading.value, reading.low, reading.high], self.unit)
        value, low, high = texts
        return value if low == high else f"{value} ({low} to {high})"

    @property
    def computed(self) -> str:
        """What decides: the primary reading's value and interval; empty where there is none."""
        return "" if self.primary is None else self.value(self.primary)

    @property
    def factor(self) -> float | None:
        """Factor between the claim and its primary reading, at least 1.

        None where the reading agrees, cannot be told apart, or has no factor.
        """
        primary = self.primary
        if primary is None or self.grade(primary) != verdicts.DISAGREES:
            return None
        if self.unit in verdicts.NO_TREND or self.unit == "year":
            return None
        value = self.claim["value"]
        if pd.isna(value):
            low, high = self.interval
            value = high if primary.low > high else low
        return verdicts.off_by(float(value), primary.low, primary.high)

    @property
    def explanation(self) -> str:
        """The verdict in one sentence, made from the values."""
        if self.verdict == verdicts.NOT_GRADED:
            return "It explains by comparison, and states nothing that was measured."
        if self.primary is None:
            return f"To decide it would take {self.claim['data_needed']}."
        says = (
            f"{self.primary.label}: {self.value(self.primary)}; the wording allows: {self.allows}"
        )
        factor = self.factor
        if factor is not None and factor >= 1.05:
            way = "higher" if self.primary.low > self.interval[1] else "lower"
            says += f"; {way} by a factor of at least: {units.significant(factor, 2)}"
        return says


def judge(claim: pd.Series, data: Mapping[str, pd.DataFrame]) -> Entry:
    """Give a row of table ``claims`` its readings from ``data``."""
    return Entry(claim, readings(claim["claim_id"], data))


def entries(
    data: Mapping[str, pd.DataFrame] | None = None, only: Iterable[str] | None = None
) -> dict[str, Entry]:
    """Return {claim_id: Entry}, in the order of the table.

    Parameters
    ----------
    data
        Tables by name; by default those of the repository.
    only
        Ids of some claims, in this order; by default all.

    Raises
    ------
    KeyError
        If an id is unknown.
    """
    if data is None:
        return {key: _entry_of(key) for key in (_claim_rows() if only is None else only)}
    rows = _rows(data)
    return {key: judge(rows[key], data) for key in (rows if only is None else only)}


def _rows(data: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return {claim_id: row of table ``claims``}."""
    return {row["claim_id"]: row for _, row in data["claims"].iterrows()}


@functools.cache
def _claim_rows() -> dict[str, pd.Series]:
    return _rows(reported())


@functools.cache
def _entry_of(claim_id: str) -> Entry:
    """Judge a claim from the repository's own tables, once per process."""
    return judge(_claim_rows()[claim_id], reported())
