"""The functions that compute claims: their input, their readings, and the list of them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pandas as pd

from sobe import tables

#: Kinds of a reading, as in table ``claim_readings``.
SAME, PROXY, OWN = "same_quantity", "proxy", "own_source"


@dataclass(frozen=True)
class Reading:
    """One computed answer to a claim, in the claim's unit.

    Attributes
    ----------
    id
        Key within the claim; table ``claim_readings`` has its kind, label and reason.
    value, low, high
        The computed value and its interval; equal where the value is an exact count.
    uncertainty
        What the interval is, in words.
    rows
        The rows it is computed from ("table: keys").
    sources
        Keys of table ``sources``, the sources of these rows.
    parts
        (name, value) pairs whose spread is the interval; empty for any other interval.
    kind, label, misleads
        From table ``claim_readings``, set by `readings`.
    """

    id: str
    value: float
    low: float
    high: float
    uncertainty: str
    rows: str
    sources: tuple[str, ...]
    parts: tuple[tuple[str, float], ...] = ()
    kind: str = ""
    label: str = ""
    misleads: str = ""


#: The tables by name.
Data: TypeAlias = Mapping[str, pd.DataFrame]
Compute: TypeAlias = Callable[[Data], Iterable[Reading]]
#: Claim to the function that computes its readings from the tables.
FUNCTIONS: dict[str, Compute] = {}


def computes(*claim_ids: str) -> Callable[[Compute], Compute]:
    """Register a function for one or more claims."""

    def register(function: Compute) -> Compute:
        for key in claim_ids:
            if key in FUNCTIONS:
                raise ValueError(f"two functions compute the claim {key!r}")
            FUNCTIONS[key] = function
        return function

    return register


def reading(
    id: str,
    value: float,
    rows: str,
    sources: Iterable[str],
    interval: tuple[float, float] | None = None,
    uncertainty: str = "exact count",
    parts: Iterable[tuple[str, float]] = (),
) -> Reading:
    """Make a `Reading` with plain types, its sources once each and in order.

    Without ``interval`` the value is exact.

    Raises
    ------
    ValueError
        If there is no source, the value is not finite, or the interval does not contain it.
    """
    if not (keys := tuple(sorted(set(sources)))):
        raise ValueError(f"the reading {id!r} has no source")
    value = float(value)
    low, high = (value, value) if interval is None else (float(edge) for edge in interval)
    # An interval computed from the value may miss it by the last bit.
    slack = 1e-9 * abs(value)
    if not math.isfinite(value) or not low - slack <= value <= high + slack:
        raise ValueError(f"the reading {id!r} is {value!r} with the interval {low!r} to {high!r}")
    return Reading(id, value, low, high, uncertainty, rows, keys, tuple(parts))


def spread(id: str, parts: Mapping[str, float], rows: str, sources: Iterable[str]) -> Reading:
    """Make a `Reading` of several values: their median, from the smallest to the largest."""
    if not parts:
        raise ValueError(f"the reading {id!r} has no values to spread over")
    values = [float(value) for value in parts.values()]
    return reading(
        id,
        np.median(values),
        rows,
        sources,
        (min(values), max(values)),
        "one value" if len(values) == 1 else f"smallest to largest of {len(values)} values",
        tuple((name, float(value)) for name, value in parts.items()),
    )


def readings(claim_id: str, data: Mapping[str, pd.DataFrame]) -> tuple[Reading, ...]:
    """Compute the readings of one claim, in the order of table ``claim_readings``.

    Raises
    ------
    ValueError
        If the function computes a reading twice, or the function and the table differ in their
        readings; the message names the claim and the reading.
    """
    named = data["claim_readings"]
    named = named[named["claim_id"] == claim_id].set_index("reading_id")
    found = list(FUNCTIONS[claim_id](data)) if claim_id in FUNCTIONS else []
    computed = {given.id: given for given in found}
    if len(computed) < len(found):
        raise ValueError(f"claim {claim_id!r}: a reading is computed twice")
    for key in (*computed, *named.index):
        if key not in named.index or key not in computed:
            where = "sobe/analysis/claims" if key in computed else "claim_readings.csv"
            raise ValueError(f"claim {claim_id!r}: the reading {key!r} is in {where} alone")
    return tuple(
        Reading(
            **{
                **vars(computed[key]),
                "kind": row["kind"],
                "label": row["label"],
                "misleads": "" if pd.isna(row["misleads"]) else row["misleads"],
            }
        )
        for key, row in named.iterrows()
    )


def again(given: Reading, claim_id: str, data: Mapping[str, pd.DataFrame]) -> Reading:
    """Compute one reading from other data; a generator stops after it.

    Raises
    ------
    KeyError, IndexError, ValueError
        If ``data`` have too few rows to compute it.
    """
    found = next(r for r in FUNCTIONS[claim_id](data) if r.id == given.id)
    return replace(found, kind=given.kind, label=given.label, misleads=given.misleads)


class Tables(dict[str, pd.DataFrame]):
    """The tables by name, each loaded at its first use, as the report has it: without our rows.

    So a page depends only on the tables that its claims need. Entries can be set beforehand, to
    compute from other data.
    """

    def __missing__(self, name: str) -> pd.DataFrame:
        """Load a table."""
        self[name] = tables.load(name, own=False)
        self[name].attrs = {}  # pandas copies them at every step, which takes most of the time
        return self[name]


@functools.cache
def reported() -> Tables:
    """Return the tables of the repository as the report has them, loaded once per process."""
    return Tables()


def assumed(data: Mapping[str, pd.DataFrame], claim_id: str, assumption_id: str) -> float:
    """Return the value that a claim's computation assumes, from table ``claim_assumptions``."""
    rows = data["claim_assumptions"]
    rows = rows[
        (rows["claim_id"] == claim_id) & (rows["assumption_id"] == assumption_id) & rows["used"]
    ]
    if len(rows) != 1:
        raise ValueError(
            f"claim {claim_id!r}: {len(rows)} used values of the assumption {assumption_id!r}, "
            "where one is expected"
        )
    return float(rows["value"].iloc[0])


def fact(data: Mapping[str, pd.DataFrame], fact_id: str) -> pd.Series:
    """Return one row of table ``reported_facts``.

    Raises
    ------
    KeyError
        If the id is unknown.
    """
    return data["reported_facts"].set_index("fact_id").loc[fact_id]


def organism_values(
    data: Mapping[str, pd.DataFrame], organism: str, quantity: str
) -> dict[str, float]:
    """Return {source: value} of one quantity of one organism, the book's choice first."""
    rows = data["organisms"]
    rows = rows[(rows["organism"] == organism) & (rows["quantity"] == quantity)]
    rows = rows.sort_values("book_choice", ascending=False, kind="stable")
    return dict(zip(rows["source"], rows["value"], strict=True))


def short_source(key: str) -> str:
    """Return a source's key as words, as "organism characteristics"."""
    return key.removeprefix("sobe2025-").replace("-", " ")
