"""Specification curves: one growth rate under every defensible definition.

A statement such as "growth of five-fold per decade" leaves open what grows, which rows count and
since when. A `Definition` fixes these. `growth_curve` fits all of them, so a reader sees how much
the choice of a definition matters, instead of one chosen number (Simonsohn, Simmons and
Nelson, Nature Human Behaviour 4, 2020).

**Intervals.** Those of least squares take rows to be independent. Rows of one year and of
neighbouring years are not, so the intervals here allow for memory (`sobe.analysis.memory`). In
simulated series with memory they contain the truth in 92 to 98 of 100 (`tests/test_memory.py`).

**Records are extremes.** A record is the largest of all rows so far. Records depend on their own
past and lie close to a line by construction, so no interval of least squares applies. Instead,
series with the fitted trend, spread and memory of *all* rows are simulated at the dates of those
rows, and the records of each are selected. The distance of their slope from the simulated trend
gives the interval of the growth (`records_interval`).

**The same fit counts once.** Electrophysiology is listed with one sampling rate, so its throughput
is its neurons times a constant, and over the same rows both have the same growth.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sobe.analysis import fits, growth, memory

QUANTITIES = {"information_rate_per_s": "Sampling throughput", "neurons": "Neurons"}
METHODS = {
    None: "Both methods",
    "electrophysiology": "Electrophysiology",
    "fluorescence_imaging": "Fluorescence imaging",
}
SELECTIONS = {"all": "All recordings", "maximum": "Yearly maximum", "records": "Records only"}
#: First year of the window; None is the first recording of all.
WINDOWS = (None, 1960, 1980, 1990)
#: The choices as the labels of definitions list them, but with a capital, in the order of labels.
CHOICES = (
    *QUANTITIES.values(),
    *METHODS.values(),
    *SELECTIONS.values(),
    *("All years" if since is None else f"Since {since}" for since in WINDOWS),
    "With preprints",
)
#: A growth per decade is not read from fewer points or years than these.
LEAST_POINTS, LEAST_YEARS = 8, 10
DRAWS, SEED = 2000, 2025


@dataclass(frozen=True)
class Definition:
    """What is fitted.

    Attributes
    ----------
    quantity : str
        A key of `QUANTITIES`, which is a column.
    method : str or None
        A key of `METHODS`; None for both.
    selection : str
        A key of `SELECTIONS`.
    since : int or None
        First year; None for all.
    undated : bool
        Whether rows count that have only a day of submission.
    """

    quantity: str
    method: str | None
    selection: str
    since: int | None
    undated: bool

    @property
    def label(self) -> str:
        """The definition in words."""
        since = "all years" if self.since is None else f"since {self.since}"
        words = [
            QUANTITIES[self.quantity],
            METHODS[self.method].lower(),
            SELECTIONS[self.selection].lower(),
            since,
        ]
        return ", ".join([*words, "with preprints"] if self.undated else words)


def growth_definitions() -> list[Definition]:
    """Return every combination of the choices, in a fixed order.

    Undated rows have no temporal resolution, so they are a choice for neurons only.
    """
    return [
        Definition(*choice)
        for choice in itertools.product(QUANTITIES, METHODS, SELECTIONS, WINDOWS, (False, True))
        if not (choice[0] == "information_rate_per_s" and choice[4])
    ]


def dated(recordings: pd.DataFrame) -> pd.DataFrame:
    """Return table ``recordings`` with a column ``date``, in decimal years.

    It is the middle of the month of publication, or the day of submission where no publication is
    known.
    """
    submitted = recordings["submission_date"]
    published = recordings["year"] + (recordings["month"].astype("float64").fillna(6.5) - 0.5) / 12
    return recordings.assign(
        date=published.astype("float64").fillna(
            submitted.dt.year + submitted.dt.day_of_year / 365.25
        )
    )


def rows_of(recordings: pd.DataFrame, definition: Definition) -> pd.DataFrame:
    """Return the rows of a `dated` table that a definition admits, by date, before selection."""
    return recordings.iloc[_admitted(_columns(recordings), definition)]


def select(rows: pd.DataFrame, quantity: str, selection: str) -> pd.DataFrame:
    """Return the selected rows: all, the largest of each calendar year, or the records."""
    date, value = (rows[name].to_numpy(float, na_value=math.nan) for name in ("date", quantity))
    return rows.iloc[_selected(date, value, selection)]


def _columns(recordings: pd.DataFrame) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of a `dated` table that definitions use, missing numbers as nan."""
    numbers = ("date", *QUANTITIES)
    return {name: recordings[name].to_numpy(float, na_value=math.nan) for name in numbers} | {
        name: recordings[name].to_numpy(object) for name in ("method", "date_status")
    }


