"""Simulation capability (models × ten dimensions), size and speed, and neurons simulated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from .cells import calendar_year, choice, first_word, number, refuse, whole
from .common import Corrections, Upstream, one_line, slug, unique_key

#: Upstream's column → our dimension.
DIMENSIONS = {
    "Connectivity accuracy": "connectivity_accuracy",
    "Percentage of neurons": "neuron_coverage",
    "Neurontypes": "neuron_types",
    "Plasticity": "plasticity",
    "Functional Accuracy": "functional_accuracy",
    "Neuromodulation": "neuromodulation",
    "Temporal resolution": "temporal_resolution",
    "Behavior": "behavior",
    "Personality-defining Characteristics": "personality",
    "Learning": "learning",
}
_ORGANISM = {
    "C. elegans": "c_elegans",
    "Drosophila": "drosophila",
    "Zebrafish": "zebrafish",
    "Mouse": "mouse",
    "mouse": "mouse",
    "Human": "human",
    "Silicon": "silicon",
}
_SCORES = ("0", "1", "2", "3")
#: A model counts as scored when at least half of its ten scores are given.
_MINIMUM_SCORES = 5


def derive(upstream: Upstream, corrections: Corrections) -> dict[str, list[dict]]:
    """Return the rows of the tables of models, their scores and sizes, and of simulations."""
    counts, speeds = _simulated_neurons(upstream, corrections)
    models: list[dict[str, Any]] = []
    sizes: list[dict[str, Any]] = []
    scores: dict[str, dict[str, int | None]] = {}
    taken: set[str] = set()
    source = {"source": "sobe2025-computational-models"}
    for line in upstream.read("simulations/computational-models.tsv"):
        given = {
            ours: whole(line[theirs])
            for theirs, ours in DIMENSIONS.items()
            if line[theirs] in _SCORES
        }
        if len(given) < _MINIMUM_SCORES:
            continue
        organism = line["Organism"]
        key = unique_key(slug(line["First Author"], line["Year"]), taken)
        if organism == "mouse":
            why = "upstream spells it lower-case, so that its figure dropped the row; read as Mouse"
            corrections.fix("simulation_models", key, "organism", organism, organism, why)
        models.append(
            {
                "model_id": key,
                "authors": line["First Author"],
                "year": calendar_year(line["Year"]),
                "organism": choice(organism, _ORGANISM),
                # Upstream's own figure draws the animal groups, spelt exactly, without silicon.
                "in_upstream_figure": organism not in ("mouse", "Silicon"),
                "url": first_word(line["Link"]),
            }
            | source
        )
        scores[key] = given
        if any((size := _size(line)).values()):
            sizes.append({"model_id": key} | size | source)
    order = list(_ORGANISM.values())
    models.sort(key=lambda m: (order.index(m["organism"]), m["year"], m["model_id"]))
    ranks = {model["model_id"]: rank for rank, model in enumerate(models)}
    return {
        "simulation_models": models,
        "capability_scores": [
            {
                "model_id": model["model_id"],
                "dimension": dimension,
                "score": scores[model["model_id"]].get(dimension),
            }
            | source
            for model in models
            for dimension in DIMENSIONS.values()
        ],
        "simulation_sizes": sorted(sizes, key=lambda size: ranks[size["model_id"]]),
        "simulated_neurons": counts,
        "simulation_speeds": speeds,
    }


#: Words for powers of ten in upstream's text.
_POWERS = {"": 0, "k": 3, "m": 6, "million": 6, "b": 9, "billion": 9, "t": 12, "trillion": 12}
_AMOUNT = re.compile(
    r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:\.[0-9]+)?) ?(k|m|b|t|million|billion|trillion|)"
    r"(?: neurons)?",
    re.IGNORECASE,
)
#: A power of ten that lost the sign of its exponent: 1.73*106 is 1.73 × 10⁶.
_POWER = re.compile(r"([0-9]+(?:\.[0-9]+)?)\*10([0-9]{1,2})")
#: A power of ten without any sign of its exponent, such as 106, may as well be a number.
_AMBIGUOUS = re.compile(r"10[0-9]{1,2}")
#: Milliseconds in a unit of time; upstream writes microseconds with either letter.
_UNITS = {"s": 1000, "ms": 1, "µs": 0.001, "μs": 0.001}
_STEP = re.compile(r"~?([0-9]+(?:\.[0-9]+)?) ?(ms|s|[µμ][sS])")
_SLOWDOWN = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?:x(?: slower)?)?")
_MINUTES = re.compile(r"([0-9]+) min simulated in ([0-9]+) hours")


def _size(line: Mapping[str, str]) -> dict[str, Any]:
    """Return what upstream states of a model's size and speed; None where it gives no number."""
    step, slowdown = line["Timestep"], line["Slowdown time (required for one biological second)"]
    # Two rows have the slowdown in the column of the time step.
    if step.endswith("x slower"):
        step, slowdown = "", step
    return {
        "neuron_model": _neuron_model(line["Type of Simulation"]),
        "neurons": _amount(line["Neurons (cited)"]),
        "synapses": _amount(line["Synapses"]),
        "time_step_ms": _milliseconds(step),
        "slowdown": _times_slower(slowdown),
    }


