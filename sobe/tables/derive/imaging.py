"""Microscopes for whole brains: how many of each the report counts, at two voxel sizes."""

from __future__ import annotations

import math

from .cells import calendar_year, given, number, refuse
from .common import Corrections, Upstream, slug, unique_key

#: Edge of the voxel that a whole brain is imaged at, in nm. The files of 2 nm and 50 nm have no
#: microscope with a price that these lack.
TARGETS = (10, 25)
#: Volume of a mouse brain that the report's files count with, in mm³; its times follow from it.
MOUSE_MM3 = 500
_SECONDS_PER_YEAR = 365.25 * 24 * 3600


def derive(upstream: Upstream, corrections: Corrections) -> dict[str, list[dict]]:
    """Return the rows of the table of microscopes for whole brains: those with a price."""
    rows: list[dict] = []
    taken: set[str] = set()
    for target in TARGETS:
        for line in upstream.read(f"connectomics/connectomics-{target}nm.tsv"):
            if line["id"] and number(line["cost_scope"]) is not None:
                rows.append(_row(line, target, taken))
                _doubt(rows[-1], corrections)
    return {"imaging_plans": rows}


def _row(line: dict, target: int, taken: set[str]) -> dict:
    if given(line["tgt_vx_size"]) != target:
        refuse(line["tgt_vx_size"], f"{target}, as the name of the file says")
    authors, _, year = line["id"].rpartition(" ")
    if not authors or not year.isdigit():
        refuse(line["id"], "authors and a year")
    technique = line["img_tech"].replace(" - ", "-")
    return {
        "plan_id": unique_key(slug(line["id"], technique, f"{target}nm"), taken),
        "authors": authors,
        "year": calendar_year(line["year"]),
        "technique": technique,
        "voxel_nm": given(line["vx_avg"]),
        "rate_mvoxel_per_s": given(line["img_rate"]),
        "target_voxel_nm": target,
        "expansion_shown": given(line["exp_paper"]),
        "expansion_assumed": given(line["exp_eff"]),
        "mouse_microscopes": given(line["mouse_scopes_1yr"]),
        "human_microscopes": given(line["human_scopes_1yr"]),
        "microscope_usd": given(line["cost_scope"]),
        "source": f"sobe2025-connectomics-{target}nm",
    }


def _doubt(row: dict, corrections: Corrections) -> None:
    """Record a number of microscopes that the rate and the voxel next to it do not give."""
    voxel = min(row["voxel_nm"], row["target_voxel_nm"])
    voxels = MOUSE_MM3 * 1e18 / voxel**3  # 10¹⁸ nm³ per mm³
    computed = math.ceil(voxels / (row["rate_mvoxel_per_s"] * 1e6 * _SECONDS_PER_YEAR))
    # Rates and voxels are printed with two or three digits.
    if abs(row["mouse_microscopes"] / computed - 1) > 0.06:
        taken = row["voxel_nm"] / row["expansion_assumed"]
        why = (
            f"{MOUSE_MM3} mm³ at the row's rate and at voxels of {voxel:g} nm take {computed:,}; "
            f"theirs takes voxels of {taken:.3g} nm, the paper's expansion times that needed"
        )
        value = row["mouse_microscopes"]
        corrections.doubt("imaging_plans", row["plan_id"], "mouse_microscopes", value, why)
