"""Add to our own tables: `make source`, `make proposal`, and `make forms` for the issue forms.

All of a command's changes are put in place at once, after every table was loaded with them.
"""

if __name__ == "__main__":  # before anything that takes time to import
    from sobe import signals

    signals.handle("stopped; the tables in data/ are as they were")

import argparse
import datetime
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import yaml

from sobe import atomic, tables
from sobe.errors import BuildError, reason, tell
from sobe.paths import ROOT
from sobe.pipeline import computed
from sobe.tables import TableError, own, proposal, record
from sobe.tables.derive.common import DeriveError
from sobe.tables.derive.write import finish, write

SOURCES, FORMS = "data/sources.csv", ".github/ISSUE_TEMPLATE"
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\.[0-9]{4,9}/\S+)")
_CSL = "application/vnd.citationstyles.csl+json"


def with_source(
    root: Path, content: bytes, file: str, today: datetime.date
) -> tuple[str, dict[str, str]]:
    """Return the key of a publication, and the file of table ``sources`` with it added.

    Parameters
    ----------
    root
        The folder of the repository.
    content, file
        The record, as CSL-JSON, BibTeX or RIS, and its name for messages.
    today
        Day on which it is read.

    Raises
    ------
    TableError
        If the record cannot be read, or its row breaks a rule of the table.
    BuildError
        If the table has the publication already.
    """
    source = record.source_of(content, file, today)
    text = (root / SOURCES).read_text(encoding="utf-8")
    rows = own.texts(root / "data", {"path": "sources.csv"})
    for known in rows:
        same_doi = source["doi"] and known["doi"].casefold() == source["doi"].casefold()
        same = all(known[c].casefold() == source[c].casefold() for c in ("title", "year"))
        if same_doi or same:
            raise BuildError(f"{file}: {SOURCES} has it already, as {known['key']!r}")
    key = record.key_of(source, (known["key"] for known in rows))
    columns = text.partition("\n")[0].split(",")
    return key, {SOURCES: text + own.as_csv(columns, [{"key": key, **source}], header=False)}


def add_source(root: Path, content: bytes, file: str, today: datetime.date) -> str:
    """Add the publication that a record describes to table ``sources``; return its key."""
    key, files = with_source(root, content, file, today)
    write(files, root)
    return key


def add_proposal(root: Path, content: bytes, today: datetime.date) -> tuple[str, str]:
    """Add the row that a filled form proposes to its table, and its source if that is new.

    Parameters
    ----------
    root
        The folder of the repository.
    content
        The body of the issue.
    today
        Day on which it is read.

    Returns
    -------
    tuple of str
        The path of the table's file, and the key of the row.

    Raises
    ------
    ProposalError, TableError, BuildError
        If the form or its row is refused; nothing has changed then.
    """
    name, row, given = proposal.read(content, today, root / "data")
    files: dict[str, str] = {}
    if given:
        row["source"], files = with_source(root, given.encode(), proposal.RECORD, today)
    resource = tables.schema(name, root / "data")
    path = f"data/{own.own_path(resource) or resource['path']}"
    old = (root / path).read_text(encoding="utf-8") if (root / path).is_file() else ""
    files[path] = old + own.as_csv(list(row), [row], header=not old)
    write(files, root)
    return path, own.key_of(resource, row)


def write_forms(root: Path) -> list[str]:
    """Write the issue form of every table that has one, and return their paths."""
    written = []
    for name in proposal.offered(root / "data"):
        file = root / FORMS / f"{name}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(file, form_text(proposal.form(name, root / "data")))
        written.append(file.relative_to(root).as_posix())
    return written


def form_text(form: dict[str, Any]) -> str:
    """Return an issue form as YAML."""
    made: str = yaml.safe_dump(form, sort_keys=False, allow_unicode=True, width=100)
    return "# Made by `make forms` from data/datapackage.json.\n" + made


def fetched(doi: str) -> bytes:
    """Return the record of a DOI in CSL-JSON, from doi.org.

    Raises
    ------
    BuildError
        If it is no DOI, or doi.org cannot be reached or does not know it.
    """
    if not (match := _DOI.fullmatch(doi.strip())):
        raise BuildError(f"DOI={doi[:80]!r}: expected a DOI, such as 10.1038/s41586-024-07558-y")
    address = "https://doi.org/" + urllib.parse.quote(match[1], safe="/:;()._-")
    request = urllib.request.Request(address, headers={"Accept": _CSL})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read(record.LARGEST + 1)
    except (urllib.error.URLError, TimeoutError, ValueError, OSError) as error:
        found = getattr(error, "reason", None) or error
        raise BuildError(
            f"DOI={match[1]}: doi.org gives no record ({' '.join(str(found).split())}); without a "
            "network save the record as a file: make source FILE=record.json"
        ) from None


def content_of(path: Path, largest: int) -> bytes:
    """Return the content of a file that somebody else may have written.

    Raises
    ------
    BuildError
        If it is no plain file, too large, or cannot be read.
    """
    try:
        return atomic.read_plain(path, largest)
    except ValueError as error:
        raise BuildError(f"{path}: {error}") from None
    except OSError as error:
        raise BuildError(f"{path}: {error.strerror}") from None


def _source(arguments: argparse.Namespace, today: datetime.date) -> None:
    if bool(arguments.file) == bool(arguments.doi):
        raise BuildError("say which source: make source FILE=record.bib, or make source DOI=10.…")
    content = fetched(arguments.doi) if arguments.doi else None
    file = f"DOI={arguments.doi}" if arguments.doi else arguments.file
    if content is None:
        content = content_of(Path(arguments.file), record.LARGEST)
    key = add_source(ROOT, content, file, today)
    print(f"{SOURCES}: {key}")
    for name in computed.write(ROOT):
        print(f"{name}: written again")


def _proposal(arguments: argparse.Namespace, today: datetime.date) -> None:
    if not arguments.file:
        raise BuildError("say which filled form: make proposal FILE=issue.md")
    content = content_of(Path(arguments.file), proposal.LARGEST)
    path, key = add_proposal(ROOT, content, today)
    print(f"{path}: {key}")
    if computed.write(ROOT, [computed.REFERENCES]):
        print(f"{SOURCES}, {computed.REFERENCES}: with its source")


def _forms(arguments: argparse.Namespace, today: datetime.date) -> None:
    for name in write_forms(ROOT):
        print(name)


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit code; an expected error is one message."""
    parser = argparse.ArgumentParser(prog="python -m sobe.pipeline.contribute", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    source = commands.add_parser("source", help="add a row to table sources")
    source.add_argument("--file", default="", help="a record in CSL-JSON, BibTeX or RIS")
    source.add_argument("--doi", default="", help="a DOI, to be looked up at doi.org")
    source.set_defaults(run=_source)
    proposed = commands.add_parser("proposal", help="add the row of a filled issue form")
    proposed.add_argument("--file", default="", help="the text of the issue")
    proposed.set_defaults(run=_proposal)
    commands.add_parser("forms", help="write the issue forms").set_defaults(run=_forms)
    arguments = parser.parse_args(argv)
    try:
        finish(ROOT)
        arguments.run(arguments, datetime.date.today())
    except (BuildError, DeriveError, TableError, proposal.ProposalError) as error:
        print("\n".join(f"error: {line}" for line in str(error).split("\n")), file=sys.stderr)
        return 1
    except OSError as error:
        tell(error, f"{reason(error)}; the tables in data/ are as they were")
        return 1
    return 0


if __name__ == "__main__":
    signals.leave(main())
