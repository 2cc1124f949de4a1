"""Funding of brain research, and the other megaprojects with which it is compared."""

from __future__ import annotations

import re
from operator import itemgetter
from urllib.parse import urlsplit

from .cells import calendar_year, choice, given, number, refuse, scaled, whole
from .common import Corrections, DeriveError, Upstream, apply_seen, one_line, slug, unique_key

_MEGA = "sobe2025-neuroscience-megaprojects"
_INITIATIVES = "sobe2025-brain-initiatives"
_DIGITAL = "sobe2025-digital-human-intelligence-costs"
_OTHER = "sobe2025-non-neuroscience-megaprojects"

#: Projects that both tables name, each by its own words → one key.
_SAME_PROJECT = {
    "Synapse (DARPA)": "synapse",
    "SyNAPSE": "synapse",
    "Human Connectome Project": "human-connectome-project",
    "Human Connectome Project (WU-Minn HCP)": "human-connectome-project",
    "Brain Research Through Advancing Innovative Neurotechnologies (BRAIN) Initiative": (
        "brain-initiative"
    ),
    "BRAIN Initiative 1.0": "brain-initiative-1",
    "BRAIN Initiative 2.0": "brain-initiative-2",
    "Human Brain Project (HBP)": "human-brain-project",
    "Human Brain Project": "human-brain-project",
    "BRAIN Initiative Cell Atlas Network (BICAN)": "bican",
    "BRAIN Initiative Cell Census Network (BICCN)": "biccn",
    "BRAIN Initiative Connectivity Across Scales (BRAIN CONNECTS)": "brain-connects",
    "BRAIN CONNECTS": "brain-connects",
    "Machine Intelligence from Cortical Networks (MICrONS)": "microns",
    "MICrONS Explorer": "microns",
    "Brain Mapping by Integrated Neurotechnologies for Disease Studies (Brain/MINDS) project": (
        "brain-minds"
    ),
    "Brain/MINDS": "brain-minds",
    "Adolescent Brain Development (ABCD) study": "abcd",
    "Adolescent Brain Development": "abcd",
    "International Brain Laboratory (IBL)": "international-brain-laboratory",
    "Allen Institute for Brain Science": "allen-brain-observatory",
    "Allen Institute Brain Observatory": "allen-brain-observatory",
}
#: Parts of the BRAIN Initiative: its two phases, and the programmes that upstream counts within it.
_WITHIN_BRAIN = {
    "brain-initiative-1",
    "brain-initiative-2",
    "bican",
    "biccn",
    "brain-connects",
    "microns",
}
_FUNDER = {
    "philantrhopic": "philanthropic",
    "Academic": "academic",
    "Commercial": "commercial",
    "Government": "governmental",
    "Military": "military",
}
_IGNORE = {"": False, "True": True}
_STATUS = {
    "Active": "active",
    "Ongoing": "active",
    "Concluded": "concluded",
    "Proposed": "proposed",
    "": None,
}
#: Amounts that the raw text next to them does not support.
_UNCLEAR = {
    "The Chinese Human Brain Connectome Project": "no currency is named",
    "The Green Brain Project": (
        "no currency or unit is named, and the amount is that of a national programme"
    ),
}
#: Hosts of foundations: a project that links to one as its funder is philanthropic.
_FOUNDATIONS = ("hhmi.org", "wellcome.org", "simonsfoundation.org")
#: Projects whose own link names foundations as the funders, though it is on another host.
_NAMED_IN_LINK = {
    "child-mind-institute": (
        "the link's own address names a grant of the Stavros Niarchos Foundation"
    ),
    "international-brain-laboratory": (
        "the linked article names grants of the Simons Foundation and Wellcome"
    ),
}
#: What a project cannot be, if a foundation pays for it.
_NOT_A_FOUNDATION = ("commercial", "governmental")


def derive(upstream: Upstream, corrections: Corrections) -> dict[str, list[dict]]:
    """Return the rows of the tables of brain research funding and of other megaprojects."""
    funding = _megaprojects(upstream, corrections) + _initiatives(upstream, corrections)
    for row in funding:
        _check_funder(row, corrections)
    _choose(funding)
    funding.sort(key=itemgetter("project_id", "source"))
    return {"brain_research_funding": funding, "megaprojects": _comparison(upstream, corrections)}


