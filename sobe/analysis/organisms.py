"""What the book takes for a quantity of an organism, where sources differ."""

from __future__ import annotations

import pandas as pd

from sobe import tables


def chosen(organisms: pd.DataFrame | None = None, column: str = "value") -> pd.DataFrame:
    """Return the book's choice of each organism's quantities.

    Parameters
    ----------
    organisms : pandas.DataFrame, optional
        Table ``organisms``. Default: as it is in the data package.
    column : str
        What is wanted of the chosen row: its ``value`` (in the unit of its quantity), ``measures``,
        ``source`` or any other column.

    Returns
    -------
    pandas.DataFrame
        One row per organism and one column per quantity, both sorted by key; missing where no
        source gives the quantity.
    """
    rows = tables.load("organisms") if organisms is None else organisms
    return rows[rows["book_choice"]].pivot(index="organism", columns="quantity", values=column)
