"""Listed funding spread over the years of its projects: one definition for the whole book."""

from __future__ import annotations

import pandas as pd


def spread(projects: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Spread each project's total evenly over its years.

    A project that continues is taken to end in ``last``. One that ends later is cut there, and its
    whole total is spread over the years before the cut. Projects without a start year or a total
    are left out.

    Parameters
    ----------
    projects : DataFrame
        Rows of ``brain_research_funding`` that count, with ``funding_usd`` in US dollars.
    first, last : int
        Calendar years to return, both included.

    Returns
    -------
    DataFrame
        One row per project and year: ``project_id``, ``funder_type``, ``year`` and ``usd``, in US
        dollars as spent.
    """
    dated = projects.dropna(subset=["start_year", "funding_usd"])
    rows = []
    for project in dated.itertuples():
        start = int(project.start_year)
        end = last if pd.isna(project.end_year) else min(int(project.end_year), last)
        end = max(start, end)
        rows += [
            {
                "project_id": project.project_id,
                "funder_type": project.funder_type,
                "year": year,
                "usd": project.funding_usd / (end - start + 1),
            }
            for year in range(max(start, first), min(end, last) + 1)
        ]
    return pd.DataFrame(rows, columns=["project_id", "funder_type", "year", "usd"])


def per_year(projects: pd.DataFrame, first: int, last: int) -> float:
    """Return the mean US dollars per year, as spent, from ``first`` to ``last``."""
    return float(spread(projects, first, last)["usd"].sum() / (last - first + 1))
