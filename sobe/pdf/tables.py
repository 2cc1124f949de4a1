"""HTML tables that cells show, as LaTeX tables that break across pages.

A cell is a list of pieces of text, each with what it links to and what can link to it. Columns
are measured with the widths of the type they are set in, and get the widths that make the table
least tall.
"""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from sphinx.util.texescape import escape

#: A place where a long word may be broken.
BREAK = "\u200b"
#: Points of text across a page, upright and on its side, and between two columns.
UPRIGHT, SIDEWAYS, GAP = 472.0, 686.0, 7.0
SIZES = {"footnotesize": 8.0, "scriptsize": 7.0}
_LONG = re.compile(r"\S{14,}")
# Widths of Times, of which the face of the text has the measures, in thousandths of its size.
_TIMES = dict(zip("abcdefghijklmnopqrstuvwxyz", (
    444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444,
))) | dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (
    722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889, 722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611,
))) | dict.fromkeys(" .,", 250) | dict.fromkeys(":;/tI'|", 290) | dict.fromkeys("()[]-fr", 340) | dict.fromkeys("×+=−<>~", 570) | {"%": 833, "@": 921, "—": 1000}  # fmt: skip


@dataclass
class Piece:
    """Text of a cell: where it leads, the id by which it can be reached, its verdict."""

    text: str
    url: str | None = None
    ident: str | None = None
    verdict: bool = False


