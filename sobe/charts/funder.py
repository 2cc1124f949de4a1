"""What the estimator says to a funder: two cases, a brief, what a sum buys, and every source.

Texts and tables of the page's scripts ``estimator-cases.js``, ``estimator-brief.js`` and
``estimator-buys.js``.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from sobe import tables
from sobe.analysis import prices
from sobe.analysis.estimator import buys
from sobe.analysis.estimator.brief import FORMULAS
from sobe.analysis.estimator.model import Model
from sobe.analysis.estimator.uncertainty import LEVERS
from sobe.languages import units
from sobe.tables.sources import titles

#: The sum that the page shows at first, in millions of US dollars, and its bounds.
SUM = {"initial": 100, "least": 0.1, "most": 10_000_000, "scale": 1e6}
#: Where the ranges and their reasons are, on the estimator's own page.
_TABLES = "#sec-formulas-and-parameters"
#: Species as table "connectomes" begins them.
_SPECIES = {
    "C. elegans": "c_elegans",
    "Zebrafish": "zebrafish_larva",
    "Drosophila": "drosophila",
    "Mouse": "mouse",
    "Human": "human",
}

#: What the form says.
WORDS = {
    "cases": "Two cases side by side",
    "keep": "Keep this case as A",
    "compare_published": "Compare with the published model",
    "swap": "Swap A and B",
    "drop": "Remove case A",
    "case_a": "Case A",
    "case_b": "Case B",
    "model_a": "Model of case A",
    "model_b": "Model of case B",
    "result": "Result",
    "result_interval": "Result (90% interval)",
    "differs": "What differs",
    "change": "A → B",
    "same": "No parameter differs.",
    "buys": "What does a sum buy?",
    "sum": "Sum, million US dollars",
    "brain": "Brain",
    "imaging": "Imaging",
    "cost": "First connectome (90% interval)",
    "fits": "Within the sum?",
    "missing": "Still missing",
    "plan": (
        "Proofreading is today's. Each brain has its own volume and neurons, and a plan of its own "
        "size. Other parameters are those chosen above."
    ),
    "every": "Every way of imaging",
    "reach": "Ideas of the funding ladder within this sum",
    "no_tier": "The ladder has no idea for so small a sum.",
    "projects": "Listed projects on these brains",
    "project": "Project",
    "since": "Since",
    "stated_sum": "Sum as stated",
    "brief": "A brief to hand on",
    "brief_results": "Results: medians and 90% intervals",
    "brief_drivers": "What moves the cost most, one at a time",
    "brief_changed": "Changed from the defaults",
    "brief_sources": "Sources",
    "brief_sure": (
        "Intervals hold 90% of the draws of all parameters from their ranges. They are widened by "
        "how far the model missed projects whose budget is known."
    ),
    "print": "Print the brief",
    "csv": "Download the case (CSV)",
    "median": "Median",
    "interval": "90% interval",
    "version": "Version",
    "data": "Data",
    "permalink": "Permalink",
    "citation": "Cite as",
    "python": "The same in Python",
}
#: What the scripts say; they fill in the braces.
SCRIPT_WORDS = {
    "organism": "Organism",
    "modality": "Imaging",
    "proofreading": "Proofreading effort",
    "model": "Model",
    "first_cost": "First connectome",
    "further_cost": "A further connectome",
    "first_cost_per_neuron": "First, per neuron",
    "first_years": "Time to the first",
    "people": "People",
    "recording_cost": "Recording, first project",
    "simulation_cost": "Simulation, first",
    "almost certainly": "almost certainly",
    "probably": "probably",
    "possibly": "possibly",
    "no": "no",
    "fitting": "{verdict}: {share} of the draws",
    "fits": "nothing",
    "unreachable": "more than better proofreading, imaging, storage and processing",
    "lever_0": "proofreading {n}× cheaper",
    "lever_1": "imaging {n}× faster and cheaper",
    "lever_2": "storage {n}× cheaper",
    "lever_3": "processing {n}× cheaper",
    "lever_4": "proofreading, imaging, storage and processing each {n}× better",
    "pays": "With {modality}, {sum} pays for a first connectome of: {fits}.",
    "pays_none": "With {modality}, {sum} pays for the first connectome of none of these brains.",
    "list": "{brains} ({verdict})",
    "tier": "{name}: {n} ideas",
    "idea": "{title}: {detail}",
    "any_brain": "No single brain",
    "unstated": "no source says",
    "brief_title": "The cost of a connectome: a brief",
    "sentence": (
        "A first connectome of this brain ({organism}; imaging: {modality}; proofreading: "
        "{proofreading}; model: {model}) costs {cost} (90% of the draws: {costs}) and takes {time} "
        "(90%: {times}). Dollars are those of the calculator's prices, of {year}."
    ),
    "sentence_bare": (
        "A first connectome of this brain ({organism}; imaging: {modality}; proofreading: "
        "{proofreading}; model: {model}) costs {cost} and takes {time}; this model has no "
        "intervals. Dollars are those of the calculator's prices, of {year}."
    ),
    "driver": "{name} ({low} to {high})",
    "changed": "{name} ({was} → {now} {unit})",
    "unchanged": "Nothing: every parameter has its default.",
    "source": "Source: {title}",
}


def payload(model: Model) -> dict[str, Any]:
    """Return what the scripts need of the model and the tables, as JSON values."""
    used = {row.source for cases in model.parameters.values() for row in cases.values()}
    return {
        "origins": {
            name: {case: row.source for case, row in cases.items()}
            for name, cases in model.parameters.items()
        },
        "sources": titles(sorted(used | set(FORMULAS))),
        "formula_sources": FORMULAS,
        "tables": _TABLES,
        "units": {name: units.superscripts(unit) for name, unit in model.units.items()},
        "results": {row.name: row.description for row in model.formulas.values()},
        "price_year": prices.BASE_YEAR,
        "buys": {
            "sum": SUM,
            "organisms": list(model.options["organism"]),
            "modalities": list(model.options["modality"]),
            "brain": sorted(buys.brain_parameters()),
            "proofreading": buys.PROOFREADING,
            "farthest": buys.FARTHEST,
            "halvings": buys.HALVINGS,
            "verdicts": buys.VERDICTS,
            "levers": [[lever, *names] for lever, names in LEVERS.items()],
            "tiers": tiers(),
            "projects": projects(),
        },
    }


def tiers() -> list[dict[str, Any]]:
    """Return the tiers of the funding ladder, the smallest first, with their ideas."""
    ideas = tables.load("funding_ladder").fillna("").groupby("tier", sort=False)
    found = {
        tier: [{"title": row.idea, "detail": row.detail} for row in rows.itertuples()]
        for tier, rows in ideas
    }
    return [
        {"name": row.name, "least": row.minimum_usd, "ideas": found.get(row.tier, [])}
        for row in tables.load("funding_tiers").sort_values("minimum_usd").itertuples(index=False)
    ]


def projects() -> list[dict[str, str]]:
    """Return the listed projects on connectomes: organism or "", project, since when, sum or "".

    Data sets come from table "connectomes"; they have no sum, since their sources give none.
    Budgets come from "reconstruction_costs", sums granted or announced from "cost_statements",
    without those that it marks as not of connectomics.
    """
    names = tables.load("species").set_index("organism")["name"]
    rows = [
        {"organism": row.organism, "project": row.label, "since": str(row.year)}
        | {"sum": units.usd(row.total_nominal_usd)}
        for row in tables.load("reconstruction_costs").query("kind == 'budget'").itertuples()
    ]
    for row in (
        tables.load("cost_statements").query("kind in ('announced', 'granted')").itertuples()
    ):
        if "not connectomics" not in row.about and not pd.isna(row.amount):
            about = row.about.lower()
            brain = next((key for key, name in names.items() if name.lower() in about), "")
            dollars = row.currency == "USD"
            written = units.usd(row.amount) if dollars else units.significant(row.amount)
            rows.append(
                {"organism": brain, "project": row.about, "since": str(row.year)}
                | {"sum": written if dollars else f"{written} {row.currency}"}
            )
    found = tables.load("connectomes").sort_values(["year", "connectome_id"])
    for (dataset, part), versions in found.groupby(["dataset", "part"], sort=False):
        species = versions["species"].iloc[0]
        brain = next((key for start, key in _SPECIES.items() if species.startswith(start)), "")
        if brain:
            since = str(versions["year"].min())
            project = f"{dataset}: {part}"
            rows.append({"organism": brain, "project": project, "since": since, "sum": ""})
    order = [*names.index, ""]
    return sorted(rows, key=lambda row: (order.index(row["organism"]), row["since"]))
