"""Claims on the cost of reconstructing a neuron, and of whole connectomes."""

from __future__ import annotations

import pandas as pd

from sobe import fits, specification, units
from sobe.claims.registry import computes, organism_values, reading

#: Definitions of the trend that rest on evidence rather than on the illustrations themselves.
_EVIDENCE = ("Without illustrations", "Estimates only")


def _of(costs, kind=None):
    return costs if kind is None else costs[costs["kind"] == kind]


def _keys(rows):
    return "reconstruction_costs: " + ", ".join(rows["estimate_id"])


@computes
def cost_of_the_worm(data):
    """US dollars per neuron of the worm's connectome: as listed, and in dollars of the day."""
    row = data["reconstruction_costs"].set_index("estimate_id").loc["worm-1986"]
    rows = "reconstruction_costs: worm-1986"
    return [
        reading(
            "adjusted for inflation, as listed", row["cost_per_neuron_usd"], rows, [row["source"]]
        ),
        reading(
            "dollars of the day", row["total_nominal_usd"] / row["neurons"], rows, [row["source"]]
        ),
    ]


@computes
def cost_fall(data):
    """How the cost changes: fitted, per decade; and the steepest rise from one year that has rows
    to the next, taking each year's cheapest. Values above 1 are rises."""
    costs = data["reconstruction_costs"]
    found = []
    for label, rows in (
        ("all rows", costs),
        ("without illustrations", costs[costs["kind"] != "illustration"]),
    ):
        fit = fits.log_linear(rows["year"], rows["cost_per_neuron_usd"])
        cheapest = rows.groupby("year")["cost_per_neuron_usd"].min()
        found += [
            reading(
                f"fitted change per decade, {label}",
                fit.fold_per_decade,
                _keys(rows),
                rows["source"],
            ),
            reading(
                f"steepest rise between years, {label}",
                (cheapest / cheapest.shift()).max(),
                _keys(rows),
                rows["source"],
            ),
        ]
    return found


@computes
def cost_in_2030(data):
    """US dollars per neuron in 2030: each illustration, and the trends that leave these out."""
    costs = data["reconstruction_costs"]
    shown = _of(costs, "illustration")
    found = [
        reading(f"illustration {key}", cost, f"reconstruction_costs: {key}", [source])
        for key, cost, source in zip(
            shown["estimate_id"], shown["cost_per_neuron_usd"], shown["source"]
        )
    ]
    for name in _EVIDENCE:
        rows = specification.cost_definitions(costs)[name]
        fit = fits.log_linear(rows["year"], rows["cost"])
        found.append(
            reading(
                f"trend to 2030, {name.lower()}", fit.predict(2030), _keys(rows), rows["source"]
            )
        )
    return found


def _whole_brain(data, organism):
    """The cost of a whole connectome at the cost per neuron of each mouse row."""
    (source, neurons), *_ = organism_values(data, organism, "neurons").items()
    costs = data["reconstruction_costs"]
    costs = costs[costs["organism"] == "mouse"]
    return [
        reading(
            f"{key} × {units.count(neurons)} neurons",
            cost * neurons,
            f"reconstruction_costs: {key}; organisms: {organism}, neurons",
            [origin, source],
        )
        for key, cost, origin in zip(
            costs["estimate_id"], costs["cost_per_neuron_usd"], costs["source"]
        )
    ]


@computes
def mouse_connectome(data):
    """US dollars for all neurons of the mouse, at each mouse row's cost per neuron."""
    return _whole_brain(data, "mouse")


@computes
def human_connectome(data):
    """US dollars for all neurons of the human, at each mouse row's cost per neuron."""
    return _whole_brain(data, "human")


@computes
def mouse_block(data):
    """US dollars of the one listed project of the size the ladder names: 10 mm³ of mouse brain."""
    costs = data["reconstruction_costs"]
    rows = costs[(costs["volume_mm3"] == 10) & costs["total_nominal_usd"].notna()]
    return [
        reading(key, total, f"reconstruction_costs: {key}", [source])
        for key, total, source in zip(
            rows["estimate_id"], rows["total_nominal_usd"], rows["source"]
        )
    ]


@computes
def insect_individuals(data):
    """US dollars for the connectomes of five and of twenty fly brains, the ladder's ends, at each
    cost per neuron that is not an illustration; recording their activity comes on top."""
    (source, neurons), *_ = organism_values(data, "drosophila", "neurons").items()
    costs = data["reconstruction_costs"]
    # The worm's hand-drawn map, the dearest of all rows, says nothing of what a fly costs now.
    costs = costs[(costs["kind"] != "illustration") & (costs["organism"] != "c_elegans")]
    return [
        reading(
            f"{n} flies at the cost of {row.estimate_id}",
            n * neurons * row.cost_per_neuron_usd,
            f"reconstruction_costs: {row.estimate_id}; organisms: drosophila, neurons",
            [row.source, source],
        )
        for n in (5, 20)
        for row in costs.itertuples()
    ]


def implied_fall(claims: pd.DataFrame) -> float:
    """The change per decade between the two costs that the summary claims, as a factor.

    ``claims``: table ``claims``, whose ``at_year`` dates both.
    """
    rows = claims.set_index("claim_id")
    first, last = rows.loc["cost-1986"], rows.loc["cost-2030"]
    return float((last["value"] / first["value"]) ** (10 / (last["at_year"] - first["at_year"])))