def _check_funder(row: dict, corrections: Corrections) -> None:
    """Compare the class of funder with the project's own link."""
    host = urlsplit(row["reference_url"] or "").netloc.removeprefix("www.")
    why = _NAMED_IN_LINK.get(row["project_id"])
    if host in _FOUNDATIONS:
        why = f"the project's own link is of a foundation, {host}"
    if why and row["funder_type"] in _NOT_A_FOUNDATION:
        _fix(corrections, row, "funder_type", row["funder_type"], "philanthropic", why)


def _fix(corrections: Corrections, row: dict, column: str, theirs, ours, why: str) -> None:
    """Correct a cell of a funding row."""
    key = f"{row['project_id']}/{row['source']}"
    row[column] = corrections.fix("brain_research_funding", key, column, theirs, ours, why)


def _without_brackets(name: str) -> str:
    """Return a name without what is between its first and its last bracket."""
    head, opened, rest = name.partition("(")
    _, closed, tail = rest.rpartition(")")
    return head + tail if opened and closed else name


def _project(name: str) -> dict:
    """Return what a row says of a project by its name alone."""
    key = _SAME_PROJECT.get(name, slug(_without_brackets(name)))
    part_of = "brain-initiative" if key in _WITHIN_BRAIN else None
    return {"project_id": key, "project": name, "part_of": part_of}


def _megaprojects(upstream: Upstream, corrections: Corrections) -> list[dict]:
    rows = []
    for line in upstream.read("costs/neuroscience-megaprojects.tsv"):
        row = _project(one_line(line["project name"]))
        own, within = line["Neuroscience funding ($M)"], line["funding within BRAIN ($M)"]
        part = own == "" and number(within) is not None
        if part and not row["part_of"]:
            raise DeriveError(f"{row['project']}: upstream counts it within BRAIN, we do not")
        row |= {
            "source": _MEGA,
            "funder_type": line["category"],
            "start_year": calendar_year(line["start year"]),
            "end_year": calendar_year(line["end year"]),
            "status": choice(line["status"], _STATUS),
            "funding_usd": scaled(within if part else own, 1e6),
            "amount_basis": "upstream_estimate" if line["ref"] == "Estimates" else "stated",
            "reference_url": _first_link(line["ref"]),
        }
        if funder := _FUNDER.get(line["category"]):
            _fix(corrections, row, "funder_type", line["category"], funder, "misspelt")
        if row["project"] == "Synchron" and "neuralink" in line["ref"]:
            why = "the link is another company's (Neuralink)"
            _fix(corrections, row, "reference_url", row["reference_url"], None, why)
        rows.append(row)
    return rows


def _initiatives(upstream: Upstream, corrections: Corrections) -> list[dict]:
    rows = []
    for line in upstream.read("initiatives/brain-initiatives-overview.tsv"):
        theirs = one_line(line["Project name"])
        row = _project(theirs.replace("Stratergy", "Strategy")) | {
            "source": _INITIATIVES,
            "funder_type": "+".join(
                choice(line["Category"], _FUNDER, part.strip())
                for part in line["Category"].split(",")
            ),
            "start_year": calendar_year(line["Start Year (cleaned)"]),
            "end_year": calendar_year(line["End Year (cleaned)"]),
            "status": choice(line["Status"], _STATUS),
            "left_out_upstream": choice(line["Ignore?"], _IGNORE),
            "reference_url": _first_link(line["References"]),
        }
        if theirs != row["project"]:
            _fix(corrections, row, "project", theirs, row["project"], "misspelt")
        _set_amount(row, line, corrections)
        rows.append(row)
    return rows


def _set_amount(row: dict, line: dict, corrections: Corrections) -> None:
    """Set the budget of a row in US dollars, and what kind of number it is."""
    raw = one_line(line["Budget (in million $)"])
    cleaned = line["Budget (in million $) (cleaned)"]
    row["funding_usd"] = scaled(cleaned, 1e6)
    if re.fullmatch(r"\$[\d,]+", raw):
        value, row["funding_usd"], basis = row["funding_usd"], float(given(raw)), "stated"
        if value not in (None, row["funding_usd"]):
            theirs, why = f"{cleaned} (million)", "the text next to it gives the dollars"
            _fix(corrections, row, "funding_usd", theirs, row["funding_usd"], why)
    elif not cleaned:
        basis = "not_given"
    elif row["project"] in _UNCLEAR:
        basis = "unclear"
    elif raw.startswith("£"):
        basis = "converted"
    elif "per year" in raw:
        basis = "annual_times_years"
    else:
        basis = "midpoint" if re.search(r"\d\s*-\s*\d", raw) else "stated"
    row["amount_basis"] = basis


