"""Values of the budget estimator's parameters, from the published calculator's tables.

The column ``locator`` of ``data/estimator/parameters.csv``, kept by hand, names the file, row
and column of each value. This module reads the value from there and leaves the rest of the row
(range, its reason) as it is.
"""

from __future__ import annotations

import csv
import re
from functools import cache

from sobe.paths import ROOT

from .cells import given, number
from .common import Corrections, DeriveError, Upstream

_FOLDER = ROOT / "data" / "estimator"


def derive(upstream: Upstream, corrections: Corrections) -> dict[str, list[dict]]:
    """Return the rows of the table of parameters; check that upstream has what the others name."""
    del corrections  # no value is changed; what they replace is in layers of its own

    @cache
    def lines(path):
        return {line["id"]: line for line in upstream.read(path)}

    def cell(locator: str) -> dict[str, str]:
        path, row = locator.split(":")[:2]
        if row not in lines(path):
            raise DeriveError(f"{path} has no row {row!r}, which data/estimator names")
        return lines(path)[row]

    for formula in _rows("formulas.csv"):
        if formula["locator"]:
            cell(formula["locator"])
    rows = _rows("parameters.csv")
    for row in rows:
        if row["locator"]:
            row["value"] = _value(row, cell)
        if row["locator"].startswith("parameters/shared.tsv") and "-" not in row["locator"]:
            row["evidence"] = cell(row["locator"])["confidence"]
    return {"estimator_parameters": rows}


def _value(row: dict, cell):
    """Return the value at a row's locator: a number in a formula, a cell, or cells subtracted."""
    path, *where = row["locator"].split(":")
    if path.startswith("formulas/"):
        # A number inside a formula: it must still be there.
        numbers = re.findall(r"(?<![\w.])\d+(?:\.\d+)?", cell(row["locator"])["formula"])
        if number(row["value"]) not in map(number, numbers):
            raise DeriveError(f"{row['locator']} no longer holds {row['value']}")
        return row["value"]
    name, column = where
    parts = [given(cell(f"{path}:{part}")[column]) for part in name.split("-")]
    return parts[0] - sum(parts[1:])


def _rows(name: str) -> list[dict]:
    with open(_FOLDER / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
