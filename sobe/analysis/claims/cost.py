"""Claims on the cost of reconstructing a neuron, and of whole connectomes."""

from __future__ import annotations

import pandas as pd

from sobe.analysis import fits, specification
from sobe.analysis.claims.registry import (
    Data,
    Reading,
    computes,
    fact,
    organism_values,
    reading,
    spread,
)

#: Fact on the report's own spreadsheet, in table ``reported_facts``.
SPREADSHEET = "sheet-em15-average-1000x"
#: Facts on the budget of the 10 mm³ block, in table ``reported_facts``.
BLOCK = ("mouse-block-33m", "mouse-block-40m")


def _keys(rows: pd.DataFrame) -> str:
    return "reconstruction_costs: " + ", ".join(rows["estimate_id"])


def _evidence(costs: pd.DataFrame) -> pd.DataFrame:
    return costs[costs["kind"] != "illustration"]


@computes("cost-1986")
def cost_of_the_worm(data: Data) -> list[Reading]:
    """Compute the worm's cost in US dollars per neuron, as listed and in dollars of the day."""
    row = data["reconstruction_costs"].set_index("estimate_id").loc["worm-1986"]
    rows, sources = "reconstruction_costs: worm-1986", [row["source"]]
    total = row["total_nominal_usd"] / row["neurons"]
    half = 5_000 / row["neurons"]  # the total is listed to the nearest $10,000
    listed = row["cost_per_neuron_usd"]
    return [
        reading("listed", listed, rows, sources, (listed - 0.5, listed + 0.5), "rounding"),
        reading(
            "dollars-of-the-day", total, rows, sources, (total - half, total + half), "rounding"
        ),
    ]


@computes("cost-falls")
def cost_fall(data: Data) -> list[Reading]:
    """Compute the change of the cost per decade as a factor, and its steepest rise.

    The steepest rise is from one year that has rows to the next, each with its cheapest row.
    """
    costs = data["reconstruction_costs"]
    found = []
    for key, rows in (("trend-evidence", _evidence(costs)), ("trend-all", costs)):
        fit = fits.log_linear(rows["year"], rows["cost_per_neuron_usd"])
        found.append(
            reading(
                key,
                fit.fold_per_decade,
                _keys(rows),
                rows["source"],
                fit.fold_per_decade_ci,
                "95% interval of the fit",
            )
        )
    rows = _evidence(costs)
    cheapest = rows.groupby("year")["cost_per_neuron_usd"].min()
    step = (cheapest / cheapest.shift()).max()
    found.append(reading("steepest-step-evidence", step, _keys(rows), rows["source"]))
    return found


@computes("cost-2030")
def cost_in_2030(data: Data) -> list[Reading]:
    """Compute US dollars per neuron in 2030.

    The readings are trends without illustrations, projected; each illustration; and the average of
    the report's own spreadsheet.
    """
    costs = data["reconstruction_costs"]
    found = []
    for key, name in (
        ("trend-evidence", "Without illustrations"),
        ("trend-estimates", "Estimates only"),
    ):
        rows = specification.cost_definitions(costs)[name]
        fit = fits.log_linear(rows["year"], rows["cost"])
        low, high = fit.band(2030.0)
        found.append(
            reading(
                key,
                fit.predict(2030.0),
                _keys(rows),
                rows["source"],
                (low, high),
                "95% interval of the trend",
            )
        )
    shown = costs.set_index("estimate_id")
    for key in ("em10", "em15", "exm15"):
        row = shown.loc[f"mouse-{key}-2030"]
        value = row["cost_per_neuron_usd"]
        found.append(
            reading(
                f"illustration-{key}",
                value,
                f"reconstruction_costs: mouse-{key}-2030",
                [row["source"]],
                (value - 0.005, value + 0.005),
                "rounding",
            )
        )
    row = fact(data, SPREADSHEET)
    found.append(
        reading(
            "spreadsheet-average",
            row["value"],
            f"reported_facts: {SPREADSHEET}",
            [row["source"]],
            (row["value"] - 0.005, row["value"] + 0.005),
            "rounding",
        )
    )
    return found


