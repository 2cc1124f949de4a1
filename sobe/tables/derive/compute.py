"""Computational demands of simulating an organism: FLOPS and bytes, lower and upper bounds."""

from __future__ import annotations

from .common import DeriveError, Ledger, Upstream, number

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
_UNITS = {
    "flops_time_based": "FLOP/s",
    "flops_event_driven": "FLOP/s",
    "flops_real_time": "FLOP/s",
    "memory": "byte",
}


def derive(upstream: Upstream, ledger: Ledger) -> dict[str, list[dict]]:
    models = _models(upstream)
    return {
        "compute": _bounds(upstream, models, ledger) + _stated(upstream),
        "compute_models": models,
    }


def _bounds(upstream: Upstream, models: list[dict], ledger: Ledger) -> list[dict]:
    rows, quantity, inputs = [], None, {}
    cost = {(model["component"], model["bound"]): model for model in models if model["bound"]}
    for line in upstream.read("compute/computational-demands-organisms.tsv"):
        label = line["organisms"]
        if label in _SECTIONS:
            quantity = _SECTIONS[label]
        elif quantity is None:
            inputs[label] = {column: number(line[column]) for column in _COLUMNS}
        else:
            bound = "upper" if "upper" in label else "lower"
            for column, (organism, scope) in _COLUMNS.items():
                value = number(line[column])
                row = {"organism": organism, "scope": scope, "quantity": quantity, "bound": bound}
                row |= {"source": "sobe2025-computational-demands", "unit": _UNITS[quantity]}
                row["value"] = _checked(
                    ledger, row, value, _recompute(cost, inputs, column, quantity, bound)
                )
                rows.append(row)
    return rows


def _recompute(cost, inputs, column, quantity, bound) -> float:
    """The bound from the counts and per-model costs beside it.

    time-based: neurons × FLOP/s a neuron + synapses × FLOP/s a synapse;
    event-driven: LIF neurons pay per spike (lower) and Hodgkin-Huxley neurons per second
    (upper), synapses pay per event; memory: bytes a neuron and a synapse.
    """
    neuron, synapse = cost["neuron", bound], cost["synapse", bound]
    counts = {
        name: inputs[name][column] for name in ("neurons", "synapses", "spikes/s", "events/s")
    }
    if quantity == "flops_time_based":
        return (
            counts["neurons"] * neuron["flops_per_s"] + counts["synapses"] * synapse["flops_per_s"]
        )
    if quantity == "memory":
        return counts["neurons"] * neuron["bytes"] + counts["synapses"] * synapse["bytes"]
    events = counts["events/s"] * synapse["flops_per_event"]
    if bound == "lower":
        return events + counts["spikes/s"] * neuron["flops_per_event"]
    return events + counts["neurons"] * neuron["flops_per_s"]


def _checked(ledger: Ledger, row: dict, stated: float, computed: float) -> float:
    # Upstream prints three digits; a difference beyond their rounding is a fault.
    if abs(stated / computed - 1) < 0.006:
        return stated
    ours = float(f"{computed:.3g}")
    key = f"{row['organism']}/{row['scope']}/{row['quantity']}/{row['bound']}/{row['source']}"
    why = "the formula of the other columns (events/s × FLOP per event + neurons × FLOP/s a neuron) gives ours; theirs lacks the neurons' term"
    if (row["organism"], row["scope"], row["quantity"], row["bound"]) != (
        "human",
        "brain",
        "flops_event_driven",
        "upper",
    ):
        raise DeriveError(
            f"compute {key}: stated {stated:g}, computed {computed:g}; not a known fault"
        )
    return ledger.fix("compute", key, "value", f"{stated:.2E}", ours, why)


def _stated(upstream: Upstream) -> list[dict]:
    rows = []
    for path, column, source, quantity, factor in (
        (
            "compute/compute-requirements.tsv",
            "compute_pflops",
            "sobe2025-compute-requirements",
            "flops_real_time",
            1e15,
        ),
        (
            "compute/storage-requirements.tsv",
            "storage_tb",
            "sobe2025-storage-requirements",
            "memory",
            1e12,
        ),
    ):
        for line in upstream.read(path):
            rows.append(
                {
                    "organism": line["id"],
                    "scope": "body" if line["id"] == "c_elegans" else "brain",
                    "quantity": quantity,
                    "bound": "point",
                    "value": float(f"{number(line[column]) * factor:.12g}"),
                    "unit": _UNITS[quantity],
                    "source": source,
                }
            )
    return rows


def _models(upstream: Upstream) -> list[dict]:
    # The bounds are computed with the cheapest and the dearest model of the demands table.
    bounds = {"lif": "lower", "hh5": "upper", "alpha": "lower", "tsodyks_markram": "upper"}
    rows = []
    for component, path, event in (
        ("neuron", "compute/neuron-models.tsv", "flops_per_spike"),
        ("synapse", "compute/synapse-models.tsv", "flops_per_event"),
    ):
        for line in upstream.read(path):
            rows.append(
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
            )
    return rows
