"""HTML tables that cells show, as LaTeX tables that break across pages.

A cell is a list of pieces of text, each with what it links to and what can link to it. Columns
are measured with the widths of the type they are set in, and get the widths that make the table
least tall.
"""

import html
import math
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np
from sphinx.util import texescape

# Sphinx does so itself, but only once it lays out a document.
texescape.init()

#: A place where a long word may be broken.
BREAK = "\u200b"
#: Points of text across a page, upright and on its side, and between two columns.
UPRIGHT, SIDEWAYS, GAP = 472.0, 686.0, 7.0
SIZES = {"footnotesize": 8.0, "scriptsize": 7.0}
_LONG = re.compile(r"\S{14,}")
# Widths of Times, of which the face of the text has the measures, in thousandths of its size.
_TIMES = (
    dict(
        zip(
            "abcdefghijklmnopqrstuvwxyz",
            (
                444,
                500,
                444,
                500,
                444,
                333,
                500,
                500,
                278,
                278,
                500,
                278,
                778,
                500,
                500,
                500,
                500,
                333,
                389,
                278,
                500,
                500,
                722,
                500,
                500,
                444,
            ),
        )
    )
    | dict(
        zip(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            (
                722,
                667,
                667,
                722,
                611,
                556,
                722,
                722,
                333,
                389,
                722,
                611,
                889,
                722,
                722,
                556,
                722,
                667,
                556,
                611,
                722,
                722,
                944,
                722,
                722,
                611,
            ),
        )
    )
    | dict.fromkeys(" .,", 250)
    | dict.fromkeys(":;/tI'|", 290)
    | dict.fromkeys("()[]-fr", 340)
    | dict.fromkeys("×+=−<>~", 570)
    | {"%": 833, "@": 921, "—": 1000}
)


@dataclass
class Piece:
    """Text of a cell: where it leads, and the id by which it can be reached."""

    text: str
    url: str | None = None
    ident: str | None = None


@dataclass
class Latex(Piece):
    """LaTeX in a cell, as wide as the text ``text``."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


@dataclass
class Table:
    """Rows of cells, of which the first ``heads`` are headings; ``numeric`` columns stand to the right.

    ``absent`` names the columns that stand online only.
    """

    caption: str = ""
    rows: list = field(default_factory=list)
    heads: int = 0
    numeric: set = field(default_factory=set)
    absent: list = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.table, self.done, self._cell, self._link, self._span, self._in = (
            Table(),
            False,
            None,
            None,
            None,
            "",
        )
        self.unprinted = set()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        rows = self.table.rows
        if self.done:
            return
        if tag == "table":
            self.unprinted = {
                int(place) for place in (attrs.get("data-sobe-unprinted") or "").split()
            }
        elif tag == "tr":
            rows.append([])
        elif tag in ("td", "th") and rows:
            self._cell = []
            rows[-1].append(self._cell)
            if attrs.get("scope") == "col":
                self.table.heads = len(rows)
            if "number" in (attrs.get("class") or ""):
                self.table.numeric.add(len(rows[-1]) - 1)
        elif tag == "a":
            self._link = attrs.get("href")
        elif tag == "span":
            self._span = attrs.get("id")
        elif tag in ("figcaption", "caption"):
            self._in = "caption"

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = None
        elif tag == "a":
            self._link = None
        elif tag == "span":
            self._span = None
        elif tag in ("figcaption", "caption"):
            self._in = ""
        elif tag == "table":
            self.done = True

    def handle_data(self, data):
        if self._in == "caption":
            self.table.caption += data
        elif self._cell is not None and data:
            self._cell.append(Piece(data, self._link, self._span))


def read(text):
    """The first table of the HTML ``text``; None where there is none with rows."""
    reader = _Reader()
    reader.feed(text)
    table = reader.table
    table.rows = [row for row in table.rows if row]
    if len(table.rows) <= table.heads:
        return None
    count = max(map(len, table.rows))
    table.rows = [row + [[] for _ in range(count - len(row))] for row in table.rows]
    kept = [n for n in range(count) if n not in reader.unprinted]
    table.absent = ["".join(p.text for p in table.rows[0][n]) for n in sorted(reader.unprinted)]
    table.rows = [[row[n] for n in kept] for row in table.rows]
    table.numeric = {kept.index(n) for n in table.numeric if n in kept}
    table.caption = " ".join(table.caption.split())
    return table


def plain(text):
    """The text of an HTML fragment."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def breakable(text):
    """Text whose long words (keys, addresses) may be broken after a mark or before a capital."""

    def broken(match):
        marked = re.sub(r"([_/.,:;=\-–(])(?=\w)|(?<=[a-z])(?=[A-Z])", rf"\1{BREAK}", match[0])
        # What is still long, as names without marks are, may be broken anywhere.
        return re.sub(
            rf"[^\s{BREAK}]{{19,}}", lambda m: BREAK.join(re.findall(".{1,10}", m[0])), marked
        )

    return _LONG.sub(broken, text)


