"""Funding of brain research, and the other megaprojects it is compared with."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .common import (
    DeriveError,
    Ledger,
    Upstream,
    apply_seen,
    number,
    one_line,
    scaled,
    slug,
    unique_key,
)

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
    "Brain Research Through Advancing Innovative Neurotechnologies (BRAIN) Initiative": "brain-initiative",
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
    "Brain Mapping by Integrated Neurotechnologies for Disease Studies (Brain/MINDS) project": "brain-minds",
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
_STATUS = {
    "Active": "active",
    "Ongoing": "active",
    "Concluded": "concluded",
    "Proposed": "proposed",
    "": None,
}
#: Amounts that the raw text beside them does not bear out.
_UNCLEAR = {
    "The Chinese Human Brain Connectome Project": "no currency is named",
    "The Green Brain Project": "no currency or unit is named, and the amount is that of a national programme",
}


#: Hosts of foundations: a project that links to one as its funder is philanthropic.
_FOUNDATIONS = ("hhmi.org", "wellcome.org", "simonsfoundation.org")
#: Projects whose own link names foundations as the funders, though it is on another host.
_NAMED_IN_LINK = {
    "child-mind-institute": "the link's own address names a grant of the Stavros Niarchos Foundation",
    "international-brain-laboratory": "the linked article names grants of the Simons Foundation and Wellcome",
}
#: What a project cannot be, if a foundation pays for it.
_NOT_A_FOUNDATION = ("commercial", "governmental")


def derive(upstream: Upstream, ledger: Ledger) -> dict[str, list[dict]]:
    funding = _megaprojects(upstream, ledger) + _initiatives(upstream, ledger)
    for row in funding:
        _check_funder(row, ledger)
    _choose(funding)
    funding.sort(key=lambda r: (r["project_id"], r["source"]))
    return {"brain_research_funding": funding, "megaprojects": _comparison(upstream, ledger)}


def _check_funder(row: dict, ledger: Ledger) -> None:
    """Compare the class of funder with the project's own link."""
    if row["funder_type"] not in _NOT_A_FOUNDATION:
        return
    host = urlsplit(row["reference_url"] or "").netloc.removeprefix("www.")
    why = _NAMED_IN_LINK.get(row["project_id"])
    if host in _FOUNDATIONS:
        why = f"the project's own link is of a foundation, {host}"
    if why:
        key = f"{row['project_id']}/{row['source']}"
        row["funder_type"] = ledger.fix(
            "brain_research_funding", key, "funder_type", row["funder_type"], "philanthropic", why
        )


def _megaprojects(upstream: Upstream, ledger: Ledger) -> list[dict]:
    rows = []
    for line in upstream.read("costs/neuroscience-megaprojects.tsv"):
        name = one_line(line["project name"])
        key = _SAME_PROJECT.get(name, slug(re.sub(r"\(.*\)", "", name)))
        row_key = f"{key}/{_MEGA}"
        own, within = line["Neuroscience funding ($M)"], line["funding within BRAIN ($M)"]
        part = own == "" and number(within) is not None
        if part and key not in _WITHIN_BRAIN:
            raise DeriveError(f"{name}: upstream counts it within BRAIN, we do not")
        funder = line["category"]
        if funder in _FUNDER:
            funder = ledger.fix(
                "brain_research_funding",
                row_key,
                "funder_type",
                funder,
                _FUNDER[funder],
                "misspelt",
            )
        reference = _first_link(line["ref"])
        if name == "Synchron" and "neuralink" in line["ref"]:
            reference = ledger.fix(
                "brain_research_funding",
                row_key,
                "reference_url",
                reference,
                None,
                "the link is another company's (Neuralink)",
            )
        rows.append(
            {
                "project_id": key,
                "source": _MEGA,
                "project": name,
                "funder_type": funder,
                "start_year": _year(line["start year"]),
                "end_year": _year(line["end year"]),
                "status": _STATUS[line["status"]],
                "funding_usd": scaled(within if part else own, 1e6),
                "amount_basis": "upstream_estimate" if line["ref"] == "Estimates" else "stated",
                "part_of": "brain-initiative" if key in _WITHIN_BRAIN else None,
                "reference_url": reference,
            }
        )
    return rows


def _initiatives(upstream: Upstream, ledger: Ledger) -> list[dict]:
    rows = []
    for line in upstream.read("initiatives/brain-initiatives-overview.tsv"):
        name = one_line(line["Project name"])
        if "Stratergy" in name:
            name = name.replace("Stratergy", "Strategy")
            ledger.fix(
                "brain_research_funding",
                f"{slug(name)}/{_INITIATIVES}",
                "project",
                line["Project name"],
                name,
                "misspelt",
            )
        key = _SAME_PROJECT.get(name, slug(re.sub(r"\(.*\)", "", name)))
        funding, basis = _amount(line, f"{key}/{_INITIATIVES}", ledger)
        rows.append(
            {
                "project_id": key,
                "source": _INITIATIVES,
                "project": name,
                "funder_type": "+".join(
                    _FUNDER[part.strip()] for part in line["Category"].split(",")
                ),
                "start_year": _year(line["Start Year (cleaned)"]),
                "end_year": _year(line["End Year (cleaned)"]),
                "status": _STATUS[line["Status"]],
                "funding_usd": funding,
                "amount_basis": basis,
                "part_of": "brain-initiative" if key in _WITHIN_BRAIN else None,
                "left_out_upstream": line["Ignore?"] == "True",
                "reference_url": _first_link(line["References"]),
            }
        )
    return rows


