"""Reading upstream's files, and keeping account of what is changed on the way."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

#: A later commit of upstream's split the quoted multi-line cells of these files,
#: so they are read as they stood just before it.
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

    def read(self, path: str) -> list[dict[str, str]]:
        """Rows of ``data/<path>`` as dicts of stripped text; short rows are padded."""
        text = self._text(path)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True))
        header = [cell.strip() for cell in rows[0]]
        if len(set(header)) != len(header):
            raise DeriveError(f"{path}: a column name stands twice in the header")
        table = []
        for number, cells in enumerate(rows[1:], start=1):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                raise DeriveError(
                    f"{path}, row {number}: {len(cells)} cells for {len(header)} columns"
                )
            cells += [""] * (len(header) - len(cells))
            table.append({name: cell.strip() for name, cell in zip(header, cells)})
        return table

    def _text(self, path: str) -> str:
        if path in BROKEN_BY_SPLIT:
            unpacked = self.root / "data-before-split" / path
            if unpacked.is_file():
                return unpacked.read_bytes().decode("utf-8")
            return self._from_git(f"{BEFORE_SPLIT}:data/{path}")
        file = self.root / "data" / path
        if not file.is_file():
            raise DeriveError(
                f"{file} is missing; give the top folder of a checkout of upstream's data repository"
            )
        return file.read_bytes().decode("utf-8")

    def _from_git(self, spec: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.root), "show", spec],
            capture_output=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise DeriveError(
                f"{self.root} has neither data-before-split/ nor a git history to read {spec} from: "
                f"{done.stderr.decode(errors='replace').strip()}"
            )
        return done.stdout.decode("utf-8")


@dataclass
class Ledger:
    """Every value that our tables state otherwise than upstream's, and every row left out."""

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
        self.entries.append(
            {
                "kind": kind,
                "table": table,
                "key": key,
                "column": column,
                "theirs": one_line(as_text(theirs)),
                "ours": one_line(as_text(ours)),
                "why": why,
                "seen": seen,
            }
        )

    def rows(self) -> list[dict]:
        """The ledger as rows of the corrections table, in a stable order."""
        rows = sorted(self.entries, key=lambda e: (e["table"], e["key"], e["column"], e["theirs"]))
        return [
            {"correction_id": f"{number:03d}", **row} for number, row in enumerate(rows, start=1)
        ]


def seen_facts(table: str) -> list[dict]:
    """Rows of the hand-kept table ``seen_facts`` that enter ``table``, in its order.

    Facts that only support a doubt, those of the column ``evidence``, enter no table.
    """
    from sobe import tables

    facts = tables.load("seen_facts")
    return facts[(facts["table"] == table) & (facts["column"] != SUPPORT)].to_dict("records")


def apply_seen(rows: dict[str, dict], table: str, ledger: Ledger) -> set[tuple[str, str]]:
    """Put the values seen in a source into ``rows`` ({key: row}); return the cells given.

    A value that differs from upstream's is recorded as a correction. A column that upstream
    does not have is filled in without one. An unknown key raises :class:`DeriveError`.
    """
    given = set()
    for fact in seen_facts(table):
        key, column = fact["key"], fact["column"]
        if key not in rows:
            raise DeriveError(f"data/seen_facts.csv, {fact['fact_id']}: {table} has no row {key!r}")
        before = rows[key].get(column)
        value = number(fact["value"]) if isinstance(before, (int, float)) else fact["value"]
        if before is None:
            rows[key][column] = value
        elif before != value:
            rows[key][column] = ledger.fix(
                table, key, column, before, value, fact["says"], fact["fact_id"]
            )
        given.add((key, column))
    return given


def one_line(value) -> str:
    """Text on one line, white space folded."""
    return " ".join(str(value).split())


def slug(*parts) -> str:
    """A lower-case ASCII key from a few words: ``slug("Shiu et al.", 2024)`` → ``shiu-2024``."""
    text = " ".join(str(part) for part in parts if part not in ("", None))
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"\bet\s*al\b\.?", " ", text.lower())
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def unique_key(base: str, taken: set[str]) -> str:
    """``base``, or ``base-2``, ``base-3`` … where it is taken; the result is added to ``taken``."""
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    taken.add(key)
    return key


def number(text: str):
    """An int or float from upstream's number text (``$1,450,000``, ``3.02E+02``); None if blank."""
    text = text.replace("$", "").replace(",", "").strip()
    if not text or text == "-":
        return None
    value = float(text)
    return (
        int(value)
        if value.is_integer() and abs(value) < 1e15 and not re.search("[eE.]", text)
        else value
    )


def scaled(text: str, factor: float):
    """:func:`number` times ``factor``, rounded to the twelve digits that the text can carry."""
    value = number(text)
    return None if value is None else float(f"{value * factor:.12g}")


def bare_doi(link: str) -> str:
    """The DOI in a link, lower-case prefix removed and percent signs decoded; empty if there is none."""
    from urllib.parse import unquote

    found = re.search(r"10\.\d{4,9}/\S+", unquote(link))
    return found.group(0).rstrip(".,;") if found else ""


def as_text(value) -> str:
    """A cell of our tables: empty for missing, true/false, shortest exact number, plain text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    return str(value)


def to_csv(rows: list[dict], columns: list[str]) -> str:
    """CSV text of ``rows`` in the order of ``columns``; a row with other columns is an error."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        if set(row) - set(columns):
            raise DeriveError(
                f"columns that the schema does not declare: {sorted(set(row) - set(columns))}"
            )
        writer.writerow([as_text(row.get(column)) for column in columns])
    return out.getvalue()
