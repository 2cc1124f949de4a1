"""The HTML that cells show, read for print: tables, grids, the estimator's model, links in a sentence.

This is the one place where HTML is read. It goes once cells give their outputs as data.
"""

import json
import re
from dataclasses import dataclass, field

from bs4 import BeautifulSoup

#: A place where a long word may be broken.
BREAK = "\u200b"
_LONG = re.compile(r"\S{14,}")
_JOINT = re.compile(r"(?<=[_/.:=?&-])(?=\w)|(?<=[a-z])(?=[A-Z])")


@dataclass
class Piece:
    """Text of a cell: where it leads, the id by which it can be reached, whether it is code."""

    text: str
    url: str | None = None
    ident: str | None = None
    code: bool = False


@dataclass
class Column:
    """A column of a table: its heading, and whether its cells are numbers or sentences."""

    name: str
    kind: str = ""


@dataclass
class Table:
    """Rows of cells, each a list of pieces; ``absent`` names the columns that are only online."""

    caption: str = ""
    columns: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    absent: list = field(default_factory=list)


def soup(text):
    """The HTML ``text`` as a tree."""
    return BeautifulSoup(text, "html.parser")


def plain(tag):
    """The text of a tag in one line."""
    return " ".join(tag.get_text(" ").split())


def breakable(text):
    """Text whose long words (keys, addresses) may be broken after a mark or before a capital."""
    return _LONG.sub(lambda match: _JOINT.sub(BREAK, match[0]), text)


def charts(tree):
    """(whether it is declared as a figure, its data) of each chart in a tree."""
    return [
        ("sobe-figure" in script.parent["class"], json.loads(script.string))
        for script in tree.select(
            "div.sobe-figure > script[type='application/json'], div.sobe-chart > script[type='application/json']"
        )
    ]


def model(tree):
    """The estimator's model, as the page's script gets it; None where there is no estimator."""
    if tree.select_one("[data-sobe-estimator]") is None:
        return None
    return json.loads(tree.select_one("script[type='application/json']").string)


def _pieces(cell):
    made = []
    for text in cell.find_all(string=True):
        link, target = text.find_parent("a"), text.find_parent("span", id=True)
        made.append(
            Piece(
                str(text),
                link and link.get("href"),
                target and target["id"],
                text.find_parent("code") is not None,
            )
        )
    return made


def table(tag):
    """The table that an HTML table is, without the columns that are only online; None without rows."""
    head, *rows = [row for row in tag.find_all("tr") if row.find(["td", "th"])] or [None]
    if not rows:
        return None
    caption = tag.find("caption") or (tag.find_parent("figure") or tag).find("figcaption")
    cells = [row.find_all(["td", "th"]) for row in rows]
    columns = []
    for place, cell in enumerate(head.find_all(["td", "th"])):
        below = [row[place].get("class", []) for row in cells if place < len(row)]
        kind = "long" if any("long" in classes for classes in below) else ""
        columns.append(Column(plain(cell), "number" if "number" in cell.get("class", []) else kind))
    absent = {int(place) for place in tag.get("data-sobe-unprinted", "").split()}
    kept = [place for place in range(len(columns)) if place not in absent]
    return Table(
        plain(caption) if caption else "",
        [columns[place] for place in kept],
        [[_pieces(row[place]) if place < len(row) else [] for place in kept] for row in cells],
        [columns[place].name for place in sorted(absent)],
    )


def grid(tree, names, asides):
    """A grid of ideas as a table with one row per idea, or None; ``names`` are its headings.

    With ``asides`` the text under an idea in Chinese is the last column.
    """
    found = tree.select_one("[data-sobe-grid]")
    if found is None:
        return None
    rows, columns = [], names if asides else names[:-1]
    for band in found.select(".sobe-band"):
        for group in band.select("section"):
            for idea in group.select("li"):
                detail = idea.find("span", class_=False)
                said = plain(idea.strong) + (f" ({plain(detail)})" if detail else "")
                aside = idea.find("span", class_="sobe-aside")
                texts = [plain(band.h3), plain(group.h4), said, plain(aside) if aside else ""]
                rows.append([[Piece(text)] for text in texts[: len(columns)]])
    return Table(found.get("aria-label", ""), [Column(name) for name in columns], rows)
