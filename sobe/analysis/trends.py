"""Trends of the report, fitted on its own rows, and compared with rows that came since.

A trend is a line through log10 of the report's rows, by ordinary least squares. Where rows are of
several methods, each method has a level of its own, and all share one slope. The line predicts
where new rows fall. Like is compared with like: rows are of one method, and the largest of a year
is compared with the largest of years.

The mean of ``k`` new rows is compared with the line. With the covariate vector v of their mean and
the design matrix X of the report's rows, its variance is s² (1/k + v' (X'X)⁻¹ v), with Student's t
(Draper and Smith, Applied Regression Analysis, 3rd ed., section 5.4). Fewer than `LEAST` new rows
get no verdict. Rows are taken to be independent, which they are not; `backtest` shows what that
does to verdicts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sobe import tables
from sobe.analysis import predictions, specification
from sobe.languages import message
from sobe.tables.sources import short

#: A verdict needs this many new rows.
LEAST = 5
#: Level of all intervals, and chance of noticing a shift that is called noticeable.
LEVEL, POWER = 0.95, 0.8
#: The first years that count: of recordings as in their chapter, of volumes as the list of the
#: report begins, but for one worm.
SINCE_RECORDINGS, SINCE_VOLUMES = 1980, 2011
#: First year of the largest of each year, as in the registered predictions.
FIRST_LARGEST = 1990
#: What a backtest takes: years ahead, and the fewest rows before and after.
AHEAD, LEAST_BEFORE = 5, 8

FEW, INSIDE = message("too few new rows"), message("consistent with the trend")
ABOVE, BELOW = message("above the trend"), message("below the trend")


@dataclass(frozen=True)
class Line:
    """A line through log10(y) with a level per group, as `line` returns it.

    Attributes
    ----------
    n : int
        Number of rows.
    groups : tuple of str
        Groups with a level of their own.
    coefficients : array of shape (groups + 1,)
        Level of each group at year ``origin``, and the slope per year, in log10 units.
    inverse : array of shape (groups + 1, groups + 1)
        (X'X)⁻¹ of the design.
    sd : float
        Standard deviation of the residuals, log10 units.
    origin : float
        Year that levels are of.
    """

    n: int
    groups: tuple[str, ...]
    coefficients: npt.NDArray[np.float64]
    inverse: npt.NDArray[np.float64]
    sd: float
    origin: float

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        return self.n - len(self.coefficients)

    @property
    def fold(self) -> float:
        """Growth over ten years, as a factor."""
        return float(10 ** (10 * self.coefficients[-1]))

    @property
    def fold_interval(self) -> tuple[float, float]:
        """Interval of the growth over ten years."""
        half = 10 * self._t() * self.sd * math.sqrt(self.inverse[-1, -1])
        slope = 10 * self.coefficients[-1]
        return float(10 ** (slope - half)), float(10 ** (slope + half))

    def design(self, x: npt.ArrayLike, group: str) -> npt.NDArray[np.float64]:
        """Return the covariates of rows of one group at years ``x``, shape (n, groups + 1)."""
        years = np.atleast_1d(np.asarray(x, dtype=float)) - self.origin
        levels = np.tile([float(name == group) for name in self.groups], (len(years), 1))
        return np.column_stack([levels, years])

    def predict(self, x: npt.ArrayLike, group: str) -> npt.NDArray[np.float64]:
        """Return y on the line at years ``x``, which is the median of y."""
        return np.asarray(10 ** (self.design(x, group) @ self.coefficients))

    def width(self, x: npt.ArrayLike, group: str) -> npt.NDArray[np.float64]:
        """Return the factor by which the interval of one new row extends to either side."""
        v = self.design(x, group)
        spread = np.sqrt(1 + np.einsum("ij,jk,ik->i", v, self.inverse, v))
        return np.asarray(10 ** (self._t() * self.sd * spread))

    def standard_error(self, x: npt.ArrayLike, group: str) -> float:
        """Return the standard error of the mean log10 residual of new rows at years ``x``."""
        v = self.design(x, group)
        mean = v.mean(axis=0)
        return self.sd * math.sqrt(1 / len(v) + float(mean @ self.inverse @ mean))

    def _t(self, level: float = LEVEL) -> float:
        return float(stats.t.ppf((1 + level) / 2, self.df))


def line(x: npt.ArrayLike, y: npt.ArrayLike, group: npt.ArrayLike) -> Line:
    """Fit a line through log10(y) with a level per group and one slope.

    ``x``: years, ``y``: positive values, ``group``: names, all of shape (n,).

    Raises
    ------
    ValueError
        If there are no more rows than levels and slope, a value has no logarithm, or no group has
        rows of two years.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    names = np.asarray(group, dtype=object)
    groups = tuple(sorted(set(names)))
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (y > 0).all()):
        raise ValueError("years and values of a trend must be finite, and values above zero")
    if len(x) <= len(groups) + 1:
        raise ValueError(
            f"a trend with {len(groups)} levels needs {len(groups) + 2} rows or more, not {len(x)}"
        )
    origin = float(x.mean())
    levels = [[float(name == one) for name in groups] for one in names]
    design = np.column_stack([levels, x - origin])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError("rows of one year have no slope")
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ np.log10(y)
    residuals = np.log10(y) - design @ coefficients
    sd = math.sqrt(float(residuals @ residuals) / (len(x) - design.shape[1]))
    return Line(len(x), groups, coefficients, inverse, sd, origin)


