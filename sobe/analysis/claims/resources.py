"""Claims on what the report publishes."""

from __future__ import annotations

from sobe.analysis.claims.registry import computes, fact, reading

#: The fact in table ``reported_facts``.
PAGES = "report-pages-author"


@computes("report-pages")
def pages_of_the_report(data):
    """Pages of the full report, in an author's own words."""
    row = fact(data, PAGES)
    return [reading("authors-page", row["value"], f"reported_facts: {PAGES}", [row["source"]])]


@computes("open-licence")
def share_open(data):
    """Share of the data files used here that carry the licence CC BY 4.0: all that the report's
    repository holds, and those that the report made itself."""
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
