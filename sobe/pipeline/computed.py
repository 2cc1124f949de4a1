"""Files that are computed from our own tables alone: references and the sources of claims.

They follow every change of a source, a table or a computation of a claim: `make data` and
`make source` write them again.
"""

from collections.abc import Iterable
from pathlib import Path

from sobe import atomic, tables
from sobe.errors import BuildError, reason
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


def write(root: Path, names: Iterable[str] = (REFERENCES, CLAIM_SOURCES)) -> list[str]:
    """Write the files again that changed, and return their paths.

    Raises
    ------
    BuildError
        Where the disk fails; the tables from which they are made are whole, and they are as before.
    """
    made = {REFERENCES: references, CLAIM_SOURCES: claim_sources}
    texts = {root / name: made[name]() for name in names}
    changed = {
        path: text
        for path, text in texts.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    }
    try:
        atomic.write_together(changed)
    except OSError as error:
        shown = " and ".join(path.relative_to(root).as_posix() for path in changed)
        raise BuildError(
            f"{reason(error)}; the tables are written, but not {shown}, as before: "
            "make data writes what is left"
        ) from None
    return [path.relative_to(root).as_posix() for path in changed]
