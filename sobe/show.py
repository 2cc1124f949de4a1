"""What a chapter shows besides charts: numbers in its prose, tables, and grids of ideas."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import pandas as pd
from IPython.display import HTML

from sobe.units import NOT_KNOWN

_ADDRESS = re.compile(r"https?://|([a-z_-]+\.html)?#[\w-]+$|[a-z_-]+\.html$")


def say(**numbers: str) -> None:
    """Give the page's text its numbers: ``say(rate="3.5×")`` fills ``{glue:text}`rate```.

    Values are text, already written as a person reads them (see :mod:`sobe.units`).
    """
    from myst_nb import glue

    for name, value in numbers.items():
        if not isinstance(value, str):
            raise TypeError(f"{name} is {value!r}; format it first (sobe.units)")
        glue(name, value, display=False)


def glue_figure(**charts) -> None:
    """Let other pages show a chart: ``glue_figure(cost_figure=chart)``, there ``{glue} cost_figure``."""
    from myst_nb import glue

    for name, chart in charts.items():
        glue(name, chart, display=False)


@dataclass(frozen=True)
class Link:
    """A table cell that leads somewhere; only http and https addresses, and places in this book
    ("cost.html#the-figure", "#the-table"), become links."""

    text: str
    url: str | None

    def html(self) -> str:
        text = html.escape(self.text)
        if not isinstance(self.url, str) or not _ADDRESS.match(self.url):
            return text
        return f'<a href="{html.escape(self.url, quote=True)}">{text}</a>'


@dataclass(frozen=True)
class Code:
    """A table cell that is an identifier: of a table, a column, a formula. It is the same in every language."""

    text: str

    def html(self) -> str:
        return f"<code>{html.escape(self.text)}</code>" if self.text else ""


def link(text: str, doi=None, url=None) -> Link:
    """A :class:`Link` to a DOI or, without one, an address; either may be missing."""
    if isinstance(doi, str):
        return Link(text, "https://doi.org/" + doi.replace("<", "%3C").replace(">", "%3E"))
    return Link(text, url if isinstance(url, str) else None)


def table(
    frame: pd.DataFrame,
    caption: str,
    search: bool = False,
    menus: tuple[str, ...] = (),
    unprinted: tuple[str, ...] = (),
) -> HTML:
    """An HTML table of ``frame``: column names as headings, numbers to the right.

    Cells are text, numbers, :class:`Link`, :class:`Code` or missing ("not known"); everything is escaped.
    With ``search`` a box above the table filters its rows; ``menus`` are columns that each get a
    menu of their values, to filter by. Without scripts all rows are shown. The PDF leaves out
    the columns ``unprinted``, and says so: a sheet of paper has no room for all of a wide table.
    """
    for names, use in ((menus, "make a menu of"), (unprinted, "leave out of print")):
        if absent := [name for name in names if name not in frame]:
            raise ValueError(f"no column {absent[0]!r} to {use}")
    numeric = [
        pd.api.types.is_numeric_dtype(frame[name]) or _looks_numeric(frame[name]) for name in frame
    ]
    head = "".join(
        f'<th scope="col"{_class(right)}>{html.escape(str(name))}</th>'
        for name, right in zip(frame, numeric)
    )
    rows = []
    for cells in frame.itertuples(index=False, name=None):
        rows.append(
            "<tr>"
            + "".join(
                f"<td{_class(right, cell)}>{_cell(cell)}</td>"
                for cell, right in zip(cells, numeric)
            )
            + "</tr>"
        )
    attribute = " data-sobe-search" if search else ""
    for use, names in (("menus", menus), ("unprinted", unprinted)):
        if names:
            attribute += (
                f' data-sobe-{use}="{" ".join(str(list(frame).index(name)) for name in names)}"'
            )
    return HTML(
        f'<figure class="sobe-table-figure"><figcaption>{html.escape(caption)}</figcaption>'
        f'<div class="sobe-table-scroll" tabindex="0" role="region" aria-label="{html.escape(caption, quote=True)}">'
        f'<table class="sobe-table"{attribute}><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div></figure>'
    )


def grid(
    frame: pd.DataFrame, caption: str, row: str, column: str, title: str, detail: str, aside: str
) -> HTML:
    """Ideas in a grid, a band a ``row`` and a card a ``column`` inside it, with menus to filter by both.

    ``frame`` has a row an idea, in the order to be shown: its ``title``, its ``detail`` (may be
    missing) and an ``aside`` in small type, all text. Without scripts everything is shown.
    """
    bands = []
    for band, ideas in frame.groupby(row, sort=False):
        cards = []
        for name, cell in ideas.groupby(column, sort=False):
            items = "".join(_idea(idea, title, detail, aside) for idea in cell.to_dict("records"))
            cards.append(
                f'<section data-column="{html.escape(str(name), quote=True)}"><h4>{html.escape(str(name))}</h4><ul>{items}</ul></section>'
            )
        bands.append(
            f'<div class="sobe-band" data-row="{html.escape(str(band), quote=True)}"><h3>{html.escape(str(band))}</h3>'
            f'<div class="sobe-cards">{"".join(cards)}</div></div>'
        )
    label = html.escape(caption, quote=True)
    menus = f'data-sobe-grid data-sobe-rows="{html.escape(row, quote=True)}" data-sobe-columns="{html.escape(column, quote=True)}"'
    return HTML(
        f'<div class="sobe-grid" {menus} role="region" aria-label="{label}">{"".join(bands)}</div>'
    )


def _idea(idea: dict, title: str, detail: str, aside: str) -> str:
    more = "" if pd.isna(idea[detail]) else f"<span>{html.escape(idea[detail])}</span>"
    return f'<li><strong>{html.escape(idea[title])}</strong>{more}<span lang="zh" class="sobe-aside">{html.escape(idea[aside])}</span></li>'


def _looks_numeric(column: pd.Series) -> bool:
    """Whether most of a column's texts begin as a number does ("$16,600", "3.5×", "not known")."""
    texts = [value for value in column if isinstance(value, str) and value != NOT_KNOWN]
    return bool(texts) and all(text.lstrip("$−<>~≥≤").strip()[:1].isdigit() for text in texts)


def _class(right: bool, cell=None) -> str:
    if right:
        return ' class="number"'
    # A sentence wants room, or its column is squeezed to a word a line.
    text = cell.text if isinstance(cell, Link) else cell
    return ' class="long"' if isinstance(text, str) and len(text) > 60 else ""


def _cell(value) -> str:
    if isinstance(value, (Link, Code)):
        return value.html()
    if value is None or (not isinstance(value, (list, tuple)) and pd.isna(value)):
        return f'<span class="sobe-missing">{NOT_KNOWN}</span>'
    return html.escape(str(value))
