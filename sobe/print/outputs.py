"""Outputs for print: the data of a table or a grid as columns and rows of pieces."""

import re
from dataclasses import dataclass, field

#: A place where a long word may be broken.
BREAK = "\u200b"
_LONG = re.compile(r"\S{14,}")
_JOINT = re.compile(r"(?<=[_/.:=?&-])(?=\w)|(?<=[a-z])(?=[A-Z])")


@dataclass
class Piece:
    """Text of a cell: the address it links to, its id, whether it is code, its own language."""

    text: str
    url: str | None = None
    ident: str | None = None
    code: bool = False
    language: str | None = None


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


def breakable(text):
    """Let long words (keys, addresses) break after a punctuation mark or before a capital."""
    return _LONG.sub(lambda match: _JOINT.sub(BREAK, match[0]), text)


def pieces(cell):
    """Return the pieces of a table's cell, which is text or JSON of `sobe.charts.display`."""
    if isinstance(cell, str):
        return [Piece(cell)]
    if "links" in cell:
        made = []
        for part in cell["links"]:
            made += [Piece(", "), *pieces(part)]
        return made[1:]
    return [Piece(cell["text"], cell.get("url"), cell.get("id"), "code" in cell, cell.get("lang"))]


def table(data):
    """Return a table output without the columns that are only online; None if it has no rows."""
    if not data["rows"]:
        return None
    columns = []
    for place, column in enumerate(data["columns"]):
        long = any(isinstance(row[place], dict) and "long" in row[place] for row in data["rows"])
        kind = "number" if column["number"] else "long" if long else ""
        columns.append(Column(column["name"], kind))
    absent = data["unprinted"]
    printed = [place for place in range(len(columns)) if place not in absent]
    return Table(
        data["caption"],
        [columns[place] for place in printed],
        [[pieces(row[place]) for place in printed] for row in data["rows"]],
        [columns[place].name for place in absent],
    )


def grid(data, names, asides):
    """Return a grid of ideas as a table with one row per idea; ``names`` are its headings.

    With ``asides`` the summary's own words are the last column.
    """
    rows, columns = [], names if asides else names[:-1]
    for band in data["bands"]:
        for group in band["groups"]:
            for idea in group["ideas"]:
                detail = f" ({idea['detail']})" if idea["detail"] else ""
                texts = [band["name"], group["name"], idea["title"] + detail, idea["aside"] or ""]
                made = [*map(Piece, texts[:3]), Piece(texts[3], language="zh")]
                rows.append([[piece] for piece in made[: len(columns)]])
    return Table(data["caption"], [Column(name) for name in columns], rows)
