"""Comparisons of cases: the whole grid, and the published calculator corrected step by step."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pandas as pd

from sobe.analysis.estimator.estimate import CHOICES, estimate, settle
from sobe.analysis.estimator.model import PUBLISHED, Model, errors, load_model, stages


def grid(model: str = "corrected", **overrides: float) -> pd.DataFrame:
    """Estimate every combination of organism, modality and proofreading.

    Parameters
    ----------
    model, **overrides
        As for `sobe.analysis.estimator.estimate`.

    Returns
    -------
    DataFrame
        One row per case: the three choices, the attributes of `Estimate` in their units, and
        ``would_take``, which says in words what finishing in time takes.

    Raises
    ------
    EstimatorError
        For overrides that `estimate` refuses.
    """
    options = load_model(model).options
    rows = []
    for organism, modality, proofreading in itertools.product(*(options[name] for name in CHOICES)):
        found = estimate(organism, modality, proofreading, model, **overrides)
        row = vars(found) | {"would_take": found.would_take()}
        rows.append({k: v for k, v in row.items() if k not in ("values", "overrides", "model")})
    return pd.DataFrame(rows)


def correction_effects(cases: list[dict[str, str]], result: str = "first_cost") -> pd.DataFrame:
    """Compute one result after each correction of the published calculator.

    Parameters
    ----------
    cases
        Choices, {"organism": …, "modality": …, "proofreading": …}.
    result
        A formula of ``data/estimator/formulas.csv``.

    Returns
    -------
    DataFrame
        One row per stage, each with all corrections before it as well. Column ``i`` is the
        result for case i, in the formula's unit. The others are error ("published" first), rank,
        kind, wrong and right, and ``changes``: the formulas and parameters that are replaced or
        added.
    """
    table = errors().set_index("error")
    models, rows = stages(), []
    for before, model in itertools.pairwise([models[0], *models]):
        about = {"rank": 0, "kind": None, "wrong": None, "right": None}
        if model.name != PUBLISHED:
            about = table.loc[model.name].to_dict()
        values = {
            number: float(model.evaluate(settle(model, case, {}))[result])
            for number, case in enumerate(cases)
        }
        changes = ", ".join(_changes(before, model))
        rows.append({"error": model.name, "changes": changes} | about | values)
    return pd.DataFrame(rows)


def _changes(before: Model, after: Model) -> list[str]:
    """Name the formulas and parameters of ``after`` that ``before`` has not."""
    pairs: tuple[tuple[Mapping[str, object], Mapping[str, object]], ...] = (
        (before.formulas, after.formulas),
        (before.parameters, after.parameters),
    )
    return [name for old, new in pairs for name, row in new.items() if old.get(name) != row]
