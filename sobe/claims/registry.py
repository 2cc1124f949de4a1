"""What a claim's function is given and what it returns, and the list of all such functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from sobe import tables


@dataclass(frozen=True)
class Reading:
    """One computed answer to a claim: ``value`` in the claim's unit, under the definition or
    source ``label``, from the rows named in ``rows`` ("table: keys"), whose sources (keys of
    table ``sources``) are ``sources``."""

    label: str
    value: float
    rows: str
    sources: tuple[str, ...]


#: Name in table ``claims`` -> function of the tables, giving the readings of one claim.
FUNCTIONS: dict[str, Callable[[Mapping[str, pd.DataFrame]], list[Reading]]] = {}


def computes(function):
    """Register a function under its own name."""
    if function.__name__ in FUNCTIONS:
        raise ValueError(f"two functions are named {function.__name__}")
    FUNCTIONS[function.__name__] = function
    return function


def reading(label: str, value, rows: str, sources: Iterable[str]) -> Reading:
    """A `Reading` with plain types, its sources once each and in order.

    Raises ValueError where there is none: what nothing stands behind is no reading.
    """
    if not (keys := tuple(sorted(set(sources)))):
        raise ValueError(f"the reading {label!r} has no source")
    return Reading(label, float(value), rows, keys)


class Tables(dict):
    """The tables by name, each loaded when first asked for, so that a page depends only on those
    its claims need. Entries can be set beforehand, to compute from other data."""

    def __missing__(self, name: str) -> pd.DataFrame:
        self[name] = tables.load(name)
        return self[name]


def organism_values(
    data: Mapping[str, pd.DataFrame], organism: str, quantity: str
) -> dict[str, float]:
    """{source: value} of one quantity of one organism, the book's choice first."""
    rows = data["organisms"]
    rows = rows[(rows["organism"] == organism) & (rows["quantity"] == quantity)]
    rows = rows.sort_values("book_choice", ascending=False, kind="stable")
    return dict(zip(rows["source"], rows["value"]))


def short_source(key: str) -> str:
    """A source's key as words: "sobe2025-organism-characteristics" is "organism characteristics"."""
    return key.removeprefix("sobe2025-").replace("-", " ")
