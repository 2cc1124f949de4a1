"""Synapses per volume: a check of counts against each other."""

from __future__ import annotations

import pandas as pd

from sobe import tables
from sobe.languages import units

UM3_PER_MM3 = 1e9
#: Data sets of table ``connectomes`` that state no volume: the image of the same tissue in table
#: ``imaging_datasets``.
IMAGES = {"microns-2025": "microns-2021-mousecortex"}
MEASURED, WHOLE = "Counted in a volume", "Stated for a whole brain"


def densities() -> pd.DataFrame:
    """Return synapses per µm³ of data sets and of whole brains.

    Returns
    -------
    DataFrame
        Columns ``name``, ``species`` (name of an organism, or as the table has it), ``dataset`` (of
        data sets), ``basis`` (`MEASURED` or `WHOLE`), ``synapses``, ``volume_mm3``, ``density``
        (per µm³), ``measures`` (what was counted), ``source``, ``connectome_id`` (of data sets) and
        ``over_counted``: the density over that counted in the same animal, missing where none was.
    """
    both = pd.concat([_measured(), _whole()], ignore_index=True)
    both["density"] = both["synapses"] / (both["volume_mm3"] * UM3_PER_MM3)
    counted = both[both["basis"] == MEASURED].set_index("species")["density"]
    return both.assign(over_counted=both["density"] / both["species"].map(counted))


def _measured() -> pd.DataFrame:
    rows = tables.load("connectomes")
    rows = rows[rows["synapses_counted"] == "synapses"]
    images = tables.load("imaging_datasets").set_index("dataset_id")["volume_mm3"]
    volume = rows["volume_mm3"].fillna(rows["connectome_id"].map(IMAGES).map(images))
    rows = rows.assign(volume_mm3=volume).dropna(subset=["volume_mm3"])
    return pd.DataFrame(
        {
            "name": rows["species"].str.split(",").str[0] + ", " + rows["part"].str.lower(),
            "species": rows["species"].str.split(",").str[0],
            "dataset": rows["dataset"],
            "basis": MEASURED,
            "synapses": rows["synapses"].astype(float),
            "volume_mm3": rows["volume_mm3"],
            "measures": "synapses",
            "source": rows["source"],
            "connectome_id": rows["connectome_id"],
        }
    )


def _whole() -> pd.DataFrame:
    """Return every source's synapses of an organism over the book's volume of its brain."""
    rows, names = tables.load("organisms"), tables.load("species").set_index("organism")["name"]
    volume = rows[(rows["quantity"] == "brain_volume") & rows["book_choice"]]
    volume = volume.set_index("organism")["value"]
    rows = rows[rows["quantity"] == "synapses"]
    return pd.DataFrame(
        {
            "name": rows["organism"].map(names) + ", " + rows["value"].map(units.count),
            "species": rows["organism"].map(names),
            "basis": WHOLE,
            "synapses": rows["value"],
            "volume_mm3": rows["organism"].map(volume),
            "measures": rows["measures"],
            "source": rows["source"],
        }
    )