def _admitted(
    columns: Mapping[str, npt.NDArray[Any]], definition: Definition
) -> npt.NDArray[np.intp]:
    """Return the places of the rows that a definition admits, by date, the largest first."""
    date, value = columns["date"], columns[definition.quantity]
    admitted = ~np.isnan(date) & ~np.isnan(value)
    if definition.method:
        admitted &= columns["method"] == definition.method
    if not definition.undated:
        admitted &= columns["date_status"] != "submitted_only"
    if definition.since:
        admitted &= date >= definition.since
    places = np.flatnonzero(admitted)
    return places[np.lexsort((-value[places], date[places]))]


def _selected(
    date: npt.NDArray[np.float64], value: npt.NDArray[np.float64], selection: str
) -> npt.NDArray[np.intp]:
    """Return the places of the selected rows, of two arrays of shape (n,); see `select`."""
    if selection == "records":
        return fits.record_places(date, value)
    if selection == "maximum":
        largest_first = np.lexsort((-value, np.floor(date)))
        _, first = np.unique(np.floor(date)[largest_first], return_index=True)
        return largest_first[first]
    return np.arange(len(date))


def growth_curve(recordings: pd.DataFrame, draws: int = DRAWS, seed: int = SEED) -> pd.DataFrame:
    """Compute the growth of table ``recordings`` under every definition with enough points.

    A definition needs at least `LEAST_POINTS` points over `LEAST_YEARS` years. Definitions that
    give the same fit count as one, named by the first: the same rows (imaging begins in the 1990s,
    in every window) with values that differ only by a constant factor.

    Parameters
    ----------
    recordings : DataFrame
        Table ``recordings``.
    draws, seed : int
        Number and seed of the simulated series for records. With 0 draws, ``low`` and ``high`` are
        missing.

    Returns
    -------
    DataFrame
        One row per definition, ordered by growth: ``label``, the fields of the definition, ``n``,
        ``first``, ``last`` (years), ``fold`` (per decade), ``ols_low``, ``ols_high`` (95%, least
        squares), ``low`` and ``high`` (95%, with memory).
    """
    # In numpy: a hundred selections of a table take pandas half of the time of all this.
    columns, seen, found = _columns(dated(recordings)), set(), []
    for definition in growth_definitions():
        rows = _admitted(columns, definition)
        date, value = columns["date"][rows], columns[definition.quantity][rows]
        chosen = _selected(date, value, definition.selection)
        x, y = date[chosen], value[chosen]
        if len(x) < LEAST_POINTS or np.ptp(x) < LEAST_YEARS:
            continue
        key = _fingerprint(rows[chosen], y)
        if key in seen:
            continue
        seen.add(key)
        fit = fits.log_linear(x, y)
        low, high = math.nan, math.nan
        if draws and definition.selection == "records":
            low, high = records_interval(date, value, draws, seed)
        elif draws:
            low, high = growth.with_memory(x, y)
        ols_low, ols_high = (float(edge) for edge in fit.fold_per_decade_ci)
        found.append(
            {
                "label": definition.label,
                **vars(definition),
                "n": fit.n,
                "first": fit.x_min,
                "last": fit.x_max,
                "fold": float(fit.fold_per_decade),
                "ols_low": ols_low,
                "ols_high": ols_high,
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(found).sort_values("fold", kind="stable", ignore_index=True)


def _fingerprint(
    places: npt.NDArray[np.intp], values: npt.NDArray[np.float64]
) -> tuple[tuple[int, float], ...]:
    """Return a key that is equal for the same rows with values that differ by a constant factor."""
    logs = np.log10(values)
    return tuple(sorted(zip(places, np.round(logs - logs.mean(), 9) + 0.0, strict=True)))


def records_interval(
    x: npt.ArrayLike, y: npt.ArrayLike, draws: int = DRAWS, seed: int = SEED, level: float = 0.95
) -> tuple[float, float]:
    """Return (low, high) of the growth per decade that the records among all rows indicate.

    ``x``: decimal years and ``y``: positive values of *all* rows, shape (n,). Draws with fewer than
    three records have no slope and are left out.
    """
    x, logs = np.asarray(x, dtype=float), np.log10(np.asarray(y, dtype=float))
    order = np.argsort(x, kind="stable")
    x, logs = x[order], logs[order]
    found, random = memory.slopes(x, logs), np.random.default_rng(seed)
    place = random.choice(len(found.memory), size=draws, p=found.weight[:, 0])
    trend = found.centre[place, 0] + found.spread[place, 0] * random.standard_t(found.df, draws)
    residuals = memory.simulate(
        np.floor(x), found.memory[place], found.share[place], found.sigma[place, 0], random, draws
    )
    simulated = record_slopes(x, np.outer(x - x.mean(), trend) + residuals)
    low, high = np.nanquantile(simulated - trend, [(1 - level) / 2, (1 + level) / 2])
    slope = record_slopes(x, logs[:, None])[0]
    return float(10 ** (10 * (slope - high))), float(10 ** (10 * (slope - low)))


def record_slopes(
    x: npt.NDArray[np.float64], logs: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Compute the slope through the records of each series, shape (series,); nan under three.

    ``x``: sorted, shape (n,). ``logs``: (n, series). Of rows with the same x only the largest can
    be a record, as in `fits.records`.
    """
    dates, first = np.unique(x, return_index=True)
    largest = np.maximum.reduceat(logs, first, axis=0)
    before = np.maximum.accumulate(largest, axis=0)
    weight = np.ones(largest.shape)
    weight[1:] = largest[1:] > before[:-1]
    count = weight.sum(axis=0)
    u = dates[:, None] - (weight * dates[:, None]).sum(axis=0) / count
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (weight * u * largest).sum(axis=0) / (weight * u * u).sum(axis=0)
    return np.where(count >= 3, slope, np.nan)


def frontier(rows: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Find when the largest row so far first passed each power of ten.

    ``rows`` is a `dated` table. The result has one row per power reached: ``power`` (the value
    passed), and the columns of the row that passed it. A row can pass several powers at once.
    """
    best = fits.records(rows, "date", quantity)
    values = best[quantity].to_numpy(dtype=float)
    powers = 10.0 ** np.arange(
        math.ceil(math.log10(values[0]) - 1e-12), math.floor(math.log10(values[-1]) + 1e-12) + 1
    )
    # The first row may lie on a power by chance: the list begins there, and nothing is passed.
    powers = powers[powers > values[0]]
    passed = best.iloc[np.searchsorted(values, powers * (1 - 1e-12))]
    return passed.assign(power=powers).reset_index(drop=True)


# ---------------------------------------------------------------- cost


def cost_definitions(costs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return rows of table ``reconstruction_costs`` under each definition of the cost per neuron.

    "Dollars of the day" uses the totals as spent, where the table adjusts them for inflation.

    Returns
    -------
    dict
        Name of the definition to its rows, with a column ``cost`` in US dollars per neuron.
    """
    table = costs.assign(cost=costs["cost_per_neuron_usd"])
    made = table[table["kind"] != "illustration"]
    nominal = (costs["total_nominal_usd"] / costs["neurons"]).fillna(table["cost"])
    cheapest = table.loc[table.groupby("year")["cost"].idxmin()]
    return {
        "All rows": table,
        "All rows, dollars of the day": table.assign(cost=nominal),
        "All rows, cheapest of each year": cheapest,
        "Without illustrations": made,
        "Without illustrations, dollars of the day": made.assign(cost=nominal.loc[made.index]),
        "Without illustrations, cheapest of each year": cheapest[
            cheapest["kind"] != "illustration"
        ],
        "Estimates only": table[table["kind"] == "estimate"],
        "Estimates and illustrations": table[table["kind"] != "budget"],
        "Rows with a total": table[table["total_adjusted_usd"].notna()],
        "After the worm, all rows": table[table["organism"] != "c_elegans"],
        "After the worm, without illustrations": made[made["organism"] != "c_elegans"],
    }


def cost_curve(costs: pd.DataFrame) -> pd.DataFrame:
    """Compute the change of the cost per neuron under each of `cost_definitions`.

    Columns are as in `growth_curve`, ordered by ``fold``, and definitions with the same rows count
    as one. With four to nine rows no memory can be estimated, so ``low`` and ``high`` are the
    intervals of least squares (Student's t, wide for so few rows).
    """
    found, seen = [], set()
    for label, rows in cost_definitions(costs).items():
        if (key := tuple(sorted(zip(rows.index, rows["cost"], strict=True)))) in seen:
            continue
        seen.add(key)
        fit = fits.log_linear(rows["year"], rows["cost"])
        low, high = (float(edge) for edge in fit.fold_per_decade_ci)
        found.append(
            {
                "label": label,
                "n": fit.n,
                "first": fit.x_min,
                "last": fit.x_max,
                "fold": float(fit.fold_per_decade),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(found).sort_values("fold", kind="stable", ignore_index=True)


def agreement(curve: pd.DataFrame, claimed: float, low: float, high: float) -> tuple[float, float]:
    """Return two shares of a curve's definitions.

    The first is of those whose interval contains ``claimed``; a definition without an interval
    does not. The second is of those whose estimate lies within ``low`` to ``high``.
    """
    inside = (curve["low"] <= claimed) & (claimed <= curve["high"])
    return float(inside.mean()), float(curve["fold"].between(low, high).mean())


def families(curve: pd.DataFrame) -> pd.DataFrame:
    """Compute the median growth of each family of definitions.

    The result has one row per ``quantity`` and ``method``, with ``definitions`` (their number) and
    ``fold`` (the median). Definitions of a family share most of their rows, so a count of
    definitions counts the same evidence many times.
    """
    method = curve["method"].fillna("both")
    return (
        curve.groupby([curve["quantity"], method], sort=False)["fold"]
        .agg(definitions="size", fold="median")
        .reset_index()
    )
