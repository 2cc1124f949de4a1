"""How sure an estimate can be: seeded draws, what the cost hangs on, and what would reach a budget.

A parameter with a range is drawn from a triangle between low and high with its peak at the
value: on a logarithmic scale, or on a plain one where low is zero. Parameters are drawn
independently of one another. Ranges are what ``data/estimator/parameters.csv`` says, most of
them assumptions, and the intervals are no better than they are.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sobe.analysis.estimator import EstimatorError
from sobe.analysis.estimator.estimate import settle
from sobe.analysis.estimator.model import Model, Parameter, load_model

#: What is drawn unless other results are asked for.
RESULTS = (
    "first_cost",
    "further_cost",
    "first_cost_per_neuron",
    "further_cost_per_neuron",
    "first_years",
    "raw_size",
    "recording_cost",
    "simulation_cost",
    "programme_cost",
)
#: Lever -> the parameters that a k-fold improvement divides, and those that it multiplies.
LEVERS = {
    "Proofreading": (("proofreading_time",), ()),
    "Imaging": (
        ("consumables_price", "preparation_labour_price", "antibody_price"),
        ("sustained_rate",),
    ),
    "Storage": (("active_storage_price", "archive_storage_price"), ()),
    "Processing": (("registration_work", "segmentation_work"), ()),
}
LEVERS["All four"] = tuple(
    tuple(name for lever in list(LEVERS.values()) for name in lever[side]) for side in (0, 1)
)
_FARTHEST = 1e9


@dataclass(frozen=True)
class Draws:
    """Results of ``n`` draws: ``outputs`` maps a formula to an array (n,) in its unit."""

    outputs: dict[str, np.ndarray]

    def interval(self, name: str) -> tuple[float, float, float]:
        """(low, median, high): the 5th, 50th and 95th percentile of one result."""
        low, median, high = np.percentile(self.outputs[name], (5, 50, 95))
        return float(low), float(median), float(high)


def _triangle(row: Parameter, uniform: np.ndarray) -> np.ndarray:
    """``uniform`` numbers (n,) of [0, 1) as draws from a parameter's range, by the inverse of the
    distribution function of the triangular distribution."""
    scale = (np.log, np.exp) if row.low > 0 else (lambda x: x, lambda x: x)
    low, peak, high = (float(scale[0](x)) for x in (row.low, row.value, row.high))
    if high == low:
        return np.full_like(uniform, row.value)
    share = (peak - low) / (high - low)
    left = low + np.sqrt(uniform * (high - low) * (peak - low))
    right = high - np.sqrt((1 - uniform) * (high - low) * (high - peak))
    return scale[1](np.where(uniform < share, left, right))


def _ranged(model: Model, choice: dict, overrides: dict) -> dict[str, Parameter]:
    return {
        name: row
        for name, row in model.chosen(choice).items()
        if row.low is not None and name not in overrides
    }


def draw(
    organism: str = "mouse",
    modality: str = "em",
    proofreading: str = "current",
    *,
    draws: int = 100_000,
    seed: int = 2025,
    results: tuple[str, ...] = RESULTS,
    **overrides: float,
) -> Draws:
    """Results of the corrected model over ``draws`` draws of every parameter with a range.

    A parameter given in ``overrides`` is known, and is not drawn. The same ``seed`` gives the
    same numbers; each parameter has a stream of its own, so that a new one leaves the others as
    they were. Raises :class:`EstimatorError` as :func:`sobe.analysis.estimator.estimate` does.
    """
    if type(draws) is not int or not 1 <= draws <= 10_000_000:
        raise EstimatorError(f"draws must be a whole number from 1 to 10 million, not {draws!r}")
    if type(seed) is not int or seed < 0:
        raise EstimatorError(f"seed must be a whole number, zero or more, not {seed!r}")
    model = load_model()
    choice = {"organism": organism, "modality": modality, "proofreading": proofreading}
    values = settle(model, choice, overrides)
    unknown = [name for name in results if name not in model.formulas]
    if unknown:
        raise EstimatorError(f"there is no result {unknown[0]!r}")
    needed = model.needed(results)
    for name, row in _ranged(model, choice, overrides).items():
        if name in needed:
            stream = np.random.default_rng([seed, zlib.crc32(name.encode())])
            values[name] = _triangle(row, stream.random(draws))
    found = model.evaluate(values, results)
    return Draws({name: np.broadcast_to(found[name], (draws,)) for name in results})


def tornado(
    organism: str = "mouse",
    modality: str = "em",
    proofreading: str = "current",
    *,
    result: str = "first_cost",
    **overrides: float,
) -> pd.DataFrame:
    """What one result is at either end of each range, the other parameters at their values.

    Columns parameter, description, low, high (ends of the range), at_low, at_high (the result
    there), base and span = |at_high − at_low|; the widest span first.
    """
    model = load_model()
    choice = {"organism": organism, "modality": modality, "proofreading": proofreading}
    values, ranged = settle(model, choice, overrides), _ranged(model, choice, overrides)
    values = {name: np.full(2 * len(ranged) + 1, value) for name, value in values.items()}
    for number, (name, row) in enumerate(ranged.items()):
        values[name][2 * number + 1 : 2 * number + 3] = row.low, row.high
    found = np.broadcast_to(model.evaluate(values, {result})[result], (2 * len(ranged) + 1,))
    frame = pd.DataFrame(
        {
            "parameter": list(ranged),
            "description": [model.descriptions[name] for name in ranged],
            "low": [row.low for row in ranged.values()],
            "high": [row.high for row in ranged.values()],
            "at_low": found[1::2],
            "at_high": found[2::2],
            "base": found[0],
        }
    )
    frame["span"] = (frame["at_high"] - frame["at_low"]).abs()
    return frame.sort_values(["span", "parameter"], ascending=[False, True], ignore_index=True)


def improved(model: Model, values: dict[str, float], lever: str, factors) -> np.ndarray:
    """The first connectome's cost (US dollars) with ``lever`` better by each of ``factors`` (n,)."""
    if lever not in LEVERS:
        raise EstimatorError(f"there is no lever {lever!r}; the levers are {', '.join(LEVERS)}")
    factors = np.asarray(factors, dtype=float)
    divided, multiplied = LEVERS[lever]
    values = dict(values) | {name: values[name] / factors for name in divided}
    values |= {name: values[name] * factors for name in multiplied}
    return np.broadcast_to(model.evaluate(values, {"first_cost"})["first_cost"], factors.shape)