def _choose(rows: list[dict]) -> None:
    """Choose one row per project that counts in sums: the first that gives an amount.

    Parts of a larger programme, proposals, amounts of unclear unit and rows that upstream
    leaves out itself never count, so that no dollar is counted twice or made up.
    """
    chosen = set()
    for row in rows:
        uncounted = (
            row.pop("left_out_upstream", False)
            or row["part_of"]
            or row["status"] == "proposed"
            or row["amount_basis"] == "unclear"
            or row["funding_usd"] is None
            or row["project_id"] in chosen
        )
        row["book_choice"] = not uncounted
        if row["book_choice"]:
            chosen.add(row["project_id"])


def _comparison(upstream: Upstream, corrections: Corrections) -> list[dict]:
    """Return the rows of other megaprojects, from both of upstream's tables of them."""
    rows: dict[str, dict] = {}
    taken: set[str] = set()

    def fix(key, column, theirs, ours, why):
        return corrections.fix("megaprojects", key, column, theirs, ours, why)

    for line in upstream.read("costs/non-neuroscience-megaprojects.tsv"):
        theirs = line["project"]
        key, ours = unique_key(slug(theirs), taken), theirs.replace("Igniftion", "Ignition")
        rows[key] = {
            "megaproject_id": key,
            "source": _OTHER,
            "project": ours if ours == theirs else fix(key, "project", theirs, ours, "misspelt"),
            "field": line["field"],
            "cost_2024_usd": scaled(line["cost ($B, 2024 dollars)"], 1e9),
            "reference_url": _comparison_link(line, key, corrections),
        }
    why = (
        "values are billions whatever the column's name says: Apollo's 283 would else lie below "
        "its own unadjusted cost"
    )
    every, named = f"every row of {_DIGITAL}", "million USD (Adjusted2024_M)"
    fix(every, "cost_2024_usd", named, "billion USD", why)
    for line in upstream.read("initiatives/digital-human-intelligence-costs.tsv"):
        key, span = unique_key(slug(line["Name"]), taken), whole(line["Years"])
        if span is None:
            refuse(line["Years"], "a whole number of years")
        given(line["EndYear"])
        row = rows[key] = {
            "megaproject_id": key,
            "source": _DIGITAL,
            "project": line["Name"],
            "field": line["Category"].lower(),
            "start_year": calendar_year(line["StartYear"]),
            "end_year": calendar_year(line["EndYear"]),
            "cost_nominal_usd": scaled(line["Cost_M"], 1e6),
            # The column's name says millions; its values are billions (Apollo: 283).
            "cost_2024_usd": scaled(line["Adjusted2024_M"], 1e9),
            "cost_per_year_usd": scaled(line["CostPerYear_M"], 1e6),
        }
        start = row["end_year"] - span
        if row["start_year"] != start:
            why = f"the table's own {span} years and cost per year count from here"
            row["start_year"] = fix(key, "start_year", row["start_year"], start, why)
    apply_seen(rows, "megaprojects", corrections)
    why = (
        "the two US agencies' budgets for 1988 to 2003 come to $3.8 billion as spent, which "
        "leaves out other countries; no source seen gives this amount"
    )
    for column in ("cost_nominal_usd", "cost_2024_usd"):
        value = rows["human-genome-project"][column]
        corrections.doubt(
            "megaprojects", "human-genome-project", column, value, why, "hgp-us-budget"
        )
    return sorted(rows.values(), key=itemgetter("source", "megaproject_id"))


#: A link dragged down a spreadsheet column counts upwards: these are not articles that were read.
_DRAGGED = "https://www.sciencedirect.com/science/article/pii/S03014215130109"


def _comparison_link(line: dict, key: str, corrections: Corrections) -> str | None:
    link = str(_first_link(line["source"]) or "")
    ours: str | None = link
    if link.startswith(_DRAGGED):
        ours = _DRAGGED + "26"
        why = (
            "the identifier counts up by one from row to row, as a spreadsheet does when dragged;"
            " the others of the list give this one"
        )
    elif "1996_Summer_Olympics" in link and "1996" not in line["project"]:
        ours, why = None, "the article is about another Olympic Games (Atlanta 1996)"
    if ours != link:
        corrections.fix("megaprojects", key, "reference_url", link, ours, why)
    return ours


def _first_link(text: str) -> str | None:
    found = re.search(r"https?://[^\s,]+", text)
    return found[0].rstrip(".,;)") if found else None
