"""Recordings of neural activity over time, recording coverage, and imaged volumes."""

from __future__ import annotations

import math
import re
from typing import Any

from .cells import Line, calendar_year, choice, given, number, refuse, whole
from .common import Corrections, Upstream, apply_seen, bare_doi, slug, unique_key
from .organisms import book_neurons

_METHOD = {
    "Ephys": "electrophysiology",
    "extracellular_electrophysiology": "electrophysiology",
    "Imaging": "fluorescence_imaging",
    "calcium_imaging": "fluorescence_imaging",
}
#: Upstream's word for who compiled a row; a person without a publication counts as upstream.
_COMPILER = {"Stevenson": "stevenson2011", "S&K": "stevenson2011", "Urai": "urai2022"}
#: Upstream's two recording tables give one paper two DOIs; the second is the registered one.
_SAME_PAPER = {"10.1016/j.jneumeth.2017.01.016": "10.1016/j.jneumeth.2017.07.001"}


def derive(upstream: Upstream, corrections: Corrections) -> dict[str, list[dict]]:
    """Return the rows of the tables of recordings, of their coverage, and of imaged volumes."""
    recordings = _recordings(upstream, corrections)
    _doubt_one_rate(recordings, corrections)
    return {
        "recordings": recordings,
        "recording_coverage": _coverage(upstream, corrections),
        "imaging_datasets": _imaging(upstream, corrections),
    }


def _recordings(upstream: Upstream, corrections: Corrections) -> list[dict]:
    rows: dict[str, dict] = {}
    for line in upstream.read("recordings/neural-information-rate.tsv"):
        doi = bare_doi(line["doi"])
        rows[_SAME_PAPER.get(doi, doi)] = {
            "authors": line["Authors"],
            "title": line["title"],
            "year": calendar_year(line["Year"]),
            "month": _month(line["Month"]),
            "submission_date": "" if line["Year"] else _submitted(line["initial_submission"]),
            "method": choice(line["Method"] or line["normalized_technology"], _METHOD),
            "neurons": whole(line["normalized_best_yield"]),
            "temporal_resolution_hz": number(line["effective_temporal_resolution_hz"]),
            "information_rate_per_s": number(line["calculated_information_rate"]),
            "compiled_by": line["source"],
            "doi": doi,
        }
    for line in upstream.read("recordings/neural-recordings.tsv"):
        doi, neurons, year = (
            bare_doi(line["DOI"]),
            whole(line["Neurons"]),
            calendar_year(line["Year"]),
        )
        if known := rows.get(doi):
            if known["neurons"] != neurons or known["year"] not in (None, year):
                other = f"{known['neurons']} neurons and the year {known['year']}"
                problem = f"upstream's two tables disagree on recording {doi or '(no DOI)'}"
                refuse(line["Neurons"], f"{other}, as in the other table", problem)
            if known["doi"] != doi:
                _merge_doi(corrections, known, doi)
            continue
        rows[doi or line["DOI"]] = {
            "authors": line["Authors"],
            "year": year,
            "month": _month(line["Month"]),
            "method": choice(line["Method"], _METHOD),
            "neurons": neurons,
            "information_rate_per_s": None,
            "compiled_by": line["Source"],
            "doi": doi,
            "url": "" if doi else line["DOI"],
        }

    def year_of(row):
        return row["year"] or int(row["submission_date"][:4])

    taken: set[str] = set()
    ordered = sorted(
        rows.values(), key=lambda r: (year_of(r), r["month"] or 0, r["doi"] or r.get("url", ""))
    )
    for row in ordered:
        first = re.split(r"\bet al|,| and ", row["authors"] or row["compiled_by"])[0]
        row["recording_id"] = unique_key(slug(first, year_of(row)), taken)
        row["date_status"] = "published" if row["year"] else "submitted_only"
        row["rate_status"] = "given"
        if row["information_rate_per_s"] is None:
            lacking = "neuron_count" if row["neurons"] is None else "temporal_resolution"
            row["rate_status"] = f"no_{lacking}"
        row["source"] = _COMPILER.get(row["compiled_by"], "sobe2025-recordings")
    return ordered


def _month(cell: str) -> int | None:
    month = whole(cell)
    if month is not None and not 1 <= month <= 12:
        refuse(cell, "a month, 1 to 12")
    return month


