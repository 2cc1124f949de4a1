"""Claims on money and people: what the field receives, and the ladder of ideas."""

from __future__ import annotations

import pandas as pd

from sobe.analysis.claims.registry import Data, Reading, computes, fact, reading, spread
from sobe.analysis.funding_years import per_year
from sobe.analysis.prices import in_dollars_of

STATED = "brain-megaprojects-cumulative"
COLLIDER = "large-hadron-collider"
#: Year of "today's dollars".
PRICE_YEAR = 2024
#: Facts in table ``reported_facts``.
PEOPLE, AWARDS = "people-fewer-than-500", "brain-awards"
GENOME_1991, GENOME_SPENT = "hgp-cost-1991-dollars", "hgp-us-total"
#: The first of the summary's "past 20 years"; the last is the latest that a table has.
FIRST_YEAR = 2005


def _stated(data: Data) -> pd.Series:
    return data["megaprojects"].set_index("megaproject_id").loc[STATED]


def _listed(data: Data, key: str, rows: pd.DataFrame) -> Reading:
    """Return a reading of the listed projects over the stated row's years, without its first."""
    stated = _stated(data)
    first, last = int(stated["start_year"]) + 1, int(stated["end_year"])
    return reading(
        key,
        per_year(rows, first, last),
        f"brain_research_funding: the book's choice of rows, {first} to {last}",
        rows["source"],
        uncertainty="amounts as listed",
    )


@computes("neuroscience-money")
def neuroscience_per_year(data: Data) -> list[Reading]:
    """Compute US dollars per year for neuroscience.

    The readings are an agency's own category; the report's row, by its amount per year and by its
    total over its years; and the listed projects, with companies and without.
    """
    stated = _stated(data)
    years = stated["end_year"] - stated["start_year"]
    rows, sources = f"megaprojects: {STATED}", [stated["source"]]
    category = _nih(data, "neuroscience")
    budgets = {
        str(year): value
        for year, value in zip(category["fiscal_year"], category["amount_usd"], strict=True)
    }
    total = stated["cost_nominal_usd"] / years
    projects = data["brain_research_funding"]
    listed = projects[projects["book_choice"]].dropna(subset=["start_year", "funding_usd"])
    each = stated["cost_per_year_usd"]
    return [
        spread(
            "nih-neuroscience", budgets, f"nih_budgets: {len(budgets)} rows", category["source"]
        ),
        reading("stated-row", each, rows, sources, (each - 5e7, each + 5e7), "rounding"),
        reading("stated-total", total, rows, sources, uncertainty="amounts as listed"),
        _listed(data, "listed-projects", listed),
        _listed(data, "listed-without-companies", listed[listed["funder_type"] != "commercial"]),
    ]


def _nih(data: Data, category: str) -> pd.DataFrame:
    rows = data["nih_budgets"]
    chosen = (rows["category"] == category) & (rows["scope"] == "nih")
    return rows[chosen & (rows["fiscal_year"] >= FIRST_YEAR)].sort_values("fiscal_year")


@computes("share-of-nih")
def share_of_the_agency(data: Data) -> list[Reading]:
    """Divide the stated amount per year by the budgets of the National Institutes of Health."""
    claims = data["claims"].set_index("claim_id")
    stated = float(claims.loc["neuroscience-money", "value"])
    low, high = stated - 5e7, stated + 5e7  # stated to one digit
    budgets = _nih(data, "total")
    amounts = budgets["amount_usd"]
    mean, latest = amounts.mean(), amounts.iloc[-1]
    first, last = budgets["fiscal_year"].iloc[0], budgets["fiscal_year"].iloc[-1]
    return [
        reading(
            "twenty-year-mean",
            stated / mean,
            f"nih_budgets: {len(budgets)} years from {first} to {last}",
            budgets["source"],
            (low / amounts.max(), high / amounts.min()),
            "largest to smallest budget of the years listed",
        ),
        reading(
            "latest",
            stated / latest,
            f"nih_budgets: {last}",
            budgets["source"].iloc[-1:],
            (low / latest, high / latest),
            "rounding of the stated amount",
        ),
    ]


@computes("neuroscience-years")
def years_of_funding(data: Data) -> list[Reading]:
    """Return the years over which the report's row sums up funding."""
    stated = _stated(data)
    return [
        reading(
            "stated-row",
            stated["end_year"] - stated["start_year"],
            f"megaprojects: {STATED}",
            [stated["source"]],
            uncertainty="difference of two stated years",
        )
    ]


@computes("meeting-room")
def people_in_the_field(data: Data) -> list[Reading]:
    """Return the number of people who work on brain emulation only, by an author's own account."""
    row = fact(data, PEOPLE)
    return [
        reading(
            "authors-number",
            row["high"],
            f"reported_facts: {PEOPLE}",
            [row["source"]],
            (0, row["high"]),
            "the author states an upper limit",
        )
    ]


@computes("small-grants")
def grants_of_one_programme(data: Data) -> list[Reading]:
    """Return the number of awards of one programme."""
    row = fact(data, AWARDS)
    return [reading("brain-awards", row["value"], f"reported_facts: {AWARDS}", [row["source"]])]


@computes("ladder-tiers")
def tiers_with_ideas(data: Data) -> list[Reading]:
    """Count the tiers of funding with at least one idea."""
    ladder = data["funding_ladder"]
    return [reading("tiers", ladder["tier"].nunique(), "funding_ladder: all", ladder["source"])]


@computes("ladder-domains")
def domains_with_ideas(data: Data) -> list[Reading]:
    """Count the domains of the ladder with at least one idea, without the one that spans all."""
    ladder = data["funding_ladder"]
    own = ladder[ladder["domain"] != "all"]
    return [reading("domains", own["domain"].nunique(), "funding_ladder: all", own["source"])]


@computes("ladder-consortium")
def consortium_cost(data: Data) -> list[Reading]:
    """Compute US dollars of the two models of the top tier, in today's dollars and as spent.

    The table lists the collider, not its laboratory.
    """
    rows = data["megaprojects"].set_index("megaproject_id")
    genome, collider = fact(data, GENOME_1991), rows.loc[COLLIDER]
    prices = data["price_index"]
    today = {
        "genome": in_dollars_of([genome["value"]], [genome["year"]], PRICE_YEAR, prices).iloc[0],
        "collider": collider["cost_2024_usd"],
    }
    spent = {
        "genome, US agencies": fact(data, GENOME_SPENT)["value"],
        "collider": collider["cost_nominal_usd"],
    }
    where = {
        "genome": f"reported_facts: {GENOME_1991}; price_index: {PRICE_YEAR}",
        "collider": f"megaprojects: {COLLIDER}",
    }
    sources = {"genome": [genome["source"]], "collider": [collider["source"]]}
    both = [*sources["genome"], *sources["collider"]]
    return [
        spread("both-today", today, "; ".join(where.values()), both),
        *(spread(f"{key}-today", {key: today[key]}, where[key], sources[key]) for key in where),
        spread(
            "both-as-spent",
            spent,
            f"reported_facts: {GENOME_SPENT}; {where['collider']}",
            [fact(data, GENOME_SPENT)["source"], *sources["collider"]],
        ),
    ]
