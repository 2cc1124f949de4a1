"""What the book takes for a quantity of an organism, where sources differ."""

from __future__ import annotations

import pandas as pd

from sobe import tables

#: Hertz up to which sampling counts: little is gained by sampling faster than neurons fire. The
#: parameter ``hz_cap`` of the recording chapter has the same value, as a test demands.
HZ_CAP = 200.0


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


def whole_brain_rates(hz_cap: float = HZ_CAP) -> pd.Series:
    """Return the sampling throughput of whole brains, per second and by organism.

    It is the number of neurons times their highest firing rate, which counts up to ``hz_cap``
    (hertz); missing where no source gives either.
    """
    values = chosen()
    return values["neurons"] * values["max_firing_rate"].clip(upper=hz_cap)
