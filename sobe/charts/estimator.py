"""The estimator inside the book: a form, its numbers, and the model that the page's script evaluates.

The script (``static/estimator.js``) evaluates the same trees with the same values as Python does:
they are handed over as JSON. Texts are here, numbers are there.
"""

from __future__ import annotations

from sobe.analysis.estimator.estimate import BOTTLENECKS, CHOICES, COST_PARTS, TIME_PARTS, settle
from sobe.analysis.estimator.model import Model, load_model
from sobe.charts.outputs import Output

#: Number settings: parameter, label, unit shown, scale of the field, least, most, logarithmic slider.
SETTINGS = (
    ("microscope_budget", "Microscopes", "million US dollars", 1e6, 0.1, 100_000, True),
    ("project_years", "Horizon", "years", 1, 1, 100, False),
)
_LABELS = ("Organism", "Imaging", "Proofreading effort")  # of CHOICES
_TILES = (
    ("first_cost", "First connectome", "usd"),
    ("further_cost", "A further connectome", "usd"),
    ("first_cost_per_neuron", "First, per neuron", "usd"),
    ("first_years", "Years to the first", "number"),
    ("connectomes", "Connectomes within the horizon", "number"),
    ("bottleneck", "Bottleneck", "stage"),
)
_MORE = (
    ("raw_size", "Raw images, petabytes", "number"),
    ("stored_size", "Stored in all copies, petabytes", "number"),
    ("microscopes", "Microscopes", "number"),
    ("people", "People", "number"),
    ("recording_cost", "Recording, first project", "usd"),
    ("simulation_cost", "Simulation, first", "usd"),
)

#: What else the form says.
WORDS = {
    "title": "Budget estimator",
    "reset": "Reset",
    "noscript": "The estimator runs as a script in this page; please allow scripts, or use the line of Python below.",
    "costs": "What the first connectome costs",
    "times": "How long the first takes",
    "python": "The same in Python",
    "all": "Every number",
    "what": "What",
    "name": "Name",
    "value": "Value",
    "unit": "Unit",
}


def payload(model: Model, defaults: dict, given: dict) -> dict:
    """Everything the script needs, as JSON values: trees and parameter values, options, texts.

    ``given`` are parameters with one value whatever is chosen.
    """
    return {
        "choices": CHOICES,
        "options": model.options,
        "parameters": {
            name: {case: row.value for case, row in cases.items()}
            for name, cases in model.parameters.items()
        }
        | {name: {"any": value} for name, value in given.items()},
        "given": given,
        "formulas": [[formula.name, formula.tree] for formula in model.formulas.values()],
        "settings": {
            name: {"scale": scale, "least": least, "most": most, "log": log}
            for name, _, _, scale, least, most, log in SETTINGS
        },
        "defaults": defaults,
        "costs": COST_PARTS,
        "times": TIME_PARTS,
        "stages": BOTTLENECKS,
        "texts": {
            "in_time": "The plan finishes within its {years} years.",
            "late": "The plan takes longer than its {years} years. To finish in time it would take {microscopes} microscopes, {gpus} GPUs and {people} proofreaders, {factor} times what it has of each.",
            "never": "The plan cannot finish within its {years} years: preparing the tissue takes that long.",
            "years": "{n} years",
            "days": "{n} days",
        },
    }


def estimator_html(
    organism: str = "mouse", modality: str = "em", proofreading: str = "current", **numbers: float
) -> Output:
    """Show the estimator, set to a case.

    ``numbers`` are parameters by name: those in SETTINGS stand in the form, others are given.
    Raises :class:`EstimatorError` as :func:`sobe.analysis.estimator.estimate` does.
    """
    model = load_model()
    defaults = {"organism": organism, "modality": modality, "proofreading": proofreading}
    values = settle(model, defaults, numbers)
    fields = [name for name, *_ in SETTINGS]
    defaults = defaults | {name: values[name] for name in fields}
    given = {name: values[name] for name in numbers if name not in fields}
    return Output(
        "estimator",
        {
            "model": payload(model, defaults, given),
            "words": WORDS,
            "choices": [
                {"name": choice, "label": label, "options": _options(model, choice, defaults)}
                for choice, label in zip(CHOICES, _LABELS)
            ],
            "numbers": [
                {
                    "name": name,
                    "label": f"{label}, {unit}",
                    "value": f"{defaults[name] / scale:g}",
                    "least": str(least),
                    "most": str(most),
                }
                for name, label, unit, scale, least, most, _ in SETTINGS
            ],
            "tiles": _tiles(_TILES),
            "more": _tiles(_MORE),
            "rows": [
                {
                    "what": formula.description,
                    "name": name,
                    "unit": formula.unit.replace("**3", "³"),
                }
                for name, formula in model.formulas.items()
            ],
        },
    )


def _options(model, choice, defaults):
    return [
        {"key": key, "label": name, "selected": key == defaults[choice]}
        for key, name in model.options[choice].items()
    ]


def _tiles(tiles):
    return [{"label": label, "name": name, "format": form} for name, label, form in tiles]
