"""Claims on recording: growth, how complete recordings are, how long they last."""

from __future__ import annotations

import numpy as np

from sobe.analysis import fits, growth, specification
from sobe.analysis.claims.registry import Tables, assumed, computes, reading, spread

#: Organisms whose brains are at most as large as the fly's: the scale that the summary names.
SMALL = ("c_elegans", "zebrafish_larva", "drosophila")
SINCE = 1980
#: The least that "several hours" can mean, minutes.
HOURS_MIN = 120.0


def _growth_rows(data, quantity, method, selection):
    """The recordings that one definition of growth admits and selects."""
    definition = specification.Definition(quantity, method, selection, SINCE, False)
    table = specification.rows_of(specification.dated(data["recordings"]), definition)
    return specification.select(table, quantity, selection)


def _growth(id, rows, values, method=None):
    """A reading of the growth per decade of ``values`` at the dates of ``rows``, as a factor.

    With ``method``, a label per row, each method has a level of its own, and the slope is shared.
    """
    date = rows["date"].astype(float)
    if method is None:
        fold = fits.log_linear(date, values).fold_per_decade
    else:
        fold = growth.within(date, values, method).fold
    interval = growth.with_memory(date, values, method)
    return _grown(id, rows, fold, interval, "95% interval that allows for memory")


def _grown(id, rows, fold, interval, uncertainty):
    return reading(id, fold, f"recordings: {len(rows)} rows", rows["source"], interval, uncertainty)


def _records(data, id, quantity):
    """A reading of the growth of the records, which are extremes of their own past."""
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


def rates(rows, electrophysiology_hz):
    """Information rate of recordings, with the rate of all electrophysiology set to one number."""
    given = rows["information_rate_per_s"].to_numpy(float)
    assigned = rows["neurons"].to_numpy(float) * electrophysiology_hz
    return np.where(rows["method"] == "electrophysiology", assigned, given)


@computes("growth")
def growth_per_decade(data):
    """Growth of recording per decade since 1980, as a factor, by definition."""
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


def counted(coverage):
    """The rows of ``recording_coverage`` whose number of neurons can be a count of cells: not a
    volume fraction times a total, and not segments or components of an image."""
    rows = coverage.dropna(subset=["neurons"])
    return rows[~rows["counted"].isin(["fraction_times_total", "segments_or_components"])]


def _coverage(data, factor=1.0, cells=True):
    """Rows of ``recording_coverage`` with their share of the organism's neurons and of the rate.

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


def _organism_sources(data, organisms, quantities):
    rows = data["organisms"]
    rows = rows[
        rows["book_choice"] & rows["organism"].isin(organisms) & rows["quantity"].isin(quantities)
    ]
    return list(rows["source"])


@computes("no-whole-brain")
def whole_brains_recorded(data):
    """Recordings that hold all neurons of their organism: by the book's count, by the smallest
    count of any source; and animals with a nerve net that were recorded whole."""
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
def share_recorded(data):
    """Share of the neurons of worm and fly in one recording: the best and the middle ones."""
    factor = assumed(data, "sparse-data", "neuron-count-factor")
    rows = _coverage(data, factor).query("organism in ('c_elegans', 'drosophila')")
    sources = [*rows["source"], *_organism_sources(data, set(rows["organism"]), ["neurons"])]
    where = "recording_coverage: c_elegans, drosophila; organisms: neurons"
    groups = rows.groupby("organism")["share"]
    best = groups.max()
    return [
        # What is least complete decides for neither: the best recording is the hardest test.
        reading("best-share", best.max(), where, sources, uncertainty="exact share of the list"),
        spread("middle-share", groups.median().to_dict(), where, sources),
    ]


@computes("share-of-ideal")
def share_of_the_ideal(data):
    """How much of an ideal recording the best of worm and fly is, as a share of neurons; and as
    that times rate and session, where two hours are the least that "several hours" can mean."""
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
def session_length(data):
    """Length of a recording session in minutes: the middle ones, and the longest confirmed."""
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
def first_recording(data):
    """Year of the first recording listed, with and without a rate."""
    return _edge(data, "min")


@computes("figure-end")
def last_recording(data):
    """Year of the last recording listed, with and without a rate."""
    return _edge(data, "max")


def _edge(data, which):
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
def near_whole_brain(data):
    """On how many organisms the claim "only worm and fly come near the whole brain" fails.

    By scale, the claim speaks of brains up to the size of the fly's: it fails for each that is
    not near, and for each larger one that is. By name, it speaks of worm and fly alone. By rate,
    what is shared is neurons × sampling rate, the quantity of the summary's figure.
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
