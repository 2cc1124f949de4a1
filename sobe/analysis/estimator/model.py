"""Formulas and parameters of ``data/estimator`` as a model that can be evaluated.

A row belongs to a *layer*: "published" is the calculator as published, "spreadsheet" what the
report's spreadsheet has in its place, and every other layer corrects one entry of ``errors.csv``;
it replaces or adds rows. A formula of a later layer replaces the earlier formula, or the
parameter, of the same name. There are three models: "published" uses the published layer alone;
"spreadsheet" adds the layer of that name, and prices that fall until the start; "corrected" uses
all layers but "spreadsheet".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import pandas as pd

from sobe import tables
from sobe.analysis.estimator import dimensions, expressions
from sobe.analysis.estimator.errors import EstimatorError

PUBLISHED = "published"
SPREADSHEET = "spreadsheet"
CORRECTED = "corrected"
MODELS = (SPREADSHEET, PUBLISHED, CORRECTED)
#: The one correction that the spreadsheet already has in the same form.
_SHARED = "start-year"
#: The layer that takes volumes and counts from the book's own table of organisms.
FACTS = "organism-facts"
#: Quantity of table "organisms": parameter.
_FACTS = {"neurons": "neurons", "synapses": "synapses", "brain_volume": "tissue_volume"}


@dataclass(frozen=True)
class Formula:
    """One formula: its tree, its unit and its source."""

    name: str
    layer: str
    expression: str
    tree: object = field(repr=False)
    unit: str
    subject: str
    description: str
    locator: str | None


@dataclass(frozen=True)
class Parameter:
    """The value of a parameter in one case: "any", an organism, a modality or a proofreading."""

    value: float
    low: float | None
    high: float | None
    evidence: str
    source: str
    reason: str | None


@dataclass(frozen=True)
class Model:
    """Formulas in an order in which they can be computed, and parameters by case.

    ``parameters`` maps a name to {case: Parameter}; ``units`` and ``descriptions`` cover both
    formulas and parameters. ``common`` maps a parameter to the factor that it shares with others
    when it is drawn. ``positive`` are the parameters that divide something and so must not be
    zero.
    """

    name: str
    layers: tuple[str, ...]
    formulas: dict[str, Formula]
    parameters: dict[str, dict[str, Parameter]]
    units: dict[str, str]
    descriptions: dict[str, str]
    most: dict[str, float]
    common: dict[str, str]
    positive: frozenset[str]
    options: dict[str, dict[str, str]]

    def chosen(self, choice: dict[str, str]) -> dict[str, Parameter]:
        """Return the parameters for a choice of organism, modality and proofreading."""
        cases = {"any", *choice.values()}
        return {
            name: row
            for name, by_case in self.parameters.items()
            for case, row in by_case.items()
            if case in cases
        }

    def evaluate(
        self, values: Mapping[str, Any], wanted: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """Evaluate the formulas.

        Parameters
        ----------
        values
            {parameter: number, or array (n,)}, in their units.
        wanted
            The formulas that matter: only these and what they depend on are evaluated.

        Returns
        -------
        dict
            ``values`` and the formulas' results, in their units; arrays (n,) give arrays (n,).

        Raises
        ------
        EstimatorError
            For a parameter that is missing.
        """
        needed = self.formulas.keys() if wanted is None else self.needed(wanted)
        result = dict(values)
        for name, formula in self.formulas.items():
            if name in needed:
                result[name] = expressions.evaluate(formula.tree, result)
        return result

    def needed(self, wanted: Iterable[str]) -> set[str]:
        """Return the names ``wanted`` and all that they depend on."""
        found: set[str] = set()
        waiting = list(wanted)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                if name in self.formulas:
                    waiting.extend(expressions.names(self.formulas[name].tree))
        return found


def errors(data_dir: Path | None = None) -> pd.DataFrame:
    """Return the table of the calculator's errors, in the order in which they are corrected."""
    return tables.load("estimator_errors", data_dir).sort_values("rank", ignore_index=True)


def load_model(name: str = CORRECTED, data_dir: Path | None = None) -> Model:
    """Load the model "spreadsheet", "published" or "corrected".

    Raises
    ------
    EstimatorError
        For any other name, and for a formula that cannot be parsed, uses an unknown name, depends
        on itself, or whose units do not balance (unless a correction still to come says so, or
        the spreadsheet has it so).
    """
    layers: dict[str, tuple[str, ...]] = {
        SPREADSHEET: (PUBLISHED, _SHARED, SPREADSHEET),
        PUBLISHED: (PUBLISHED,),
        CORRECTED: (PUBLISHED, *errors_in_order(data_dir)),
    }
    if name not in layers:
        raise EstimatorError(f"there is no model {name!r}; the models are {', '.join(MODELS)}")
    return model_of(name, layers[name], data_dir)