def _amount(line: dict, row_key: str, ledger: Ledger):
    """The budget in US dollars, and what kind of number it is."""
    raw, cleaned = one_line(line["Budget (in million $)"]), line["Budget (in million $) (cleaned)"]
    dollars = number(raw) if re.fullmatch(r"\$[\d,]+", raw) else None
    if dollars is not None:
        if cleaned and float(cleaned) * 1e6 != dollars:
            why = "the text beside it gives the dollars"
            ledger.fix(
                "brain_research_funding",
                row_key,
                "funding_usd",
                f"{cleaned} (million)",
                dollars,
                why,
            )
        return float(dollars), "stated"
    if not cleaned:
        return None, "not_given"
    value = scaled(cleaned, 1e6)
    name = one_line(line["Project name"])
    if name in _UNCLEAR:
        return value, "unclear"
    if raw.startswith("£"):
        return value, "converted"
    if "per year" in raw:
        return value, "annual_times_years"
    if re.search(r"\d\s*-\s*\d", raw):
        return value, "midpoint"
    return value, "stated"


def _choose(rows: list[dict]) -> None:
    """One row a project counts in sums: the megaprojects table's where it gives an amount.

    Parts of a larger programme, proposals, amounts of unclear unit and rows that upstream
    leaves out itself never count, so that no dollar is counted twice or made up.
    """
    chosen: dict[str, dict] = {}
    for row in rows:
        row["book_choice"] = False
        left_out = row.pop("left_out_upstream", False)
        uncounted = (
            row["part_of"] or row["status"] == "proposed" or row["amount_basis"] == "unclear"
        )
        if row["funding_usd"] is None or uncounted or left_out:
            continue
        chosen.setdefault(row["project_id"], row)
    for row in chosen.values():
        row["book_choice"] = True


def _comparison(upstream: Upstream, ledger: Ledger) -> list[dict]:
    rows, taken = [], set()
    for line in upstream.read("costs/non-neuroscience-megaprojects.tsv"):
        key = unique_key(slug(line["project"]), taken)
        rows.append(
            {
                "megaproject_id": key,
                "source": _OTHER,
                "project": line["project"].replace("Igniftion", "Ignition"),
                "field": line["field"],
                "cost_2024_usd": scaled(line["cost ($B, 2024 dollars)"], 1e9),
                "reference_url": _comparison_link(line, key, ledger),
            }
        )
        if "Igniftion" in line["project"]:
            ledger.fix(
                "megaprojects", key, "project", line["project"], rows[-1]["project"], "misspelt"
            )
    why = "values are billions whatever the column's name says: Apollo's 283 would else lie below its own unadjusted cost"
    ledger.fix(
        "megaprojects",
        f"every row of {_DIGITAL}",
        "cost_2024_usd",
        "million USD (Adjusted2024_M)",
        "billion USD",
        why,
    )
    for line in upstream.read("initiatives/digital-human-intelligence-costs.tsv"):
        key = unique_key(slug(line["Name"]), taken)
        row = {
            "megaproject_id": key,
            "source": _DIGITAL,
            "project": line["Name"],
            "field": line["Category"].lower(),
            "start_year": int(line["StartYear"]),
            "end_year": int(line["EndYear"]),
            "cost_nominal_usd": scaled(line["Cost_M"], 1e6),
            # The column's name says millions; its values are billions (Apollo: 283).
            "cost_2024_usd": scaled(line["Adjusted2024_M"], 1e9),
            "cost_per_year_usd": scaled(line["CostPerYear_M"], 1e6),
        }
        span = int(line["Years"])
        if row["end_year"] - row["start_year"] != span:
            why = f"the table's own {span} years and cost per year count from here"
            row["start_year"] = ledger.fix(
                "megaprojects", key, "start_year", row["start_year"], row["end_year"] - span, why
            )
        rows.append(row)
    by_id = {row["megaproject_id"]: row for row in rows}
    apply_seen(by_id, "megaprojects", ledger)
    genome = by_id["human-genome-project"]
    for column in ("cost_nominal_usd", "cost_2024_usd"):
        why = (
            "the two US agencies' budgets for 1988 to 2003 come to $3.8 billion as spent, which "
            "leaves out other countries; no source seen gives this amount"
        )
        ledger.doubt(
            "megaprojects", "human-genome-project", column, genome[column], why, "hgp-us-budget"
        )
    return sorted(rows, key=lambda r: (r["source"], r["megaproject_id"]))


#: A link dragged down a spreadsheet column counts upwards: these are not articles that were read.
_DRAGGED = "https://www.sciencedirect.com/science/article/pii/S03014215130109"


def _comparison_link(line: dict, key: str, ledger: Ledger) -> str | None:
    link = _first_link(line["source"])
    ours = link
    if link and link.startswith(_DRAGGED) and link != _DRAGGED + "26":
        ours, why = (
            _DRAGGED + "26",
            "the identifier counts up by one from row to row, as a spreadsheet does when dragged; the others of the list give this one",
        )
    elif link and "1996_Summer_Olympics" in link and "1996" not in line["project"]:
        ours, why = None, "the article is about another Olympic Games (Atlanta 1996)"
    return (
        ours if ours == link else ledger.fix("megaprojects", key, "reference_url", link, ours, why)
    )


def _first_link(text: str) -> str | None:
    found = re.search(r"https?://[^\s,]+", text)
    return found.group(0).rstrip(".,;)") if found else None


def _year(text: str) -> int | None:
    return int(float(text)) if text else None
