"""A brief of one case as Markdown: one page to hand on, as the estimator's page shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from sobe.analysis import prices
from sobe.analysis.estimator.estimate import CHOICES, DEFAULTS, settle
from sobe.analysis.estimator.model import load_model
from sobe.analysis.estimator.uncertainty import draw, tornado
from sobe.languages import units
from sobe.tables.sources import titles

#: Results of the brief: formula, label, writer.
RESULTS = (
    ("first_cost", "First connectome", units.usd),
    ("first_cost_per_neuron", "First, per neuron", units.usd),
    ("further_cost", "A further connectome", units.usd),
    ("first_years", "Time to the first", units.duration),
    ("people", "People", units.count),
    ("recording_cost", "Recording, first project", units.usd),
    ("simulation_cost", "Simulation, first", units.usd),
)
#: How many parameters it names that move the cost most.
DRIVERS = 5
#: Sources of the formulas and of their corrections.
FORMULAS = ("sobe2025-calculator-formulas", "sobe-edition-estimator")


def changed(choice: Mapping[str, str], given: Mapping[str, float]) -> dict[str, float]:
    """Return the parameters of ``given`` whose value is not the default of the choice."""
    own = settle(load_model(), dict(choice), {})
    return {name: float(value) for name, value in given.items() if own.get(name) != value}


def python_line(choice: Mapping[str, str], given: Mapping[str, float]) -> str:
    """Return the case as a line of Python that names only what differs from the defaults."""
    named = [f'{name}="{choice[name]}"' for name in CHOICES if choice[name] != DEFAULTS[name]]
    numbers = [f"{name}={value:.15g}" for name, value in changed(choice, given).items()]
    return f"estimate({', '.join([*named, *numbers])})"


def brief(
    title: str,
    about: str,
    choice: Mapping[str, str],
    given: Mapping[str, float],
    *,
    draws: int,
    seed: int,
    version: str = "",
    citation: str = "",
) -> str:
    """Write the brief of a case.

    Parameters
    ----------
    title, about
        What the case is called, and why it is of interest; ``about`` may be empty.
    choice
        {"organism": …, "modality": …, "proofreading": …}.
    given
        Other parameters of `sobe.analysis.estimator.estimate`, in their units.
    draws, seed
        As for `sobe.analysis.estimator.uncertainty.draw`.
    version, citation
        Of this edition; left out where empty.

    Returns
    -------
    str
        Markdown: the case in a sentence, results, what drives them, changes, sources.

    Raises
    ------
    EstimatorError
        As `estimate` does.
    """
    model = load_model()
    case = tuple(choice[name] for name in CHOICES)
    plan: dict[str, Any] = dict(given)
    names = tuple(name for name, *_ in RESULTS)
    found = draw(*case, draws=draws, seed=seed, results=names, **plan)
    written = {name: _interval(found.interval(name), write) for name, _, write in RESULTS}
    words = [model.options[name][choice[name]] for name in CHOICES]
    (cost, costs), (time, times) = written["first_cost"], written["first_years"]
    new = changed(choice, given)
    numbers = {name: f"{value:.15g}" for name, value in new.items()}
    widest = tornado(*case, **plan).head(DRIVERS)
    own = settle(model, dict(choice), {})
    rows = model.chosen(dict(choice))
    parts = [
        f"# {title}",
        " ".join(about.split()),
        f"A first connectome of this brain ({words[0]}; imaging: {words[1]}; proofreading: "
        f"{words[2]}) costs **{cost}** (90% of the draws: {costs}) and takes **{time}** "
        f"(90%: {times}). Dollars are those of the calculator's prices, of {prices.BASE_YEAR}.",
        "## Results: medians and 90% intervals",
        "\n".join(
            ["| Result | Median | 90% interval |", "|---|---|---|"]
            + [f"| {label} | {' | '.join(written[name])} |" for name, label, _ in RESULTS]
        ),
        "Intervals hold 90% of the draws of all parameters from their ranges. They are widened by "
        "how far the model missed projects whose budget is known.",
        "## What moves the cost most, one at a time",
        _list(
            f"{row.description.rstrip('.')} ({units.usd(min(row.at_low, row.at_high))} to "
            f"{units.usd(max(row.at_low, row.at_high))})"
            for row in widest.itertuples()
        ),
        "## Changed from the defaults",
        _list(
            f"{model.descriptions[name].rstrip('.')} ({units.significant(own[name])} → "
            f"{units.significant(value)} {units.superscripts(model.units[name])})"
            for name, value in new.items()
        )
        or "Nothing: every parameter has its default.",
        "## Sources",
        _list(
            f"[{one['title']}]({one['url']})" if one["url"] else one["title"]
            for one in titles(
                [*FORMULAS, *(rows[name].source for name in widest.parameter)]
            ).values()
        ),
        "## This case",
        _list(
            [
                f"In Python: `{python_line(choice, given)}`",
                f"In the book: `estimator.html?{urlencode({**choice, **numbers})}`",
                f"{draws:,} draws, seed {seed}",
                *([f"Version {version}"] if version else []),
                *([f"Cite as: {citation}"] if citation else []),
            ]
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _interval(ends: tuple[float, float, float], write: Callable[[Any], str]) -> tuple[str, str]:
    low, median, high = ends
    wide = write in (units.usd, units.count)
    first, last = units.ends(low, high, write) if wide else (write(low), write(high))
    return write(median), "" if first == last else f"{first} to {last}"


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