def break_even(
    organism: str = "mouse",
    modality: str = "em",
    proofreading: str = "current",
    *,
    budget: float = 1e9,
    **overrides: float,
) -> pd.DataFrame:
    """How many times better each lever must get for the first connectome to fit ``budget`` dollars.

    Columns lever, factor (1 where it fits already; missing where even a billionfold does not
    suffice) and floor, the cost that is left however good the lever gets. The cost falls as a
    lever gets better, so the factor is closed in on, to a relative 1e-6.
    """
    if (
        isinstance(budget, bool)
        or not isinstance(budget, (int, float))
        or not (math.isfinite(budget) and budget > 0)
    ):
        raise EstimatorError(f"budget must be a number of dollars above zero, not {budget!r}")
    model = load_model()
    values = settle(
        model, {"organism": organism, "modality": modality, "proofreading": proofreading}, overrides
    )
    rows = []
    for lever in LEVERS:
        first, floor = improved(model, values, lever, [1.0, _FARTHEST])
        factor = 1.0 if first <= budget else math.nan
        if first > budget >= floor:
            low, factor = 1.0, _FARTHEST
            while factor > low * (1 + 1e-6):
                tried = np.geomspace(low, factor, 201)
                at = int(np.argmax(improved(model, values, lever, tried) <= budget))
                low, factor = float(tried[at - 1]), float(tried[at])
        rows.append({"lever": lever, "factor": factor, "floor": float(floor)})
    return pd.DataFrame(rows)
