"""Claims on recording: growth, how complete recordings are, how long they last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from sobe.analysis import fits, growth, specification
from sobe.analysis.claims.registry import Data, Reading, Tables, assumed, computes, reading, spread

#: Organisms whose brains are at most as large as the fly's: the scale that the summary names.
SMALL = ("c_elegans", "zebrafish_larva", "drosophila")
SINCE = 1980
#: The least that "several hours" can mean, minutes.
HOURS_MIN = 120.0


def _growth_rows(data: Data, quantity: str, method: str | None, selection: str) -> pd.DataFrame:
    """Return the recordings that one definition of growth admits and selects."""
    definition = specification.Definition(quantity, method, selection, SINCE, False)
    table = specification.rows_of(specification.dated(data["recordings"]), definition)
    return specification.select(table, quantity, selection)


def _growth(
    id: str, rows: pd.DataFrame, values: npt.ArrayLike, method: pd.Series | None = None
) -> Reading:
    """Return a reading of the growth per decade of ``values``, dated by ``rows``, as a factor.

    With ``method``, a label per row, each method has a level of its own, and the slope is shared.
    """
    date = rows["date"].astype(float)
    if method is None:
        fold = fits.log_linear(date, values).fold_per_decade
    else:
        fold = growth.within(date, values, method).fold
    interval = growth.with_memory(date, values, method)
    return _grown(id, rows, fold, interval, "95% interval that allows for memory")


def _grown(
    id: str, rows: pd.DataFrame, fold: float, interval: tuple[float, float], uncertainty: str
) -> Reading:
    return reading(id, fold, f"recordings: {len(rows)} rows", rows["source"], interval, uncertainty)


def _records(data: Data, id: str, quantity: str) -> Reading:
    """Return a reading of the growth of the records, which depend on their own past."""
    rows = _growth_rows(data, quantity, None, "all")
    chosen = specification.select(rows, quantity, "records")
    fold = fits.log_linear(chosen["date"], chosen[quantity]).fold_per_decade
    interval = specification.records_interval(rows["date"], rows[quantity])
    return _grown(id, chosen, fold, interval, "95% interval of simulated records")


def capped(hz_cap: float) -> Tables:
    """Return the tables with sampling rates above ``hz_cap`` (Hz) counted as ``hz_cap``.

    That holds for the throughput of each recording and for the rates that claims assume.
    """
    data = Tables()
    rows, assumptions = data["recordings"], data["claim_assumptions"]
    hz = rows["temporal_resolution_hz"].clip(upper=hz_cap)
    data["recordings"] = rows.assign(
        information_rate_per_s=rows["information_rate_per_s"].clip(upper=rows["neurons"] * hz)
    )
    rate = assumptions["assumption_id"] == "electrophysiology-hz"
    value = assumptions["value"].mask(rate, assumptions["value"].clip(upper=hz_cap))
    data["claim_assumptions"] = assumptions.assign(value=value)
    return data


def rates(rows: pd.DataFrame, electrophysiology_hz: float) -> npt.NDArray[np.float64]:
    """Return information rates, with the rate of all electrophysiology set to one number (Hz)."""
    given = rows["information_rate_per_s"].to_numpy(float)
    assigned = rows["neurons"].to_numpy(float) * electrophysiology_hz
    return np.where(rows["method"] == "electrophysiology", assigned, given)


@computes("growth")
def growth_per_decade(data: Data) -> Iterator[Reading]:
    """Compute the growth of recording per decade since 1980, as a factor, by definition."""
    rate, neurons = "information_rate_per_s", "neurons"
    hz = assumed(data, "growth", "electrophysiology-hz")
    everything = _growth_rows(data, rate, None, "all")
    given = rates(everything, hz)
    yield _growth("rate-all", everything, given)
    yield _growth("rate-within-method", everything, given, everything["method"])
    yield _growth("rate-at-10-hz", everything, rates(everything, 10.0))
    yield _records(data, "rate-records", rate)
    for key, quantity, method, selection in (
        ("rate-maximum", rate, None, "maximum"),
        ("neurons-all", neurons, None, "all"),
        ("neurons-maximum", neurons, None, "maximum"),
        ("electrophysiology", rate, "electrophysiology", "all"),
        ("imaging", rate, "fluorescence_imaging", "all"),
    ):
        rows = _growth_rows(data, quantity, method, selection)
        yield _growth(key, rows, rows[quantity])


def counted(coverage: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``recording_coverage`` whose number of neurons can be a count of cells.

    Left out are volume fractions times a total, and segments or components of an image.
    """
    rows = coverage.dropna(subset=["neurons"])
    return rows[~rows["counted"].isin(["fraction_times_total", "segments_or_components"])]


