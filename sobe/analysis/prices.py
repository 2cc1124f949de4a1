"""Conversion of dollars of one year to dollars of another, by table ``price_index``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from sobe import tables

#: The book compares amounts in dollars of this year.
BASE_YEAR = 2025


def in_dollars_of(
    amounts: Any,
    price_years: Iterable[int],
    base_year: int = BASE_YEAR,
    index: pd.DataFrame | None = None,
) -> pd.Series:
    """Convert amounts to dollars of ``base_year`` by the ratio of consumer prices (CPI-U).

    Parameters
    ----------
    amounts : sequence of float
        US dollars of ``price_years``; a missing value gives a missing value.
    price_years : sequence of int
        Year of the dollars of each amount.
    base_year : int
        Year of the dollars to return.
    index : pandas.DataFrame, optional
        Table ``price_index``; default: the one in ``data/``.

    Returns
    -------
    pandas.Series of float
        US dollars of ``base_year``, indexed as ``amounts``.

    Raises
    ------
    ValueError
        If the index has no value for one of the years.
    """
    index = tables.load("price_index") if index is None else index
    level = index.set_index("year")["cpi_u"]
    amounts = pd.Series(amounts, dtype=float)
    years = pd.Series(list(price_years), index=amounts.index)
    for year in (base_year, *years):
        if year not in level.index:
            raise ValueError(
                f"price_index: no row for year {year}; "
                f"it has {level.index.min()} to {level.index.max()}"
            )
    return amounts * level[base_year] / years.map(level)
