"""Cost of reconstructing the wiring of a neuron: nine budgets, estimates and illustrations."""

from __future__ import annotations

import re

from .cells import calendar_year, choice, number
from .common import Corrections, DeriveError, Upstream, one_line

_SOURCE = "sobe2025-neuron-reconstruction-estimates"
_KINDS = {"Budget": "budget", "Estimate": "estimate", "Illustration": "illustration"}
#: Upstream's label → our key, and its organism.
_ROWS = {
    "C. elegans (White et al 1986)": ("worm-1986", "c_elegans"),
    "Fruitfly Zheng et al, 2018 (Murthy, Seung, et al., 2024)": ("fly-2018", "drosophila"),
    "Zebrafish (Svara et al., 2022)": ("zebrafish-2021", "zebrafish_larva"),
    "Mouse, BRAIN CONNECTS 10 mm^3 (NIH, 2024)": ("mouse-10mm3-2024", "mouse"),
    "Mouse, Wellcome Trust Report Estimate (10nm isotropic)": ("mouse-wellcome-2023", "mouse"),
    "Mouse, 15nm isotropic with current proofreading (EM)": ("mouse-em15-2025", "mouse"),
    "Mouse, 1000x less proofreading: EM 10nm isotropic": ("mouse-em10-2030", "mouse"),
    "Mouse, 1000x less proofreading: EM 15nm isotropic": ("mouse-em15-2030", "mouse"),
    "Mouse, 1000x less proofreading: ExM 15nm isotropic": ("mouse-exm15-2030", "mouse"),
}


def derive(upstream: Upstream, corrections: Corrections) -> dict[str, list[dict]]:
    """Return the rows of the table of costs."""
    rows = [
        _row(line, corrections)
        for line in upstream.read("costs/neuron-reconstruction-estimates.tsv")
    ]
    if len(rows) != len(_ROWS):
        raise DeriveError(f"expected {len(_ROWS)} cost rows, found {len(rows)}")
    return {"reconstruction_costs": sorted(rows, key=lambda r: (r["year"], r["estimate_id"]))}


def _row(line: dict[str, str], corrections: Corrections) -> dict:
    label = one_line(line["Organism"])
    key, organism = choice(line["Organism"], _ROWS, label)
    nominal = number(line["Estimate total costs pre Inflation adjustment"])
    adjusted = number(
        line[
            "Approximate inflation adjusted order of magnitude total costs "
            "for scanning and tracing ($)"
        ]
    )
    modality = re.search(r"\b(ExM|EM)\b", label)
    note = line["Note"]
    return {
        "estimate_id": key,
        "kind": choice(line["Type"], _KINDS),
        "organism": organism,
        "label": label,
        "year": calendar_year(line["Year"]),
        "neurons": number(line["Neurons"]),
        "total_nominal_usd": nominal,
        "total_adjusted_usd": adjusted,
        "inflation_adjustment": _adjustment(nominal, adjusted),
        "cost_per_neuron_usd": number(line["Cost / Neuron"]),
        "project_years": number(line["Time (y)"])
        or _assumed(note, r"(?<!\d)(\d+) year project", 1),
        "modality": modality[0] if modality else None,
        "voxel_nm": _assumed(label, r"(?<!\d)(\d+)\s*nm isotropic", 1),
        "proofreading": _proofreading(corrections, key, label, note),
        "volume_mm3": _assumed(note, r"(?<!\d)(\d+)mm3", 1)
        or _assumed(label, r"(?<!\d)(\d+) mm\^3", 1),
        "microscopes_usd": _assumed(note, r"\$(\d+)M for microscopes", 1e6),
        "staff_usd_per_year": _assumed(note.replace(",", ""), r"employment costs of (\d+)", 1),
        "source": _SOURCE,
    }


def _adjustment(nominal, adjusted) -> str:
    if adjusted is None:
        return "no_total"
    return "adjusted" if adjusted != nominal else "not_adjusted"


def _assumed(text: str, pattern: str, factor: float):
    found = re.search(pattern, text)
    return int(int(found[1]) * factor) if found else None


def _proofreading(corrections: Corrections, key: str, label: str, note: str):
    theirs = "current proofreading costs"
    if theirs not in note:
        return None
    if "1000x less proofreading" not in label:
        return "current"
    why = (
        "the row's own label says a thousand-fold less proofreading; the note was repeated in all"
        " five mouse rows"
    )
    return corrections.fix("reconstruction_costs", key, "proofreading", theirs, "1000x_less", why)
