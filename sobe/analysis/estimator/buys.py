"""What a sum buys: which brain, by which imaging, and how much better something must become.

Proofreading is today's, so what is missing is said as a factor on it. Each brain has a plan of its
own size. The page computes the same table by the same formulas (``estimator-buys.js``).
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from sobe import tables
from sobe.analysis.estimator.errors import EstimatorError
from sobe.analysis.estimator.estimate import CAPACITY, settle
from sobe.analysis.estimator.model import Model, load_model
from sobe.analysis.estimator.uncertainty import LEVERS, draw

PROOFREADING = "current"
#: How sure it is that a brain fits: the least share of the draws, and the words for it.
VERDICTS = ((0.95, "almost certainly"), (0.5, "probably"), (0.05, "possibly"), (0.0, "no"))
#: The farthest improvement looked at, and how often its range is halved.
FARTHEST, HALVINGS = 1e9, 40


def brain_parameters() -> frozenset[str]:
    """Return the parameters of one brain and of its plan's size, not carried over to others."""
    topics = tables.load("estimator_quantities").set_index("quantity")["topic"]
    return frozenset(topics.index[topics == "brain"]) | set(CAPACITY)


def buys(
    budget: float,
    *,
    project_years: float | None = None,
    draws: int = 2_000,
    seed: int = 2025,
    **overrides: float,
) -> pd.DataFrame:
    """Compute which brains' first connectome a budget pays for.

    Parameters
    ----------
    budget
        In US dollars.
    project_years
        The horizon; None for the calculator's.
    draws, seed
        As for `sobe.analysis.estimator.uncertainty.draw`.
    **overrides
        As for `sobe.analysis.estimator.estimate`; those that say which brain it is, and the
        numbers of microscopes, processors and proofreaders, are ignored.

    Returns
    -------
    DataFrame
        One row per organism and imaging: organism, modality, microscopes, low, median and high of
        the first connectome (90% interval, US dollars), share (of the draws within the budget),
        verdict (of `VERDICTS`), lever and factor. The lever is the one thing that must become
        better by the smallest factor for the median to fit, or all of them together where none
        is enough alone; the lever is empty where nothing is needed. Where even all together do not
        suffice, the factor alone is missing.

    Raises
    ------
    EstimatorError
        As `estimate` does, and for a budget that is not a number above zero.
    """
    if isinstance(budget, bool) or not isinstance(budget, (int, float)) or not 0 < budget < 1e300:
        raise EstimatorError(f"budget must be a number of dollars above zero, not {budget!r}")
    model, ignored = load_model(), brain_parameters()
    given = {name: value for name, value in overrides.items() if name not in ignored}
    if project_years is not None:
        given["project_years"] = project_years
    rows = []
    for organism in model.options["organism"]:
        for modality in model.options["modality"]:
            choice = {"organism": organism, "modality": modality, "proofreading": PROOFREADING}
            rows.append(choice | _row(model, choice, given, budget, draws, seed))
    return pd.DataFrame(rows).drop(columns="proofreading")


def _row(
    model: Model,
    choice: dict[str, str],
    given: dict[str, float],
    budget: float,
    draws: int,
    seed: int,
) -> dict[str, Any]:
    settled = settle(model, choice, given)
    values = model.evaluate(settled, {"first_cost", "microscopes"})
    plan: dict[str, Any] = dict(given)
    case = (choice["organism"], choice["modality"], choice["proofreading"])
    found = draw(*case, draws=draws, seed=seed, results=("first_cost",), **plan)
    low, median, high = found.interval("first_cost")
    share = float((found.outputs["first_cost"] <= budget).mean())
    # The median is taken to fall as the cost at the parameters' values does.
    lever, factor = "", math.nan
    if median > budget:
        lever, factor = _missing(model, settled, budget * values["first_cost"] / median)
    return {
        "microscopes": round(values["microscopes"]),
        "low": low,
        "median": median,
        "high": high,
        "share": share,
        "verdict": next(words for least, words in VERDICTS if share >= least),
        "lever": lever,
        "factor": factor,
    }


def _cost(model: Model, values: dict[str, float]) -> float:
    return float(model.evaluate(values, {"first_cost"})["first_cost"])


def _improved(values: dict[str, float], lever: str, factor: float) -> dict[str, float]:
    divided, multiplied = LEVERS[lever]
    better = {name: values[name] / factor for name in divided}
    return values | better | {name: values[name] * factor for name in multiplied}


def _missing(model: Model, values: dict[str, float], target: float) -> tuple[str, float]:
    """Return the lever that reaches the cost with the smallest factor, and the factor."""
    *single, together = LEVERS

    def factor(lever: str) -> float:
        def cost(by: float) -> float:
            return _cost(model, _improved(values, lever, by))

        if cost(FARTHEST) > target:
            return math.nan
        low, high = 0.0, math.log(FARTHEST)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if cost(math.exp(middle)) <= target:
                high = middle
            else:
                low = middle
        return math.exp(high)

    found = {lever: factor(lever) for lever in single}
    reached = {lever: by for lever, by in found.items() if not math.isnan(by)}
    if reached:
        return min(reached.items(), key=lambda pair: pair[1])
    return together, factor(together)
