"""The estimate of one case: ``estimate(organism="mouse", modality="exm")``."""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sobe.analysis.estimator.errors import EstimatorError
from sobe.analysis.estimator.model import CORRECTED, PUBLISHED, Model, load_model

CHOICES = ("organism", "modality", "proofreading")
#: Parameters that the chapter and its scenarios name next to the choices.
PLAN = ("microscope_budget", "project_years")
#: Parameters that are 0 in the corrected model: as many as finish in their share of the horizon.
CAPACITY = ("microscope_budget", "gpus", "proofreaders")
#: By the number that formula "bottleneck" gives.
BOTTLENECKS = ("imaging", "processing", "proofreading")
#: The parts of the first connectome's cost in the order shown: (formula or parameter, label).
COST_PARTS = (
    ("proofreading_cost", "Proofreading"),
    ("imaging_cost", "Preparing and imaging"),
    ("first_storage_cost", "Storage"),
    ("processing_cost", "Processing"),
    ("staff_cost", "Staff"),
    ("facility_cost", "Facility"),
    ("capital_cost", "Microscopes and start"),
    ("data_science_cost", "Data science"),
    ("other_cost", "Sundries"),
    ("first_reserve", "Contingency"),
)
TIME_PARTS = (
    ("imaging_years", "Imaging"),
    ("processing_years", "Processing"),
    ("proofreading_years", "Proofreading"),
    ("contingency_years", "Contingency"),
)


@dataclass(frozen=True)
class Estimate:
    """The cost and time of one case, in US dollars, years and petabytes.

    ``values`` holds every parameter and formula by name; the other attributes are those a reader
    asks for first. Under the models "published" and "spreadsheet" numbers may be infinite, and what
    these do not say (``in_time``, ``bottleneck``, ``people``, ``stored_petabytes``) is
    None.
    """

    model: str
    organism: str
    modality: str
    proofreading: str
    first_cost: float
    further_cost: float
    first_cost_per_neuron: float
    further_cost_per_neuron: float
    first_years: float
    further_years: float
    connectomes: float
    raw_petabytes: float
    microscopes: float
    recording_cost: float
    simulation_cost: float
    in_time: bool | None
    bottleneck: str | None
    people: float | None
    stored_petabytes: float | None
    values: dict[str, float]
    overrides: dict[str, float]

    def frame(self) -> pd.DataFrame:
        """Return one row per formula: columns name, value, unit, subject, description."""
        return pd.DataFrame(
            [
                (f.name, self.values[f.name], f.unit, f.subject, f.description)
                for f in load_model(self.model).formulas.values()
            ],
            columns=["name", "value", "unit", "subject", "description"],
        )

    def breakdown(self) -> pd.DataFrame:
        """Return the parts that add up to ``first_cost``: columns part and usd."""
        return pd.DataFrame(
            [(label, self.values[name]) for name, label in COST_PARTS if name in self.values],
            columns=["part", "usd"],
        )

    def on_time(self) -> Estimate:
        """Return the case with the microscopes, GPUs and proofreaders that finishing in time takes.

        Raises
        ------
        EstimatorError
            Where preparing the tissue alone takes longer than the horizon.
        """
        if self.in_time is not False:
            return self
        if not self.values["can_finish"]:
            raise EstimatorError(self.would_take())
        budget = self.values["microscopes_needed"] * self.values["microscope_price"]
        needed = {
            # Slightly more, so that dividing by the price does not round to one fewer.
            "microscope_budget": budget * (1 + 1e-12),
            "gpus": self.values["gpus_needed"],
            "proofreaders": self.values["proofreaders_needed"],
        }
        return estimate(
            self.organism, self.modality, self.proofreading, self.model, **(self.overrides | needed)
        )

    def would_take(self) -> str:
        """Say whether the plan finishes within its horizon and, if not, what it would take."""
        if self.in_time is None:
            return f"the {self.model} model does not say"
        years = f"{self.values['project_years']:g} years"
        if self.in_time:
            return f"finishes within {years}"
        if not self.values["can_finish"]:
            return (
                f"cannot finish within {years}: preparing the tissue takes "
                f"{self.values['preparation_days']:g} days, and contingency comes on top"
            )
        return (
            f"to finish within {years}: {self.values['microscopes_needed']:,.0f} microscopes, "
            f"{self.values['gpus_needed']:,.0f} GPUs"
            f" and {self.values['proofreaders_needed']:,.0f} proofreaders"
        )


def checked_choice(model: Model, choice: dict[str, str]) -> dict[str, str]:
    """Return ``choice`` if each of its options exists; raise `EstimatorError` otherwise."""
    for name in CHOICES:
        options = model.options[name]
        if not isinstance(choice[name], str) or choice[name] not in options:
            raise EstimatorError(
                f"there is no {name} {choice[name]!r}; choose one of {', '.join(options)}"
            )
    return choice


