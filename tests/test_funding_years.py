"""Listed funding spread over its projects' years."""

import pandas as pd
import pytest

from sobe import tables
from sobe.analysis.claims import funding
from sobe.analysis.claims.registry import Tables
from sobe.analysis.funding_years import per_year, spread


def project(start, end, usd=30.0):
    return pd.DataFrame(
        [
            {
                "project_id": "p",
                "funder_type": "governmental",
                "start_year": start,
                "end_year": end,
                "funding_usd": usd,
            }
        ]
    )


@pytest.mark.parametrize(
    ("start", "end", "years", "each"),
    [
        (2010, 2012, [2010, 2011, 2012], 10.0),
        (2003, 2007, [2005, 2006, 2007], 6.0),  # what lies before the window is not moved into it
        (2022, None, [2022, 2023, 2024], 10.0),  # goes on: up to the last year
        (2022, 2030, [2022, 2023, 2024], 10.0),
        (2030, None, [], 0.0),
        (None, 2012, [], 0.0),
    ],
)
def test_a_project_is_spread_over_its_years(start, end, years, each):
    rows = spread(project(start, end), 2005, 2024)
    assert list(rows["year"]) == years
    assert rows["usd"].tolist() == pytest.approx([each] * len(years))


def test_the_chapter_and_the_claims_give_one_value():
    """The years of the stated row, in the ledger and in the funding chapter."""
    projects = tables.load("brain_research_funding").query("book_choice")
    readings = {r.id: r.value for r in funding.neuroscience_per_year(Tables())}
    of_claims = readings["listed-projects"]
    assert per_year(projects, 2005, 2024) == pytest.approx(of_claims)
