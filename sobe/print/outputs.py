"""Outputs for print: the data of a table or a grid as columns and rows of pieces."""

import math
import re
from dataclasses import dataclass, field

from sobe.languages import separator

#: A place where a long word may be broken.
BREAK = "\u200b"
#: Signs of a table from which its columns have widths given: to find them, WeasyPrint lays out each
#: cell once per word, which took half the time of a PDF.
MANY = 5000
_CHINESE = r"\u2e80-\u9fff\uff00-\uffef"
#: What is not broken in a line: a Chinese character, or other signs up to a space.
_UNBROKEN = re.compile(rf"[{_CHINESE}]|[^\s{BREAK}{_CHINESE}]+")
#: About how wide signs are, in ems, first to last: narrow, wide, Chinese, capitals; else 0.54.
_WIDTHS = (
    (re.compile(r"[\sijltfrI.,:;|'!()\[\]/-]"), 0.34),
    (re.compile(r"[mwMW%@—…×]"), 0.88),
    (re.compile(rf"[{_CHINESE}]"), 1.0),
    (re.compile(r"[A-Z]"), 0.72),
)
_USUAL = 0.54
_LONG = re.compile(r"\S{14,}")
_JOINT = re.compile(r"(?<=[_/.:=?&-])(?=\w)|(?<=[a-z])(?=[A-Z])")
#: A tag of a picture that is seen through, and what it paints.
_TRANSLUCENT = re.compile(r'<(?:line|path|rect|text)\b[^>]*? opacity="0(?:\.\d+)?"[^>]*>')
_PAINTS = re.compile(r' (fill|stroke)="(?!none")')


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


def ungrouped(picture):
    """Return an SVG in which a shape that is only filled, or only a line, has its paint's opacity.

    The opacity of a whole shape becomes a group in the PDF, and readers load all fonts per group.
    """

    def of_paint(match):
        paints = _PAINTS.findall(match[0])
        return (
            match[0].replace(" opacity=", f" {paints[0]}-opacity=")
            if len(paints) == 1
            else match[0]
        )

    return _TRANSLUCENT.sub(of_paint, picture)


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
            made += [Piece(separator()), *pieces(part)]
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


def _ems(text):
    """Return about how wide a text is, in ems."""
    width = _USUAL * len(text)
    for signs, ems in _WIDTHS:
        width += (ems - _USUAL) * len(signs.findall(text))
    return width


def widths(table, room):
    """Return the width of each column in percent, for a table with `MANY` signs; else None.

    As CSS has it, a column is as wide as its longest word, and columns share what is left. They do
    so by the root mean square of how long their texts are, and not by their longest text alone.

    Parameters
    ----------
    table : Table
        The table.
    room : float
        How wide the table may be, in ems, without the space between columns.
    """
    cells = [["".join(piece.text for piece in cell) for cell in row] for row in table.rows]
    if sum(len(text) for row in cells for text in row) < MANY:
        return None
    least, wanted = [], []
    for column, *texts in zip((c.name for c in table.columns), *cells, strict=True):
        words = {word for text in (column, *texts) for word in _UNBROKEN.findall(breakable(text))}
        least.append(max(map(_ems, words), default=0))
        wanted.append(math.sqrt(sum(_ems(text) ** 2 for text in texts) / len(texts)))
    more = [max(0, wish - word) for wish, word in zip(wanted, least, strict=True)]
    left = max(0, room - sum(least)) / (sum(more) or 1)
    made = [word + left * part for word, part in zip(least, more, strict=True)]
    return [100 * width / sum(made) for width in made]


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