def checked_value(model: Model, name: str, value: object) -> float:
    """Return ``value`` of parameter ``name`` as a float; raise `EstimatorError` if it is none."""
    if name not in model.parameters:
        what = "is computed, not given" if name in model.formulas else "is not one of them"
        raise EstimatorError(
            f"the {model.name} model has {len(model.parameters)} parameters; {name!r} {what}"
        )
    where = f"{name} ({model.units[name]})"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise EstimatorError(f"{where} takes a number, not {type(value).__name__} {value!r}")
    number = float(value)
    if not math.isfinite(number):
        raise EstimatorError(f"{where} takes a finite number, not {value!r}")
    if number < 0 or (number == 0 and name in model.positive and model.name == CORRECTED):
        least = "above zero" if name in model.positive else "zero or more"
        raise EstimatorError(f"{where} must be {least}, not {value!r}")
    if number > model.most.get(name, math.inf):
        raise EstimatorError(f"{where} is at most {model.most[name]:g}, not {value!r}")
    return number


def calculators_parameters() -> dict[str, dict[str, float]]:
    """Return {parameter: {case: value}} of the published calculator's plan, made for a mouse.

    Its microscopes, processors and proofreaders, and its staff and facility for every brain.
    """
    published = load_model(PUBLISHED).parameters
    found = {name: {case: row.value for case, row in published[name].items()} for name in CAPACITY}
    return found | {"plan_exponent": {"any": 0.0}}


def calculators_plan(proofreading: str) -> dict[str, float]:
    """Return `calculators_parameters` for an amount of proofreading, as `estimate` takes them."""
    return {
        name: cases[proofreading if proofreading in cases else "any"]
        for name, cases in calculators_parameters().items()
    }


def settle(
    model: Model, choice: dict[str, str], overrides: Mapping[str, object]
) -> dict[str, float]:
    """Return the value of every parameter for a choice, replaced by ``overrides`` where given.

    Raises
    ------
    EstimatorError
        For an option that does not exist, and an override that `checked_value` refuses.
    """
    values = {name: row.value for name, row in model.chosen(checked_choice(model, choice)).items()}
    return values | {name: checked_value(model, name, value) for name, value in overrides.items()}


def estimate(
    organism: str = "mouse",
    modality: str = "em",
    proofreading: str = "current",
    model: str = CORRECTED,
    **overrides: float,
) -> Estimate:
    """Estimate cost and time of mapping, recording and simulating an organism's brain.

    The formulas and their sources are in ``data/estimator/formulas.csv``.

    Parameters
    ----------
    organism
        A key of table "species".
    modality, proofreading
        Options of ``data/estimator/options.csv``.
    model
        "corrected", "published" for the published calculator, or "spreadsheet".
    **overrides
        Any parameter of ``data/estimator/quantities.csv``, in its unit there:
        ``estimate("mouse", microscope_budget=2e8, project_years=10)``.

    Raises
    ------
    EstimatorError
        For a choice or parameter that does not exist, and a value that is not a number or out of
        range. Under "corrected" also for values so extreme that a result would not be finite.
    """
    loaded = load_model(model)
    choice = {"organism": organism, "modality": modality, "proofreading": proofreading}
    values = {
        name: float(value)
        for name, value in loaded.evaluate(settle(loaded, choice, overrides)).items()
    }
    if model == CORRECTED:
        broken = next((name for name, value in values.items() if not math.isfinite(value)), None)
        if broken:
            raise EstimatorError(
                f"{broken} would not be a finite number with {overrides};"
                " a value given is too extreme"
            )
    code = values.get("bottleneck")
    return Estimate(
        model=model,
        **choice,
        first_cost=values["first_cost"],
        further_cost=values["further_cost"],
        first_cost_per_neuron=values["first_cost_per_neuron"],
        further_cost_per_neuron=values["further_cost_per_neuron"],
        first_years=values["first_years"],
        further_years=values["further_years"],
        connectomes=values["connectomes"],
        raw_petabytes=values["raw_size"],
        microscopes=values["microscopes"],
        recording_cost=values["recording_cost"],
        simulation_cost=values["simulation_cost"],
        in_time=None if code is None else values["first_years"] <= values["project_years"],
        bottleneck=None if code is None else BOTTLENECKS[int(code)],
        people=values.get("people"),
        stored_petabytes=values.get("stored_size"),
        values=values,
        overrides=overrides,
    )


#: The choices, and the model, of a case that names none.
DEFAULTS = {
    name: parameter.default
    for name, parameter in inspect.signature(estimate).parameters.items()
    if name in (*CHOICES, "model")
}
