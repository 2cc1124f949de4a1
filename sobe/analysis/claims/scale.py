"""Claims on the scale of brains: counts of neurons, ratios between organisms, trade-offs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sobe.analysis.claims.registry import (
    Data,
    Reading,
    computes,
    organism_values,
    reading,
    short_source,
    spread,
)
from sobe.analysis.claims.verdicts import rounds_to, significant_digits
from sobe.languages import units

#: Values by name, the rows they are from, and their sources.
Counts: TypeAlias = tuple[dict[str, float], str, list[str]]
#: Square metres of the Earth's surface: 4 π (6,371 km)².
EARTH_M2 = 4 * math.pi * 6_371_000.0**2


def _tables_count(data: Data, organism: str) -> Counts:
    values = organism_values(data, organism, "neurons")
    parts = {short_source(source): value for source, value in values.items()}
    return parts, f"organisms: {organism}, neurons", list(values)


def published(data: Data, animal: str, id: str) -> Reading:
    """Return a reading of the published counts of one animal, with their limits where given."""
    parts, rows, sources = _published(data, animal)
    return spread(id, parts, rows, sources)


def _published(data: Data, animal: str) -> Counts:
    """Return {count: value} of one kind of animal with the limits of its source, rows, sources."""
    table = data["neuron_counts"]
    table = table[table["animal"].str.lower().str.contains(animal, regex=False)]
    parts: dict[str, float] = {}
    for row in table.to_dict("records"):
        low, value, high, half = (row[name] for name in ("low", "count", "high", "plus_minus"))
        named = {"": value, ", lower limit": low, ", upper limit": high}
        if pd.isna(half) and pd.isna(low) and pd.isna(high) and significant_digits(value) <= 2:
            low, high = rounds_to(value)  # a rounded number: the values that round to it
            named |= {", lower limit": low, ", upper limit": high}
        if pd.notna(half):
            named |= {", lower limit": value - half, ", upper limit": value + half}
        parts |= {row["count_id"] + words: x for words, x in named.items() if pd.notna(x)}
    return parts, f"neuron_counts: {animal}", list(table["source"])


@computes("worm-neurons")
def worm_neurons(data: Data) -> list[Reading]:
    """Return the neurons of C. elegans, as counted and by the report's tables."""
    return [
        published(data, "worm", "counted"),
        spread("report-tables", *_tables_count(data, "c_elegans")),
    ]


@computes("human-neurons")
def human_neurons(data: Data) -> list[Reading]:
    """Return the neurons of the human brain, as counted and by the report's tables."""
    return [
        published(data, "human", "counted"),
        spread("report-tables", *_tables_count(data, "human")),
    ]


@computes("bee")
def bee_neurons(data: Data) -> list[Reading]:
    """Return the published neurons of the honey bee."""
    return [published(data, "honeybee", "published")]


@computes("mosquito")
def mosquito_neurons(data: Data) -> list[Reading]:
    """Return the published neurons of mosquito species."""
    return [published(data, "mosquito", "published")]


@computes("small-brains")
def small_brain_neurons(data: Data) -> list[Reading]:
    """Return the neurons of the small organisms in the tables: fly and larval zebrafish."""
    parts: dict[str, float] = {}
    rows: list[str] = []
    sources: list[str] = []
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


def _ratios(data: Data, larger: str, smaller: str, quantity: str) -> Counts:
    """Return the ratio of every pair of values of two organisms: {words: ratio}, rows, sources."""
    large = organism_values(data, larger, quantity)
    small = organism_values(data, smaller, quantity)
    parts = {
        f"{units.significant(a, 4)} ÷ {units.significant(b, 4)}": a / b
        for a in large.values()
        for b in small.values()
    }
    return parts, f"organisms: {larger} and {smaller}, {quantity}", [*large, *small]


@computes("mouse-fly-neurons")
def mouse_fly_neurons(data: Data) -> list[Reading]:
    """Divide the neurons of the mouse by those of the fly, for all pairs of sources."""
    return [spread("report-tables", *_ratios(data, "mouse", "drosophila", "neurons"))]


@computes("human-fly-neurons")
def human_fly_neurons(data: Data) -> list[Reading]:
    """Divide the neurons of the human by those of the fly, for all pairs of sources."""
    return [spread("report-tables", *_ratios(data, "human", "drosophila", "neurons"))]


def _volumes(data: Data, larger: str) -> list[Reading]:
    """Divide an organism's brain volume by the fly's: all pairs, and by each fly volume."""
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


