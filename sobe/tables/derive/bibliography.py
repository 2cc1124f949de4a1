"""Make ``book/references.bib`` from the sources table."""

from __future__ import annotations

import re

import pandas as pd

_SPECIAL = str.maketrans({"&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#"})


def bibtex(sources: pd.DataFrame) -> str:
    """Return BibTeX text with one entry per row of the sources table, in its order."""
    return "\n".join(_entry(row) for row in sources.to_dict("records"))


def _entry(source: dict) -> str:
    def given(column: str) -> str:
        return "" if pd.isna(source[column]) else str(source[column])

    notes = [
        given("path") and f"file {given('path')}",
        given("licence") and f"licence {given('licence')}",
    ]
    fields = {
        "title": "{" + source["title"].translate(_SPECIAL) + "}",
        "author": re.sub("; (and )?", " and ", source["authors"]),
        "year": str(source["year"]),
        "doi": given("doi"),
        "url": "" if given("doi") else given("url"),
        "institution": "Zenodo" if source["kind"] == "report" else "",
        "note": "; ".join(note for note in notes if note).translate(_SPECIAL),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    # An @article needs its journal, which the sources table does not have.
    entry = "techreport" if source["kind"] == "report" else "misc"
    return "\n".join([f"@{entry}{{{source['key']},", *lines, "}", ""])
