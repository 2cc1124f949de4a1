"""Claims on the scale of brains: counts of neurons, ratios between organisms, trade-offs."""

from __future__ import annotations

import math

from scipy import stats

from sobe import units
from sobe.claims.registry import computes, organism_values, reading, short_source

NAMES = {
    "c_elegans": "worm",
    "drosophila": "fly",
    "zebrafish_larva": "larval zebrafish",
    "mouse": "mouse",
    "human": "human",
}


def _by_source(data, organism, quantity):
    return [
        reading(short_source(source), value, f"organisms: {organism}, {quantity}", [source])
        for source, value in organism_values(data, organism, quantity).items()
    ]


def _ratios(data, larger, smaller, quantity):
    """Every pair of values two organisms have, a ratio each; equal pairs are told once."""
    found = {}
    for a, large in organism_values(data, larger, quantity).items():
        for b, small in organism_values(data, smaller, quantity).items():
            found.setdefault((large, small), []).append((a, b))
    rows = f"organisms: {larger} and {smaller}, {quantity}"
    return [
        reading(
            f"{quantity.replace('_', ' ')}, {units.significant(large, 4)} ÷ {units.significant(small, 4)}",
            large / small,
            rows,
            [key for pair in pairs for key in pair],
        )
        for (large, small), pairs in found.items()
    ]


@computes
def worm_neurons(data):
    """Neurons of C. elegans, by source."""
    return _by_source(data, "c_elegans", "neurons")


@computes
def human_neurons(data):
    """Neurons of the human brain, by source."""
    return _by_source(data, "human", "neurons")


@computes
def mouse_fly_neurons(data):
    """Neurons of the mouse over those of the fly, for all pairs of sources."""
    return _ratios(data, "mouse", "drosophila", "neurons")


@computes
def mouse_fly_volume(data):
    """Brain volume of the mouse over that of the fly, for all pairs of sources."""
    return _ratios(data, "mouse", "drosophila", "brain_volume")


@computes
def human_fly_neurons(data):
    """Neurons of the human over those of the fly, for all pairs of sources."""
    return _ratios(data, "human", "drosophila", "neurons")


@computes
def human_fly_volume(data):
    """Brain volume of the human over that of the fly, for all pairs of sources."""
    return _ratios(data, "human", "drosophila", "brain_volume")


@computes
def human_mouse_scale(data):
    """The human brain over the mouse's: volume (what a map fills), neurons, and synapses."""
    return [
        r
        for quantity in ("brain_volume", "neurons", "synapses")
        for r in _ratios(data, "human", "mouse", quantity)
    ]


@computes
def small_brain_neurons(data):
    """Neurons of the small organisms named that the tables have: fly and larval zebrafish."""
    return [
        reading(f"{NAMES[organism]}, {r.label}", r.value, r.rows, r.sources)
        for organism in ("drosophila", "zebrafish_larva")
        for r in _by_source(data, organism, "neurons")
    ]


@computes
def speed_against_size(data):
    """Spearman's rank correlation of sampling rate and neurons recorded at once.

    Imaging only: every electrophysiology row of the list carries the same, capped rate.
    """
    rated = data["recordings"].dropna(subset=["information_rate_per_s"])
    coverage = data["recording_coverage"]
    confirmed = coverage[coverage["temporal_resolution_status"] == "confirmed"]
    found = []
    for label, table, rows in (
        (
            "list of recordings, imaging",
            rated[rated["method"] == "fluorescence_imaging"],
            "recordings: imaging with a rate",
        ),
        ("coverage by organism, confirmed rates", confirmed, "recording_coverage: confirmed rates"),
        (
            "coverage by organism, all rows",
            coverage.dropna(subset=["temporal_resolution_hz"]),
            "recording_coverage: all",
        ),
    ):
        rho = stats.spearmanr(
            table["temporal_resolution_hz"], table["neurons"].astype(float)
        ).statistic
        found.append(reading(label, rho, rows, table["source"]))
    return found


@computes
def size_against_resolution(data):
    """Spearman's rank correlation of imaged volume and voxel volume: above 0, larger is coarser."""
    table = data["imaging_datasets"].dropna(
        subset=["volume_mm3", "voxel_x_nm", "voxel_y_nm", "voxel_z_nm"]
    )
    table = table.assign(voxel=table["voxel_x_nm"] * table["voxel_y_nm"] * table["voxel_z_nm"])
    found = []
    for label, rows in (
        ("all imaged volumes", table),
        ("mouse only", table[table["species"] == "mouse"]),
    ):
        rho = stats.spearmanr(rows["volume_mm3"], rows["voxel"]).statistic
        found.append(
            reading(
                label, 0.0 if math.isnan(rho) else rho, "imaging_datasets: " + label, rows["source"]
            )
        )
    return found
