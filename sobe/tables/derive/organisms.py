"""Organism quantities: one row per quantity and source, one of them the book's choice."""

from __future__ import annotations

from collections import Counter

from .cells import choice, given, number
from .common import Corrections, Upstream, seen_facts

_ID_FROM_NAME = {
    "C. Elegans": "c_elegans",
    "Zebrafish Larvae": "zebrafish_larva",
    "Drosophila": "drosophila",
    "Mouse": "mouse",
    "Human": "human",
}
_DEMANDS_COLUMN = {
    "c_elegans": "C. elegans (body)",
    "drosophila": "fly (brain)",
    "mouse": "mouse (brain)",
    "human": "human (brain)",
}
ORGANISMS = ("c_elegans", "drosophila", "zebrafish_larva", "mouse", "macaque", "human")
_IDS = {organism: organism for organism in ORGANISMS}
#: Quantity → unit, in the order of the table.
_UNITS = {
    "neurons": "1",
    "somata": "1",
    "synapses": "1",
    "brain_volume": "mm3",
    "recorded_volume": "mm3",
    "example_volume": "mm3",
    "lifetime": "min",
    "max_firing_rate": "Hz",
}

#: What a number counts or measures where the quantity's name alone would mislead:
#: (organism, quantity, source) → word; the default is the quantity itself.
_MEASURES = {
    ("c_elegans", "synapses", "sobe2025-computational-demands"): "weighted_connections",
    ("c_elegans", "synapses", "sobe2025-organisms"): "synapses_unit_not_stated",
    ("zebrafish_larva", "lifetime", "sobe2025-organism-characteristics"): "larval_age",
    ("c_elegans", "max_firing_rate", "sobe2025-organism-characteristics"): "not_applicable",
}
#: Source → quantity → upstream's column.
_COLUMNS = {
    "sobe2025-organisms": {
        "neurons": "neurons",
        "synapses": "synapses",
        "brain_volume": "volume_mm3",
    },
    "sobe2025-organism-characteristics": {
        "neurons": "Total Neuron Count",
        "brain_volume": "Brainvolume in mm^3",
        "lifetime": "Average Liftime in Minutes",
        "max_firing_rate": "Maximum Neuron Firing Rate (Hz)",
    },
}
#: The largest volume of a table that names no organism, read as the human brain by its size.
_EXAMPLE_SOURCE = "sobe2025-comparison-methods-volumes"
_RECORDED_SOURCE = "sobe2025-recording-parameters"

#: Which source's value the book takes, where they differ, and why: one rule per quantity.
_VOLUME_WHY = (
    "the table used for all volumes: the volumes covered by recordings equal it for worm and "
    "larval zebrafish, and a table of methods has its 450 mm³; for the fly the recording covers "
    "0.04 mm³, half of it"
)
_SYNAPSE_WHY = "the table used for all synapses: the compute and memory estimates rest on it"


def derive(upstream: Upstream, corrections: Corrections) -> dict[str, list[dict]]:
    """Return the rows of the table of organisms."""
    rows = [row for row in _stated(upstream) if row["value"] is not None]
    _choose(rows)
    for fact in seen_facts("organisms"):
        organism, quantity, source = fact["key"].split("/")
        row = _row(organism, quantity, source, number(fact["value"]))
        if row["quantity"] == "somata":
            row.update(book_choice=True, choice_reason="the only source")
        rows.append(row)
    _doubts(rows, corrections)
    units = list(_UNITS)
    rows.sort(
        key=lambda r: (ORGANISMS.index(r["organism"]), units.index(r["quantity"]), r["source"])
    )
    return {"organisms": rows}


def _row(organism: str, quantity: str, source: str, value, attributed_to=None) -> dict:
    return {
        "organism": organism,
        "quantity": quantity,
        "source": source,
        "value": value,
        "unit": _UNITS[quantity],
        "measures": _MEASURES.get((organism, quantity, source), quantity),
        "attributed_to": attributed_to,
        "book_choice": False,
        "choice_reason": None,
    }


