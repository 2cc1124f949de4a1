"""Specification curves: one growth rate under every defensible definition.

A statement such as "growth of five-fold a decade" leaves open what grows, which rows count and
since when. A `Definition` fixes these; `growth_curve` fits all of them, so that a reader sees
the spread a choice of definition makes instead of one chosen number (Simonsohn, Simmons and
Nelson, Nature Human Behaviour 4, 2020).

**Why not the intervals of least squares.** They take residuals to be independent. Rows of one
year share methods and laboratories, and a running maximum is made of its own past: each record
stays in force until the next, and records by their making lie close to a line. The residuals
are then few, small and correlated, and the interval comes out far too narrow. Here whole blocks
of calendar years are drawn with replacement (circular block bootstrap, Politis and Romano,
1992), and yearly maxima and records are formed anew *inside* each draw: dependence within a
block is kept, and so is the luck of which recordings became records. Blocks are ten years long,
since the yearly residuals of the neuron counts are still correlated after five. No interval is
let be narrower than that of least squares. Some undercoverage remains, as in any short series:
with residuals whose correlation is 0.8 from year to year, nominal 95 % intervals hold the truth
in about three of four simulations, those of least squares in one of two, and on a running
maximum in one of three (`tests/test_specification.py`).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sobe import fits

QUANTITIES = {"information_rate_per_s": "Information rate", "neurons": "Neurons"}
METHODS = {
    None: "Both methods",
    "electrophysiology": "Electrophysiology",
    "fluorescence_imaging": "Fluorescence imaging",
}
SELECTIONS = {"all": "All recordings", "maximum": "Yearly maximum", "records": "Records only"}
#: First year of the window; None is the first recording of all.
WINDOWS = (None, 1960, 1980, 1990)
#: A growth per decade is not read from fewer points or years than these.
LEAST_POINTS, LEAST_YEARS = 8, 10
DRAWS, BLOCK_YEARS, SEED = 2000, 10, 2025


@dataclass(frozen=True)
class Definition:
    """What is fitted: ``quantity`` (a column), ``method`` (None for both), ``selection`` (a key of
    `SELECTIONS`), ``since`` (year, None for all) and whether rows known only by their day of
    submission count (``undated``)."""

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
    """Every combination of the choices, in a fixed order.

    Undated rows have no temporal resolution, so they are a choice for neurons only.
    """
    return [
        Definition(*choice)
        for choice in itertools.product(QUANTITIES, METHODS, SELECTIONS, WINDOWS, (False, True))
        if not (choice[0] == "information_rate_per_s" and choice[4])
    ]


def dated(recordings: pd.DataFrame) -> pd.DataFrame:
    """Table ``recordings`` with a column ``date``: decimal years, the middle of the month of
    publication, or the day of submission where no publication is known."""
    submitted = recordings["submission_date"]
    published = recordings["year"] + (recordings["month"].astype("float64").fillna(6.5) - 0.5) / 12
    return recordings.assign(
        date=published.astype("float64").fillna(
            submitted.dt.year + submitted.dt.day_of_year / 365.25
        )
    )


def rows_of(recordings: pd.DataFrame, definition: Definition) -> pd.DataFrame:
    """The rows of a `dated` table a definition admits, before its selection, in order of date."""
    rows = recordings.dropna(subset=["date", definition.quantity])
    if definition.method:
        rows = rows[rows["method"] == definition.method]
    if not definition.undated:
        rows = rows[rows["date_status"] != "submitted_only"]
    if definition.since:
        rows = rows[rows["date"] >= definition.since]
    return rows.sort_values(["date", definition.quantity], ascending=[True, False], kind="stable")


def select(rows: pd.DataFrame, quantity: str, selection: str) -> pd.DataFrame:
    """The rows a selection keeps: all, the largest of each calendar year, or the records."""
    if selection == "records":
        return fits.records(rows, "date", quantity)
    if selection == "maximum":
        return rows.loc[rows.groupby(rows["date"] // 1)[quantity].idxmax()]
    return rows


def growth_curve(
    recordings: pd.DataFrame, draws: int = DRAWS, block_years: int = BLOCK_YEARS, seed: int = SEED
) -> pd.DataFrame:
    """Growth of table ``recordings`` under every definition that gives at least `LEAST_POINTS`
    points over `LEAST_YEARS` years, ordered by growth.

    Definitions that choose the very same rows (imaging begins in the 1990s, whatever the window)
    are one, named by the first. Columns: ``label``, the fields of the definition, ``n``,
    ``first``, ``last`` (years), ``fold`` (per decade), ``ols_low``, ``ols_high`` (95 %, least
    squares), ``low``, ``high`` (95 %, the wider of that and the bootstrap on each side; missing
    for ``draws`` 0).
    """
    table, seen, found = dated(recordings), set(), []
    for definition in growth_definitions():
        rows = rows_of(table, definition)
        chosen = select(rows, definition.quantity, definition.selection)
        key = (definition.quantity, tuple(sorted(chosen.index)))
        if len(chosen) < LEAST_POINTS or np.ptp(chosen["date"]) < LEAST_YEARS or key in seen:
            continue
        seen.add(key)
        fit = fits.log_linear(chosen["date"], chosen[definition.quantity])
        low, high = interval(
            rows["date"], rows[definition.quantity], definition.selection, draws, block_years, seed
        )
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
                "low": np.minimum(low, ols_low),
                "high": np.maximum(high, ols_high),
            }
        )
    return pd.DataFrame(found).sort_values("fold", kind="stable", ignore_index=True)


def interval(
    x,
    y,
    selection: str = "all",
    draws: int = DRAWS,
    block_years: int = BLOCK_YEARS,
    seed: int = SEED,
    level: float = 0.95,
):
    """(low, high) of the growth per decade from `block_slopes`; (nan, nan) for ``draws`` 0 or
    where more than one draw in ten has no slope."""
    if draws == 0:
        return np.nan, np.nan
    slopes = block_slopes(x, y, selection, draws, block_years, seed)
    usable = slopes[np.isfinite(slopes)]
    if len(usable) < 0.9 * draws:
        return np.nan, np.nan
    low, high = np.quantile(usable, [(1 - level) / 2, (1 + level) / 2])
    return float(10 ** (10 * low)), float(10 ** (10 * high))


def block_slopes(
    x,
    y,
    selection: str = "all",
    draws: int = DRAWS,
    block_years: int = BLOCK_YEARS,
    seed: int = SEED,
) -> np.ndarray:
    """Slopes of log10(y) on x, in log10 units a year, over ``draws`` block-bootstrap samples.

    ``x``: decimal years; ``y``: positive, same length. A sample draws blocks of ``block_years``
    consecutive calendar years (the last year is followed by the first) until it holds as many
    years as the data span; each row counts as often as its year was drawn. For "maximum" and
    "records" the selection is made among the rows of the years drawn; a record counts once.
    Samples of fewer than three rows, or of a single date, give nan. The same seed gives the same slopes.
    """
    if block_years < 1:
        raise ValueError(f"a block is at least one year long, not {block_years}")
    x, y = np.asarray(x, dtype=float), np.log10(np.asarray(y, dtype=float))
    order = np.lexsort((-y, x))
    x, y = x[order], y[order]
    year = np.floor(x).astype(int)
    year -= year.min()
    if selection == "maximum":  # a year is drawn whole, so its maximum is the same in every draw
        largest = np.sort(
            [
                rows[np.argmax(y[rows])]
                for rows in (np.flatnonzero(year == k) for k in np.unique(year))
            ]
        )
        x, y, year = x[largest], y[largest], year[largest]
    span = int(year.max()) + 1
    random = np.random.default_rng(seed)
    starts = random.integers(0, span, size=(draws, -(-span // block_years)))
    years = ((starts[:, :, None] + np.arange(block_years)) % span).reshape(draws, -1)[:, :span]
    times = np.zeros((draws, span))
    np.add.at(times, (np.arange(draws)[:, None], years), 1)
    weight = times[:, year]
    if selection == "records":
        drawn = np.where(weight > 0, y, -np.inf)
        before = np.maximum.accumulate(
            np.column_stack([np.full(draws, -np.inf), drawn[:, :-1]]), axis=1
        )
        weight = (drawn > before).astype(float)
    total = weight.sum(axis=1)
    # Moments about fixed centres: one matrix product a draw, and no digits lost to the year 2000.
    x, y = x - x.mean(), y - y.mean()
    sums = weight @ np.column_stack([x, y, x * x, x * y])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x, mean_y, mean_xx, mean_xy = (sums / total[:, None]).T
        variance = mean_xx - mean_x**2
        slopes = (mean_xy - mean_x * mean_y) / variance
    return np.where(((weight > 0).sum(axis=1) >= 3) & (variance > 1e-6), slopes, np.nan)


# ---------------------------------------------------------------- cost


def cost_definitions(costs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Rows of table ``reconstruction_costs`` that could stand for "the cost per neuron over
    time", by name; column ``cost`` is in US dollars per neuron.

    "Dollars of the day" takes the totals as spent, where the table adjusts them for inflation.
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
    """Change of the cost per neuron under each of `cost_definitions`, ordered by ``fold``.

    Columns as in `growth_curve`, and as there definitions with the same rows are one. With four
    to nine rows a bootstrap would only rearrange them, so ``low`` and ``high`` are the intervals
    of least squares (Student's t, wide at such n).
    """
    found, seen = [], set()
    for label, rows in cost_definitions(costs).items():
        if (key := tuple(sorted(zip(rows.index, rows["cost"])))) in seen:
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
    """Shares of a curve's definitions: whose interval holds ``claimed``; whose estimate lies
    within ``low`` to ``high``. Definitions without an interval count as not holding it."""
    inside = (curve["low"] <= claimed) & (claimed <= curve["high"])
    return float(inside.mean()), float(curve["fold"].between(low, high).mean())
