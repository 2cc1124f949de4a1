"""Rows that no other row exceeds in everything."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def unexceeded(rows: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Return, for each row, whether no other is as large in all columns and larger in one.

    Parameters
    ----------
    rows : DataFrame
        Rows with numbers in ``columns``; a missing number is never as large as another.
    columns : sequence of str
        What counts, the more the better.

    Returns
    -------
    Series of bool
        By the index of ``rows``.
    """
    values = rows[list(columns)].to_numpy(dtype=float)
    kept = [not ((values >= one).all(axis=1) & (values > one).any(axis=1)).any() for one in values]
    return pd.Series(kept, index=rows.index, dtype=bool)
