"""Claims on money: what the field receives, the ladder of ideas, and the licence of the data."""

from __future__ import annotations

import pandas as pd

from sobe.claims.registry import computes, reading

STATED = "brain-megaprojects-cumulative"
#: The summary's twenty years end with the last one the stated row counts.
CONSORTIA = {
    "human-genome-project": "Human Genome Project",
    "large-hadron-collider": "Large Hadron Collider",
}


def _stated(data):
    return data["megaprojects"].set_index("megaproject_id").loc[STATED]


def _listed_per_year(rows, start, end):
    """US dollars a year from ``start`` to ``end``, each project's total spread evenly over its years."""
    first = rows["start_year"].astype(float)
    last = rows["end_year"].astype(float).fillna(end).clip(upper=end)
    last = pd.concat([first, last], axis=1).max(axis=1)
    inside = (last.clip(upper=end) - first.clip(lower=start) + 1).clip(lower=0)
    return float((rows["funding_usd"] * inside / (last - first + 1)).sum() / (end - start + 1))


@computes
def neuroscience_per_year(data):
    """US dollars a year: as the report states it, its total over its years, and the listed
    projects spread over theirs, with companies and without."""
    stated = _stated(data)
    years = stated["end_year"] - stated["start_year"]
    rows, sources = f"megaprojects: {STATED}", [stated["source"]]
    projects = data["brain_research_funding"]
    listed = projects[projects["book_choice"]].dropna(subset=["start_year", "funding_usd"])
    start, end = int(stated["start_year"]) + 1, int(stated["end_year"])
    found = [
        reading("stated per year", stated["cost_per_year_usd"], rows, sources),
        reading("stated total over its years", stated["cost_nominal_usd"] / years, rows, sources),
        reading(
            "stated total in dollars of 2024, over its years",
            stated["cost_2024_usd"] / years,
            rows,
            sources,
        ),
    ]
    for label, table in (
        ("listed projects, spread over their years", listed),
        ("listed projects without companies", listed[listed["funder_type"] != "commercial"]),
    ):
        found.append(
            reading(
                label,
                _listed_per_year(table, start, end),
                "brain_research_funding: the book's choice of rows",
                table["source"],
            )
        )
    return found


@computes
def years_of_funding(data):
    """Years over which the report's row sums up funding."""
    stated = _stated(data)
    return [
        reading(
            "from start to end of the stated row",
            stated["end_year"] - stated["start_year"],
            f"megaprojects: {STATED}",
            [stated["source"]],
        )
    ]


@computes
def tiers_with_ideas(data):
    """Tiers of funding that hold at least one idea."""
    ladder = data["funding_ladder"]
    return [
        reading(
            "tiers with an idea", ladder["tier"].nunique(), "funding_ladder: all", ladder["source"]
        )
    ]


@computes
def domains_with_ideas(data):
    """Domains of the ladder that hold at least one idea; the one that spans all is none of them."""
    ladder = data["funding_ladder"]
    own = ladder[ladder["domain"] != "all"]
    return [
        reading(
            "domains with an idea", own["domain"].nunique(), "funding_ladder: all", own["source"]
        )
    ]


@computes
def consortium_cost(data):
    """US dollars of the two undertakings that the top tier is modelled on, as spent and in
    dollars of 2024. The table lists the collider, not its laboratory."""
    rows = data["megaprojects"].set_index("megaproject_id").loc[list(CONSORTIA)]
    return [
        reading(f"{CONSORTIA[key]}, {words}", row[column], f"megaprojects: {key}", [row["source"]])
        for key, row in rows.iterrows()
        for column, words in (
            ("cost_nominal_usd", "as spent"),
            ("cost_2024_usd", "dollars of 2024"),
        )
    ]


@computes
def share_open(data):
    """Share of the data files used here that carry the licence CC BY 4.0: the report's own, and
    together with those compiled by others that its repository holds."""
    sources = data["sources"].query("kind == 'dataset'").dropna(subset=["path"])
    own = sources[sources["key"].str.startswith("sobe2025-")]
    return [
        reading(label, (rows["licence"] == "CC-BY-4.0").mean(), "sources: licence", rows["key"])
        for label, rows in (
            ("the report's own data files", own),
            ("all data files of its repository used here", sources),
        )
    ]