def stages(data_dir: Path | None = None) -> list[Model]:
    """Return the model after each correction, from "published" to the fully corrected one."""
    every = (PUBLISHED, *errors_in_order(data_dir))
    return [model_of(layer, every[: number + 1], data_dir) for number, layer in enumerate(every)]


@lru_cache(maxsize=4)
def errors_in_order(data_dir: Path | None = None) -> tuple[str, ...]:
    """Return the layers that correct the published one, in order."""
    return tuple(errors(data_dir)["error"])


@lru_cache(maxsize=4)
def _tables(data_dir: Path | None) -> dict[str, Any]:
    found = {
        part: tables.load(f"estimator_{part}", data_dir)
        for part in ("formulas", "parameters", "quantities", "options")
    }
    found["organisms"] = tables.load("organisms", data_dir)
    found["species"] = tables.load("species", data_dir)
    found["units_errors"] = frozenset(errors(data_dir).query("kind == 'units'")["error"])
    return found


@lru_cache(maxsize=64)
def model_of(name: str, layers: tuple[str, ...], data_dir: Path | None = None) -> Model:
    """Return a model of the given layers, later ones over earlier; errors as `load_model`."""
    found = _tables(data_dir)
    known = {PUBLISHED, SPREADSHEET, *errors_in_order(data_dir)}
    for part in ("formulas", "parameters"):
        strange = set(found[part]["layer"]) - known
        if strange:
            raise EstimatorError(
                f"estimator/{part}.csv names the layer {sorted(strange)[0]!r}, which is no error"
            )
    parameters = _parameters(found, layers)
    latest = _latest(found["formulas"], "formula", layers)
    formulas = {}
    for row in latest.itertuples():
        try:
            tree = expressions.parse(row.expression)
        except EstimatorError as error:
            raise EstimatorError(f"formula {row.formula!r}: {error}") from None
        locator = None if pd.isna(row.locator) else row.locator
        formulas[row.formula] = Formula(
            row.formula,
            row.layer,
            row.expression,
            tree,
            row.unit,
            row.subject,
            row.description,
            locator,
        )
    parameters = {key: value for key, value in parameters.items() if key not in formulas}
    quantities = found["quantities"].set_index("quantity")
    unit_of = quantities["unit"].to_dict() | {f.name: f.unit for f in formulas.values()}
    formulas = _ordered(formulas, parameters)
    _check_units(formulas, parameters, unit_of, found, layers)
    return Model(
        name,
        layers,
        formulas,
        parameters,
        unit_of,
        quantities["description"].to_dict() | {f.name: f.description for f in formulas.values()},
        quantities["most"].dropna().to_dict(),
        quantities["common"].dropna().to_dict(),
        _positive(formulas),
        _options(found),
    )


def _latest(table: pd.DataFrame, key: str, layers: tuple[str, ...]) -> pd.DataFrame:
    """Return each key's rows of its latest layer among ``layers``, in the order of the table."""
    rank = {layer: number for number, layer in enumerate(layers)}
    rows = table[table["layer"].isin(rank)].assign(rank=lambda t: t["layer"].map(rank))
    return rows[rows["rank"] == rows.groupby(key)["rank"].transform("max")]


def _parameters(found: dict[str, Any], layers: tuple[str, ...]) -> dict[str, dict[str, Parameter]]:
    def number(value: Any) -> float | None:
        return None if pd.isna(value) else float(value)

    result: dict[str, dict[str, Parameter]] = {}
    for row in _latest(found["parameters"], "quantity", layers).itertuples():
        reason = None if pd.isna(row.range_reason) else row.range_reason
        low, high = number(row.low), number(row.high)
        absent = (low is None, high is None, reason is None)
        if any(absent) != all(absent) or not (
            low is None or high is None or low <= row.value <= high
        ):
            raise EstimatorError(
                f"parameter {row.quantity!r} ({row.case}): "
                "a range needs low ≤ value ≤ high and a reason"
            )
        result.setdefault(row.quantity, {})[row.case] = Parameter(
            float(row.value), low, high, row.evidence, row.source, reason
        )
    if FACTS in layers:
        for (organism, quantity), rows in found["organisms"].groupby(["organism", "quantity"]):
            if quantity not in _FACTS:
                continue
            chosen = rows[rows["book_choice"]].iloc[0]
            low, high = float(rows["value"].min()), float(rows["value"].max())
            reason = "the lowest and the highest of the book's sources"
            if low == high:
                low = high = reason = None
            result.setdefault(_FACTS[quantity], {})[organism] = Parameter(
                float(chosen["value"]), low, high, "not_stated", chosen["source"], reason
            )
    return result


