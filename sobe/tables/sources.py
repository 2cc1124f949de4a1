"""Where a source is read, and what it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sobe import tables


def address_of(source: Mapping[str, Any]) -> str:
    """Return where a source, a row of table ``sources``, is read: its DOI, else its URL, or ""."""
    return f"https://doi.org/{source['doi']}" if source["doi"] else source["url"]


def titles(keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return {key: title and address} of sources; the address is "" where there is none."""
    rows = tables.load("sources").set_index("key").fillna("")
    return {key: {"title": rows["title"][key], "url": address_of(rows.loc[key])} for key in keys}


def short(authors: str) -> str:
    """Return authors as a sentence names them: "Manley et al.", "Vickers and McCormick"."""
    listed = [name.split(",")[0].strip() for name in authors.split(";") if name.strip()]
    if len(listed) < 2:
        # One name, or names as a source has shortened them ("Lu et al.").
        return authors.split(",")[0].strip() if "et al" not in authors else authors.strip()
    if len(listed) > 2 or listed[1] == "and others":
        return f"{listed[0]} et al."
    return f"{listed[0]} and {listed[1]}"