@dataclass(frozen=True)
class Trend:
    """A headline trend: the report's rows, and those that came since.

    Attributes
    ----------
    trend_id, name : str
        Key, and name as readers see it.
    unit : str
        Unit of the values, as in ``data/datapackage.json``.
    report, since : DataFrame
        Rows with columns ``x`` (years), ``y`` (values), ``group``, ``who``, ``source`` (key of
        table ``sources``) and ``row`` (key in its own table).
    group : str
        Group that new rows belong to.
    """

    trend_id: str
    name: str
    unit: str
    report: pd.DataFrame
    since: pd.DataFrame
    group: str

    def line(self) -> Line:
        """Fit the trend on the report's rows alone."""
        return line(self.report["x"], self.report["y"], self.report["group"])


@dataclass(frozen=True)
class Outcome:
    """What came of a trend, as `outcome` returns it.

    Attributes
    ----------
    new, inside : int
        Number of new rows, and of those inside the 95% interval of a new row.
    ratio, low, high : float
        Geometric mean of the new rows over the line, and its interval if the trend held; nan
        without new rows.
    noticeable : float
        Factor of a shift that would be noticed with a chance of `POWER`; nan without new rows.
    verdict : str
        `FEW`, `INSIDE`, `ABOVE` or `BELOW`.
    """

    new: int
    inside: int
    ratio: float
    low: float
    high: float
    noticeable: float
    verdict: str


def compare(fitted: Line, x: npt.ArrayLike, y: npt.ArrayLike, group: str) -> Outcome:
    """Compare new rows of one group with a fitted line.

    ``x``: years, ``y``: positive values, both of shape (k,), which may be empty.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if not len(x):
        return Outcome(0, 0, math.nan, math.nan, math.nan, math.nan, FEW)
    residuals = np.log10(y / fitted.predict(x, group))
    mean, se = float(residuals.mean()), fitted.standard_error(x, group)
    half = fitted._t() * se
    if len(x) < LEAST:
        verdict = FEW
    elif abs(mean) <= half:
        verdict = INSIDE
    else:
        verdict = ABOVE if mean > 0 else BELOW
    inside = np.abs(residuals) <= np.log10(fitted.width(x, group))
    return Outcome(
        new=len(x),
        inside=int(inside.sum()),
        ratio=10**mean,
        low=10**-half,
        high=10**half,
        noticeable=10 ** (half + float(stats.t.ppf(POWER, fitted.df)) * se),
        verdict=verdict,
    )


def outcome(trend: Trend) -> Outcome:
    """Compare what came since with the trend of the report's rows."""
    return compare(trend.line(), trend.since["x"], trend.since["y"], trend.group)


@dataclass(frozen=True)
class Backtest:
    """How a trend would have fared in the past, as `backtest` returns it.

    Attributes
    ----------
    windows, held : int
        Number of earlier years at which it was read, and of those whose later rows were not told
        apart from it.
    rows, inside : int
        Number of later rows, and of those inside the interval of a new row.
    """

    windows: int
    held: int
    rows: int
    inside: int


def backtest(trend: Trend, ahead: int = AHEAD) -> Backtest:
    """Read the trend in each earlier year, and compare it with the report's own later rows.

    A year counts if there are at least `LEAST_BEFORE` rows of the group before it, and at least
    `LEAST` in it and the years after, ``ahead`` years in all. Windows overlap, so they are not
    independent.
    """
    rows = trend.report
    years = range(math.ceil(rows["x"].min()) + 1, math.floor(rows["x"].max()) + 1)
    found = []
    for year in years:
        before = rows[rows["x"] < year]
        after = rows[rows["x"].between(year, year + ahead, inclusive="left")]
        after = after[after["group"] == trend.group]
        enough = (before["group"] == trend.group).sum() >= LEAST_BEFORE
        if enough and before["x"].nunique() > 2 and len(after) >= LEAST:
            fitted = line(before["x"], before["y"], before["group"])
            found.append(compare(fitted, after["x"], after["y"], trend.group))
    return Backtest(
        windows=len(found),
        held=sum(one.verdict == INSIDE for one in found),
        rows=sum(one.new for one in found),
        inside=sum(one.inside for one in found),
    )


# ---------------------------------------------------------------- the trends of the report


def trends() -> list[Trend]:
    """Return the headline trends of the report, in the order of its chapters.

    Rows that only an interested party states enter none of them.
    """
    return [*_recordings(), _cost(), *_volumes(), _simulations()]