def _neuron_model(text: str) -> str | None:
    # A cell that was broken over lines has the word of blank cells at each break.
    return re.sub(r" none(?: none)+\b", "", one_line(text)) or None


def _amount(text: str) -> int | None:
    text = one_line(text)
    if _AMBIGUOUS.fullmatch(text):
        return None
    if found := _POWER.fullmatch(text):
        return round(float(found[1]) * 10 ** int(found[2]))
    if found := _AMOUNT.fullmatch(text):
        return round(float(found[1].replace(",", "")) * 10 ** _POWERS[found[2].lower()])
    return None


def _milliseconds(text: str) -> float | None:
    found = _STEP.fullmatch(one_line(text))
    # Rounded to nanoseconds: 20 µs are 0.02 ms, without the tail of a binary fraction.
    return round(float(found[1]) * _UNITS[found[2].lower()], 6) if found else None


def _times_slower(text: str) -> float | None:
    text = one_line(text)
    if found := _MINUTES.fullmatch(text):
        return float(found[2]) * 60 / float(found[1])
    found = _SLOWDOWN.fullmatch(text)
    return float(found[1]) if found else None


_TABLE = "simulated_neurons"
#: Counts that lost a superscript, or are otherwise not what the text next to them says:
#: (first author, year, upstream's number) → (ours, why).
_WRONG_COUNTS = {
    ("ccortex", 2003, 2020): (20_000_000_000, "2*10^10 lost its superscript"),
    ("frye", 2004, 265): (2_500_000, "2.5*10^6 lost its superscript"),
    ("djurfeldt", 2006, 235): (22_000_000, "2.2*10^7 lost its superscript"),
    ("frye", 2007, 848): (8_000_000, "8*10^6 lost its superscript"),
    ("johansson", 2007, 170): (1_600_000, "1.6*10^6 lost its superscript"),
    ("izhikevich", 2005, 1011): (100_000_000_000, "10^11 lost its superscript"),
    ("markram", 2006, 104): (10_000, "10^4 lost its superscript"),
    ("yang", 2022, 40_000_000): (4_000_000, "the text next to it says 4 million"),
    ("simeon", 2024, 300): (302, "the same paper's other row gives the exact count"),
}
#: What is counted where it is not neurons simulated at once.
_UNIT = {
    ("prinz", 2003): "model_variants",
    ("marder", 2011): "model_variants",
    ("taylor", 2009): "model_variants",
    ("breakspear", 2010): "oscillators",
    ("dumoulin", 2008): "voxels",
    ("rosen", 2023): "cells",
}
#: Where the number is not the whole model's.
_BASIS = dict.fromkeys(
    (
        ("harris", 2002),
        ("davies", 2018),
        ("schwalger", 2017),
        ("rybak", 2015),
        ("lytton", 2008),
        ("molyneaux", 2007),
        ("terman", 2002),
    ),
    "per_unit",
) | dict.fromkeys(
    (("kasabov", 2014), ("benjamin", 2014), ("yavuz", 2016), ("dai", 2020)), "upper_end"
)
_CATEGORY = {
    "Specialized/Hybrid": "specialised",
    "Integrate-and-Fire": "integrate_and_fire",
    "Simple Abstract": "abstract",
    "Detailed Biophysical": "detailed_biophysical",
    "Intermediate Complexity": "intermediate",
    "Unknown": None,
}


def _simulated_neurons(
    upstream: Upstream, corrections: Corrections
) -> tuple[list[dict], list[dict]]:
    """Return one row per simulation, and what is stated of their size and speed.

    Rows of upstream's that say the same become one; the first statement counts.
    """
    found: dict[tuple, dict] = {}
    stated: dict[tuple, dict[str, Any]] = {}
    years: dict[tuple[str, str], str] = {}
    links: dict[tuple[str, str], list[str]] = {}
    for model in upstream.read("simulations/computational-models.tsv"):
        author = _author(model["First Author"])
        years[author, model["Neurons (cited)"]] = model["Year"]
        links[author, model["Year"]] = model["Link"].split()
    for line in upstream.read("simulations/neuron-simulations.tsv"):
        label = one_line(line["Simulation/Initiative"]).strip("() ").rstrip(".")
        parts = _parts(line, label, corrections, years)
        for row in parts:
            name = (row["author_key"], row["year"], row["neurons"])
            kept = found.setdefault(name, row)
            # Where a row is of two systems, its text does not say which one it is about.
            for column, value in _speed(line).items() if len(parts) == 1 else ():
                if value is not None:
                    stated.setdefault(name, {}).setdefault(column, value)
            if kept is not row:
                kept["url"] = kept["url"] or row["url"]
                same = f"the same simulation as {slug(kept['author_key'], kept['year'])}"
                corrections.drop(_TABLE, f"{label}: {one_line(line['Neurons'])}", same)
    taken: set[str] = set()
    rows = sorted(found.values(), key=itemgetter("year", "author_key", "neurons"))
    speeds = []
    for row in rows:
        author = row.pop("author_key")
        row["simulation_id"] = unique_key(slug(author, row["year"]), taken)
        if said := stated.get((author, row["year"], row["neurons"])):
            speed: dict[str, Any] = {name: said.get(name) for name in _SPEEDS}
            speed |= {name: row[name] for name in ("simulation_id", "source")}
            speeds.append(speed)
        link = links.get((author, str(row["year"])))
        if row["url"] is None and link:
            why = "upstream's models table links the paper of the same first author and year"
            row["url"] = corrections.fix(_TABLE, row["simulation_id"], "url", "", link[0], why)
        row["evidence"] = _evidence(author, row["url"])
    return rows, speeds


