"""The estimator inside the book: a form, its numbers, and the model that the page's script evaluates.

The script (``static/estimator.js``) evaluates the same trees with the same values as Python does:
they are handed over as JSON. Texts are here, numbers are there.
"""

from __future__ import annotations

import html
import json

from IPython.display import HTML

from sobe.estimator.estimate import BOTTLENECKS, CHOICES, COST_PARTS, TIME_PARTS, settle
from sobe.estimator.model import Model, load_model

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
) -> HTML:
    """The estimator as HTML, set to a case.

    ``numbers`` are parameters by name: those in SETTINGS stand in the form, others are given.
    Raises :class:`EstimatorError` as :func:`sobe.estimator.estimate` does.
    """
    model = load_model()
    defaults = {"organism": organism, "modality": modality, "proofreading": proofreading}
    values = settle(model, defaults, numbers)
    fields = [name for name, *_ in SETTINGS]
    defaults = defaults | {name: values[name] for name in fields}
    given = {name: values[name] for name in numbers if name not in fields}
    data = json.dumps(
        payload(model, defaults, given), sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    data = data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    rows = "".join(
        f"<tr><td>{html.escape(formula.description)}</td><td><code>{name}</code></td>"
        f'<td class="number" data-number="{name}"></td><td>{html.escape(formula.unit.replace("**3", "³"))}</td></tr>'
        for name, formula in model.formulas.items()
    )
    return HTML(
        '<div class="sobe-estimator" data-sobe-estimator role="group" aria-label="Budget estimator">'
        f'<form class="sobe-estimator-form">{_choices(model, defaults)}{_numbers(defaults)}'
        '<button type="reset">Reset</button></form>'
        "<noscript><p>The estimator runs as a script in this page; please allow scripts, or use the line of Python below.</p></noscript>"
        f'<dl class="sobe-tiles" aria-live="polite">{_list(_TILES)}</dl><p data-verdict aria-live="polite"></p>'
        '<div class="sobe-bars-pair">'
        '<section><h3>What the first connectome costs</h3><ul class="sobe-bars" data-bars="costs"></ul></section>'
        '<section><h3>How long the first takes</h3><ul class="sobe-bars" data-bars="times"></ul></section></div>'
        f'<dl class="sobe-tiles sobe-tiles-small">{_list(_MORE)}</dl>'
        '<p class="sobe-estimator-code"><span>The same in Python</span> <code data-python></code></p>'
        '<details><summary>Every number</summary><div class="sobe-table-scroll" tabindex="0" role="region" aria-label="Every number">'
        '<table class="sobe-table"><thead><tr><th scope="col">What</th><th scope="col">Name</th><th scope="col" class="number">Value</th>'
        f'<th scope="col">Unit</th></tr></thead><tbody>{rows}</tbody></table></div></details>'
        f'<script type="application/json">{data}</script></div>'
    )


def _choices(model, defaults):
    parts = []
    for choice, label in zip(CHOICES, _LABELS):
        options = "".join(
            f'<option value="{key}"{" selected" if key == defaults[choice] else ""}>{html.escape(name)}</option>'
            for key, name in model.options[choice].items()
        )
        parts.append(
            f'<label class="sobe-control">{label} <select name="{choice}">{options}</select></label>'
        )
    return "".join(parts)


def _numbers(defaults):
    parts = []
    for name, label, unit, scale, least, most, _ in SETTINGS:
        value = f"{defaults[name] / scale:g}"
        parts.append(
            f'<span class="sobe-pair"><label class="sobe-control">{label}, {unit} <input type="number" name="{name}" value="{value}" min="{least}" max="{most}" step="any"></label>'
            f'<input type="range" data-slider="{name}" aria-label="{label}, {unit}" min="0" max="1" step="0.005"></span>'
        )
    return "".join(parts)


def _list(tiles):
    return "".join(
        f'<div><dt>{label}</dt><dd data-result="{name}" data-format="{form}"></dd></div>'
        for name, label, form in tiles
    )