def _rows(
    frame: pd.DataFrame, x: str, y: str, group: str | None, who: str, key: str
) -> pd.DataFrame:
    """Return rows with a year and a value in the shape of `Trend`."""
    known = frame.dropna(subset=[x, y])
    return pd.DataFrame(
        {
            "x": known[x].astype(float),
            "y": known[y].astype(float),
            "group": known[group] if group else "all",
            "who": known[who],
            "source": known["source"],
            "row": known[key],
            key: known[key],  # charts lead from a mark to its record by this name
        }
    ).reset_index(drop=True)


def _parted(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a table's rows of the report, and ours that count in a comparison."""
    both = tables.load(name, own=True)
    ours = both["vouches"].notna()
    return both[~ours], tables.counted(both[ours])


def _recordings() -> list[Trend]:
    report, since = (specification.dated(part) for part in _parted("recordings"))
    published = report[report["date_status"] == "published"]
    published = published[published["date"] >= SINCE_RECORDINGS]
    labels = tables.labels("recordings", "method")
    found = []
    for column, name, unit, within in (
        ("information_rate_per_s", "Sampling throughput", "1/s", "method"),
        ("neurons", "Neurons recorded at once", "count", None),
    ):
        for method, label in labels.items():
            mine = published if within else published[published["method"] == method]
            columns = ("date", column, within, "who", "recording_id")
            found.append(
                Trend(
                    trend_id=f"{'throughput' if within else 'neurons'}-{method.split('_')[0]}",
                    name=f"{name}, {label.lower()}",
                    unit=unit,
                    report=_rows(_named(mine), *columns),
                    since=_rows(_named(since[since["method"] == method]), *columns),
                    group=method if within else "all",
                )
            )
    return [*found, *(_largest(report, since, method, labels[method]) for method in labels)]


def _named(recordings: pd.DataFrame) -> pd.DataFrame:
    authors = recordings["authors"].map(short, na_action="ignore")
    return recordings.assign(who=authors.fillna(recordings["title"]))


def _largest(report: pd.DataFrame, since: pd.DataFrame, method: str, label: str) -> Trend:
    """Return the trend of the largest of each year; of the new rows, those of later years."""
    parts, first = [], FIRST_LARGEST
    for rows in (report, since):
        rows = _named(rows[rows["method"] == method])
        values = predictions.largest(rows, "neurons", "method", method, first)
        first = int(values.index.max()) + 1 if len(values) else first
        rows = rows.assign(x=np.floor(rows["date"]))
        best = rows.sort_values("neurons", ascending=False).drop_duplicates("x").sort_values("x")
        best = best[best["x"].isin(values.index)]
        parts.append(_rows(best, "x", "neurons", None, "who", "recording_id"))
    return Trend(
        trend_id=f"largest-{method.split('_')[0]}",
        name=f"Most neurons of a year, {label.lower()}",
        unit="count",
        report=parts[0],
        since=parts[1],
        group="all",
    )


def _cost() -> Trend:
    costs = tables.load("reconstruction_costs")
    made = costs[costs["kind"] != "illustration"]
    rows = _rows(made, "year", "cost_per_neuron_usd", None, "label", "estimate_id")
    # Statements since are of whole projects or by interested parties: none says what a neuron
    # cost with what was delivered.
    return Trend("cost", "Cost per neuron", "USD", rows, rows.iloc[:0], "all")


def _volumes() -> list[Trend]:
    listed = tables.load("imaging_datasets")
    listed = listed[(listed["species"] != "cells") & (listed["year"] >= SINCE_VOLUMES)]
    since = new_volumes(int(listed["year"].max()))
    sets: list[tuple[str, str, Callable[[pd.Series], pd.Series]]] = [
        ("volume", "Volume imaged, electron microscopy", lambda species: species.notna()),
        (
            "volume-mouse",
            "Volume imaged, mouse tissue",
            lambda species: species.str.lower().str.startswith("mouse"),
        ),
    ]
    columns = ("year", "volume_mm3", None, "dataset")
    return [
        Trend(
            key,
            name,
            "mm3",
            _rows(listed[chosen(listed["species"])], *columns, "dataset_id"),
            _rows(since[chosen(since["species"])], *columns, "connectome_id"),
            "all",
        )
        for key, name, chosen in sets
    ]


def new_volumes(last: int) -> pd.DataFrame:
    """Return the data sets of table ``connectomes`` that first appeared after year ``last``.

    They are images by electron microscopy with a stated volume; the first version counts.
    """
    rows = tables.load("connectomes")
    first = rows.groupby("dataset")["year"].transform("min")
    chosen = (first > last) & (rows["technique"] == "electron") & rows["volume_mm3"].notna()
    return (
        tables.counted(rows[chosen])
        .sort_values(["year", "month"])
        .drop_duplicates("dataset")
        .sort_index()
    )


def _simulations() -> Trend:
    parts: list[pd.DataFrame] = []
    for rows in _parted("simulated_neurons"):
        whole = (rows["unit_counted"] == "neurons") & (rows["count_basis"] == "whole_model")
        rows = rows[whole & (rows["evidence"] == "publication")]
        parts.append(_rows(rows, "year", "neurons", None, "authors", "simulation_id"))
    report, since = parts
    return Trend("simulated", "Neurons simulated, whole models", "count", report, since, "all")
