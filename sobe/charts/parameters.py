"""The parameters of a chapter in its notebook: their check, and the table that readers see."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sobe.charts.display import Code, table
from sobe.charts.outputs import Output
from sobe.parameters import domain
from sobe.parameters.domain import Parameter
from sobe.parameters.grammar import written


def check(chapter: str, values: Mapping[str, Any]) -> None:
    """Check the parameters of a chapter among ``values``, the variables of its notebook.

    Raises
    ------
    ParameterError
        As `make chapter` says it before the run, for one value that is not allowed.
    """
    declared = domain.of_book(chapter)
    declared.check({name: values[name] for name in declared.parameters})


def chapter_parameters(chapter: str) -> Output:
    """Show what the parameters of a chapter are, mean and may be.

    The output holds the declaration as well, for programs: under ``parameters``, a list in the
    table's order.
    """
    declared = domain.of_book(chapter).parameters.values()
    rows = pd.DataFrame(
        {
            "Parameter": one.label,
            "Name": Code(one.name),
            "What it sets": one.help,
            "Default": Code(written(one.default)),
            "Allowed": _allowed(one),
            "Unit": one.unit,
        }
        for one in declared
    )
    if not rows["Unit"].any():
        rows = rows.drop(columns="Unit")
    shown = table(rows, "The parameters of this chapter", unprinted=("Allowed",))
    shown.data["parameters"] = [
        {
            key: value
            for key, value in vars(one).items()
            if key != "chapter" and value not in ("", (), math.inf, -math.inf)
        }
        for one in declared
    ]
    return shown


def _allowed(one: Parameter) -> Code | str:
    """Return what is allowed, in signs that are the same in every language."""
    if one.choices:
        listed = ", ".join(one.choices)
        return Code(f"[{listed}]" if one.type == "choices" else listed)
    if one.limits:
        limits = f"{written(one.minimum)} – {written(one.maximum)}"
        return Code(limits + (f", ≤ {one.at_most}" if one.at_most else ""))
    return "names with numbers" if one.type == "overrides" else ""