def latex(text):
    """Text as LaTeX, with the places where it may be broken."""
    return texescape.escape(text, "xelatex").replace(BREAK, r"\allowbreak{}")


def width(text, size=1.0):
    """How wide a text is, in points of type ``size`` points large."""
    total = before = 0
    for sign in text:
        wide = ord(sign) > 0x2E80
        # A space is put between a Chinese sign and a Latin one.
        total += (1000 if wide else 0 if sign == BREAK else _TIMES.get(sign, 510)) + (
            250 if before and (before > 0x2E80) != wide else 0
        )
        before = ord(sign)
    return total * size / 1000


def _words(text):
    """The parts of a text that are not broken."""
    return [
        word
        for word in re.split(rf"[\s{BREAK}]+|(?<=[\u2e80-\uffef])|(?=[\u2e80-\uffef])", text)
        if word
    ]


def columns(texts, size, space, numeric=(), heads=1):
    """Widths in points for columns of texts (a list of rows), in at most ``space`` points.

    Returns (widths, estimated lines of all rows); None where the longest words alone do not fit.
    """
    full = np.array(
        [
            [width(cell, size) * (1.1 if n < heads else 1) + 1 for cell in row]
            for n, row in enumerate(texts)
        ]
    )
    most, least = full.max(axis=0), np.ones(full.shape[1])
    for i in range(full.shape[1]):
        for n, row in enumerate(texts):
            # A number is not broken, its heading may be.
            words = [row[i]] if i in numeric and n >= heads and full[n, i] < 60 else _words(row[i])
            # Chinese can be broken after each sign, but is not to stand one below the other.
            words = (
                [*words, row[i][:4]] if any(ord(sign) > 0x2E80 for sign in row[i][:4]) else words
            )
            least[i] = max(
                [
                    least[i],
                    *(width(word, size) * (1.1 if n < heads else 1.02) + 1 for word in words),
                ]
            )
    space -= GAP * (full.shape[1] - 1)
    if most.sum() <= space:
        return list(most), len(texts)
    if least.sum() > space:
        return None

    space = int(space)
    most, least = np.minimum(np.ceil(most), space).astype(int), np.ceil(least).astype(int)
    parts = [
        [[width(word, size) for word in _words(row[i])] for row in texts]
        for i in range(full.shape[1])
    ]
    kept = {}

    def lines(widths):
        """Lines that each row takes."""
        for i, got in enumerate(widths):
            if (i, got) not in kept:
                kept[i, got] = np.array(
                    [
                        1 if full[n, i] <= got else _filled(cell, got, size / 4)
                        for n, cell in enumerate(parts[i])
                    ]
                )
        return np.max([kept[i, got] for i, got in enumerate(widths)], axis=0)

    def tall(widths):
        # Of two equally tall tables the one whose cells are fuller in all columns.
        return lines(widths).sum() + 0.01 * (full / widths).sum()

    room = most - least
    widths = least + (room * ((space - least.sum()) / room.sum())).astype(int)
    for step in (64, 32, 16, 8, 4):
        better = True
        while better:
            better, now = False, tall(widths)
            for giver in range(len(widths)):
                for taker in range(len(widths)):
                    moved = min(step, widths[giver] - least[giver], most[taker] - widths[taker])
                    if giver == taker or moved < 1:
                        continue
                    tried = widths.copy()
                    tried[giver] -= moved
                    tried[taker] += moved
                    if (found := tall(tried)) < now - 1e-9:
                        widths, now, better = tried, found, True
    return [float(w) for w in widths], int(lines(widths).sum())


def _filled(words, line, space):
    """How many lines words of the given widths take."""
    count, left = 1, line
    for word in words:
        if word > left:
            count, left = count + 1, line
        left -= word + space
    return count


