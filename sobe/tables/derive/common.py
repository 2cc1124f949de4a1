"""Read upstream's files, and keep account of every value that is changed."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import unicodedata
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from urllib.parse import unquote

from sobe import tables
from sobe.errors import keeping
from sobe.tables.derive import cells
from sobe.tables.derive.cells import Cell, Line, Place, number
from sobe.tables.rows import decoded, read_text

#: A later commit of upstream's split the quoted multi-line cells of these files, so they are read
#: from the commit before it.
BEFORE_SPLIT = "cfd834c^"
BROKEN_BY_SPLIT = frozenset(
    {
        "costs/neuron-reconstruction-estimates.tsv",
        "initiatives/brain-initiatives-overview.tsv",
        "recordings/neural-information-rate.tsv",
        "simulations/computational-models.tsv",
        "simulations/neuron-simulations.tsv",
    }
)
#: Column of the facts that support a doubt and enter no table.
SUPPORT = "evidence"


class DeriveError(Exception):
    """Upstream's data is not what the derivation expects; the message says where."""


@dataclass(frozen=True)
class Upstream:
    """A checkout of upstream's data repository, or a folder of the same layout."""

    root: Path

    def read(self, path: str) -> list[Line]:
        """Return the rows of ``data/<path>``, each cell with its place.

        Raises
        ------
        DeriveError
            If there is no such folder, or no git to read from.
        TableError
            If the file is not a clean table.
        """
        file, name = self.root / "data" / path, f"data/{path}"
        if path in BROKEN_BY_SPLIT:
            file, name = self.root / "data-before-split" / path, f"data-before-split/{path}"
        if path in BROKEN_BY_SPLIT and not file.exists():
            spec = f"{BEFORE_SPLIT}:data/{path}"
            text = decoded(self._from_git(spec), f"data/{path} ({BEFORE_SPLIT})")
        elif not file.exists():
            raise DeriveError(
                f"{file} is missing; give the top folder of a checkout of upstream's data "
                "repository"
            )
        else:
            text = read_text(file, name, "a table of upstream's")
        return cells.read(text, name, cells.SHORTEST.get(path))

    def _from_git(self, spec: str) -> bytes:
        command = ["git", "-C", str(self.root), "show", "--end-of-options", spec]
        lacks = f"{self.root} has neither data-before-split/ nor a git history to read {spec} from"
        try:
            done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        except FileNotFoundError:
            raise DeriveError(f"{lacks}: git is not installed") from None
        except subprocess.TimeoutExpired:
            raise DeriveError(f"{lacks}: git gave no answer in 60 s") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace")
            raise keeping(DeriveError(f"{lacks}; git found no such commit or file"), "git", said)
        return done.stdout


@dataclass
class Corrections:
    """Every value of our tables that differs from upstream's, and every row left out."""

    entries: list[dict] = field(default_factory=list)

    def fix(self, table: str, key: str, column: str, theirs, ours, why: str, seen: str = ""):
        """Record that ``column`` of row ``key`` differs from upstream's, and return ours.

        ``seen`` names the row of ``seen_facts`` that gives our value, where a source outside
        upstream's data does.
        """
        self._record("corrected", table, key, column, theirs, ours, why, seen)
        return ours

    def doubt(self, table: str, key: str, column: str, value, why: str, seen: str = "") -> None:
        """Record that ``column`` of row ``key`` is upstream's value, kept, and doubtful."""
        self._record("doubtful", table, key, column, value, value, why, seen)

    def drop(self, table: str, label: str, why: str) -> None:
        """Record that upstream's row ``label`` has no row of its own in our table."""
        self._record("left_out", table, "", "", label, "", why, "")

    def _record(self, kind, table, key, column, theirs, ours, why, seen):
        theirs, ours = one_line(as_text(theirs)), one_line(as_text(ours))
        names = ("kind", "table", "key", "column", "theirs", "ours", "why", "seen")
        entry = (kind, table, key, column, theirs, ours, why, seen)
        self.entries.append(dict(zip(names, entry, strict=True)))

    def rows(self) -> list[dict]:
        """Return rows of the table of corrections, in a stable order."""
        rows = sorted(self.entries, key=itemgetter("table", "key", "column", "theirs"))
        return [{"correction_id": f"{i:03d}", **row} for i, row in enumerate(rows, start=1)]


def seen_facts(table: str) -> list[dict]:
    """Return the rows of the hand-kept table ``seen_facts`` that enter ``table``, in its order.

    Facts that only support a doubt, those of the column ``evidence``, enter no table.
    """
    facts = tables.load("seen_facts")
    return facts[(facts["table"] == table) & (facts["column"] != SUPPORT)].to_dict("records")


def apply_seen(rows: dict[str, dict], table: str, corrections: Corrections) -> set[tuple[str, str]]:
    """Put the values seen in a source into the rows of a table.

    A value that differs from upstream's is recorded as a correction. A column that upstream
    does not have is filled in without one.

    Parameters
    ----------
    rows
        The rows by key; changed in place.
    table
        The name of their table.
    corrections
        Where corrections are recorded.

    Returns
    -------
    set of (str, str)
        Key and column of the cells given.

    Raises
    ------
    DeriveError
        If a fact names a row that there is not.
    """
    given = set()
    for fact in seen_facts(table):
        key, column, value = fact["key"], fact["column"], fact["value"]
        if key not in rows:
            raise DeriveError(f"data/seen_facts.csv, {fact['fact_id']}: {table} has no row {key!r}")
        before = rows[key].get(column)
        if isinstance(before, (int, float)):
            place = Place(f"data/seen_facts.csv, {fact['fact_id']}", column="value")
            value = number(Cell(value, place))
        if before not in (None, value):
            corrections.fix(table, key, column, before, value, fact["says"], fact["fact_id"])
        rows[key][column] = value
        given.add((key, column))
    return given


def one_line(value) -> str:
    """Return text on one line, white space folded."""
    return " ".join(str(value).split())


def slug(*parts) -> str:
    """Return a lower-case ASCII key from words: ``slug("Shiu et al.", 2024)`` → ``shiu-2024``."""
    text = " ".join(str(part) for part in parts if part not in ("", None))
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"\bet\s*al\b\.?", " ", text.lower())
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def unique_key(base: str, taken: set[str]) -> str:
    """Return ``base``, or ``base-2``, ``base-3`` … if it is taken, and add it to ``taken``."""
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    taken.add(key)
    return key


def bare_doi(link: str) -> str:
    """Return the DOI in a link, without prefix and percent signs; empty if there is none."""
    found = re.search(r"10\.\d{4,9}/\S+", unquote(link))
    return found[0].rstrip(".,;") if found else ""


def as_text(value) -> str:
    """Return a cell of our tables: empty for missing, true/false, a number in full, plain text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    return str(value)


def to_csv(rows: list[dict], columns: list[str]) -> str:
    """Return CSV text of rows, in the order of ``columns``; other columns are an error."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        if unknown := sorted(row.keys() - columns):
            raise DeriveError(f"columns that the schema does not declare: {unknown}")
        writer.writerow({column: as_text(value) for column, value in row.items()})
    return out.getvalue()