#: Row of Zheng and others, whose volume other sources contradict.
ZHENG = "zheng-2018-flybrain-adult"


@computes("mouse-fly-volume")
def mouse_fly_volume(data: Data) -> list[Reading]:
    """Divide the brain volume of the mouse by that of the fly."""
    return _volumes(data, "mouse")


@computes("human-fly-volume")
def human_fly_volume(data: Data) -> list[Reading]:
    """Divide the brain volume of the human by that of the fly."""
    return _volumes(data, "human")


@computes("human-mouse-scale")
def human_mouse_scale(data: Data) -> list[Reading]:
    """Divide the human brain by the mouse's: volume (as on a map), neurons, and synapses."""
    return [
        spread(key, *_ratios(data, "human", "mouse", quantity))
        for key, quantity in (
            ("volume", "brain_volume"),
            ("neurons", "neurons"),
            ("synapses", "synapses"),
        )
    ]


def equal_pixel(data: Data) -> float:
    """Return the pixel size at which the Earth's surface has as many pixels as a mouse map voxels.

    It is in metres.
    """
    return math.sqrt(EARTH_M2 / _mouse_voxels(data)[0])


def _mouse_voxels(data: Data) -> tuple[float, str]:
    """Return the voxels of a mouse brain at 10 nm isotropic, and the source of its volume."""
    (source, volume), *_ = organism_values(data, "mouse", "brain_volume").items()
    return volume * (1e6 / VOXEL_NM) ** 3, source


#: Edge in nanometres of a voxel fine enough to trace neurons: the finest of the cost figure.
VOXEL_NM = 10.0
#: Stored imagery of map services, in table ``reported_facts``; a voxel is taken as one byte.
MAPS = ("google-earth-2016", "google-maps-imagery")


@computes("mouse-map-earth")
def mouse_map(data: Data) -> list[Reading]:
    """Divide a map of the mouse brain by maps of the Earth: in bytes, and voxels by pixels."""
    facts = data["reported_facts"]
    facts = facts[facts["fact_id"].isin(MAPS)]
    voxels, source = _mouse_voxels(data)
    found = [
        spread(
            "stored-imagery",
            dict(zip(facts["fact_id"], voxels / facts["value"], strict=True)),
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


def _rank_correlation(
    id: str,
    x: pd.Series,
    y: pd.Series,
    rows: str,
    sources: Iterable[str],
    papers: pd.Series | None = None,
) -> Reading:
    """Return a reading of Spearman's rank correlation with its 95% interval.

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


def _drawn(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], paper: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Compute rank correlations of `DRAWS` samples of whole papers, numbered from 0.

    A row drawn k times counts k times. Ranks are halves of whole numbers and their mean is known,
    so every sum is exact, in any order.
    """
    papers = paper.max() + 1
    picked = np.random.default_rng(SEED).integers(papers, size=(DRAWS, papers))
    times = np.zeros((DRAWS, papers))
    np.add.at(times, (np.arange(DRAWS)[:, None], picked), 1.0)
    times = times[:, paper]
    size = times.sum(axis=1)
    u, v = (_ranks(values, times) - (size[:, None] + 1) / 2 for values in (x, y))
    # As in numpy.corrcoef.
    uu, vv, uv = (
        (times * a * b).sum(axis=1) * (1 / (size - 1)) for a, b in ((u, u), (v, v), (u, v))
    )
    varied = (uu > 0) & (vv > 0)
    found: npt.NDArray[np.float64] = (uv[varied] / np.sqrt(uu[varied])) / np.sqrt(vv[varied])
    return found


def _ranks(
    values: npt.NDArray[np.float64], times: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Rank ``values`` in samples where each occurs so many ``times``; ties share their mean rank.

    Shape of ``times`` and of the ranks: (samples, values).
    """
    distinct, place = np.unique(values, return_inverse=True)
    count = times @ np.equal.outer(place, np.arange(len(distinct)))
    ranks: npt.NDArray[np.float64] = np.cumsum(count, axis=1) - (count - 1) / 2
    return ranks[:, place]


@computes("speed-or-size")
def speed_against_size(data: Data) -> list[Reading]:
    """Compute Spearman's rank correlation of sampling rate and neurons recorded at once.

    Only imaging counts, as every electrophysiology row of the list has the same, assigned rate.
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
def size_against_resolution(data: Data) -> list[Reading]:
    """Compute Spearman's rank correlation of imaged volume and voxel volume.

    Above 0, larger volumes have coarser voxels.
    """
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
