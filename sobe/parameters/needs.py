"""What data a chapter needs, beyond values that are allowed each by itself.

A fit needs rows, and a number in the prose needs at least one. Each function returns one line on
what is lacking, or "".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sobe import tables

_YEARS = 3  # clustered errors need as many


def _recording(values: Mapping[str, Any]) -> str:
    from sobe.analysis import specification

    since, until = values["since"], values["until"]
    rows = specification.dated(tables.load("recordings"))
    rows = rows.dropna(subset=["neurons", "temporal_resolution_hz", "date"])
    rows = rows[rows["date"].between(since, until)]
    electric = rows.loc[rows["method"] == "electrophysiology", "date"]
    years = electric.floordiv(1).nunique()
    if years >= _YEARS:
        return ""
    what = "recordings with a throughput"
    found = f"only {len(rows)} {what}" if len(rows) else f"no {what}"
    return (
        f"{found} from the start of {since} to the start of {until}; the fits need "
        f"electrophysiology in at least {_YEARS} years, and there it is in {years}"
    )


def _capability(values: Mapping[str, Any]) -> str:
    until = values["until"]
    rows = tables.load("simulated_neurons")
    rows = rows[(rows["unit_counted"] == "neurons") & (rows["evidence"] == "publication")]
    first = int(rows["year"].min())
    if first <= until:
        return ""
    return f"no published count of simulated neurons up to {until}; until is at least {first}"


def _funding(values: Mapping[str, Any]) -> str:
    from sobe.analysis import funding_years

    since, last = values["since"], values["last_year"]
    rows = tables.load("brain_research_funding")
    if len(funding_years.spread(rows[rows["book_choice"]], since, last)):
        return ""
    return f"no funding of listed projects from {since} to {last}"


def _estimator(values: Mapping[str, Any]) -> str:
    from sobe.analysis.estimator import EstimatorError, estimate
    from sobe.analysis.estimator.estimate import PLAN

    plan = {name: values[name] for name in PLAN}
    if double := sorted(set(plan) & set(values["overrides"])):
        return f"overrides: {double[0]!r} is a parameter of its own"
    try:
        estimate(
            values["organism"],
            values["modality"],
            values["proofreading"],
            **plan,
            **{str(name): value for name, value in values["overrides"].items()},
        )
    except EstimatorError as error:
        return f"parameter overrides: {error}"
    except TypeError:  # the name of an argument, as organism or model
        return (
            "parameter overrides: its names are those of the estimator's parameters, and not "
            f"{', '.join(sorted(map(str, values['overrides'])))[:80]}"
        )
    return ""


_NEEDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "recording": _recording,
    "capability": _capability,
    "funding": _funding,
    "estimator": _estimator,
}


def lacking(chapter: str, values: Mapping[str, Any]) -> str:
    """Return what a chapter lacks with these ``values`` of all its parameters, or ""."""
    return _NEEDS[chapter](values) if chapter in _NEEDS else ""
