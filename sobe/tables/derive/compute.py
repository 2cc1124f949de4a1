"""What simulating an organism takes, in FLOPS and bytes, and what computers have."""

from __future__ import annotations

from .cells import calendar_year, choice, given, number, refuse, scaled
from .common import Corrections, DeriveError, Upstream, slug

_COLUMNS = {
    "C. elegans (body)": ("c_elegans", "body"),
    "fly (brain)": ("drosophila", "brain"),
    "mouse (cortex)": ("mouse", "cortex"),
    "mouse (brain)": ("mouse", "brain"),
    "human (cortex)": ("human", "cortex"),
    "human (brain)": ("human", "brain"),
}
_SECTIONS = {
    "time-based simulation cost (per sec)": "flops_time_based",
    "event-driven simulation cost (per sec)": "flops_event_driven",
    "simulation storage requirements": "memory",
}
#: Name of a count → its label upstream.
_INPUTS = {"neurons": "neurons", "synapses": "synapses", "spikes": "spikes/s", "events": "events/s"}
_UNITS = {
    "flops_time_based": "FLOP/s",
    "flops_event_driven": "FLOP/s",
    "flops_real_time": "FLOP/s",
    "memory": "byte",
}


def derive(upstream: Upstream, corrections: Corrections) -> dict[str, list[dict]]:
    """Return the rows of the tables of demands, of models and of hardware."""
    models = _models(upstream)
    return {
        "compute": _bounds(upstream, models, corrections) + _stated(upstream),
        "compute_models": models,
        "hardware": _hardware(upstream, corrections),
    }


def _bounds(upstream: Upstream, models: list[dict], corrections: Corrections) -> list[dict]:
    rows, quantity, inputs = [], None, {}
    cost = {(model["component"], model["bound"]): model for model in models if model["bound"]}
    for line in upstream.read("compute/computational-demands-organisms.tsv"):
        label = line["organisms"]
        if label in _SECTIONS:
            quantity = _SECTIONS[label]
        elif quantity is None:
            inputs[str(label)] = {column: line[column] for column in _COLUMNS}
        else:
            bound = next((word for word in ("lower", "upper") if word in label), None)
            if bound is None:
                refuse(label, "a row of a lower or an upper bound")
            neuron, synapse = cost["neuron", bound], cost["synapse", bound]
            for column, (organism, scope) in _COLUMNS.items():
                row: dict[str, str | float] = {
                    "organism": organism,
                    "scope": scope,
                    "quantity": quantity,
                    "bound": bound,
                    "unit": _UNITS[quantity],
                    "source": "sobe2025-computational-demands",
                }
                counts = {
                    name: given(choice(label, inputs, theirs)[column])
                    for name, theirs in _INPUTS.items()
                }
                computed = _recompute(quantity, bound, neuron, synapse, **counts)
                row["value"] = _checked(corrections, row, line[column], computed)
                rows.append(row)
    return rows


def _recompute(quantity, bound, neuron, synapse, neurons, synapses, spikes, events) -> float:
    """Return a bound from the counts and the costs per model.

    time-based: neurons × FLOP/s per neuron + synapses × FLOP/s per synapse;
    event-driven: LIF neurons pay per spike (lower) and Hodgkin-Huxley neurons per second
    (upper), synapses pay per event; memory: bytes per neuron and synapse.
    """
    if quantity != "flops_event_driven":
        each = "bytes" if quantity == "memory" else "flops_per_s"
        return neurons * neuron[each] + synapses * synapse[each]
    events *= synapse["flops_per_event"]
    if bound == "lower":
        return events + spikes * neuron["flops_per_event"]
    return events + neurons * neuron["flops_per_s"]


def _checked(corrections: Corrections, row: dict, cell: str, computed: float) -> float:
    """Return the value stated, or the one computed where a known error explains the difference."""
    stated = given(cell)
    # Upstream prints three digits; a difference beyond their rounding is an error.
    if abs(stated / computed - 1) < 0.006:
        return stated
    where = "/".join(row[part] for part in ("organism", "scope", "quantity", "bound"))
    key = f"{where}/{row['source']}"
    if where != "human/brain/flops_event_driven/upper":
        raise DeriveError(
            f"compute {key}: stated {stated:g}, computed {computed:g}; not a known error"
        )
    why = (
        "the formula of the other columns (events/s × FLOP per event + neurons × FLOP/s a neuron)"
        " gives ours; theirs lacks the neurons' term"
    )
    return corrections.fix("compute", key, "value", f"{stated:.2E}", float(f"{computed:.3g}"), why)


def _stated(upstream: Upstream) -> list[dict]:
    return [
        {
            "organism": line["id"],
            "scope": "body" if line["id"] == "c_elegans" else "brain",
            "quantity": quantity,
            "bound": "point",
            "value": scaled(line[column], factor),
            "unit": _UNITS[quantity],
            "source": f"sobe2025-{name}",
        }
        for name, column, quantity, factor in (
            ("compute-requirements", "compute_pflops", "flops_real_time", 1e15),
            ("storage-requirements", "storage_tb", "memory", 1e12),
        )
        for line in upstream.read(f"compute/{name}.tsv")
    ]


def _models(upstream: Upstream) -> list[dict]:
    # The bounds are computed with the cheapest and the dearest model of the demands table.
    bounds = {"lif": "lower", "hh5": "upper", "alpha": "lower", "tsodyks_markram": "upper"}
    return [
        {
            "model": line["id"],
            "component": component,
            "name": line["name"],
            "bound": bounds.get(line["id"]),
            "flops_per_s": number(line["flops_per_sec"]),
            "flops_per_event": number(line[event]),
            "bytes": number(line["bytes"]),
            "reference_url": line["source"],
            "source": f"sobe2025-{component}-models",
        }
        for component, event in (("neuron", "flops_per_spike"), ("synapse", "flops_per_event"))
        for line in upstream.read(f"compute/{component}-models.tsv")
    ]


#: What the rows themselves do not settle: (system, column) → why.
_HARDWARE_DOUBTS = {
    ("nvidia-h100-nvl", "memory_bytes"): (
        "the row's own text calls it a pair of 2 GPUs, and does not say whether this is the memory "
        "of one or of both"
    ),
    ("nvidia-hgx-b200", "memory_bytes"): (
        "the row's own link names GPUs of 180 GB, and its text 8 of them: 1,440 GB, rounded"
    ),
    ("nvidia-dgx-gh200", "price_usd"): (
        "the row's own text says 256 chips, so that one would cost less than the laptop of the "
        "same table"
    ),
}


def _hardware(upstream: Upstream, corrections: Corrections) -> list[dict]:
    rows = [
        {
            "system_id": slug(line["System"]),
            "system": line["System"],
            "year": calendar_year(line["Year"]),
            "memory_bytes": scaled(line["Memory_GB"], 1e9),
            "flops": scaled(line["FP16_TFLOPs_Dense"], 1e12),
            "price_usd": number(line["Price_USD"]),
            "reference_url": line["References"].split(" ")[0],
            "source": "sobe2025-hardware-characteristics",
        }
        for line in upstream.read("compute/hardware-characteristics.tsv")
    ]
    listed = {row["system_id"]: row for row in rows}
    for (key, column), why in _HARDWARE_DOUBTS.items():
        if key not in listed:
            raise DeriveError(f"compute/hardware-characteristics.tsv has no system {key}")
        corrections.doubt("hardware", key, column, listed[key][column], why)
    return sorted(rows, key=lambda row: (row["year"], row["system_id"]))
