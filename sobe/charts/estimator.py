"""The estimator inside the book: a form, its numbers, and the model that a script evaluates.

The script (``static/estimator.js``) evaluates the same trees with the same values as Python does:
they are handed over as JSON. Texts are here, numbers are there.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from sobe import tables
from sobe.analysis.estimator.brief import python_line
from sobe.analysis.estimator.estimate import (
    BOTTLENECKS,
    CAPACITY,
    CHOICES,
    COST_PARTS,
    DEFAULTS,
    TIME_PARTS,
    calculators_parameters,
    estimate,
    settle,
)
from sobe.analysis.estimator.model import CORRECTED, PUBLISHED, Model, load_model
from sobe.analysis.estimator.uncertainty import SHARES_DRAWS, draw, inputs, tornado
from sobe.charts import funder
from sobe.charts.display import Code
from sobe.charts.outputs import Output
from sobe.languages import units

#: Switches of the form: name, label, and {option: (label, the parameters that it gives)}. The first
#: option is the model's own; `_switches` has the values.
_SWITCHES = (
    (
        "rate",
        "Imaging rate",
        {
            "planned": ("As planned, which is a bet", ()),
            "shown": ("As shown so far", ("shown_imaging",)),
        },
    ),
    (
        "size",
        "Size of the plan",
        {
            "own": ("For this brain", ()),
            "mouse": ("The calculator's, for a mouse", (*CAPACITY, "plan_exponent")),
        },
    ),
)
#: Numbers: parameter, label, unit shown, scale of the field, least, most.
SETTINGS = (("project_years", "Horizon", "years", 1, 1, 100),)
_REPORT = "State of Brain Emulation Report 2025, data repository: "
_LABELS = ("Organism", "Imaging", "Proofreading effort")  # of CHOICES
#: The models that the page offers: key, name.
MODELS = {CORRECTED: "Corrected", PUBLISHED: "Published"}
# Results that are shown large, and next to them: formula, label, form of the number.
_TILES = (
    ("first_cost", "First connectome", "cost"),
    ("further_cost", "A further connectome", "cost"),
    ("first_cost_per_neuron", "First, per neuron", "cost"),
    ("first_years", "Time to the first", "duration"),
    ("connectomes", "Connectomes within the horizon", "number"),
    ("bottleneck", "Bottleneck", "stage"),
)
_MORE = (
    ("raw_size", "Raw images, petabytes", "number"),
    ("stored_size", "Stored in all copies, petabytes", "number"),
    ("microscopes", "Microscopes", "number"),
    ("people", "People", "number"),
    ("recording_cost", "Recording, first project", "cost"),
    ("simulation_cost", "Simulation, first", "cost"),
)


def _cost(dollars: Any) -> str:
    """Write a computed cost with its zeros: tiles and tables have three digits each."""
    return units.single(dollars, units.usd)


def _ends(low: float, high: float, form: str) -> tuple[str, str]:
    """Write the ends of the interval of a result; lengths of time have their own digits."""
    if form == "duration":
        return units.duration(low), units.duration(high)
    return units.ends(low, high, units.usd if form == "cost" else units.count)


_FORMS: dict[str, Callable[[Any], str]] = {
    "cost": _cost,
    "number": units.count,
    "duration": units.duration,
    "stage": lambda code: BOTTLENECKS[int(code)].capitalize(),
}
#: How many draws the page makes for its intervals, and where their numbers start.
DRAWS, SEED = 2000, 2025
#: The results that have an interval.
_DRAWN = (
    "first_cost",
    "further_cost",
    "first_cost_per_neuron",
    "first_years",
    "raw_size",
    "stored_size",
    "recording_cost",
    "simulation_cost",
    "people",
    "microscopes",
    *(name for name, _ in TIME_PARTS),
)
#: How many parameters the page shows that move the cost most.
_DRIVERS = 8

#: What else the form says.
WORDS = {
    "title": "Budget estimator",
    "reset": "Reset",
    "noscript": (
        "The estimator runs as a script in this page; please allow scripts, or use the line of "
        "Python below."
    ),
    "costs": "What the first connectome costs",
    "times": "How long the first takes, with 90% intervals",
    "drivers": "What moves the cost most, one at a time",
    "parameters": "Change any parameter",
    "back": "Back to the default",
    "python": "The same in Python",
    "all": "Every number",
    "what": "What",
    "name": "Name",
    "value": "Value",
    "unit": "Unit",
    "model": "Model",
    "other": "As set below",
    "shares": "Share of the uncertainty that each input has",
    "shares_are": (
        "Shares of the variance of the logarithm of the first connectome's cost, where all inputs "
        "are drawn at once. Alone is what an input does by itself; in all is also what it does "
        "together with others."
    ),
    "compute": "Compute the shares",
    "input": "Input",
    "alone": "Alone",
    "in_all": "In all",
} | funder.WORDS
#: What the script says; it fills in the braces.
_SCRIPT_WORDS = {
    "in_time": "The plan finishes within its {years} years.",
    "late": (
        "The plan takes longer than its {years} years. To finish in time it would take "
        "{microscopes} microscopes, {gpus} GPUs and {people} proofreaders, {factor} times what it"
        " has of each."
    ),
    "never": (
        "The plan cannot finish within its {years} years: preparing the tissue takes that long."
    ),
    "unsaid": "The published model does not say whether the plan finishes in time.",
    "none": "none",
    "interval": "90% of the draws: {low} to {high}",
    "span": "{low} to {high}",
    "median_span": "{middle} ({low} to {high})",
    "default": "Default: {value}.",
    "ranged": "Default: {value}. Drawn from {low} to {high}.",
    "refused": "{text} cannot be used here; the last good value stays.",
    "years": "{n} years",
    "one_year": "1 year",
    "days": "{n} days",
} | funder.SCRIPT_WORDS


def petabytes(size: float) -> str:
    """Write a size that is given in petabytes: "1.4 PB", "20 GB"."""
    return units.bytes_(size * 1e15)


def error_name(key: str) -> str:
    """Write the key of an error of the published calculator: "Free antibodies"."""
    return key.replace("-", " ").capitalize()


def formulas_table(model: Model) -> pd.DataFrame:
    """Return every formula of a model as cells of :func:`sobe.charts.display.table`."""
    rows = [
        {
            "Formula": Code(row.name),
            "Expression": Code(row.expression),
            "Unit": units.superscripts(row.unit),
            "What it gives": row.description,
            "Since": "as published" if row.layer == "published" else row.layer,
        }
        for row in model.formulas.values()
    ]
    return pd.DataFrame(rows)


def ranges_table(model: Model) -> pd.DataFrame:
    """Return every parameter of a model, per case, as cells of :func:`sobe.charts.display.table`.

    Numbers that hold by definition are left out.
    """
    cases = {"any": "any"}
    for choice in CHOICES:
        cases |= model.options[choice]
    origins = tables.load("estimator_quantities").set_index("quantity")["origin"].dropna()
    titles = tables.load("sources").set_index("key")["title"].str.removeprefix(_REPORT)
    rows = [
        {
            "Parameter": Code(name),
            "For": cases[case],
            "Value": units.significant(row.value, 4),
            "Low": "—" if row.low is None else units.significant(row.low),
            "High": "—" if row.high is None else units.significant(row.high),
            "Unit": units.superscripts(model.units[name]),
            "What it is": model.descriptions[name],
            "Evidence": row.evidence.replace("_", " "),
            "Why this range": row.reason or "taken as it is",
            "The spreadsheet says": origins.get(name, "—"),
            "Source": titles[row.source],
        }
        for name, by_case in model.parameters.items()
        for case, row in by_case.items()
        if row.evidence != "definition"
    ]
    return pd.DataFrame(rows)


def payload(
    model: Model, defaults: Mapping[str, Any], given: Mapping[str, float]
) -> dict[str, Any]:
    """Return all that the script needs, as JSON values: trees, parameter values, options, texts.

    Parameters
    ----------
    model : Model
        Formulas and parameters.
    defaults : mapping
        What the form shows at first: the choices and the values of `SETTINGS`, in the model's
        units.
    given : mapping
        Parameters that have one value whatever is chosen, in the model's units.
    """
    return {
        "choices": CHOICES,
        "options": model.options | {"model": MODELS},
        "parameters": _values(model),
        "ranges": {
            name: {c: (r.low, r.high) for c, r in rows.items() if r.low is not None}
            for name, rows in model.parameters.items()
            if any(row.low is not None for row in rows.values())
        },
        "inputs": [
            [zlib.crc32(name.encode()), names]
            for name, names in inputs(model, model.parameters).items()
        ],
        "common": {
            str(zlib.crc32(name.encode())): title
            for name, title in tables.labels("estimator_quantities", "common").items()
        },
        "draws": DRAWS,
        "shares_draws": SHARES_DRAWS,
        "seed": SEED,
        "drawn": [name for name in _DRAWN if name in model.formulas],
        "drivers": _DRIVERS,
        "descriptions": {name: model.descriptions[name] for name in model.parameters},
        "most": {name: most for name, most in model.most.items() if name in model.parameters},
        "positive": sorted(model.positive & model.parameters.keys()),
        "given": given,
        "formulas": _trees(model),
        "published": _published(),
        "python": DEFAULTS,
        "settings": {
            name: {"scale": scale, "least": least, "most": most}
            for name, _, _, scale, least, most in SETTINGS
        },
        "switches": _switches(),
        "defaults": defaults,
        "costs": COST_PARTS,
        "times": TIME_PARTS,
        "stages": [stage.capitalize() for stage in BOTTLENECKS],
        "texts": _SCRIPT_WORDS,
        "fields": fields(model),
        **funder.payload(model),
    }


def _values(model: Model) -> dict[str, dict[str, float]]:
    return {
        name: {case: row.value for case, row in rows.items()}
        for name, rows in model.parameters.items()
    }


def _trees(model: Model) -> list[list[Any]]:
    return [[formula.name, formula.tree] for formula in model.formulas.values()]


def _published() -> dict[str, Any]:
    """Return what the published model has in place of the corrected one's; it has no ranges."""
    model = load_model(PUBLISHED)
    return {"formulas": _trees(model), "parameters": _values(model)}


