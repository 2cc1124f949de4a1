"""Claims on what the report publishes."""

from __future__ import annotations

from sobe.analysis.claims.registry import Data, Reading, computes, fact, reading

#: Fact in table ``reported_facts``.
PAGES = "report-pages-author"


@computes("report-pages")
def pages_of_the_report(data: Data) -> list[Reading]:
    """Return the number of pages of the full report, by an author's own account."""
    row = fact(data, PAGES)
    return [reading("authors-page", row["value"], f"reported_facts: {PAGES}", [row["source"]])]


@computes("open-licence")
def share_open(data: Data) -> list[Reading]:
    """Compute the share of the data files used here that have the licence CC BY 4.0.

    The readings are for all files of the report's repository, and for those it made itself.
    """
    sources = data["sources"].query("kind == 'dataset'").dropna(subset=["path"])
    own = sources[sources["key"].str.startswith("sobe2025-")]
    return [
        reading(
            key,
            (rows["licence"] == "CC-BY-4.0").mean(),
            f"sources: licence of {len(rows)} files",
            rows["key"],
            uncertainty="exact share of the files",
        )
        for key, rows in (("all-files", sources), ("own-files", own))
    ]
