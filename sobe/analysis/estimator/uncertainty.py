"""How sure an estimate is: seeded draws, what drives the cost, and what would reach a budget.

The value of a parameter with a range is the one believed, and the median of its draws: half of
them lie between the low end and the value, half between the value and the high end, on either side
thinning out linearly towards the end; on a logarithmic scale, or on a linear one where low is
zero. Parameters with a common factor move together, all others independently of one another. The
ranges are those of ``data/estimator/parameters.csv``; most are assumptions, and the intervals are
no better than these.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sobe import tables
from sobe.analysis.estimator.errors import EstimatorError
from sobe.analysis.estimator.estimate import settle
from sobe.analysis.estimator.model import Model, load_model
from sobe.tables.rows import quote

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
LEVERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Proofreading": (("proofreading_time",), ()),
    "Imaging": (
        ("consumables_price", "preparation_labour_price", "antibody_price"),
        ("sustained_rate",),
    ),
    "Storage": (("active_storage_price", "archive_storage_price"), ()),
    "Processing": (("registration_work", "segmentation_work"), ()),
}
LEVERS["All four"] = (
    tuple(name for divided, _ in LEVERS.values() for name in divided),
    tuple(name for _, multiplied in LEVERS.values() for name in multiplied),
)
#: Most draws that memory holds with ease, and the largest seed; the chapter allows the same.
MOST_DRAWS, MOST_SEED = 500_000, 2**32 - 1
#: Draws of each of the two sets that `sobol` compares.
SHARES_DRAWS = 16_000
_FARTHEST = 1e9


class Ranged(NamedTuple):
    """The value and the range of a parameter, in its unit."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Draws:
    """Results of ``n`` draws: ``outputs`` maps a formula to an array (n,) in its unit."""

    outputs: dict[str, np.ndarray]

    def interval(self, name: str) -> tuple[float, float, float]:
        """Return (low, median, high): the 5th, 50th and 95th percentile of one result."""
        low, median, high = np.percentile(self.outputs[name], (5, 50, 95))
        return float(low), float(median), float(high)


def split_triangle(row: Ranged, uniform: np.ndarray) -> np.ndarray:
    """Turn ``uniform`` numbers (n,) of (0, 1) into draws from a range whose median is the value.

    Below one half, the density rises linearly from the low end to the value; above it, it falls
    linearly to the high end. Where the value is an end of its range, half of the draws take it.
    """
    to: Callable[[Any], Any] = np.log if row.low > 0 else float
    back: Callable[[np.ndarray], np.ndarray] = np.exp if row.low > 0 else np.asarray
    low, middle, high = (float(to(x)) for x in (row.low, row.value, row.high))
    below = middle - (middle - low) * (1 - np.sqrt(2 * np.minimum(uniform, 0.5)))
    above = middle + (high - middle) * (1 - np.sqrt(2 * np.minimum(1 - uniform, 0.5)))
    return back(np.where(uniform < 0.5, below, above))


def _mix(x: np.ndarray) -> np.ndarray:
    """Mix the bits of 32-bit integers (n,): each input gives another output."""
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def sequence(name: str, draws: int, seed: int) -> np.ndarray:
    """Return the numbers (draws,) of (0, 1) of a parameter or common factor.

    The book's own sequence, so that a page can compute it too: 32-bit integers alone. With
    ``mix`` as above and additions modulo 2³², number i is (mix(mix(i + a) ^ key) + 0.5) / 2³²,
    where a = 0x9E3779B9 and key = mix(mix(seed + a) ^ CRC-32 of the name in UTF-8).
    """
    step = np.uint32(0x9E3779B9)
    start = _mix(np.array([seed], dtype=np.uint32) + step)
    key = _mix(start ^ np.uint32(zlib.crc32(name.encode())))
    mixed = _mix(_mix(np.arange(draws, dtype=np.uint32) + step) ^ key)
    return (mixed + 0.5) / 2.0**32