def _layout(table):
    """(size's name, sideways?, widths, whether lines wrap, pages) of the layout that shows a table best."""
    texts = [
        [breakable("".join(piece.text for piece in cell)) for cell in row] for row in table.rows
    ]
    tried = []
    for sideways, small in ((False, False), (False, True), (True, False), (True, True)):
        size = "scriptsize" if small else "footnotesize"
        found = columns(
            texts, SIZES[size], SIDEWAYS if sideways else UPRIGHT, table.numeric, table.heads
        )
        if found is not None:
            widths, lines = found
            # Pages it takes, whole ones if turned; small type and turning must be worth it.
            pages = lines * SIZES[size] * 1.25 / (450 if sideways else 680)
            pages = math.ceil(pages) if sideways else pages
            tried.append(
                (
                    pages * (1.25 if small else 1) * (1.3 if sideways else 1),
                    size,
                    sideways,
                    widths,
                    lines > 1.3 * len(texts),
                    pages,
                )
            )
    if not tried:
        raise ValueError(f"the table {table.caption!r} is wider than a page")
    return min(tried, key=lambda one: one[0])[1:]


def piece(one, link):
    """A piece of a cell as LaTeX; ``link`` gives (text, url) as a link, where the url leads somewhere."""
    if isinstance(one, Latex):
        return one.code
    shown = latex(breakable(one.text))
    if one.url:
        shown = link(shown, one.url)
    return (rf"\sobetarget{{{one.ident}}}" if one.ident else "") + shown


def longtable(table, ident, link, words):
    """(LaTeX of a table with its caption and label, whether it lies on its side).

    Its headings stand on every page it takes.
    """
    size, sideways, widths, wraps, pages = _layout(table)
    count = len(widths)
    kinds = "".join(
        f">{{\\sobe{'right' if i in table.numeric else 'left'}}}p{{{w:.1f}pt}}"
        for i, w in enumerate(widths)
    )
    spec = rf"@{{}}{kinds}@{{}}"
    lines = [
        " & ".join("".join(piece(p, link) for p in cell) for cell in row) for row in table.rows
    ]
    head = "".join(
        " & ".join(rf"\textbf{{{''.join(latex(breakable(p.text)) for p in cell)}}}" for cell in row)
        + r" \\"
        + "\n"
        for row in table.rows[: table.heads]
    )
    between = "\\\\\n\\sobeline\n" if wraps else "\\\\\n"
    body = between.join(lines[table.heads :])
    caption = latex(table.caption) or r"\relax"
    if table.absent:  # under the table, for the list of tables has no room for it
        body += (
            "\\\\*\n\\midrule\n"
            + rf"\multicolumn{{{count}}}{{@{{}}l@{{}}}}{{\sobecontinued{{{latex(words['absent'].format(words['and'].join(table.absent)))}}}}}"
        )
    before = r"\sobebarrier" if pages > 0.7 else ""
    made = rf"""{before}\par\Needspace{{8\baselineskip}}\begingroup\{size}\sobetable
\begin{{longtable}}{{{spec}}}
\caption{{{caption}}}\label{{{ident}}}\\
\toprule
{head}\midrule
\endfirsthead
\multicolumn{{{count}}}{{@{{}}l@{{}}}}{{\sobecontinued{{\tablename~\ref*{{{ident}}}{words["before"]}}}}}\\
\toprule
{head}\midrule
\endhead
\midrule
\multicolumn{{{count}}}{{@{{}}r@{{}}}}{{\sobecontinued{{{words["next"]}}}}}\\
\endfoot
\bottomrule
\endlastfoot
{body}\\
\end{{longtable}}
\endgroup"""
    return (rf"\begin{{landscape}}{made}\end{{landscape}}" if sideways else made), sideways


_BAND = re.compile(
    r"<h3[^>]*>(.*?)</h3>|<h4[^>]*>(.*?)</h4>|<li[^>]*><strong>(.*?)</strong>(.*?)</li>", re.S
)
_ASIDE = re.compile(r'<span lang="zh"[^>]*>(.*?)</span>', re.S)


def grid(text, names, asides):
    """A grid of ideas as a table with a row an idea; ``names`` are its headings.

    With ``asides`` what stands under an idea in Chinese is the last column.
    """
    label = re.search(r'aria-label="([^"]*)"', text)
    rows, band, cell = [], "", ""
    for new, group, idea, more in _BAND.findall(text):
        if new:
            band = plain(new)
        elif group:
            cell = plain(group)
        else:
            detail, aside = plain(_ASIDE.sub("", more)), plain(" ".join(_ASIDE.findall(more)))
            said = [
                band,
                cell,
                plain(idea) + (f" ({detail})" if detail else ""),
                *([aside] if asides else []),
            ]
            rows.append([[Piece(part)] if part else [] for part in said])
            band = cell = ""
    heads = [[Piece(name)] for name in names[: len(rows[0])]]
    return Table(html.unescape(label[1]) if label else "", [heads, *rows], 1)
