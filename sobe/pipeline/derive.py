"""Derive the tables of ``data/`` from upstream's data, or check them against it.

``python -m sobe.pipeline.derive DIR`` writes the derived tables and nothing else of ``data/``, and
then what is computed from all tables; without ``DIR`` only the latter. ``--check DIR`` derives the
tables and fails on the first difference from ``data/``.
"""

from __future__ import annotations

if __name__ == "__main__":  # before anything that takes time to import
    from sobe import signals

    signals.handle("stopped; the tables in data/ are as they were")

import argparse
import hashlib
from pathlib import Path
from typing import Any

from sobe import tables
from sobe.errors import BuildError, reason, tell
from sobe.paths import ROOT
from sobe.pipeline import computed
from sobe.tables.derive import (
    compute,
    costs,
    estimator,
    funding,
    imaging,
    organisms,
    recordings,
    simulations,
)
from sobe.tables.derive.cells import Line, refuse
from sobe.tables.derive.common import Corrections, DeriveError, Upstream, to_csv
from sobe.tables.derive.write import finish, write

#: The sums of the derived tables, which tell an edit by hand.
SUMS = "data/derived.sha256"
SUBJECTS = (organisms, compute, costs, simulations, recordings, imaging, funding, estimator)


def derive(root: Path) -> dict[str, str]:
    """Return the text of every derived table, and of their sums, by path in the repository."""
    corrections = Corrections()
    rows: dict[str, list[dict[str, Any]]] = {}
    for subject in SUBJECTS:
        Line.last = None
        try:
            rows |= subject.derive(Upstream(root), corrections)
        except tables.TableError:
            raise
        except (LookupError, ArithmeticError, ValueError, TypeError) as error:
            if Line.last is None:
                raise
            # What no check foresaw: the cell that was read last leads to it.
            refuse(Line.last, f"a value to derive from ({type(error).__name__}: {error})")
    rows["corrections"] = corrections.rows()
    files = {}
    for name, table in rows.items():
        resource = tables.schema(name, ROOT / "data")
        columns = [field["name"] for field in resource["schema"]["fields"]]
        files[f"data/{resource['path']}"] = to_csv(table, columns)
    sums = (f"{_sum(text.encode())}  {name}\n" for name, text in sorted(files.items()))
    return {**files, SUMS: "".join(sums)}


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def edited() -> list[str]:
    """Return the derived tables that are not as they were derived; none where no sums are kept."""
    sums, found = ROOT / SUMS, []
    for line in sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else ():
        known, _, name = line.partition("  ")
        if (ROOT / name).is_file() and _sum((ROOT / name).read_bytes()) != known:
            found.append(name)
    return found


def refuse_edits() -> None:
    """Raise DeriveError where writing would erase what somebody edited in a derived table."""
    if names := edited():
        own = names[0].replace("data/", "data/own/", 1)
        raise DeriveError(
            f"{', '.join(names)} was edited by hand, and deriving again would erase that; put rows "
            f"of ours into {own}, then restore the file (git checkout {names[0]}), or remove "
            f"{SUMS} to derive all tables regardless"
        )


def first_difference(files: dict[str, str]) -> str | None:
    """Return where the repository differs from the derived files, or None."""
    for name, text in sorted(files.items()):
        path = ROOT / name
        if not path.is_file():
            return f"{name} is missing"
        derived, kept = text.splitlines(), path.read_text(encoding="utf-8").splitlines()
        for number, (want, have) in enumerate(zip(derived, kept, strict=False), start=1):
            if want != have:
                return f"{name}, line {number}:\n  is:      {have}\n  derived: {want}"
        if len(derived) != len(kept):
            return f"{name} has {len(kept)} lines, derived are {len(derived)}"
    return None


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code. Expected failures are one message."""
    parser = argparse.ArgumentParser(
        prog="python -m sobe.pipeline.derive", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "upstream", type=Path, nargs="?", help="a checkout of upstream's data repository"
    )
    parser.add_argument(
        "--check", action="store_true", help="compare with data/ instead of writing it"
    )
    arguments = parser.parse_args(argv)
    try:
        finish(ROOT)
        if arguments.upstream is None and not arguments.check:
            print("derived tables: as they are, for no upstream repository is given")
            return _compute()
        files = derive(arguments.upstream or Path())
        if arguments.check:
            difference = first_difference(files)
            if difference:
                raise DeriveError(f"data/ is not what upstream's data gives:\n{difference}")
            print(f"{len(files)} files agree with {arguments.upstream}")
            return 0
        refuse_edits()
        write(files, ROOT)
        for name, text in sorted(files.items()):
            if name.endswith(".csv"):
                print(f"{name}: {text.count(chr(10)) - 1} rows")
        return _compute()
    except (BuildError, DeriveError, tables.TableError) as error:
        tell(error)
        return 1
    except OSError as error:  # a full disk, a folder that is not ours to write
        tell(error, f"{reason(error)}; the tables in data/ are as they were")
        return 1


def _compute() -> int:
    changed = computed.write(ROOT)
    for name in (computed.REFERENCES, computed.CLAIM_SOURCES):
        print(f"{name}: {'written again' if name in changed else 'as it was'}")
    return 0


if __name__ == "__main__":
    signals.leave(main())