def _stated(upstream: Upstream):
    """Yield the values that upstream's tables state, None where blank."""
    source = "sobe2025-organisms"
    for line in upstream.read("organisms/organisms.tsv"):
        # "Literature" names no source, so nothing is attributed.
        named = None if line["source"] == "Literature" else line["source"]
        for quantity, column in _COLUMNS[source].items():
            yield _row(choice(line["id"], _IDS), quantity, source, number(line[column]), named)
    source = "sobe2025-organism-characteristics"
    for line in upstream.read("organisms/organism-characteristics.tsv"):
        for quantity, column in _COLUMNS[source].items():
            yield _row(
                choice(line["Organism"], _ID_FROM_NAME), quantity, source, number(line[column])
            )
    for line in upstream.read("compute/computational-demands-organisms.tsv"):
        if line["organisms"] in ("neurons", "synapses"):
            for organism, column in _DEMANDS_COLUMN.items():
                value = number(line[column])
                yield _row(organism, line["organisms"], "sobe2025-computational-demands", value)
    for line in upstream.read("parameters/recording-capabilities.tsv"):
        if line["id"] == "experiment_brain_volume":
            for organism in ORGANISMS:
                yield _row(organism, "recorded_volume", _RECORDED_SOURCE, number(line[organism]))
    examples = upstream.read("recordings/comparison-methods-volumes.tsv")
    largest = max(given(line["Volume (mm³)"]) for line in examples)
    yield _row("human", "example_volume", _EXAMPLE_SOURCE, largest)


def book_neurons(upstream: Upstream) -> dict[str, int]:
    """Return the book's number of neurons of each organism."""
    return {
        row["organism"]: row["value"]
        for row in derive(upstream, Corrections())["organisms"]
        if row["quantity"] == "neurons" and row["book_choice"]
    }


def _choose(rows: list[dict]) -> None:
    """Mark one row of each organism and quantity as the book's choice, with the reason."""
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        groups.setdefault((row["organism"], row["quantity"]), []).append(row)
    for (_, quantity), group in groups.items():
        (value, votes), *others = Counter(row["value"] for row in group).most_common()
        column, wanted = "value", value
        if len(group) == 1:
            why = "the only source"
        elif not others:
            why = "all sources agree"
        elif quantity == "neurons":
            why = f"{votes} of {len(group)} sources give this value"
        elif quantity == "brain_volume":
            column, wanted, why = "source", "sobe2025-organism-characteristics", _VOLUME_WHY
        else:
            column, wanted, why = "source", "sobe2025-computational-demands", _SYNAPSE_WHY
        chosen = next(row for row in group if row[column] == wanted)
        chosen.update(book_choice=True, choice_reason=why)


_WORM_SYNAPSES = ("c_elegans", "synapses", "sobe2025-organisms")
#: Values kept though they do not mean what their column says, or contradict another row:
#: (organism, quantity, source) → why.
_DOUBTS = {
    ("c_elegans", "synapses", "sobe2025-computational-demands"): (
        "2.7 times the other source's count; it seems to count connections by weight, and the "
        "table states no unit"
    ),
    ("c_elegans", "synapses", "sobe2025-organisms"): (
        "the source states no unit: published counts list chemical synapses, gap junctions and "
        "neuromuscular junctions apart, and no sum of the counts seen gives it"
    ),
    ("c_elegans", "max_firing_rate", "sobe2025-organism-characteristics"): (
        "most neurons of the worm are thought to signal in graded form, so that a rate of spikes "
        "does not apply; not yet seen in a source"
    ),
    ("zebrafish_larva", "lifetime", "sobe2025-organism-characteristics"): (
        "10 days is an age at which the larva is studied, not how long the animal lives"
    ),
    ("macaque", "synapses", "sobe2025-organisms"): (
        "10,000 synapses per neuron, where the sources for the human give 1,744 to 1,977"
    ),
    ("drosophila", "brain_volume", "sobe2025-organisms"): (
        "6 times the other source's volume, and 12 times the volume that a near-whole-brain "
        "recording covers"
    ),
    ("human", "example_volume", _EXAMPLE_SOURCE): (
        "the table names no organism; read as the human brain because it is the largest"
    ),
}


def _doubts(rows: list[dict], corrections: Corrections) -> None:
    """Record the values that are kept and doubtful; the maximum rates are so together."""
    for row in rows:
        where = (row["organism"], row["quantity"], row["source"])
        if why := _DOUBTS.get(where):
            seen = "worm-synapse-counts" if where == _WORM_SYNAPSES else ""
            corrections.doubt("organisms", "/".join(where), "value", row["value"], why, seen)
    why = (
        "maximum firing rates come without a source and differ in what they are the maximum of, "
        "so that they cannot be compared between organisms"
    )
    corrections.doubt(
        "organisms", "every row of max_firing_rate", "value", "10, 80, 200 and 415 Hz", why
    )
