"""Simulation capability (models × ten dimensions) and the number of neurons simulated."""

from __future__ import annotations

import re

from .common import DeriveError, Ledger, Upstream, number, one_line, slug, unique_key

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
#: A model counts as scored when at least half of its ten scores are given.
_MINIMUM_SCORES = 5


def derive(upstream: Upstream, ledger: Ledger) -> dict[str, list[dict]]:
    models, scores, taken = [], [], set()
    for line in upstream.read("simulations/computational-models.tsv"):
        given = {
            ours: line[theirs]
            for theirs, ours in DIMENSIONS.items()
            if line[theirs] in "0123" and line[theirs]
        }
        if len(given) < _MINIMUM_SCORES:
            continue
        key = unique_key(slug(line["First Author"], line["Year"]), taken)
        organism = _ORGANISM[line["Organism"]]
        if line["Organism"] == "mouse":
            ledger.fix(
                "simulation_models",
                key,
                "organism",
                "mouse",
                "mouse",
                "upstream spells it lower-case, so that its figure dropped the row; read as Mouse",
            )
        # Upstream's own figure draws the five animal groups, spelt exactly, without silicon.
        drawn = line["Organism"] in ("C. elegans", "Drosophila", "Zebrafish", "Mouse", "Human")
        models.append(
            {
                "model_id": key,
                "authors": line["First Author"],
                "year": number(line["Year"]),
                "organism": organism,
                "in_upstream_figure": drawn,
                "url": line["Link"].split()[0],
                "source": "sobe2025-computational-models",
            }
        )
        for dimension in DIMENSIONS.values():
            score = int(given[dimension]) if dimension in given else None
            scores.append(
                {
                    "model_id": key,
                    "dimension": dimension,
                    "score": score,
                    "source": "sobe2025-computational-models",
                }
            )
    models.sort(
        key=lambda m: (list(_ORGANISM.values()).index(m["organism"]), m["year"], m["model_id"])
    )
    order = [m["model_id"] for m in models]
    dims = list(DIMENSIONS.values())
    scores.sort(key=lambda s: (order.index(s["model_id"]), dims.index(s["dimension"])))
    return {
        "simulation_models": models,
        "capability_scores": scores,
        "simulated_neurons": _simulated_neurons(upstream, ledger),
    }