def _ordered(
    formulas: dict[str, Formula], parameters: dict[str, dict[str, Parameter]]
) -> dict[str, Formula]:
    """Return the formulas so that each comes after those it uses, else in the table's order."""
    uses = {name: expressions.names(formula.tree) for name, formula in formulas.items()}
    for name, needs in uses.items():
        strange = sorted(needs - formulas.keys() - parameters.keys())
        if strange:
            raise EstimatorError(
                f"formula {name!r} uses {strange[0]!r}, which is neither a parameter nor a formula"
            )
    graph: dict[str, list[str]] = {
        name: sorted(needs & formulas.keys()) for name, needs in uses.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise EstimatorError(
            f"formulas depend on themselves: {' ← '.join(error.args[1])}"
        ) from None
    ordered: dict[str, Formula] = {}

    def add(name: str) -> None:
        if name not in ordered:
            for needed in graph[name]:
                add(needed)
            ordered[name] = formulas[name]

    for name in formulas:
        add(name)
    return ordered


def _check_units(
    formulas: dict[str, Formula],
    parameters: dict[str, dict[str, Parameter]],
    unit_of: dict[str, str],
    found: dict[str, Any],
    layers: tuple[str, ...],
) -> None:
    """Raise `EstimatorError` for a parameter without a unit and a formula of another unit."""
    missing = sorted(parameters.keys() - unit_of.keys())
    if missing:
        raise EstimatorError(f"parameter {missing[0]!r} has no unit in estimator/quantities.csv")
    of = {
        name: dimensions.unit(text)
        for name, text in unit_of.items()
        if name in formulas or name in parameters
    }
    for name, cases in parameters.items():
        row = cases.get("any")
        if row is None or row.evidence != "definition":
            continue
        # A definition is a conversion, unless it has a dimension: a minimum, or a period.
        if dimensions.factor(of[name], dimensions.unit("1")) is None:
            continue
        if not dimensions.of_constant(row.value, unit_of[name]):
            raise EstimatorError(
                f"constant {name!r}: {row.value:g} {unit_of[name]} is not a conversion"
            )
    # A formula may be unbalanced as long as its correction is still to come, and where the
    # spreadsheet has it so: its errors are kept.
    pending = found["units_errors"] - set(layers)
    waived = set(found["formulas"].loc[found["formulas"]["layer"].isin(pending), "formula"])
    for name, formula in formulas.items():
        if name not in waived and formula.layer != SPREADSHEET:
            dimensions.check(name, formula.tree, of, formula.unit)


def _positive(formulas: dict[str, Formula]) -> frozenset[str]:
    """Return the parameters whose zero would make a denominator zero."""

    def factors(tree: Any) -> set[str]:
        if isinstance(tree, str):
            return factors(formulas[tree].tree) if tree in formulas else {tree}
        if not isinstance(tree, list):
            return set()
        if tree[0] == "*":
            return factors(tree[1]) | factors(tree[2])
        if tree[0] == "if":  # a zero of what the condition is about chooses the other branch
            return (factors(tree[2]) | factors(tree[3])) - expressions.names(tree[1])
        return factors(tree[1]) if tree[0] in ("/", "^", "neg", "ceil", "abs") else set()

    def divisors(tree: Any) -> set[str]:
        if not isinstance(tree, list):
            return set()
        here = factors(tree[2]) if tree[0] == "/" else set()
        return here.union(*(divisors(argument) for argument in tree[1:]))

    return frozenset().union(*(divisors(formula.tree) for formula in formulas.values()))


def _options(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return {choice: {option: name}} of organism, modality and proofreading."""
    options = found["options"].sort_values("rank").groupby("choice", sort=False)
    return {
        "organism": found["species"].set_index("organism")["name"].to_dict(),
        **{choice: rows.set_index("option")["name"].to_dict() for choice, rows in options},
    }
