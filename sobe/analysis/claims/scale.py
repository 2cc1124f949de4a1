"""Claims on the scale of brains: counts of neurons, ratios between organisms, trade-offs."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats

from sobe.analysis.claims.registry import computes, organism_values, reading, short_source, spread
from sobe.analysis.claims.verdicts import rounds_to, significant_digits
from sobe.languages import units

#: Square metres of the Earth's surface: 4 π (6,371 km)².
EARTH_M2 = 4 * math.pi * 6_371_000.0**2


def _tables_count(data, organism):
    values = organism_values(data, organism, "neurons")
    parts = {short_source(source): value for source, value in values.items()}
    return parts, f"organisms: {organism}, neurons", list(values)


def published(data, animal, id):
    """A reading of the published counts of one animal, with their own limits where given."""
    parts, rows, sources = _published(data, animal)
    return spread(id, parts, rows, sources)


def _published(data, animal):
    """{count: value} of one kind of animal, with the limits that its source gives."""
    table = data["neuron_counts"]
    table = table[table["animal"].str.lower().str.contains(animal, regex=False)]
    parts = {}
    for row in table.to_dict("records"):
        low, value, high, half = (row[name] for name in ("low", "count", "high", "plus_minus"))
        named = {"": value, ", lower limit": low, ", upper limit": high}
        if pd.isna(half) and pd.isna(low) and pd.isna(high) and significant_digits(value) <= 2:
            low, high = rounds_to(value)  # a rounded number: what rounds to it
            named |= {", lower limit": low, ", upper limit": high}
        if pd.notna(half):
            named |= {", lower limit": value - half, ", upper limit": value + half}
        parts |= {row["count_id"] + words: x for words, x in named.items() if pd.notna(x)}
    return parts, f"neuron_counts: {animal}", list(table["source"])


@computes("worm-neurons")
def worm_neurons(data):
    """Neurons of C. elegans, as counted, and by the report's tables."""
    return [
        published(data, "worm", "counted"),
        spread("report-tables", *_tables_count(data, "c_elegans")),
    ]


@computes("human-neurons")
def human_neurons(data):
    """Neurons of the human brain, as counted, and by the report's tables."""
    return [
        published(data, "human", "counted"),
        spread("report-tables", *_tables_count(data, "human")),
    ]


@computes("bee")
def bee_neurons(data):
    """Neurons of the honey bee, published."""
    return [published(data, "honeybee", "published")]


@computes("mosquito")
def mosquito_neurons(data):
    """Neurons of mosquito species, published."""
    return [published(data, "mosquito", "published")]


@computes("small-brains")
def small_brain_neurons(data):
    """Neurons of the small organisms named that the tables have: fly and larval zebrafish."""
    parts, rows, sources = {}, [], []
    for organism in ("drosophila", "zebrafish_larva"):
        found, where, keys = _tables_count(data, organism)
        parts |= {f"{organism}, {name}": value for name, value in found.items()}
        rows.append(where)
        sources += keys
    for animal in ("fly", "larval zebrafish"):
        found, where, keys = _published(data, animal)
        parts |= found
        rows.append(where)
        sources += keys
    return [spread("report-tables", parts, "; ".join(rows), sources)]


def _ratios(data, larger, smaller, quantity):
    """Every pair of values of two organisms, a ratio each: {words: ratio}, rows, sources."""
    large = organism_values(data, larger, quantity)
    small = organism_values(data, smaller, quantity)
    parts = {
        f"{units.significant(a, 4)} ÷ {units.significant(b, 4)}": a / b
        for a in large.values()
        for b in small.values()
    }
    return parts, f"organisms: {larger} and {smaller}, {quantity}", [*large, *small]


@computes("mouse-fly-neurons")
def mouse_fly_neurons(data):
    """Neurons of the mouse over those of the fly, for all pairs of sources."""
    return [spread("report-tables", *_ratios(data, "mouse", "drosophila", "neurons"))]


@computes("human-fly-neurons")
def human_fly_neurons(data):
    """Neurons of the human over those of the fly, for all pairs of sources."""
    return [spread("report-tables", *_ratios(data, "human", "drosophila", "neurons"))]


def _volumes(data, larger):
    """Brain volume of an organism over the fly's: all pairs, and each fly volume in the tables."""
    found = [spread("brain-volumes", *_ratios(data, larger, "drosophila", "brain_volume"))]
    large = organism_values(data, larger, "brain_volume")
    imaged = data["imaging_datasets"].set_index("dataset_id").loc[ZHENG]
    chosen, chosen_volume = next(iter(organism_values(data, "drosophila", "brain_volume").items()))
    recorded = (
        data["estimator_parameters"]
        .query("quantity == 'experiment_volume' and case == 'drosophila'")
        .iloc[0]
    )
    for key, volume, source, rows in (
        ("calculator-fly", chosen_volume, chosen, "organisms: drosophila, brain_volume"),
        (
            "recording-fly",
            recorded["value"],
            recorded["source"],
            "estimator_parameters: experiment_volume, drosophila",
        ),
        ("imaged-fly", imaged["volume_mm3"], imaged["source"], f"imaging_datasets: {ZHENG}"),
    ):
        parts = {short_source(name): value / volume for name, value in large.items()}
        where = f"organisms: {larger}, brain_volume; {rows}"
        found.append(spread(key, parts, where, [*large, source]))
    return found


#: The row of Zheng and others, whose volume other sources contradict.
ZHENG = "zheng-2018-flybrain-adult"


@computes("mouse-fly-volume")
def mouse_fly_volume(data):
    """Brain volume of the mouse over that of the fly."""
    return _volumes(data, "mouse")


@computes("human-fly-volume")
def human_fly_volume(data):
    """Brain volume of the human over that of the fly."""
    return _volumes(data, "human")


