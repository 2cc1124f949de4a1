"""Organism quantities: one row a quantity × source, one of them the book's choice."""

from __future__ import annotations

from collections import Counter

from .common import Ledger, Upstream, number, seen_facts

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
_QUANTITIES = (
    "neurons",
    "somata",
    "synapses",
    "brain_volume",
    "recorded_volume",
    "example_volume",
    "lifetime",
    "max_firing_rate",
)
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


def derive(upstream: Upstream, ledger: Ledger) -> dict[str, list[dict]]:
    rows = []

    def add(organism, quantity, value, source, attributed_to=None):
        if value is not None:
            rows.append(
                {
                    "organism": organism,
                    "quantity": quantity,
                    "source": source,
                    "value": value,
                    "unit": _UNITS[quantity],
                    "measures": _MEASURES.get((organism, quantity, source), quantity),
                    "attributed_to": attributed_to,
                }
            )

    for line in upstream.read("organisms/organisms.tsv"):
        # "Literature" names no source, so nothing is attributed.
        named = None if line["source"] == "Literature" else line["source"]
        for quantity, column in (
            ("neurons", "neurons"),
            ("synapses", "synapses"),
            ("brain_volume", "volume_mm3"),
        ):
            add(line["id"], quantity, number(line[column]), "sobe2025-organisms", named)

    for line in upstream.read("organisms/organism-characteristics.tsv"):
        organism = _ID_FROM_NAME[line["Organism"]]
        for quantity, column in (
            ("neurons", "Total Neuron Count"),
            ("brain_volume", "Brainvolume in mm^3"),
            ("lifetime", "Average Liftime in Minutes"),
            ("max_firing_rate", "Maximum Neuron Firing Rate (Hz)"),
        ):
            add(organism, quantity, number(line[column]), "sobe2025-organism-characteristics")

    demands = {
        line["organisms"]: line
        for line in upstream.read("compute/computational-demands-organisms.tsv")
    }
    for organism, column in _DEMANDS_COLUMN.items():
        for quantity in ("neurons", "synapses"):
            add(
                organism,
                quantity,
                number(demands[quantity][column]),
                "sobe2025-computational-demands",
            )

    for line in upstream.read("parameters/recording-capabilities.tsv"):
        if line["id"] == "experiment_brain_volume":
            for organism in ORGANISMS:
                add(organism, "recorded_volume", number(line[organism]), _RECORDED_SOURCE)
    examples = upstream.read("recordings/comparison-methods-volumes.tsv")
    largest = max(number(line["Volume (mm³)"]) for line in examples)
    add("human", "example_volume", largest, _EXAMPLE_SOURCE)

    _choose(rows)
    for fact in seen_facts("organisms"):
        organism, quantity, source = fact["key"].split("/")
        rows.append(
            {
                "organism": organism,
                "quantity": quantity,
                "source": source,
                "value": number(fact["value"]),
                "unit": _UNITS[quantity],
                "measures": _MEASURES.get((organism, quantity, source), quantity),
                "attributed_to": None,
                "book_choice": quantity == "somata",
                "choice_reason": "the only source" if quantity == "somata" else None,
            }
        )
    _doubts(rows, ledger)
    rows.sort(
        key=lambda r: (
            ORGANISMS.index(r["organism"]),
            _QUANTITIES.index(r["quantity"]),
            r["source"],
        )
    )
    return {"organisms": rows}


def book_neurons(upstream: Upstream) -> dict[str, int]:
    """Return the book's number of neurons of each organism."""
    rows = derive(upstream, Ledger())["organisms"]
    return {
        row["organism"]: row["value"]
        for row in rows
        if row["quantity"] == "neurons" and row["book_choice"]
    }


def _choose(rows: list[dict]) -> None:
    """Mark one row of each organism × quantity as the book's choice, with the reason."""
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        row.update(book_choice=False, choice_reason=None)
        groups.setdefault((row["organism"], row["quantity"]), []).append(row)
    for (_, quantity), group in groups.items():
        values = Counter(row["value"] for row in group)
        if len(group) == 1:
            chosen, why = group[0], "the only source"
        elif len(values) == 1:
            chosen, why = group[0], "all sources agree"
        elif quantity == "neurons":
            value, votes = values.most_common(1)[0]
            chosen = next(row for row in group if row["value"] == value)
            why = f"{votes} of {len(group)} sources give this value"
        elif quantity == "brain_volume":
            chosen = next(
                row for row in group if row["source"] == "sobe2025-organism-characteristics"
            )
            why = _VOLUME_WHY
        else:
            chosen = next(row for row in group if row["source"] == "sobe2025-computational-demands")
            why = _SYNAPSE_WHY
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


def _doubts(rows: list[dict], ledger: Ledger) -> None:
    """Record the values that are kept and doubtful; the maximum rates are so together."""
    for row in rows:
        where = (row["organism"], row["quantity"], row["source"])
        if where in _DOUBTS:
            seen = "worm-synapse-counts" if where == _WORM_SYNAPSES else ""
            ledger.doubt("organisms", "/".join(where), "value", row["value"], _DOUBTS[where], seen)
    why = (
        "maximum firing rates come without a source and differ in what they are the maximum of, "
        "so that they cannot be compared between organisms"
    )
    ledger.doubt(
        "organisms", "every row of max_firing_rate", "value", "10, 80, 200 and 415 Hz", why
    )
