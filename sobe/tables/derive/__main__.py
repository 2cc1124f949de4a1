"""Derive the tables of ``data/`` from upstream's data, or check them against it.

``python -m sobe.tables.derive DIR`` writes the derived tables; ``--check DIR`` derives
them anew and fails on the first difference from what stands in ``data/``.
"""

from __future__ import annotations

if __name__ == "__main__":  # before anything that takes time to import
    from sobe import signals

    signals.on_signals("stopped; the tables in data/ are as they were")

import argparse
import json
import sys
from pathlib import Path

from sobe import ROOT, tables

from . import compute, costs, estimator, funding, organisms, recordings, simulations
from .bibliography import bibtex
from .common import DeriveError, Ledger, Upstream, to_csv
from .place import finish, write

SUBJECTS = (organisms, compute, costs, simulations, recordings, funding, estimator)
DATA = ROOT / "data"


def derive(root: Path) -> dict[str, str]:
    """File name (under the repository) → text of every derived table, and of the bibliography."""
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    resources = {resource["name"]: resource for resource in package["resources"]}
    ledger, rows = Ledger(), {}
    for subject in SUBJECTS:
        rows |= subject.derive(Upstream(root), ledger)
    rows["corrections"] = ledger.rows()
    files = {
        f"data/{resources[name]['path']}": to_csv(
            table, [field["name"] for field in resources[name]["schema"]["fields"]]
        )
        for name, table in rows.items()
    }
    return files | {"book/references.bib": bibtex(tables.load("sources"))}


def first_difference(files: dict[str, str]) -> str | None:
    """Where the repository differs from the derived files, or None."""
    for name, text in sorted(files.items()):
        path = ROOT / name
        if not path.is_file():
            return f"{name} is missing"
        theirs, ours = text.splitlines(), path.read_text(encoding="utf-8").splitlines()
        for number, (want, have) in enumerate(zip(theirs, ours), start=1):
            if want != have:
                return f"{name}, line {number}:\n  stands:  {have}\n  derived: {want}"
        if len(theirs) != len(ours):
            return f"{name} has {len(ours)} lines, derived are {len(theirs)}"
    return None


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m sobe.tables.derive", description=__doc__.splitlines()[0]
    )
    parser.add_argument("upstream", type=Path, help="a checkout of upstream's data repository")
    parser.add_argument(
        "--check", action="store_true", help="compare with data/ instead of writing it"
    )
    arguments = parser.parse_args(argv)
    try:
        finish(ROOT)
        files = derive(arguments.upstream)
        if arguments.check:
            difference = first_difference(files)
            if difference:
                raise DeriveError(f"data/ is not what upstream's data gives:\n{difference}")
            print(f"{len(files)} files agree with {arguments.upstream}")
            return 0
        write(files, ROOT)
    except (DeriveError, tables.TableError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for name, text in sorted(files.items()):
        print(f"{name}: {text.count(chr(10)) - 1} rows" if name.endswith(".csv") else name)
    return 0


if __name__ == "__main__":
    signals.leave(main())