@computes("human-mouse-scale")
def human_mouse_scale(data):
    """The human brain over the mouse's: volume (what a map fills), neurons, and synapses."""
    return [
        spread(key, *_ratios(data, "human", "mouse", quantity))
        for key, quantity in (
            ("volume", "brain_volume"),
            ("neurons", "neurons"),
            ("synapses", "synapses"),
        )
    ]


def equal_pixel(data) -> float:
    """Return the pixel size, in metres, at which the Earth's surface has as many pixels as the
    mouse's map has voxels."""
    return math.sqrt(EARTH_M2 / _mouse_voxels(data)[0])


def _mouse_voxels(data):
    """Voxels of a map of the mouse brain at 10 nm isotropic, and the source of its volume."""
    (source, volume), *_ = organism_values(data, "mouse", "brain_volume").items()
    return volume * (1e6 / VOXEL_NM) ** 3, source


#: Edge of a voxel fine enough to follow neurons, nanometres: the cost figure's finest.
VOXEL_NM = 10.0
#: Imagery that map services store, in table ``reported_facts``; one byte is taken per voxel.
MAPS = ("google-earth-2016", "google-maps-imagery")


@computes("mouse-map-earth")
def mouse_map(data):
    """The mouse's map over maps of the Earth: in bytes, and in voxels and pixels."""
    facts = data["reported_facts"]
    facts = facts[facts["fact_id"].isin(MAPS)]
    voxels, source = _mouse_voxels(data)
    found = [
        spread(
            "stored-imagery",
            dict(zip(facts["fact_id"], voxels / facts["value"])),
            f"reported_facts: {', '.join(facts['fact_id'])}; organisms: mouse, brain_volume",
            [*facts["source"], source],
        )
    ]
    for key, metres in (("thirty-centimetres", 0.3), ("three-centimetres", 0.03)):
        value = voxels / (EARTH_M2 / metres**2)
        found.append(reading(key, value, "organisms: mouse, brain_volume", [source]))
    return found


#: Draws of papers for the interval of a correlation whose rows share papers.
DRAWS, SEED = 2000, 2025


def _rank_correlation(id, x, y, rows, sources, papers=None):
    """Spearman's rank correlation with its 95% interval.

    Without ``papers`` rows count as independent: Fisher's transformation, standard error after
    Bonett and Wright, Psychometrika 65 (2000), 10.1007/BF02294183. With them, whole papers are
    drawn with replacement, since rows of one paper have much in common.
    """
    n = len(x)
    if n < 5:
        raise ValueError(f"the reading {id!r}: a correlation needs at least 5 rows, got {n}")
    rho = float(stats.spearmanr(x, y).statistic)
    if math.isnan(rho):
        rho = 0.0
    half = stats.norm.ppf(0.975) * math.sqrt((1 + rho**2 / 2) / (n - 3))
    z = math.atanh(rho)
    interval = math.tanh(z - half), math.tanh(z + half)
    if papers is not None:
        drawn = _drawn(np.asarray(x, float), np.asarray(y, float), pd.factorize(papers)[0])
        low, high = np.quantile(drawn, [0.025, 0.975])
        interval = min(low, rho), max(high, rho)
    return reading(id, rho, f"{rows}, {n} rows", sources, interval, "95% interval")


def _drawn(x, y, paper):
    """Rank correlations of `DRAWS` samples of whole papers, numbered from 0 in ``paper``."""
    generator = np.random.default_rng(SEED)
    members = [np.flatnonzero(paper == number) for number in range(paper.max() + 1)]
    found = []
    for picked in generator.integers(len(members), size=(DRAWS, len(members))):
        rows = np.concatenate([members[number] for number in picked])
        ranks = [stats.rankdata(values[rows]) for values in (x, y)]
        if min(np.ptp(ranks[0]), np.ptp(ranks[1])) > 0:
            found.append(np.corrcoef(*ranks)[0, 1])
    return np.array(found)


@computes("speed-or-size")
def speed_against_size(data):
    """Spearman's rank correlation of sampling rate and neurons recorded at once.

    Imaging only: every electrophysiology row of the list carries the same, assigned rate.
    """
    rated = data["recordings"].dropna(subset=["information_rate_per_s", "temporal_resolution_hz"])
    coverage = data["recording_coverage"].dropna(subset=["temporal_resolution_hz", "neurons"])
    confirmed = coverage[coverage["temporal_resolution_status"] == "confirmed"]
    return [
        _rank_correlation(
            key,
            table["temporal_resolution_hz"].astype(float),
            table["neurons"].astype(float),
            rows,
            table["source"],
        )
        for key, table, rows in (
            (
                "recordings-imaging",
                rated[rated["method"] == "fluorescence_imaging"],
                "recordings: imaging with a rate",
            ),
            ("coverage-confirmed", confirmed, "recording_coverage: confirmed rates"),
            ("coverage-all", coverage, "recording_coverage: all"),
        )
    ]


@computes("size-or-resolution")
def size_against_resolution(data):
    """Spearman's rank correlation of imaged volume and voxel volume: above 0, larger is coarser."""
    table = data["imaging_datasets"].dropna(
        subset=["volume_mm3", "voxel_x_nm", "voxel_y_nm", "voxel_z_nm"]
    )
    table = table.assign(voxel=table["voxel_x_nm"] * table["voxel_y_nm"] * table["voxel_z_nm"])
    return [
        _rank_correlation(
            key,
            rows["volume_mm3"],
            rows["voxel"],
            f"imaging_datasets: {words}",
            rows["source"],
            rows["doi"].fillna(rows["dataset_id"]),
        )
        for key, words, rows in (
            ("all-volumes", "all volumes", table),
            ("mouse-only", "mouse", table[table["species"] == "mouse"]),
        )
    ]
