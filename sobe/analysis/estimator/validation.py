"""The model against projects whose budget is known, and how far that says it may be off.

The budgets are those that ``data/estimator/known_budgets.csv`` names. No value or range of a
parameter is taken from them, but for the range of ``model_error``, which is what they are for.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from sobe import tables
from sobe.analysis.estimator.model import load_model
from sobe.analysis.estimator.uncertainty import draw

#: What every project is computed with: imaging as shown so far, and a model that is not widened by
#: its own error.
GIVEN = {"shown_imaging": 1.0, "model_error": 1.0}
#: Share of a range of logarithms, from its middle, that holds 90% of its draws.
_SHARE = 1 - math.sqrt(0.1)
#: Standard deviations of a normal distribution that hold 90% of it.
_DEVIATIONS = 1.6449


def known_budgets(draws: int = 20_000, seed: int = 2025) -> pd.DataFrame:
    """Compute the cost of every project whose budget is known.

    Parameters
    ----------
    draws, seed
        As for `sobe.analysis.estimator.uncertainty.draw`.

    Returns
    -------
    DataFrame
        One row per project, in US dollars: project, name, actual_low and actual_high (the budget
        as stated, in dollars of its own years), actual (their geometric mean), low, median and
        high (90% interval of the first connectome), ratio, ratio_low and ratio_high (predicted
        over actual), inside (whether the interval holds any of the budget), inputs, differs and
        source.
    """
    rows = []
    price = load_model().parameters["microscope_price"]["em"].value
    for row in tables.load("estimator_known_budgets").itertuples():
        low, high = _amount(row.low_from), _amount(row.high_from)
        given: dict[str, Any] = dict(GIVEN, proofread_share=float(row.proofread_share))
        given["microscope_budget"] = row.microscopes * price
        if not pd.isna(row.volume_mm3):
            given |= {"tissue_volume": float(row.volume_mm3), "neurons": float(row.neurons)}
        found = draw(
            row.organism, draws=draws, seed=seed, results=("first_cost",), **given
        ).interval("first_cost")
        actual = math.sqrt(low * high)
        rows.append(
            {
                "project": row.project,
                "name": row.name,
                "actual_low": low,
                "actual_high": high,
                "actual": actual,
                **dict(zip(("low", "median", "high"), found, strict=True)),
                **dict(
                    zip(
                        ("ratio_low", "ratio", "ratio_high"),
                        (value / actual for value in found),
                        strict=True,
                    )
                ),
                "inside": found[0] <= high and low <= found[2],
                "inputs": row.inputs,
                "differs": row.differs,
                "source": row.source,
            }
        )
    return pd.DataFrame(rows)


def _amount(place: str) -> float:
    """Return the number at "table/row/column"."""
    table, key, column = place.split("/")
    rows = tables.load(table)
    return float(rows.set_index(rows.columns[0])[column][key])


def bias(known: pd.DataFrame) -> float:
    """Return the geometric mean of predicted over actual."""
    return float(np.exp(np.log(known["ratio"]).mean()))


def model_error_range(known: pd.DataFrame) -> tuple[float, float]:
    """Return the range of ``model_error`` that the misses give.

    The root mean square of ln(predicted / actual) is taken as a standard deviation. The range is
    the one 90% of whose draws lie within 1.64 of these on either side of 1.
    """
    deviation = math.sqrt(float((np.log(known["ratio"]) ** 2).mean()))
    factor = math.exp(_DEVIATIONS * deviation / _SHARE)
    return 1 / factor, factor
