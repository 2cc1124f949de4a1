"""HTML that cells show, as parts of a document: tables and grids of ideas."""

import re
from html.parser import HTMLParser

from docutils import nodes

_LONG = re.compile(r"\S{14,}")
#: A place where a long word may be broken; the LaTeX preamble knows it.
BREAK = "\u200b"


def breakable(text):
    """Text whose long words (keys, addresses) may be broken after a mark or before a capital."""
    def broken(match):
        text = marked(match)
        return re.sub(rf"[^\s{BREAK}]{{19,}}|(?=[^\s{BREAK}]*\d)[^\s{BREAK}]{{12,}}", lambda m: BREAK.join(re.findall(".{1,8}", m[0])), text)

    def marked(match):
        return re.sub(r"([_/.,:;=\-–(])(?=\w)|(?<=[a-z])(?=[A-Z])", rf"\1{BREAK}", match[0])

    return _LONG.sub(broken, text)


class _Table(HTMLParser):
    """Rows of the first table of an HTML text, each cell a list of (text, address)."""

    def __init__(self):
        super().__init__()
        self.rows, self.heads, self.caption = [], 0, ""
        self.numeric, self._cell, self._link, self._in = set(), None, None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._cell = []
            self.rows[-1].append(self._cell)
            self.heads = len(self.rows) if tag == "th" and "scope" in attrs and attrs["scope"] == "col" else self.heads
            if "number" in (attrs.get("class") or ""):
                self.numeric.add(len(self.rows[-1]) - 1)
        elif tag == "a":
            self._link = attrs.get("href")
        elif tag in ("figcaption", "caption"):
            self._in = "caption"

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = None
        elif tag == "a":
            self._link = None
        elif tag in ("figcaption", "caption"):
            self._in = None

    def handle_data(self, data):
        if self._in == "caption":
            self.caption += data
        elif self._cell is not None and data:
            self._cell.append((data, self._link))


def _length(text):
    """Width of a text, a Chinese character counted twice."""
    return sum(2 if ord(c) > 0x2E80 else 1 for c in text)


def _widths(rows):
    """Relative widths of the columns: enough for the longest word, more for longer texts."""
    widths = []
    for column in zip(*rows):
        texts = ["".join(text for text, _ in cell) for cell in column]
        word = max((_length(w) if ord(w[0]) < 0x2E80 else 4 for t in texts for w in re.split(r"[\s\u200b/_-]+", t) if w), default=1)
        mean = sum(map(_length, texts)) / len(texts)
        widths.append(max(min(word, 16) + 1, min(mean, 34), 4))
    total = sum(widths)
    return [max(1, round(100 * w / total)) for w in widths]


def _paragraph(cell):
    paragraph = nodes.paragraph()
    for text, url in cell:
        shown = nodes.Text(breakable(text))
        if url and url.startswith("http"):
            paragraph += nodes.reference("", "", shown, refuri=url, internal=False)
        else:
            paragraph += shown
    return paragraph


def table(html):
    """The first table of `html` as nodes; None where there is none."""
    parser = _Table()
    parser.feed(html)
    rows = [row for row in parser.rows if row]
    if not rows or len(rows) <= parser.heads:
        return None
    count = max(map(len, rows))
    rows = [row + [[] for _ in range(count - len(row))] for row in rows]
    group = nodes.tgroup(cols=count)
    for width in _widths(rows):
        group += nodes.colspec(colwidth=width)
    head, body = nodes.thead(), nodes.tbody()
    for number, row in enumerate(rows):
        line = nodes.row()
        for cell in row:
            line += nodes.entry("", _paragraph(cell))
        (head if number < parser.heads else body).append(line)
    group += [head, body]
    found = nodes.table("", classes=["longtable", "colwidths-given"])
    if parser.caption:
        found += nodes.title("", parser.caption)
    found += group
    wide = count >= 8
    before = r"\begin{landscape}\sobetable " if wide else r"\begingroup\sobetable "
    after = r"\end{landscape}" if wide else r"\endgroup "
    return [nodes.raw("", before, format="latex"), found, nodes.raw("", after, format="latex")]


_BAND = re.compile(r"<h3[^>]*>(.*?)</h3>|<h4[^>]*>(.*?)</h4>|<li[^>]*><strong>(.*?)</strong>(.*?)</li>", re.S)


def plain(html):
    """The text of an HTML fragment."""
    import html as entities

    return " ".join(entities.unescape(re.sub(r"<[^>]+>", " ", html)).split())


def grid(html):
    """A grid of ideas as headings and lists."""
    found, items = [], None
    for band, cell, idea, more in _BAND.findall(html):
        if band:
            found.append(nodes.paragraph("", "", nodes.strong("", plain(band)), classes=["sobe-band"]))
        elif cell:
            items = nodes.bullet_list()
            found += [nodes.paragraph("", "", nodes.emphasis("", plain(cell))), items]
        elif items is not None:
            more = re.sub(r'<span lang="zh".*?</span>', "", more, flags=re.S)
            detail = plain(more)
            items += nodes.list_item("", nodes.paragraph("", plain(idea) + (f" ({detail})" if detail else "")))
    return found