def _whole_brain(
    data: Data, organism: str, rows: pd.DataFrame
) -> tuple[dict[str, float], list[str]]:
    """Return what all neurons of an organism cost, in US dollars, and the sources.

    The first is {row of the cost table: total at its cost per neuron}.
    """
    (source, neurons), *_ = organism_values(data, organism, "neurons").items()
    parts = dict(zip(rows["estimate_id"], rows["cost_per_neuron_usd"] * neurons, strict=True))
    return parts, [*rows["source"], source]


def _connectome(data: Data, organism: str) -> dict[str, Reading]:
    costs = data["reconstruction_costs"]
    costs = costs[costs["organism"] == "mouse"]
    found = {}
    for key, rows in (
        ("evidence", _evidence(costs)),
        ("illustrations", costs[costs["kind"] == "illustration"]),
    ):
        parts, sources = _whole_brain(data, organism, rows)
        found[key] = spread(key, parts, f"{_keys(rows)}; organisms: {organism}, neurons", sources)
    return found


@computes("mouse-budget")
def mouse_connectome(data: Data) -> list[Reading]:
    """Compute US dollars for all neurons of the mouse, at the mouse rows' costs per neuron."""
    found = list(_connectome(data, "mouse").values())
    costs = data["reconstruction_costs"]
    for key, row in (("wellcome-2023", "mouse-wellcome-2023"), ("block-2024", "mouse-10mm3-2024")):
        parts, sources = _whole_brain(data, "mouse", costs[costs["estimate_id"] == row])
        rows = f"reconstruction_costs: {row}; organisms: mouse, neurons"
        found.append(spread(key, parts, rows, sources))
    return found


@computes("ladder-first-mouse")
def first_mouse(data: Data) -> list[Reading]:
    """Compute US dollars for all neurons of the mouse, at the mouse rows' costs per neuron."""
    return list(_connectome(data, "mouse").values())


@computes("human-budget")
def human_connectome(data: Data) -> list[Reading]:
    """Compute US dollars for all neurons of the human, at the mouse rows' costs per neuron."""
    return list(_connectome(data, "human").values())


@computes("ladder-mouse-block")
def mouse_block(data: Data) -> list[Reading]:
    """Return US dollars of the one project of the ladder's size, 10 mm³ of mouse brain.

    The values are those of the cost table and of other reports.
    """
    costs = data["reconstruction_costs"]
    rows = costs[(costs["volume_mm3"] == 10) & costs["total_nominal_usd"].notna()]
    facts = data["reported_facts"]
    facts = facts[facts["fact_id"].isin(BLOCK)]
    parts = {
        **dict(zip(rows["estimate_id"], rows["total_nominal_usd"], strict=True)),
        **dict(zip(facts["fact_id"], facts["value"], strict=True)),
    }
    where = f"{_keys(rows)}; reported_facts: {', '.join(facts['fact_id'])}"
    return [spread("brain-connects", parts, where, [*rows["source"], *facts["source"]])]


@computes("ladder-individuals")
def insect_individuals(data: Data) -> list[Reading]:
    """Compute US dollars for the connectomes of five to twenty fly brains, the ladder's limits.

    The cost per neuron is not an illustration. Recording their activity would cost more.
    """
    (source, neurons), *_ = organism_values(data, "drosophila", "neurons").items()
    # The worm's hand-drawn map, the most expensive row, does not show what a fly costs now.
    costs = _evidence(data["reconstruction_costs"]).query("organism != 'c_elegans'")
    price = costs.set_index("estimate_id")["cost_per_neuron_usd"]
    fly = costs.loc[costs["organism"] == "drosophila", "estimate_id"].iloc[0]
    return [
        spread(
            key,
            {f"{n} flies": n * neurons * price[row] for n in (5, 20)},
            f"reconstruction_costs: {row}; organisms: drosophila, neurons",
            [*costs.loc[costs["estimate_id"] == row, "source"], source],
        )
        for key, row in (
            ("fly-budget", fly),
            ("cheapest-row", price.idxmin()),
            ("dearest-row", price.idxmax()),
        )
    ]


def implied_fall(claims: pd.DataFrame) -> float:
    """Return the change per decade between the two costs that the summary claims, as a factor.

    ``claims``: table ``claims``, whose ``at_year`` dates both.
    """
    rows = claims.set_index("claim_id")
    first, last = rows.loc["cost-1986"], rows.loc["cost-2030"]
    return float((last["value"] / first["value"]) ** (10 / (last["at_year"] - first["at_year"])))