def inputs(model: Model, names: Iterable[str]) -> dict[str, list[str]]:
    """Return {independent input: its parameters}: a common factor, or a parameter alone."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(model.common.get(name, name), []).append(name)
    return found


def _ranged(model: Model, choice: dict[str, str], overrides: dict[str, float]) -> dict[str, Ranged]:
    """Return the parameters of a choice that have a range and no override."""
    return {
        name: Ranged(row.value, row.low, row.high)
        for name, row in model.chosen(choice).items()
        if row.low is not None and row.high is not None and name not in overrides
    }


def checked_draws(draws: object) -> int:
    """Return ``draws`` if it is a whole number from 1 to `MOST_DRAWS`; raise `EstimatorError`."""
    if type(draws) is not int or not 1 <= draws <= MOST_DRAWS:
        raise EstimatorError(
            f"draws must be a whole number from 1 to {MOST_DRAWS:,}, not {quote(draws)}"
        )
    return draws


def checked_seed(seed: object) -> int:
    """Return ``seed`` if it is a whole number from 0 to `MOST_SEED`; raise `EstimatorError`."""
    if type(seed) is not int or not 0 <= seed <= MOST_SEED:
        raise EstimatorError(
            f"seed must be a whole number from 0 to {MOST_SEED:,}, not {quote(seed)}"
        )
    return seed


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
    """Compute results of the corrected model with every parameter drawn from its range.

    Parameters
    ----------
    organism, modality, proofreading
        As for `sobe.analysis.estimator.estimate`.
    draws, seed
        How many draws, and where their random numbers start: the same seed gives the same
        numbers. Each input has its own `sequence`, so a new one leaves the others unchanged.
    results
        Formulas of ``data/estimator/formulas.csv``.
    **overrides
        Parameters that are known, and so not drawn, in their units.

    Raises
    ------
    EstimatorError
        As `estimate` does, and for a result that does not exist.
    """
    checked_draws(draws)
    checked_seed(seed)
    model = load_model()
    choice = {"organism": organism, "modality": modality, "proofreading": proofreading}
    values: dict[str, Any] = dict(settle(model, choice, overrides))
    unknown = [name for name in results if name not in model.formulas]
    if unknown:
        raise EstimatorError(f"there is no result {unknown[0]!r}")
    needed = model.needed(results)
    ranged = {k: row for k, row in _ranged(model, choice, overrides).items() if k in needed}
    for source, names in inputs(model, ranged).items():
        uniform = sequence(source, draws, seed)
        for name in names:
            values[name] = split_triangle(ranged[name], uniform)
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
    """Compute one result at both ends of each range, with the other parameters at their values.

    Parameters
    ----------
    organism, modality, proofreading, **overrides
        As for `sobe.analysis.estimator.estimate`.
    result
        A formula of ``data/estimator/formulas.csv``.

    Returns
    -------
    DataFrame
        One row per parameter, the widest span first: parameter, description, low and high (the
        ends of the range), at_low and at_high (the result there), base, span = |at_high − at_low|.
    """
    model = load_model()
    choice = {"organism": organism, "modality": modality, "proofreading": proofreading}
    ranged = _ranged(model, choice, overrides)
    size = 2 * len(ranged) + 1
    settled = settle(model, choice, overrides)
    values = {name: np.full(size, value) for name, value in settled.items()}
    for number, (name, row) in enumerate(ranged.items()):
        values[name][2 * number + 1 : 2 * number + 3] = row.low, row.high
    found = np.broadcast_to(model.evaluate(values, {result})[result], (size,))
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


def sobol(
    organism: str = "mouse",
    modality: str = "em",
    proofreading: str = "current",
    *,
    result: str = "first_cost",
    draws: int = SHARES_DRAWS,
    seed: int = 2025,
    **overrides: float,
) -> pd.DataFrame:
    """Split the variance of the logarithm of one result among independent inputs.

    Sobol indices: of two sets of draws, one input at a time is taken from the second. Its share
    alone is estimated as by Saltelli and others (10.1016/j.cpc.2009.09.018), its share in all as
    by Jansen. The logarithm, because a few draws hold most of the variance of the cost itself.
    The page computes the same (``estimator-shares.js``).

    Parameters
    ----------
    organism, modality, proofreading, **overrides
        As for `sobe.analysis.estimator.estimate`.
    result
        A formula of ``data/estimator/formulas.csv``, above zero in every draw.
    draws, seed
        As for `draw`; the second set has the next seed.

    Returns
    -------
    DataFrame
        One row per input, the largest first: input, description, parameters (how many move
        with it), first (share of the variance by the input alone) and total (with all that it
        does together with others).
    """
    model = load_model()
    choice = {"organism": organism, "modality": modality, "proofreading": proofreading}
    values: dict[str, Any] = dict(settle(model, choice, overrides))
    needed = model.needed({result})
    ranged = {k: row for k, row in _ranged(model, choice, overrides).items() if k in needed}
    groups = inputs(model, ranged)

    def drawn(own_seed: int) -> dict[str, dict[str, np.ndarray]]:
        uniform = {source: sequence(source, draws, own_seed) for source in groups}
        return {
            source: {name: split_triangle(ranged[name], uniform[source]) for name in names}
            for source, names in groups.items()
        }

    def computed(taken: Iterable[dict[str, np.ndarray]]) -> np.ndarray:
        own = values | {name: array for part in taken for name, array in part.items()}
        return np.log(model.evaluate(own, {result})[result])

    one, other = drawn(checked_seed(seed)), drawn((seed + 1) % (MOST_SEED + 1))
    first, second = computed(one.values()), computed(other.values())
    both = np.concatenate([first, second])
    middle, variance = both.mean(), both.var()
    rows = []
    titles = tables.labels("estimator_quantities", "common")
    for source, names in groups.items():
        mixed = computed((one | {source: other[source]}).values())
        rows.append(
            {
                "input": source,
                "description": titles.get(source) or model.descriptions[source],
                "parameters": len(names),
                "first": ((second - middle) * (mixed - first)).mean() / variance,
                "total": ((first - mixed) ** 2).mean() / 2 / variance,
            }
        )
    return pd.DataFrame(rows).sort_values(
        ["total", "input"], ascending=[False, True], ignore_index=True
    )


def improved(
    model: Model, values: dict[str, float], lever: str, factors: Iterable[float]
) -> np.ndarray:
    """Return the first connectome's cost (n,), in US dollars, for a lever improved by factors (n,).

    Raises
    ------
    EstimatorError
        For a lever that is not in `LEVERS`.
    """
    if lever not in LEVERS:
        raise EstimatorError(f"there is no lever {lever!r}; the levers are {', '.join(LEVERS)}")
    by = np.asarray(factors, dtype=float)
    divided, multiplied = LEVERS[lever]
    better: dict[str, Any] = {name: values[name] / by for name in divided}
    better |= {name: values[name] * by for name in multiplied}
    cost = model.evaluate(values | better, {"first_cost"})["first_cost"]
    return np.broadcast_to(cost, by.shape)


def break_even(
    organism: str = "mouse",
    modality: str = "em",
    proofreading: str = "current",
    *,
    budget: float = 1e9,
    **overrides: float,
) -> pd.DataFrame:
    """Compute by what factor each lever must improve for the first connectome to fit a budget.

    The cost falls as a lever improves, so the factor is found by narrowing an interval, to a
    relative 1e-6.

    Parameters
    ----------
    organism, modality, proofreading, **overrides
        As for `sobe.analysis.estimator.estimate`.
    budget
        In US dollars.

    Returns
    -------
    DataFrame
        One row per lever: lever, factor (1 where the cost fits already; missing where even a
        billionfold improvement does not suffice), and floor, the cost that remains.

    Raises
    ------
    EstimatorError
        As `estimate` does, and for a budget that is not a number above zero.
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
