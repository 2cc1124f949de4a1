"""What a chapter shows besides charts: numbers in its prose, tables, and grids of ideas."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from sobe.charts.outputs import Output
from sobe.languages import units
from sobe.languages.units import NOT_KNOWN

#: How the values of a column are written: by a function, or by a mapping of values to words.
Writer: TypeAlias = Callable[[Any], str] | Mapping[Any, str]

#: What a column of numbers says where it has none.
_GAPS = frozenset((NOT_KNOWN, "none", "unknown", "—", "–", "?", ""))
_ADDRESS = re.compile(r"https?://|([a-z_-]+\.html)?#[\w-]+$|[a-z_-]+\.html$")


def glue(**values: object) -> None:
    """Give the page's prose a value by name: ``glue(rate="3.5×")`` fills ``{glue:text}`rate```.

    A value is a text as readers see it (see :mod:`sobe.languages.units`), or a chart or output,
    which other pages may show as well.

    Raises
    ------
    TypeError
        A value is neither, such as a number that is not formatted.
    """
    from myst_nb import glue as store

    for name, value in values.items():
        if not isinstance(value, str) and not hasattr(value, "_repr_mimebundle_"):
            raise TypeError(f"{name} is {value!r}; format it first (sobe.languages.units)")
        store(name, value, display=False)


@dataclass(frozen=True)
class Link:
    """A table cell that leads somewhere.

    Only http and https addresses and places in this book ("cost.html#figure-cost-per-neuron",
    "#the-ladder") become links.
    """

    text: str
    url: str | None

    def cell(self) -> dict[str, Any]:
        """Return the cell as JSON."""
        leads = isinstance(self.url, str) and _ADDRESS.match(self.url)
        return {"text": self.text, "url": self.url if leads else None}


@dataclass(frozen=True)
class Code:
    """A table cell that names a table, a column or a formula: the same in every language."""

    text: str

    def cell(self) -> dict[str, Any]:
        """Return the cell as JSON."""
        return {"text": self.text, "code": True}


@dataclass(frozen=True)
class Quoted:
    """A table cell in a language of its own ("en", "zh"): the same in every edition."""

    text: str
    language: str

    def cell(self) -> dict[str, Any]:
        """Return the cell as JSON."""
        return {"text": self.text, "lang": self.language}


def link(text: str, doi: object = None, url: object = None) -> Link:
    """Return a :class:`Link` to a DOI or, without one, an address; either may be missing."""
    if isinstance(doi, str):
        return Link(text, "https://doi.org/" + doi.replace("<", "%3C").replace(">", "%3E"))
    return Link(text, url if isinstance(url, str) else None)


def links(frame: pd.DataFrame, text: str) -> list[Link]:
    """Return a link per row: the text of a column, leading to the ``doi`` or else the ``url``."""
    return [link(*row) for row in zip(frame[text], frame["doi"], frame["url"], strict=True)]


def table(
    frame: pd.DataFrame,
    caption: str,
    columns: Mapping[str, str | tuple[str, Writer]] | None = None,
    formats: Mapping[str, Writer] | None = None,
    compared: Mapping[str, Callable[[Any], str]] | None = None,
    search: bool = False,
    menus: tuple[str, ...] = (),
    unprinted: tuple[str, ...] = (),
) -> Output:
    """Show ``frame`` as a table: column names as headings, numbers to the right.

    Cells are text, numbers, :class:`Link`, :class:`Code` or missing ("not known"); everything is
    escaped.

    Parameters
    ----------
    columns : mapping, optional
        Columns of ``frame`` to show, in order, and their headings: ``{"year": "Year"}``. A pair
        says how the values are written as well, as in ``formats``:
        ``{"usd": ("Cost", units.usd)}``. Default: all of them, by their own names.
    formats : mapping, optional
        How the values of a column are written: a function of one value, as in
        :mod:`sobe.languages.units`, or a mapping of values to words, as `sobe.tables.labels`
        returns. Columns are named as in ``frame``.
    compared : mapping, optional
        The same for columns whose values are compared, which get one unit and equal decimals
        (`sobe.languages.units.column`).
    search : bool
        A box above the table filters its rows.
    menus : tuple of str
        Headings whose columns each get a menu of their values, to filter by.
    unprinted : tuple of str
        Headings that paper leaves out, and says so: it has no room for all of a wide table.

    Raises
    ------
    ValueError
        A column is named that is not there.
    """
    pairs = {name: says for name, says in (columns or {}).items() if isinstance(says, tuple)}
    formats = {**(formats or {}), **{name: how for name, (_, how) in pairs.items()}}
    given = frame
    written = {name: frame[_known(name, frame)].map(how) for name, how in formats.items()}
    for name, write in (compared or {}).items():
        written[name] = units.column(frame[_known(name, frame)], write)
    frame = frame.assign(**written)
    if columns is not None:
        frame = pd.DataFrame(
            {
                says[0] if isinstance(says, tuple) else says: frame[_known(name, frame)]
                for name, says in columns.items()
            }
        )
    for names, use in ((menus, "make a menu of"), (unprinted, "leave out of print")):
        if absent := [name for name in names if name not in frame]:
            raise ValueError(f"no column {absent[0]!r} to {use}")
    places = list(frame)
    heads_and_kinds = [
        {
            "name": str(name),
            "number": bool(pd.api.types.is_numeric_dtype(frame[name]))
            or _looks_numeric(frame[name]),
        }
        for name in frame
    ]
    for head, field in zip(heads_and_kinds, columns or places, strict=True):
        if field in written and (exact := _exact(given[field])):
            head["exact"] = exact
    return Output(
        "table",
        {
            "caption": caption,
            "search": search,
            "menus": [places.index(name) for name in menus],
            "unprinted": [places.index(name) for name in unprinted],
            "columns": heads_and_kinds,
            "rows": [
                [_cell(cell) for cell in cells]
                for cells in frame.itertuples(index=False, name=None)
            ],
        },
    )


def _exact(column: pd.Series) -> list[float | None]:
    """Return the numbers of a column, to sort by; none of a column of texts."""
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return []
    return [float(value) if pd.notna(value) and math.isfinite(value) else None for value in column]


def _known(name: str, frame: pd.DataFrame) -> str:
    """Return the name of a column of a table; raises ValueError if there is no such column."""
    if name not in frame:
        raise ValueError(f"no column {name!r} to show among {', '.join(map(str, frame))}")
    return name


def grid(
    frame: pd.DataFrame, caption: str, row: str, column: str, title: str, detail: str, aside: str
) -> Output:
    """Show ideas in a grid: a band per ``row``, a card per ``column``, menus to filter by both.

    ``frame`` has one row per idea, in the order to be shown: its ``title``, its ``detail`` (may be
    missing) and an ``aside`` in small type, all text. Without scripts everything is shown.
    """
    bands = [
        {
            "name": str(band),
            "groups": [
                {
                    "name": str(name),
                    "ideas": [
                        {
                            "title": idea[title],
                            "detail": None if pd.isna(idea[detail]) else idea[detail],
                            "aside": idea[aside],
                        }
                        for idea in cell.to_dict("records")
                    ],
                }
                for name, cell in ideas.groupby(column, sort=False)
            ],
        }
        for band, ideas in frame.groupby(row, sort=False)
    ]
    return Output("grid", {"caption": caption, "row": row, "column": column, "bands": bands})


def _looks_numeric(column: pd.Series) -> bool:
    """Return whether a column's texts begin as numbers do ("$16,600", "3.5×"), but for gaps."""
    texts = [value for value in column if isinstance(value, str) and value not in _GAPS]
    return bool(texts) and all(text.lstrip("$−<>~≥≤").strip()[:1].isdigit() for text in texts)


def _cell(value: Any) -> str | dict[str, Any]:
    """Return a cell as JSON: a text, or an object that says what it is."""
    if isinstance(value, (Link, Code, Quoted)):
        cell: str | dict[str, Any] = value.cell()
    elif value is None or (not isinstance(value, (list, tuple)) and pd.isna(value)):
        return {"text": NOT_KNOWN, "missing": True}
    else:
        cell = str(value)
    # A sentence needs room, or its column is squeezed to one word per line.
    text = value.text if isinstance(value, (Link, Quoted)) else value
    if not isinstance(text, str) or len(text) <= 60:
        return cell
    return {**(cell if isinstance(cell, dict) else {"text": cell, "url": None}), "long": True}