def _switches() -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Return {switch: {option: {parameter: {case: value}}}}; the first option gives none."""
    given = {**calculators_parameters(), "shown_imaging": {"any": 1.0}}
    return {
        switch: {key: {name: given[name] for name in names} for key, (_, names) in options.items()}
        for switch, _, options in _SWITCHES
    }


def estimator_html(
    organism: str = "mouse", modality: str = "em", proofreading: str = "current", **numbers: float
) -> Output:
    """Show the estimator, set to a case.

    Parameters
    ----------
    organism, modality, proofreading : str
        The case, as :func:`sobe.analysis.estimator.estimate` takes it.
    **numbers : float
        Parameters by name, in the model's units. Those in `SETTINGS` are fields of the form; the
        others are given.

    Raises
    ------
    EstimatorError
        A choice or a value cannot be right.
    """
    model = load_model()
    choice = {"organism": organism, "modality": modality, "proofreading": proofreading}
    values = settle(model, choice, numbers)
    settings = {name: values[name] for name, *_ in SETTINGS}
    defaults: dict[str, Any] = {**choice, "model": CORRECTED, **settings}
    plan = {name for name in CAPACITY if values[name] == 0}  # which is the model's own
    given = {name: values[name] for name in numbers if name not in {*defaults, *plan}}
    return Output(
        "estimator",
        {
            "model": payload(model, defaults, given),
            "words": WORDS,
            "choices": [
                {"name": name, "label": label, "options": _options(model, name, choice[name])}
                for name, label in zip(CHOICES, _LABELS, strict=True)
            ],
            "numbers": [
                {
                    "name": name,
                    "label": f"{label}, {unit}",
                    "value": f"{values[name] / scale:g}",
                    "at": f"{(values[name] / scale - least) / (most - least):.4f}",
                    "least": str(least),
                    "most": str(most),
                }
                for name, label, unit, scale, least, most in SETTINGS
            ],
            "switches": [
                {
                    "name": name,
                    "label": label,
                    "options": [{"key": key, "label": says} for key, (says, _) in options.items()],
                }
                for name, label, options in _SWITCHES
            ],
            "models": _keyed(MODELS, CORRECTED),
            "sum": funder.SUM,
            "parameters": _parameters(model),
            **_still(model, choice, numbers),
            "rows": [
                {"what": row.description, "name": row.name, "unit": units.superscripts(row.unit)}
                for row in model.formulas.values()
            ],
        },
    )


def fields(model: Model) -> list[str]:
    """Return the parameters that a reader can change: those that a formula uses, no definition."""
    used = model.needed(model.formulas)
    return [
        name
        for name, by_case in model.parameters.items()
        if name in used and all(row.evidence != "definition" for row in by_case.values())
    ]


def _parameters(model: Model) -> list[dict[str, Any]]:
    """Return the groups of parameters that a reader can change, in the order of a plan."""
    quantities = tables.load("estimator_quantities").set_index("quantity")
    titles = tables.labels("estimator_quantities", "topic")
    settings = {name for name, *_ in SETTINGS}
    found: dict[str, list[dict[str, str]]] = {topic: [] for topic in titles}
    for name in fields(model):
        if name not in settings:
            what, unit = model.descriptions[name], units.superscripts(model.units[name])
            found[quantities["topic"][name]].append({"name": name, "what": what, "unit": unit})
    return [
        {"label": title, "fields": found[topic]} for topic, title in titles.items() if found[topic]
    ]


def _options(model: Model, choice: str, selected: str) -> list[dict[str, Any]]:
    return _keyed(model.options[choice], selected)


def _keyed(options: Mapping[str, str], selected: str) -> list[dict[str, Any]]:
    return [
        {"key": key, "label": name, "selected": key == selected} for key, name in options.items()
    ]


def _still(model: Model, choice: dict[str, str], numbers: Mapping[str, float]) -> dict[str, Any]:
    """Return what the page shows before its script computes anything: the numbers of the case."""
    case: tuple[str, ...] = tuple(choice.values())
    plan: dict[str, Any] = dict(numbers)
    values = estimate(*case, **plan).values
    wanted = tuple(name for name in _DRAWN if name in model.formulas)
    drawn = draw(*case, draws=DRAWS, seed=SEED, results=wanted, **plan)

    def tiles(rows: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
        found = []
        for name, label, form in rows:
            low, middle, high = drawn.interval(name) if name in wanted else (values[name],) * 3
            fill = {"shown": _FORMS[form](middle)}
            if low != high:
                fill |= dict(zip(("low", "high"), _ends(low, high, form), strict=True))
            found.append({"label": label, "name": name, "format": form, "fill": fill})
        return found

    def costs() -> list[dict[str, Any]]:
        rows = [(label, values[name]) for name, label in COST_PARTS if name in values]
        total = sum(value for _, value in rows)
        return [_bar(label, value / total, shown=_cost(value)) for label, value in rows]

    def times() -> list[dict[str, Any]]:
        rows = [(label, drawn.interval(name)) for name, label in TIME_PARTS]
        total = sum(middle for _, (_, middle, _) in rows)
        bars = []
        for label, ends in rows:
            low, middle, high = map(units.duration, ends)
            alike = {"shown": middle}
            fill = alike if low == high else {"low": low, "middle": middle, "high": high}
            bars.append(_bar(label, ends[1] / total, **fill))
        return bars

    widest = tornado(*case, **plan).head(_DRIVERS)
    late = "late" if values["can_finish"] else "never"
    return {
        "tiles": tiles(_TILES),
        "more": tiles(_MORE),
        "costs": costs(),
        "times": times(),
        "drivers": [
            _bar(
                "",
                row.span / widest["span"].max(),
                low=_cost(min(row.at_low, row.at_high)),
                high=_cost(max(row.at_low, row.at_high)),
            )
            | {"name": row.parameter}
            for row in widest.itertuples()
        ],
        "verdict": {
            "key": "in_time" if values["first_years"] <= values["project_years"] else late,
            "fill": {
                "years": units.count(values["project_years"]),
                "factor": units.count(values["capacity_factor"]),
                "microscopes": units.count(values["microscopes_needed"]),
                "gpus": units.count(values["gpus_needed"]),
                "people": units.count(values["proofreaders_needed"]),
            },
        },
        "python": python_line(choice, numbers),
    }


def _bar(label: str, share: float, **fill: str) -> dict[str, Any]:
    return {"label": label, "width": f"{100 * share:.4g}", "fill": fill}
