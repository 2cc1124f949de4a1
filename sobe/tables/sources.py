"""Where a source is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def address_of(source: Mapping[str, Any]) -> str:
    """Return where a source, a row of table ``sources``, is read: its DOI, else its URL, or ""."""
    return f"https://doi.org/{source['doi']}" if source["doi"] else source["url"]