def _coverage(data: Data, factor: float = 1.0, cells: bool = True) -> pd.DataFrame:
    """Return rows of ``recording_coverage`` with shares of the organism's neurons and rate.

    ``share``: neurons recorded over ``factor`` times the book's count. ``rate_share``: sampling
    rate over the organism's maximum firing rate, at most 1.
    """
    chosen = (
        data["organisms"]
        .query("book_choice")
        .pivot(index="organism", columns="quantity", values="value")
        .reindex(columns=["neurons", "max_firing_rate"])
    )
    rows = data["recording_coverage"].dropna(subset=["neurons"])
    if cells:
        rows = counted(rows)
    return rows.assign(
        share=rows["neurons"].astype(float) / (factor * rows["organism"].map(chosen["neurons"])),
        rate_share=(
            rows["temporal_resolution_hz"] / rows["organism"].map(chosen["max_firing_rate"])
        ).clip(upper=1),
    )


def _organism_sources(data: Data, organisms: Iterable[str], quantities: Iterable[str]) -> list[str]:
    rows = data["organisms"]
    rows = rows[
        rows["book_choice"] & rows["organism"].isin(organisms) & rows["quantity"].isin(quantities)
    ]
    return list(rows["source"])


@computes("no-whole-brain")
def whole_brains_recorded(data: Data) -> list[Reading]:
    """Count the recordings of all neurons of an organism.

    The readings are by the book's count of neurons, by the smallest count of any source, and for
    animals with a nerve net that were recorded whole.
    """
    rows = counted(data["recording_coverage"])
    counts = data["organisms"].query("quantity == 'neurons'")
    sources = [*rows["source"], *counts.loc[counts["organism"].isin(rows["organism"]), "source"]]
    found = [
        reading(
            key,
            (rows["neurons"].astype(float) >= rows["organism"].map(count)).sum(),
            "recording_coverage: all; organisms: neurons",
            sources,
            uncertainty="exact count in the list",
        )
        for key, count in (
            ("listed-recordings", counts[counts["book_choice"]].set_index("organism")["value"]),
            ("smallest-counts", counts.groupby("organism")["value"].min()),
        )
    ]
    nets = data["reported_facts"]
    nets = nets[nets["fact_id"] == HYDRA]
    found.append(reading("nerve-nets", len(nets), f"reported_facts: {HYDRA}", nets["source"]))
    return found


HYDRA = "hydra-whole-nervous-system"


@computes("sparse-data")
def share_recorded(data: Data) -> list[Reading]:
    """Compute the share of the neurons of worm and fly in a recording: the best and the median."""
    factor = assumed(data, "sparse-data", "neuron-count-factor")
    rows = _coverage(data, factor).query("organism in ('c_elegans', 'drosophila')")
    sources = [*rows["source"], *_organism_sources(data, set(rows["organism"]), ["neurons"])]
    where = "recording_coverage: c_elegans, drosophila; organisms: neurons"
    groups = rows.groupby("organism")["share"]
    best = groups.max()
    return [
        # The claim is that recordings are incomplete, so the best recording is the hardest test.
        reading("best-share", best.max(), where, sources, uncertainty="exact share of the list"),
        spread("middle-share", groups.median().to_dict(), where, sources),
    ]


