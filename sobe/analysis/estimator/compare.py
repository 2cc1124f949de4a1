"""Cases side by side: the whole grid, and the published calculator mended one fault after another."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from sobe.analysis.estimator.estimate import CHOICES, estimate, settle
from sobe.analysis.estimator.model import faults, load_model, stages


def grid(model: str = "corrected", **overrides: float) -> pd.DataFrame:
    """The estimate of every organism × modality × proofreading: a row a case, the choice first.

    Columns as the attributes of :class:`~sobe.analysis.estimator.Estimate`, in their units, and
    ``would_take`` in words. Raises :class:`EstimatorError` as :func:`~sobe.analysis.estimator.estimate` does.
    """
    options = load_model(model).options
    rows = []
    for choice in itertools.product(*(options[name] for name in CHOICES)):
        found = estimate(*choice, model=model, **overrides)
        kept = {
            name: value
            for name, value in vars(found).items()
            if name not in ("values", "overrides", "model")
        }
        rows.append(kept | {"would_take": found.would_take()})
    return pd.DataFrame(rows)


def fault_effects(cases: list[dict], result: str = "first_cost") -> pd.DataFrame:
    """One result after each fault is mended, those before it mended too: a row a stage.

    ``cases`` are choices ({"organism": …, "modality": …, "proofreading": …}); column ``i`` is the
    result for case i. Further columns: fault ("published" first), rank, kind, wrong, right, and
    ``changes``, the formulas and parameters that the fault replaces or adds.
    """
    table = faults().set_index("fault")
    rows, before = [], None
    for model in stages():
        changed = (
            []
            if before is None
            else [
                *(
                    name
                    for name, formula in model.formulas.items()
                    if before.formulas.get(name) != formula
                ),
                *(
                    name
                    for name, row in model.parameters.items()
                    if before.parameters.get(name) != row
                ),
            ]
        )
        values = {}
        for number, case in enumerate(cases):
            values[number] = float(np.float64(model.evaluate(settle(model, case, {}))[result]))
        about = (
            {"rank": 0, "kind": None, "wrong": None, "right": None}
            if before is None
            else table.loc[model.name].to_dict()
        )
        rows.append({"fault": model.name, "changes": ", ".join(changed)} | about | values)
        before = model
    return pd.DataFrame(rows)
