"""Organism quantities: one row a quantity × source, one of them the book's choice."""

from __future__ import annotations

from collections import Counter

from .common import Ledger, Upstream, number

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
_QUANTITIES = ("neurons", "synapses", "brain_volume", "lifetime", "max_firing_rate")
_UNITS = {
    "neurons": "1",
    "synapses": "1",
    "brain_volume": "mm3",
    "lifetime": "min",
    "max_firing_rate": "Hz",
}

#: Which source's value the book takes, where they differ, and why: a rule a quantity, not a pick a cell.
_VOLUME_WHY = "the table used for all volumes: the report's recording tables agree with it for worm, larval zebrafish and mouse"
_SYNAPSE_WHY = "the table used for all synapses: the compute and memory bounds rest on it"


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

    _choose(rows)
    rows.sort(
        key=lambda r: (
            ORGANISMS.index(r["organism"]),
            _QUANTITIES.index(r["quantity"]),
            r["source"],
        )
    )
    return {"organisms": rows}


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
