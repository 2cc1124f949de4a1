"""What chapters show of the ledger: claimed numbers and verdicts in the prose, and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sobe import tables
from sobe.claims import ledger
from sobe.claims.ledger import Entry
from sobe.outputs import Output
from sobe.show import Link, link, say

#: How the parts of the summary are named.
SECTIONS = {
    "glance": "At a glance",
    "capability": "Capability",
    "cost": "Cost",
    "recording": "Recording",
    "scale": "Scale",
    "funding": "Funding",
    "ladder": "Ladder of ideas",
    "resources": "Resources",
}
#: How chapters are named in a link.
CHAPTERS = {
    "index": "At a glance",
    "capability": "Capability",
    "cost": "Cost",
    "recording": "Recording",
    "scale": "Scale",
    "funding": "Funding",
    "estimator": "Estimator",
    "data": "Data",
}


@dataclass(frozen=True)
class Badge(Link):
    """A verdict, marked by its colour, with a link to the claim."""

    def cell(self) -> dict:
        """Return the cell as JSON."""
        return {"text": self.text, "verdict": self.text, "url": self.url}


@dataclass(frozen=True)
class Target(Link):
    """Text that links can lead to; its ``url`` is the id."""

    def cell(self) -> dict:
        """Return the cell as JSON."""
        return {"text": self.text, "id": self.url}


@dataclass(frozen=True)
class Links(Link):
    """Several links in one cell."""

    parts: tuple[Link, ...] = ()

    def cell(self) -> dict:
        """Return the cell as JSON."""
        return {"links": [part.cell() for part in self.parts]}


def cite(*claim_ids: str, data: Mapping[str, pd.DataFrame] | None = None) -> None:
    """Give the page's text what the summary claims, and the verdicts on it.

    For a claim "growth": ``{glue:text}`claimed-growth``` is "about 5×", ``number-growth`` the same
    without "about", ``year-growth`` the year it speaks of, where it has one; and
    ``{glue}`verdict-growth``` is the verdict, linked to the claim in the ledger.
    """
    from myst_nb import glue

    for key, entry in ledger.entries(data, claim_ids).items():
        glue(
            f"verdict-{key}",
            Output("badge", Badge(entry.verdict, f"claims.html#claim-{key}").cell()),
            display=False,
        )
        if entry.claim["precision"] == "not_numeric":
            continue
        say(**{f"claimed-{key}": entry.claimed})
        if entry.claim["precision"] != "range":
            say(**{f"number-{key}": ledger.written(entry.number, entry.claim["unit"])})
        if pd.notna(entry.claim["at_year"]):
            say(**{f"year-{key}": str(entry.claim["at_year"])})


def _place(claim: pd.Series) -> Link:
    page = f"{claim['chapter']}.html"
    return Link(
        CHAPTERS[claim["chapter"]],
        page if pd.isna(claim["anchor"]) else f"{page}#{claim['anchor']}",
    )


def claims_table(entries: Mapping[str, Entry]) -> pd.DataFrame:
    """The ledger as cells of :func:`sobe.show.table`, one row a claim."""
    rows = []
    for key, entry in entries.items():
        evidence = f"#readings-{key}" if entry.readings else f"#needed-{key}"
        rows.append(
            {
                "Claim": Target(entry.claim["statement"], f"claim-{key}"),
                "Verdict": Badge(entry.verdict, evidence),
                "Claimed": entry.claimed,
                "Computed": entry.computed or "no data",
                "Part": SECTIONS[entry.claim["section"]],
                "Carried by": _place(entry.claim),
            }
        )
    return pd.DataFrame(rows)


def readings_table(entries: Mapping[str, Entry]) -> pd.DataFrame:
    """Every reading of every claim: value, grade, the rows it is computed from and their sources."""
    sources = tables.load("sources").set_index("key")
    rows = []
    for key, entry in entries.items():
        for position, reading in enumerate(entry.readings):
            name = key.replace("-", " ")
            rows.append(
                {
                    "Claim": Target(name, f"readings-{key}") if position == 0 else name,
                    "Reading": reading.label,
                    "Computed": ledger.written(reading.value, entry.claim["unit"]),
                    "Claimed": entry.claimed,
                    "Grade": Badge(entry.grade(reading), f"#claim-{key}"),
                    "Rows": Links(
                        reading.rows, None, (Link(reading.rows, "data.html#the-tables"),)
                    ),
                    "Sources": Links(
                        "",
                        None,
                        tuple(
                            link(
                                source.removeprefix("sobe2025-"),
                                sources.loc[source, "doi"],
                                sources.loc[source, "url"],
                            )
                            for source in reading.sources
                        ),
                    ),
                }
            )
    return pd.DataFrame(rows)


def needed_table(entries: Mapping[str, Entry]) -> pd.DataFrame:
    """The claims that cannot be checked, and what would check them."""
    return pd.DataFrame(
        [
            {
                "Claim": Target(entry.claim["statement"], f"needed-{key}"),
                "Part": SECTIONS[entry.claim["section"]],
                "What would check it": entry.claim["data_needed"],
            }
            for key, entry in entries.items()
            if not entry.readings
        ]
    )