@dataclass
class Latex(Piece):
    """LaTeX in a cell, as wide as the text ``text``."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


@dataclass
class Table:
    """Rows of cells, of which the first ``heads`` are headings; ``numeric`` columns stand to the right."""

    caption: str = ""
    rows: list = field(default_factory=list)
    heads: int = 0
    numeric: set = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.table, self.done, self._cell, self._link, self._span, self._in = Table(), False, None, {}, None, ""

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        rows = self.table.rows
        if self.done:
            return
        if tag == "tr":
            rows.append([])
        elif tag in ("td", "th") and rows:
            self._cell = []
            rows[-1].append(self._cell)
            if attrs.get("scope") == "col":
                self.table.heads = len(rows)
            if "number" in (attrs.get("class") or ""):
                self.table.numeric.add(len(rows[-1]) - 1)
        elif tag == "a":
            self._link = {"url": attrs.get("href"), "verdict": "data-verdict" in attrs}
        elif tag == "span":
            self._span = attrs.get("id")
        elif tag in ("figcaption", "caption"):
            self._in = "caption"

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = None
        elif tag == "a":
            self._link = {}
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
            self._cell.append(Piece(data, ident=self._span, **self._link))


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
        return re.sub(rf"[^\s{BREAK}]{{19,}}", lambda m: BREAK.join(re.findall(".{1,10}", m[0])), marked)

    return _LONG.sub(broken, text)


def latex(text):
    """Text as LaTeX, with the places where it may be broken."""
    return escape(text, "xelatex").replace(BREAK, r"\allowbreak{}")


def width(text, size=1.0):
    """How wide a text is, in points of type ``size`` points large."""
    total = before = 0
    for sign in text:
        wide = ord(sign) > 0x2E80
        # A space is put between a Chinese sign and a Latin one.
        total += (1000 if wide else 0 if sign == BREAK else _TIMES.get(sign, 510)) + (250 if before and (before > 0x2E80) != wide else 0)
        before = ord(sign)
    return total * size / 1000


def _words(text):
    return [word for word in re.split(rf"[\s{BREAK}]+|(?<=[\u2e80-\uffef])|(?=[\u2e80-\uffef])", text) if word]


def columns(texts, size, space, numeric=(), heads=1):
    """Widths in points for columns of texts (a list of rows), in at most ``space`` points.

    Returns (widths, estimated lines of all rows); None where the longest words alone do not fit.
    """
    count = len(texts[0])
    gaps = GAP * (count - 1)
    full = [[width(cell, size) * (1.1 if n < heads else 1) + 1 for cell in row] for n, row in enumerate(texts)]
    most = [max(column) for column in zip(*full)]
    least = [
        most[i] if i in numeric and most[i] < 60 else max((width(word, size) * 1.1 + 1 for row in texts for word in _words(row[i])), default=1)
        for i in range(count)
    ]  # fmt: skip
    if sum(most) + gaps <= space:
        return most, len(texts)
    if sum(least) + gaps > space:
        return None
    widths, rest = least, space - gaps - sum(least)
    # A ragged line is filled to nine tenths; rows beyond some hundreds tell nothing new.
    sample = full[:: max(1, len(full) // 150)]

    def lines(row, widths):
        return max(-(-wanted // (got * 0.9)) if wanted > got else 1 for wanted, got in zip(row, widths))

    step = max(4.0, rest / 60)
    while rest > 0.5:
        step = min(step, rest)
        tallness = []
        for i in range(count):
            if widths[i] < most[i]:
                wider = [*widths[:i], widths[i] + step, *widths[i + 1:]]
                # What a column's own cells gain counts a little, so that no step is without effect.
                own = sum(row[i] / wider[i] for row in sample)
                tallness.append((sum(lines(row, wider) for row in sample) + 0.05 * own, -sum(row[i] / widths[i] for row in sample), i))
        if not tallness:
            break
        i = min(tallness)[2]
        widths, rest = [*widths[:i], widths[i] + step, *widths[i + 1:]], rest - step
    return widths, sum(lines(row, widths) for row in full)


def _layout(table):
    """(size's name, sideways?, widths, whether lines wrap) of the layout that shows a table best."""
    texts = [[breakable("".join(piece.text for piece in cell)) for cell in row] for row in table.rows]
    tried = []
    for sideways, size in ((False, "footnotesize"), (False, "scriptsize"), (True, "footnotesize"), (True, "scriptsize")):
        found = columns(texts, SIZES[size], SIDEWAYS if sideways else UPRIGHT, table.numeric, table.heads)
        if found is None:
            continue
        widths, lines = found
        per_row = lines / len(texts)
        tried.append((per_row, size, sideways, widths))
        if per_row <= 3 or per_row <= 6 and size == "scriptsize":
            return size, sideways, widths, per_row > 1.3
    if not tried:
        raise ValueError(f"the table {table.caption!r} is wider than a page")
    per_row, size, sideways, widths = min(tried)
    return size, sideways, widths, True


def piece(one, link):
    """A piece of a cell as LaTeX; ``link`` gives (text, url) as a link, where the url leads somewhere."""
    if isinstance(one, Latex):
        return one.code
    shown = latex(breakable(one.text))
    if one.verdict:
        shown = rf"\sobeverdict{{{shown}}}"
    if one.url:
        shown = link(shown, one.url)
    return (rf"\sobetarget{{{one.ident}}}" if one.ident else "") + shown


def longtable(table, ident, link, words):
    """A table as LaTeX with its caption and label; its headings stand on every page it takes."""
    size, sideways, widths, wraps = _layout(table)
    count = len(widths)
    kinds = "".join(
        f">{{\\sobe{'right' if i in table.numeric else 'left'}}}p{{{w:.1f}pt}}" for i, w in enumerate(widths))
    spec = rf"@{{}}{kinds}@{{}}"
    lines = [" & ".join("".join(piece(p, link) for p in cell) for cell in row) for row in table.rows]
    head = "".join(
        " & ".join(rf"\textbf{{{''.join(latex(breakable(p.text)) for p in cell)}}}" for cell in row) + r" \\" + "\n"
        for row in table.rows[: table.heads]
    )
    between = "\\\\\n\\sobeline\n" if wraps else "\\\\\n"
    body = between.join(lines[table.heads:])
    caption = latex(table.caption) or r"\relax"
    made = rf"""\begingroup\{size}\sobetable
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
    return rf"\sobesideways{{{made}}}" if sideways else made


_BAND = re.compile(r"<h3[^>]*>(.*?)</h3>|<h4[^>]*>(.*?)</h4>|<li[^>]*><strong>(.*?)</strong>(.*?)</li>", re.S)
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
            said = [band, cell, plain(idea) + (f" ({detail})" if detail else ""), *([aside] if asides else [])]
            rows.append([[Piece(part)] if part else [] for part in said])
            band = cell = ""
    heads = [[Piece(name)] for name in names[: len(rows[0])]]
    return Table(html.unescape(label[1]) if label else "", [heads, *rows], 1)