#: Our columns of table ``simulation_speeds``, by upstream's, and how each is read.
_SPEEDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "neuron_model": ("Type of Simulation", _neuron_model),
    "synapses": ("Synapses", _amount),
    "time_step_ms": ("Timestep", _milliseconds),
    "slowdown": ("Slowdown time (required for one biological second)", _times_slower),
}


def _speed(line: Mapping[str, str]) -> dict[str, Any]:
    """Return what a row of upstream's list states of a simulation; None where no number."""
    said = {ours: read(line[theirs]) for ours, (theirs, read) in _SPEEDS.items()}
    unknown = (said["neuron_model"] or "").lower() in ("unkown", "unknown")
    return said | {"neuron_model": None} if unknown else said


def _author(text: str) -> str:
    return slug(text).split("-")[0]


def _parts(line: dict, label: str, corrections: Corrections, years: dict) -> list[dict]:
    """Return the simulations that one of upstream's rows speaks of: none, one, or two."""
    raw, count = one_line(line["Neurons"]), number(line["# of Neurons"])
    authors = label.replace("Blue Brain Project (", "")
    author, stated = _author(authors), re.search(r"\b(19|20)\d\d\b", label)
    year = whole(stated[0] if stated else years.get((author, line["Neurons"]), ""))
    why, parts = None, []
    if count is None:
        raw, why = raw or "no number", "gives no number of neurons"
    elif label.startswith("Click or tap"):
        why = "names neither authors nor a year"
    elif count == 1:
        why = "a model of single neurons; its 1 is a code, not a count"
    elif author == "vogelstein":
        # Two systems are in one row; the number is the second one's.
        why = "two systems in one row; split into vogelstein-2007 and park-2011"
        parts = [
            _record(line, "vogelstein", "Vogelstein et al.", 2007, 4_800, corrections),
            _record(line, "park", "Park et al.", 2011, 262_000, corrections) | {"url": None},
        ]
    elif (author, year, count) == ("shiu", 2023, 125_000):
        why = "the same simulation as shiu-2024 (its preprint)"
    if why:
        corrections.drop(_TABLE, f"{label}: {raw}", why)
        return parts
    if year is None:
        refuse(line["Simulation/Initiative"], "a year, here or in the table of models")
    if not stated:
        why = "upstream's models table dates the same model"
        corrections.fix(_TABLE, slug(author, year), "year", "n.d.", year, why)
    authors = re.sub(r"(\(?\b(19|20)\d\d\)?|n\.d)\b.*$", "", authors).strip(" ,.(")
    return [_record(line, author, _authors(authors), year, count, corrections)]


#: Hosts of personal pages.
_PERSONAL_PAGES = ("izhikevich.org", "modha.org")
#: Simulations that only the company that sells them describes.
_COMPANIES = ("ccortex",)


def _evidence(author: str, url: str | None) -> str:
    """Return who states the count: a publication, a personal page, a company, or unknown."""
    if author in _COMPANIES:
        return "company"
    if url is None:
        return "no_link"
    return "personal_page" if any(host in url for host in _PERSONAL_PAGES) else "publication"


def _authors(text: str) -> str:
    text = re.sub(r"et al[.,]*", "et al.", text)
    return re.sub(r",\s*[A-Z]\. [A-Z]\b\.?", "", text).replace(", and ", " and ")


def _record(
    line: dict, author: str, authors: str, year: int, count: float, corrections: Corrections
) -> dict:
    """Return the row of one simulation, with its count corrected."""
    if (author, year, int(count)) in _WRONG_COUNTS:
        ours, why = _WRONG_COUNTS[author, year, int(count)]
        why += f"; upstream's text: {one_line(line['Neurons'])}"
        count = corrections.fix(
            _TABLE, slug(author, year), "neurons", line["# of Neurons"], ours, why
        )
    return {
        "author_key": author,
        "authors": authors,
        "year": year,
        "neurons": int(count),
        "unit_counted": _UNIT.get((author, year), "neurons"),
        "count_basis": _BASIS.get((author, year), "whole_model"),
        "model_class": choice(line["Category"], _CATEGORY),
        "url": next(iter(line["Link"].split()), None),
        "source": "sobe2025-neuron-simulations",
    }