_TABLE = "simulated_neurons"
#: Counts that lost a superscript, or are otherwise not what the text beside them says:
#: (first author, year, upstream's number) → (ours, why).
_WRONG_COUNTS = {
    ("ccortex", 2003, 2020): (20_000_000_000, "2*10^10 lost its superscript"),
    ("frye", 2004, 265): (2_500_000, "2.5*10^6 lost its superscript"),
    ("djurfeldt", 2006, 235): (22_000_000, "2.2*10^7 lost its superscript"),
    ("frye", 2007, 848): (8_000_000, "8*10^6 lost its superscript"),
    ("johansson", 2007, 170): (1_600_000, "1.6*10^6 lost its superscript"),
    ("izhikevich", 2005, 1011): (100_000_000_000, "10^11 lost its superscript"),
    ("markram", 2006, 104): (10_000, "10^4 lost its superscript"),
    ("yang", 2022, 40_000_000): (4_000_000, "the text beside it says 4 million"),
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
_BASIS = {
    ("harris", 2002): "per_unit",
    ("davies", 2018): "per_unit",
    ("schwalger", 2017): "per_unit",
    ("rybak", 2015): "per_unit",
    ("lytton", 2008): "per_unit",
    ("molyneaux", 2007): "per_unit",
    ("terman", 2002): "per_unit",
    ("kasabov", 2014): "upper_end",
    ("benjamin", 2014): "upper_end",
    ("yavuz", 2016): "upper_end",
    ("dai", 2020): "upper_end",
}
_CATEGORY = {
    "Specialized/Hybrid": "specialised",
    "Integrate-and-Fire": "integrate_and_fire",
    "Simple Abstract": "abstract",
    "Detailed Biophysical": "detailed_biophysical",
    "Intermediate Complexity": "intermediate",
    "Unknown": None,
}


def _simulated_neurons(upstream: Upstream, ledger: Ledger) -> list[dict]:
    found: dict[tuple, dict] = {}
    years_elsewhere = {
        (slug(line["First Author"]).split("-")[0], line["Neurons (cited)"]): line["Year"]
        for line in upstream.read("simulations/computational-models.tsv")
    }
    for line in upstream.read("simulations/neuron-simulations.tsv"):
        label = one_line(line["Simulation/Initiative"]).strip("() ").rstrip(".")
        for row in _parts(line, label, ledger, years_elsewhere):
            same = (row["author_key"], row["year"], row["neurons"])
            if same in found:
                kept = found[same]
                kept["url"] = kept["url"] or row["url"]
                kept["evidence"] = _evidence(kept["author_key"], kept["url"])
                ledger.drop(
                    _TABLE,
                    f"{label}: {one_line(line['Neurons'])}",
                    f"the same simulation as {kept['simulation_id']}",
                )
            else:
                row["simulation_id"] = slug(row["author_key"], row["year"])
                found[same] = row
    links_elsewhere = {
        (slug(line["First Author"]).split("-")[0], line["Year"]): line["Link"].split()
        for line in upstream.read("simulations/computational-models.tsv")
    }
    taken: set[str] = set()
    rows = sorted(found.values(), key=lambda r: (r["year"], r["author_key"], r["neurons"]))
    for row in rows:
        row["simulation_id"] = unique_key(row["simulation_id"], taken)
        link = links_elsewhere.get((row["author_key"], str(row["year"])))
        if row["url"] is None and link:
            why = "upstream's models table links the paper of the same first author and year"
            row["url"] = ledger.fix(_TABLE, row["simulation_id"], "url", "", link[0], why)
            row["evidence"] = _evidence(row["author_key"], row["url"])
        del row["author_key"]
    return rows


def _parts(line: dict, label: str, ledger: Ledger, years_elsewhere: dict):
    """The simulations that one of upstream's rows speaks of: none, one, or two."""
    author = slug(label.replace("Blue Brain Project (", "")).split("-")[0]
    raw, count, year = (
        one_line(line["Neurons"]),
        number(line["# of Neurons"]),
        re.search(r"\b(19|20)\d\d\b", label),
    )
    if count is None:
        return (
            ledger.drop(_TABLE, f"{label}: {raw or 'no number'}", "gives no number of neurons")
            or []
        )
    if label.startswith("Click or tap"):
        return ledger.drop(_TABLE, f"{label}: {raw}", "names neither authors nor a year") or []
    if count == 1:
        return (
            ledger.drop(
                _TABLE, f"{label}: {raw}", "a model of single neurons; its 1 is a code, not a count"
            )
            or []
        )
    if author == "vogelstein":
        # Two systems stand stacked in one row; the number is the second one's.
        ledger.drop(
            _TABLE,
            f"{label}: {raw}",
            "two systems in one row; split into vogelstein-2007 and park-2011",
        )
        return [
            _record(line, "vogelstein", "Vogelstein et al.", 2007, 4_800, ledger),
            _record(line, "park", "Park et al.", 2011, 262_000, ledger)
            | {"url": None, "evidence": "no_link"},
        ]
    if year is None:
        elsewhere = years_elsewhere.get((author, line["Neurons"]))
        if not elsewhere:
            raise DeriveError(f"{label}: no year, and none in the models table")
        ledger.fix(
            _TABLE,
            slug(author, elsewhere),
            "year",
            "n.d.",
            int(elsewhere),
            "upstream's models table dates the same model",
        )
        year_number = int(elsewhere)
    else:
        year_number = int(year.group(0))
    if (author, year_number, count) == ("shiu", 2023, 125_000):
        return (
            ledger.drop(
                _TABLE, f"{label}: {raw}", "the same simulation as shiu-2024 (its preprint)"
            )
            or []
        )
    authors = re.sub(
        r"[,.\s]*(\(?\b(19|20)\d\d\)?|n\.d)\b.*$", "", label.replace("Blue Brain Project (", "")
    ).strip(" ,.(")
    return [_record(line, author, _authors(authors), year_number, count, ledger)]


#: Hosts of pages that a person keeps for himself.
_PERSONAL_PAGES = ("izhikevich.org", "modha.org")
#: Simulations that only the company that sells them tells of.
_COMPANIES = ("ccortex",)


def _evidence(author: str, url: str | None) -> str:
    """Whose word the count is: a publication's, a personal page's, a company's, or unknown."""
    if author in _COMPANIES:
        return "company"
    if url is None:
        return "no_link"
    return "personal_page" if any(host in url for host in _PERSONAL_PAGES) else "publication"


def _authors(text: str) -> str:
    text = re.sub(r"et al[.,]*", "et al.", text)
    return re.sub(r",\s*[A-Z]\. [A-Z]\b\.?", "", text).replace(", and ", " and ")


def _record(line: dict, author: str, authors: str, year: int, count: float, ledger: Ledger) -> dict:
    key = slug(author, year)
    ours, why = _WRONG_COUNTS.get((author, year, int(count)), (None, None))
    if ours is not None:
        count = ledger.fix(
            _TABLE,
            key,
            "neurons",
            line["# of Neurons"],
            ours,
            f"{why}; upstream's text: {one_line(line['Neurons'])}",
        )
    url = line["Link"].split()
    return {
        "author_key": author,
        "authors": authors,
        "year": year,
        "neurons": int(count),
        "unit_counted": _UNIT.get((author, year), "neurons"),
        "count_basis": _BASIS.get((author, year), "whole_model"),
        "model_class": _CATEGORY[line["Category"]],
        "evidence": _evidence(author, url[0] if url else None),
        "url": url[0] if url else None,
        "source": "sobe2025-neuron-simulations",
    }
