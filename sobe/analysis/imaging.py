"""How fast brains are imaged: rates of data sets, and the microscopes that a brain takes."""

from __future__ import annotations

from typing import TypeVar

import pandas as pd

from sobe import tables
from sobe.analysis import effort

Numbers = TypeVar("Numbers", float, pd.Series)

NM3_PER_MM3 = 1e18
#: Techniques of table ``imaging_datasets`` and of ours, by what they have in common.
FAMILIES = {
    "Transmission, sections": (
        "ss-TEM",
        "ss-TEMCA",
        "GridTape-autoTEM",
        "GridTape-TEMCA",
        "autoTEM",
        "bdTEM",
    ),
    "Scanning, sections": ("ATUM-SEM",),
    "Multibeam, sections": ("ATUM-mSEM",),
    "Scanning, block face": ("SBF-SEM",),
    "Ion beam": ("FIB-SEM",),
}
_FAMILY = {technique: family for family, names in FAMILIES.items() for technique in names}


def mm3_per_year(rate_mvoxel_per_s: Numbers, voxel_nm3: Numbers) -> Numbers:
    """Return the volume imaged in a year without a pause, in mm³.

    ``rate_mvoxel_per_s``: million voxels per second; ``voxel_nm3``: volume of a voxel, in nm³.
    """
    return rate_mvoxel_per_s * 1e6 * effort.SECONDS_PER_YEAR * voxel_nm3 / NM3_PER_MM3


def rates() -> pd.DataFrame:
    """Return imaging rates by electron microscopy: those of the report's list, and ours since.

    Returns
    -------
    DataFrame
        Columns ``dataset``, ``who``, ``year``, ``technique``, ``family`` (of `FAMILIES`), ``rate``
        (million voxels per second, all machines together), ``dataset_id`` (of the report's rows),
        ``vouches`` (of ours) and ``source``.

    Raises
    ------
    KeyError
        If a technique is of no family.
    """
    listed = tables.load("imaging_datasets").dropna(subset=["imaging_rate_mvoxel_per_s"])
    listed = listed.assign(
        rate=listed["imaging_rate_mvoxel_per_s"],
        who=listed["authors"] + " " + listed["year"].astype(str),
    )
    since = tables.load("connectome_effort")
    since = effort.net_rates(since)
    since = since.assign(who=since["dataset"] + " " + since["year"].astype(str))
    columns = ["dataset", "who", "year", "technique", "rate", "dataset_id", "vouches", "source"]
    both = pd.concat([listed, since], ignore_index=True)[columns]
    return both.assign(family=[_FAMILY[technique] for technique in both["technique"]])


#: Volume of a mouse brain that table ``imaging_plans`` counts with, in mm³.
PLANNED_MOUSE_MM3 = 500
SHOWN, PROJECTED = "Shown, by the calendar", "Projected"


def shown() -> pd.DataFrame:
    """Return the pace of imaging that makers state, in mm³ per microscope and year.

    Returns
    -------
    DataFrame
        The rows of `effort.pace` with columns ``basis`` (`SHOWN` or `PROJECTED`) and ``name``.
    """
    rows = effort.pace(tables.load("connectome_effort"))
    return rows.assign(
        basis=rows["kind"].map({"done": SHOWN, "projection": PROJECTED}),
        name=rows["dataset"] + ", " + rows["year"].astype(str),
    )


def plans() -> pd.DataFrame:
    """Return table ``imaging_plans`` with what its own columns give.

    Returns
    -------
    DataFrame
        The table with columns ``name``; ``recomputed``, the microscopes that image
        `PLANNED_MOUSE_MM3` in a year at the row's rate and target voxel, or at its own voxel where
        that is finer; and ``unshown``, the expansion assumed over that of the paper.
    """
    rows = tables.load("imaging_plans")
    voxel = rows[["voxel_nm", "target_voxel_nm"]].min(axis=1)
    pace = mm3_per_year(rows["rate_mvoxel_per_s"], voxel**3)
    return rows.assign(
        name=rows["technique"] + ", " + rows["authors"],
        recomputed=PLANNED_MOUSE_MM3 / pace,
        unshown=rows["expansion_assumed"] / rows["expansion_shown"],
    )
