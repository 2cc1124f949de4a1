"""Files that are computed from our own tables alone: references and the sources of claims.

They follow every change of a source, a table or a computation of a claim: `make data` and
`make source` write them again.
"""

from pathlib import Path

from sobe import atomic, tables
from sobe.tables.derive.bibliography import bibtex
from sobe.tables.derive.common import to_csv

REFERENCES, CLAIM_SOURCES = "book/references.bib", "data/claim_sources.csv"
#: The source of all claims.
SUMMARY = "sobe2025-summary"


def references() -> str:
    """Return BibTeX text with every source."""
    return bibtex(tables.load("sources"))


def claim_sources() -> str:
    """Return table ``claim_sources``: the summary, and the sources of each claim's readings."""
    from sobe.analysis.claims import ledger  # takes seconds, and most commands need no claim

    rows = []
    for key, entry in ledger.entries().items():
        used = {source for reading in entry.readings for source in reading.sources}
        for source in (SUMMARY, *sorted(used - {SUMMARY})):
            rows.append({"claim_id": key, "source": source})
    return to_csv(rows, ["claim_id", "source"])


def write(root: Path) -> list[str]:
    """Write both files again where they changed, and return the paths of those that did."""
    changed = []
    for name, make in ((REFERENCES, references), (CLAIM_SOURCES, claim_sources)):
        text = make()
        if not (root / name).is_file() or (root / name).read_text(encoding="utf-8") != text:
            atomic.write(root / name, text)
            changed.append(name)
    return changed