def _submitted(cell: str) -> str:
    """Return the date of a row that has no year."""
    if not re.fullmatch(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", cell):
        refuse(cell, "a date written YYYY-MM-DD, as the row has no year")
    return cell


def _doubt_one_rate(rows: list[dict], corrections: Corrections) -> None:
    """Record that one method's rates are all the same number, which no recording measured."""
    every = [r.get("temporal_resolution_hz") for r in rows if r["method"] == "electrophysiology"]
    rates = [rate for rate in every if rate is not None]
    if len(rates) > 1 and len(set(rates)) == 1:
        why = f"the same in all {len(rates)} rated rows of the method: assigned, not measured"
        corrections.doubt(
            "recordings", "every row of electrophysiology", "temporal_resolution_hz", rates[0], why
        )


def _merge_doi(corrections: Corrections, known: dict, doi: str) -> None:
    key = slug(known["authors"], known["year"])
    why = (
        "the two recording tables give two DOIs for one paper; this one is in the table "
        "compiled by hand"
    )
    known["doi"] = corrections.fix("recordings", key, "doi", known["doi"], doi, why)


_ORGANISM = {
    "C. elegans": "c_elegans",
    "Zebrafish Larvae": "zebrafish_larva",
    "Drosophila": "drosophila",
    "Mouse": "mouse",
}
_IMAGING = {"Calcium": "calcium_imaging", "Voltage": "voltage_imaging"}
_PREPARATION = {"moving": "moving", "fixated": "fixated", "fixiated": "fixated"}
#: Columns of the coverage table and of the detailed reference table it came from.
_COVERAGE = {
    "neurons": ("Number of neurons", "Number of neurons"),
    "temporal_resolution_hz": ("Temporal resolution: Hz", "Temporal resolution: Hz"),
    "session_min": ("Duration single session min", "Duration single session min per Individual"),
    "total_min": (
        "Duration total repeated sessions min",
        "Duration total repeated sessions per individual min",
    ),
}
_STATUS = {
    "temporal_resolution_hz": "temporal_resolution_status",
    "session_min": "session_status",
    "total_min": "total_status",
}


def _coverage(upstream: Upstream, corrections: Corrections) -> list[dict]:
    """Return one row per recording, with the values that its paper states.

    A value counts as the paper's if the reference table has it. The summary table has one number
    per organism where the reference table has a blank (15 and 120 minutes for each worm, 1 Hz for
    most), so a value that is only there is unconfirmed.
    """
    references = upstream.read("recordings/neural-dynamics-references.tsv")
    rows: list[dict[str, Any]] = []
    taken: set[str] = set()
    totals = book_neurons(upstream)
    for line in upstream.read("recordings/neurodynamics-papers.tsv"):
        label = f"{line['First author']} {line['Year']}"
        if line["Method"] == "fMRI":
            corrections.drop("recording_coverage", f"{label}: fMRI", "voxels, not single neurons")
            continue
        reference = _reference(references, line)
        key = unique_key(slug(line["First author"], line["Year"], line["Method"]), taken)
        organism = line["Organism"]
        if not organism and reference:
            why, organism = "blank here; the reference table names it", reference["Organism"]
            corrections.fix("recording_coverage", key, "organism", "", organism, why)
        if line["Fixated / moving"] == "fixiated":
            corrections.fix(
                "recording_coverage", key, "preparation", "fixiated", "fixated", "misspelt"
            )
        row = {
            "coverage_id": key,
            "authors": line["First author"],
            "year": calendar_year(line["Year"]) or refuse(line["Year"], "a year"),
            "organism": choice(organism, _ORGANISM),
            "method": choice(line["Method"], _IMAGING),
            "preparation": choice(line["Fixated / moving"], _PREPARATION),
            "individuals": whole(line["Individuals studied"]),
            "doi": _registered_doi(line["DOI/Link"], key, corrections),
            "url": line["DOI/Link"],
            "source": "sobe2025-neurodynamics-papers",
        }
        row |= _stated_values(line, reference, key, corrections)
        row |= dict.fromkeys(("counted", "region", "age", "paper_claim"))
        rows.append(row)
    given = apply_seen({row["coverage_id"]: row for row in rows}, "recording_coverage", corrections)
    for row in rows:
        row["counted"] = row["counted"] or _counted(row, totals)
        for column, status in _STATUS.items():
            if (row["coverage_id"], column) in given:
                row[status] = "confirmed"
    _coverage_doubts(rows, corrections)
    order = list(_ORGANISM.values())
    return sorted(rows, key=lambda r: (order.index(r["organism"]), r["year"], r["coverage_id"]))


def _registered_doi(link: str, key: str, corrections: Corrections) -> str | None:
    """Return the registered form of a link's DOI, or None; a Nature article's from its name."""
    doi = bare_doi(link)
    if version := re.fullmatch(r"(10\.1101/.*?)v\d+", doi):
        why = "v1 is the preprint's version, which is no part of the registered DOI"
        return corrections.fix("recording_coverage", key, "doi", doi, version[1], why)
    if article := re.search(r"nature\.com/articles/(s\d{5}-\d{3}-\d{5}-\w)$", link):
        why = "the link names the article, and the publisher's DOI is 10.1038/ and that name"
        return corrections.fix("recording_coverage", key, "doi", "", f"10.1038/{article[1]}", why)
    return doi or None


#: Tables give a number of cells as a share, of at most two decimals, of all neurons.
_SHARES_KEPT = 100
#: Fewer than this many counted things, and such a share is likely by chance.
_LEAST_FOR_A_SHARE = 10_000


def _counted(row: dict, totals: dict[str, int]) -> str:
    """Return what the row's number counts, as far as its form tells.

    A count that is exactly a whole percentage of the organism's neurons, and is not itself a
    round number, is a share multiplied by a total. Of the counts for the larval zebrafish,
    whose total is 100,000, every round number is such a share, so the form tells nothing.
    """
    total = totals[row["organism"]]
    percent = row["neurons"] / total * _SHARES_KEPT
    is_share = abs(percent - round(percent)) < 1e-9 and percent >= 1
    if is_share and row["neurons"] >= _LEAST_FOR_A_SHARE and not re.fullmatch("10*", str(total)):
        return "fraction_times_total"
    return "not_stated"


def _coverage_doubts(rows: list[dict], corrections: Corrections) -> None:
    """Record counts that are not counts of cells, and counts that more than one paper shares."""

    def doubt(row, column, why):
        corrections.doubt("recording_coverage", row["coverage_id"], column, row[column], why)

    seen: dict[tuple, set[str]] = {}
    for row in rows:
        seen.setdefault((row["organism"], row["neurons"]), set()).add(row["doi"])
    for row in rows:
        if row["authors"] == "Fores-Valle":
            why = (
                "a public list of references has Flores-Valle for this DOI; the paper itself was "
                "not seen"
            )
            doubt(row, "authors", why)
        if row["counted"] == "fraction_times_total" and row["organism"] == "drosophila":
            why = (
                "exactly a whole percentage of 140,000 neurons: it looks like a share of the "
                "brain times a total"
            )
            doubt(row, "neurons", why)
        elif len(seen[row["organism"], row["neurons"]]) > 1:
            why = "other papers of the table, by other methods, have the same number"
            doubt(row, "neurons", why)
        posted = re.match(r"10\.1101/(\d{4})\.", row["doi"] or "")
        if posted and not 0 <= row["year"] - int(posted[1]) <= 1:
            doubt(row, "year", f"its DOI is of a preprint posted in {posted[1]}")


def _stated_values(line: dict, reference: dict | None, key: str, corrections: Corrections) -> dict:
    """Return the values of a recording, and whether its paper states them."""
    values = {}
    for column, (summary, detailed) in _COVERAGE.items():
        value, stated = number(line[summary]), number(reference[detailed]) if reference else None
        if None not in (value, stated) and stated != value:
            why = "the reference table, which gives the paper's own numbers, says otherwise"
            corrections.fix("recording_coverage", key, column, line[summary], stated, why)
        values[column] = value if stated is None else stated
        if column in _STATUS:
            confirmed = "unconfirmed" if stated is None else "confirmed"
            values[_STATUS[column]] = "missing" if values[column] is None else confirmed
    return values


def _paper(line: dict) -> str:
    return bare_doi(line["DOI/Link"]) or line["DOI/Link"]


def _reference(references: list[Line], line: dict) -> dict | None:
    """Return the row of the same first author and method, with the same paper or else year."""
    alike = [r for r in references if all(r[c] == line[c] for c in ("First author", "Method"))]
    found = [r for r in reversed(alike) if _paper(r) == _paper(line)]
    found += [r for r in alike if calendar_year(r["Year"]) == calendar_year(line["Year"])]
    return found[0] if found else None


def _imaging(upstream: Upstream, corrections: Corrections) -> list[dict]:
    rows: list[dict[str, Any]] = []
    taken: set[str] = set()
    for line in upstream.read("external/bosch-et-al/neuroimaging-speed.tsv"):
        if line["released_year"] == "year":  # the units row
            continue
        key = unique_key(slug(line["map_comment"], line["mapName"]), taken)
        doi, rate = bare_doi(line["doi"]), line["imagingRate"]
        row = {
            "dataset_id": key,
            "dataset": line["mapName"],
            "year": calendar_year(line["released_year"]),
            "authors": re.split(r"\d{4}", line["map_comment"])[0].rstrip(),
            "doi": doi,
            "url": "" if doi else line["doi"],
            "technique": line["img_tech"].replace(" - ", "-"),
            "species": {"zebrafinsh": "zebra finch"}.get(line["species"], line["species"]),
            "region": line["region"],
            "volume_mm3": given(line["fov_mm3"]),
            "voxel_x_nm": given(line["vx_x_nm"]),
            "voxel_y_nm": given(line["vx_y_nm"]),
            "voxel_z_nm": given(line["vx_z_nm"]),
            "voxels": given(line["dsSize_nVx"]),
            "imaging_rate_mvoxel_per_s": None if rate == "undisclosed" else number(rate),
            "source": "bosch2024",
        }
        if line["species"] == "zebrafinsh":
            corrections.fix(
                "imaging_datasets", key, "species", "zebrafinsh", "zebra finch", "misspelt"
            )
        _check_voxels(row, corrections)
        _check_year(row, line["map_comment"], corrections)
        rows.append(row)
    _imaging_doubts(rows, corrections)
    return sorted(rows, key=lambda r: (r["year"], r["dataset_id"]))


def _check_year(row: dict, label: str, corrections: Corrections) -> None:
    """Correct a year of release that is not the one in the row's own label."""
    stated = re.search(r"\b(19|20)\d\d\b", label)
    if stated and int(stated[0]) != row["year"]:
        why = f"the row's own label, {label}, and the DOI's number say otherwise"
        row["year"] = corrections.fix(
            "imaging_datasets", row["dataset_id"], "year", row["year"], int(stated[0]), why
        )


#: Volumes that do not fit their species or their paper: dataset → why.
_VOLUME_DOUBTS = {
    "scheffer-2020-flybrain-hemibrain": (
        "exactly a cube of 0.25 mm; the released image has 34,431 × 39,743 × 41,407 voxels of "
        "8 nm, 1.9 times as many, margins included"
    ),
    "tobin-2017-flybrain-antennalobe": (
        "36% of the 0.08 mm³ that the report gives for the whole brain, though its region is the "
        "antennal lobe"
    ),
    "white-1986-nematode": (
        "26 times the 0.002 mm³ that the report gives for the worm's brain; its region is the "
        "organism, whose volume no source seen gives"
    ),
    "zheng-2018-flybrain-adult": (
        "the paper's title says the complete adult brain, and this is a quarter of the 0.08 mm³ "
        "that the report gives for it; the imaged volume was not seen in a source"
    ),
    "hildebrand-2017-zebrafishbrain-larva": (
        "3.7 times the 0.08 mm³ that the report gives for the larva's brain, though its region "
        "is the brain"
    ),
}


def _imaging_doubts(rows: list[dict], corrections: Corrections) -> None:
    """Record volumes that do not fit, and data sets that are counted twice."""
    first: dict[tuple, str] = {}
    for row in rows:
        key = row["dataset_id"]
        if why := _VOLUME_DOUBTS.get(key):
            seen = "hemibrain-voxels" if key == "scheffer-2020-flybrain-hemibrain" else ""
            corrections.doubt("imaging_datasets", key, "volume_mm3", row["volume_mm3"], why, seen)
        same = first.setdefault((row["volume_mm3"], row["voxels"], row["species"]), key)
        if same != key:
            why = f"volume, voxels and rate equal those of {same}: one data set, counted twice"
            corrections.doubt("imaging_datasets", key, "dataset", row["dataset"], why)


def _check_voxels(row: dict, corrections: Corrections) -> None:
    """Correct a number of voxels that is not volume per voxel volume (mm³ → nm³: 10¹⁸)."""
    edges = (row[f"voxel_{axis}_nm"] for axis in "xyz")
    computed = row["volume_mm3"] * 1e18 / math.prod(edges)
    if abs(row["voxels"] / computed - 1) > 0.001:
        why = "volume over voxel volume, from the columns next to it, gives ours"
        ours = float(f"{computed:.6g}")
        row["voxels"] = corrections.fix(
            "imaging_datasets", row["dataset_id"], "voxels", row["voxels"], ours, why
        )
