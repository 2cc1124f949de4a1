"""Claims on recording: growth, how complete recordings are, how long they last."""

from __future__ import annotations

from sobe import specification
from sobe.claims.registry import computes, reading

#: Smaller than or as large as the fly: the scale that the summary names.
SMALL = ("c_elegans", "zebrafish_larva", "drosophila")
#: A recording comes near the whole brain from this share on.
NEAR = 0.5
#: The least that "several hours" can mean, minutes.
HOURS_MIN = 120.0


@computes
def growth_per_decade(data):
    """Growth of recording per decade, as a factor, under every definition of the curve."""
    recordings = data["recordings"]
    table = specification.dated(recordings)
    definitions = {
        definition.label: definition for definition in specification.growth_definitions()
    }
    found = []
    for row in specification.growth_curve(recordings, draws=0).itertuples():
        definition = definitions[row.label]
        chosen = specification.select(
            specification.rows_of(table, definition), definition.quantity, definition.selection
        )
        found.append(reading(row.label, row.fold, f"recordings: {row.n} rows", chosen["source"]))
    return found


def _coverage(data):
    """Rows of ``recording_coverage`` with their share of the organism's neurons and of the rate.

    ``share``: neurons recorded over the book's count. ``rate_share``: sampling rate over the
    organism's maximum firing rate, at most 1.
    """
    chosen = (
        data["organisms"]
        .query("book_choice")
        .pivot(index="organism", columns="quantity", values="value")
    )
    rows = data["recording_coverage"]
    return rows.assign(
        share=rows["neurons"].astype(float) / rows["organism"].map(chosen["neurons"]),
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


@computes
def whole_brains_recorded(data):
    """Recordings that hold all neurons of their organism, by the book's count and by the
    smallest count of any source."""
    rows = data["recording_coverage"]
    counts = data["organisms"].query("quantity == 'neurons'")
    sources = [*rows["source"], *counts.loc[counts["organism"].isin(rows["organism"]), "source"]]
    smallest = counts.groupby("organism")["value"].min()
    chosen = counts[counts["book_choice"]].set_index("organism")["value"]
    return [
        reading(
            label,
            (rows["neurons"].astype(float) >= rows["organism"].map(count)).sum(),
            "recording_coverage: all; organisms: neurons",
            sources,
        )
        for label, count in (
            ("the book's neuron counts", chosen),
            ("the smallest neuron count of any source", smallest),
        )
    ]


@computes
def share_of_the_ideal(data):
    """How much of an ideal recording exists, for worm and fly: the best and the middle recording,
    counted as a share of neurons; of neurons times rate; and also times session over two hours,
    the least that the summary's "several hours" can mean."""
    rows = _coverage(data)
    found = []
    for organism, name in (("c_elegans", "worm"), ("drosophila", "fly")):
        table = rows[rows["organism"] == organism]
        measures = {
            "neurons": table["share"],
            "neurons × rate": table["share"] * table["rate_share"],
            "neurons × rate × session": table["share"]
            * table["rate_share"]
            * (table["session_min"] / HOURS_MIN).clip(upper=1),
        }
        sources = [
            *table["source"],
            *_organism_sources(data, [organism], ["neurons", "max_firing_rate"]),
        ]
        for label, measure in measures.items():
            for which, value in (("best", measure.max()), ("median", measure.median())):
                found.append(
                    reading(
                        f"{name}, {which} recording, {label}",
                        value,
                        f"recording_coverage: {organism}",
                        sources,
                    )
                )
    return found


@computes
def session_length(data):
    """Median length of a recording session in minutes: all, confirmed ones, and by organism."""
    rows = data["recording_coverage"].dropna(subset=["session_min"])
    groups = {
        "all organisms": rows,
        "all organisms, confirmed only": rows[rows["session_status"] == "confirmed"],
        "worm": rows[rows["organism"] == "c_elegans"],
        "fly": rows[rows["organism"] == "drosophila"],
    }
    return [
        reading(
            f"median, {label}",
            group["session_min"].median(),
            f"recording_coverage: {len(group)} sessions",
            group["source"],
        )
        for label, group in groups.items()
    ]


@computes
def first_recording(data):
    """Year of the first recording listed, with and without a rate."""
    return _edge(data, "min")


@computes
def last_recording(data):
    """Year of the last recording listed, with and without a rate."""
    return _edge(data, "max")


def _edge(data, which):
    rows = specification.dated(data["recordings"])
    rated = rows.dropna(subset=["information_rate_per_s", "date"])
    return [
        reading(
            label,
            getattr(table["date"], which)() // 1,
            f"recordings: {len(table)} rows",
            table["source"],
        )
        for label, table in (
            ("recordings with an information rate", rated),
            ("all recordings", rows.dropna(subset=["date"])),
        )
    ]


@computes
def near_whole_brain(data):
    """On how many organisms the claim "only worm and fly come near the whole brain" fails.

    Near is a share of at least `NEAR`. By scale, the claim speaks of brains up to the size of the
    fly's: it fails for each that is not near, and for each larger one that is. By name, it speaks
    of worm and fly alone. By rate, what is shared is neurons × sampling rate, the quantity of
    the summary's figure.
    """
    rows = _coverage(data)
    organisms = set(rows["organism"])
    sources = [*rows["source"], *_organism_sources(data, organisms, ["neurons", "max_firing_rate"])]
    neurons = rows.groupby("organism")["share"].max()
    rates = (rows["share"] * rows["rate_share"]).groupby(rows["organism"]).max()
    named = {"c_elegans", "drosophila"}
    found = []
    for label, claimed, best in (
        ("by scale, share of neurons", set(SMALL), neurons),
        ("by name, share of neurons", named, neurons),
        ("by scale, neurons × rate", set(SMALL), rates),
        ("by name, neurons × rate", named, rates),
    ):
        near = set(best.index[best >= NEAR])
        found.append(
            reading(
                label,
                len(near ^ (claimed & organisms)),
                "recording_coverage: all; organisms: neurons, maximum firing rate",
                sources,
            )
        )
    return found