@computes("share-of-ideal")
def share_of_the_ideal(data: Data) -> list[Reading]:
    """Compute what share of an ideal recording the best ones of worm and fly are.

    The share is of neurons; or of neurons times rate times session, where "several hours" means at
    least two.
    """
    rows = _coverage(data)
    found = []
    for organism, name in (("c_elegans", "worm"), ("drosophila", "fly")):
        table = rows[rows["organism"] == organism]
        sources = [
            *table["source"],
            *_organism_sources(data, [organism], ["neurons", "max_firing_rate"]),
        ]
        whole = (
            table["share"] * table["rate_share"] * (table["session_min"] / HOURS_MIN).clip(upper=1)
        )
        for key, measure in (("neurons", table["share"]), ("neurons-rate-session", whole)):
            found.append(
                reading(
                    f"{name}-{key}",
                    measure.max(),
                    f"recording_coverage: {organism}",
                    sources,
                    uncertainty="exact share of the list",
                )
            )
    return found


@computes("session-length")
def session_length(data: Data) -> list[Reading]:
    """Compute the length of a session in minutes: medians, and the longest confirmed one."""
    rows = data["recording_coverage"].dropna(subset=["session_min"])
    confirmed = rows[rows["session_status"] == "confirmed"]
    found = []
    for key, table in (("median-all", rows), ("median-confirmed", confirmed)):
        minutes = table["session_min"].astype(float)
        found.append(
            reading(
                key,
                minutes.median(),
                f"recording_coverage: {len(table)} sessions",
                table["source"],
                tuple(minutes.quantile([0.25, 0.75])),
                "middle half of the sessions",
            )
        )
    found.append(
        reading(
            "longest-confirmed",
            confirmed["session_min"].max(),
            "recording_coverage: the longest confirmed session",
            confirmed["source"],
        )
    )
    return found


@computes("figure-start")
def first_recording(data: Data) -> list[Reading]:
    """Return the year of the first recording listed, with and without a rate."""
    return _edge(data, "min")


@computes("figure-end")
def last_recording(data: Data) -> list[Reading]:
    """Return the year of the last recording listed, with and without a rate."""
    return _edge(data, "max")


def _edge(data: Data, which: str) -> list[Reading]:
    rows = specification.dated(data["recordings"]).dropna(subset=["date"])
    rated = rows.dropna(subset=["information_rate_per_s"])
    return [
        reading(
            key,
            getattr(table["date"], which)() // 1,
            f"recordings: {len(table)} rows",
            table["source"],
        )
        for key, table in (("rated", rated), ("all", rows))
    ]


@computes("near-whole-brain")
def near_whole_brain(data: Data) -> list[Reading]:
    """Count the organisms for which "only worm and fly come near the whole brain" fails.

    By scale, the claim speaks of brains up to the size of the fly's: it fails for each that is
    not near, and for each larger one that is. By name, it speaks only of worm and fly. By rate,
    the share is of neurons × sampling rate, the quantity of the summary's figure.
    """
    factor = assumed(data, "near-whole-brain", "neuron-count-factor")
    near_share = assumed(data, "near-whole-brain", "near-share")
    cells, listed = _coverage(data, factor), _coverage(data, factor, cells=False)
    organisms = set(listed["organism"])
    sources = [
        *listed["source"],
        *_organism_sources(data, organisms, ["neurons", "max_firing_rate"]),
    ]
    neurons = cells.groupby("organism")["share"].max()
    rates = (cells["share"] * cells["rate_share"]).groupby(cells["organism"]).max()
    as_listed = listed.groupby("organism")["share"].max()
    named = {"c_elegans", "drosophila"}
    found = []
    for key, claimed, best in (
        ("by-scale-neurons", set(SMALL), neurons),
        ("by-name-neurons", named, neurons),
        ("by-scale-rate", set(SMALL), rates),
        ("by-name-rate", named, rates),
        ("by-scale-as-listed", set(SMALL), as_listed),
    ):
        near = set(best.index[best >= near_share])
        found.append(
            reading(
                key,
                len(near ^ (claimed & organisms)),
                "recording_coverage: all; organisms: neurons, maximum firing rate",
                sources,
                uncertainty="exact count in the list",
            )
        )
    return found
