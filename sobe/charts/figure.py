"""One declaration of a figure, as the last line of a chapter's cell.

The chapter says what only it knows: the chart, a name and a title, which columns and tables are
behind it. The marks' tooltips are made from the columns here. The card around the chart, its
description, its files and its page are made when the book is rendered (``sobe.site``).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import altair as alt
import pandas as pd

from sobe import tables as package
from sobe.charts.display import glue
from sobe.charts.outputs import Output
from sobe.languages import units as words
from sobe.languages.units import NOT_KNOWN

Json: TypeAlias = dict[str, Any]

#: What a chapter says of a column: its name, or name, unit and meaning.
Column: TypeAlias = str | tuple[str, str] | tuple[str, str, str]

#: Suffix of a field with the values of another one as text.
TEXT = "__text"

#: What a figure without rows says instead.
EMPTY = "Nothing to show: no rows for these values of the parameters."

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


class FigureError(ValueError):
    """A figure's declaration that cannot be right."""


def figure(
    chart: Any,
    name: str,
    title: str,
    subtitle: str,
    *,
    columns: Mapping[str, Column],
    tables: Sequence[str] = (),
    why: str = "",
    note: str = "",
    width: str | int | alt.Step = "container",
    height: int | alt.Step | None = None,
    offset: int | None = None,
    log_switch: str | None = None,
    data: pd.DataFrame | None = None,
) -> Output:
    """Show ``chart`` as a figure with its table, sources, files and citation.

    Without rows a sentence is shown in place of the chart.

    The chart is glued under the figure's name as well, so that any page can show it alone:
    ``{glue}`cost-per-neuron```.

    Parameters
    ----------
    chart : altair.Chart or altair.LayerChart
        What is drawn, without title and size.
    name : str
        Fixed and readable ("cost-per-neuron"): files and addresses are made of it.
    title, subtitle : str
        The subtitle says what is plotted, in which unit.
    columns : dict
        The columns of the figure's table and CSV and of the tooltips of its marks, in order:
        fields of the chart's data and the names that readers see, as
        ``{"year": "Year", "usd": "Cost per neuron"}``. Unit and meaning come from the column of
        the same name in ``tables``. A column computed in the chapter gives them itself:
        ``{"rate": ("Information rate", "1/s", "Neurons times sampling rate.")}``. A chart that
        states tooltips itself keeps those.
    tables : list of str
        Tables of the data package that the figure is made from.
    why : str
        What the figure is there for, as it completes "It shows …" in the description that screen
        readers read; the rest of the description is made from the chart.
    note : str
        A text below the chart.
    width, height
        As in Altair: a number, ``"container"`` or ``alt.Step``.
    offset : int, optional
        Pixels between title and plot, for a chart that writes above its plot.
    log_switch : {"x", "y"}, optional
        A logarithmic axis that readers may switch to linear.
    data : pandas.DataFrame, optional
        Rows of the table and CSV, where the chart's own are not what a reader would want.

    Raises
    ------
    FigureError
        A name, title, field, table or axis cannot be right, or a logarithmic axis has a value of
        zero or less.
    """
    if not NAME.match(name):
        raise FigureError(
            f"{name!r} is not a figure's name; expected lower-case words joined by '-'"
        )
    if log_switch not in (None, "x", "y"):
        raise FigureError(f"figure {name!r}: log_switch is 'x' or 'y', not {log_switch!r}")
    _check_tables(name, tables)
    if not title or not subtitle:
        raise FigureError(
            f"figure {name!r} needs a title with a subtitle that says what is plotted in which unit"
        )
    shape = {} if height is None else {"height": height}
    away = {} if offset is None else {"offset": offset}
    text = alt.TitleParams(title, subtitle=subtitle, **away)
    spec: Json = chart.properties(title=text, width=width, **shape).to_dict()
    fields = [{"field": field, **_column(name, field, says)} for field, says in columns.items()]
    _check_logarithms(name, spec)
    dataset = None if data is not None else _dataset(name, spec, list(columns))
    empty = data.empty if data is not None else not spec["datasets"][dataset]
    if empty:
        spec, dataset, data = _empty(spec), "none", None
    elif dataset is not None:
        _add_tooltips(spec, dataset, _tooltips(fields, tables, spec["datasets"][dataset]))
    declaration: Json = {
        "name": name,
        "title": title,
        "subtitle": subtitle,
        "columns": fields,
        "tables": list(tables),
        "why": why.strip().rstrip("."),
        "note": note.strip(),
        "log_switch": log_switch,
        "dataset": dataset,
        "spec": spec,
    }
    if data is not None:
        declaration["rows"] = _rows(name, data, list(columns))
    glue(**{name: Output("chart", {"spec": spec, "figure": name})})
    return Output("figure", declaration)


def _empty(spec: Json) -> Json:
    """Return the chart of a figure without rows: the title, and a sentence."""
    mark = {"type": "text", "text": EMPTY, "fontSize": 13}
    kept: Json = {key: spec[key] for key in ("$schema", "config", "title", "width") if key in spec}
    drawn = {"height": 120, "data": {"values": [{}]}, "mark": mark, "description": EMPTY}
    return {**kept, **drawn, "datasets": {"none": []}}


def _check_logarithms(name: str, spec: Json) -> None:
    """Raise FigureError for a value on a logarithmic axis that has no logarithm."""
    for part, dataset in _marks(spec):
        rows = spec.get("datasets", {}).get(dataset, [])
        for channel, one in part.get("encoding", {}).items():
            scale = one.get("scale") if isinstance(one, dict) else None
            field = one.get("field") if isinstance(one, dict) else None
            if (
                field
                and isinstance(scale, dict)
                and scale.get("type") == "log"
                and "transform" not in part
            ):
                bad = [v for row in rows if type(v := row.get(field)) in (int, float) and v <= 0]
                if bad:
                    raise FigureError(
                        f"figure {name!r}: {bad[0]} of {field} has no place on the logarithmic "
                        f"axis {channel}"
                    )


def _tooltips(fields: list[Json], tables: Sequence[str], rows: list[Json]) -> list[Json]:
    """Return a tooltip per column, with its values as the book's prose writes them.

    Vega's own formats have no words and no units, and show a missing value as "null". So a column
    of numbers with a unit, of booleans, or with missing values gets a copy in ``rows``, as text.
    """
    units, shown = package.units(), [package.display(table) for table in tables]
    tooltips = []
    for column in fields:
        field = column["field"]
        kinds = {type(row[field]) for row in rows} - {type(None)}
        found = next((columns[field] for columns in shown if field in columns), {})
        unit = units.get(column.get("unit") or found.get("unit") or "", {})
        write: Callable[[Any], str] | None = None
        if kinds == {bool}:
            write = {True: "yes", False: "no"}.__getitem__
        elif kinds and kinds <= {int, float} and "format" in unit:
            write = functools.partial(words.in_format, unit["format"], unit.get("label", ""))
        elif any(row[field] is None for row in rows):
            write = str
        if write:
            for row in rows:
                row[field + TEXT] = NOT_KNOWN if row[field] is None else write(row[field])
        number = not write and kinds <= {int, float}
        tooltips.append(
            {
                "field": field + TEXT if write else field,
                "title": column["name"],
                "type": "quantitative" if number else "nominal",
            }
        )
    return tooltips


def _add_tooltips(spec: Json, dataset: str, tooltips: list[Json]) -> None:
    """Give the marks of a data set their tooltips, unless the chart states tooltips itself."""
    marks = [part for part, name in _marks(spec) if name == dataset]
    if not any("tooltip" in part.get("encoding", {}) for part in marks):
        for part in marks:
            mark = part["mark"] if isinstance(part["mark"], dict) else {"type": part["mark"]}
            if mark["type"] != "text" and "tooltip" not in mark:
                part.setdefault("encoding", {})["tooltip"] = tooltips


def _marks(spec: Json, data: str | None = None) -> Iterator[tuple[Json, str | None]]:
    """Yield every part of a spec that has a mark, with the name of its data set."""
    data = spec.get("data", {}).get("name", data)
    if "mark" in spec:
        yield spec, data
    for part in spec.get("layer", []):
        yield from _marks(part, data)


def _column(name: str, field: str, says: Column) -> dict[str, str]:
    if isinstance(says, str):
        return {"name": says}
    if (
        isinstance(says, tuple)
        and 2 <= len(says) <= 3
        and all(isinstance(part, str) for part in says)
    ):
        return dict(zip(("name", "unit", "description"), says, strict=False))
    raise FigureError(
        f"figure {name!r}, column {field!r}: expected a name or (name, unit, description), "
        f"not {says!r}"
    )


def _dataset(name: str, spec: Json, fields: list[str]) -> str:
    """Return the name of the chart's data set that has all ``fields``; of several, the longest.

    Where none has them, it is one without rows, if there is one.
    """
    found = {
        key: len(rows)
        for key, rows in spec.get("datasets", {}).items()
        if rows and all(field in row for row in rows for field in fields)
    }
    if not found and (bare := [key for key, rows in spec.get("datasets", {}).items() if not rows]):
        return str(bare[0])  # a data set without rows has no columns either
    if not found:
        have = sorted(
            {
                field
                for rows in spec.get("datasets", {}).values()
                for row in rows[:1]
                for field in row
            }
        )
        raise FigureError(
            f"figure {name!r}: no data of the chart has the columns {fields}; there are {have}"
        )
    longest: str = max(sorted(found), key=found.__getitem__)
    return longest


def _check_tables(name: str, named: Sequence[str]) -> None:
    known = package.names()
    for table in named:
        if table not in known:
            raise FigureError(
                f"figure {name!r}: there is no table {table!r}; tables: {', '.join(known)}"
            )


def _rows(name: str, data: pd.DataFrame, fields: list[str]) -> list[Json]:
    """Return the rows of a frame as JSON values, the way Altair writes them."""
    from altair.utils import sanitize_pandas_dataframe

    missing = [field for field in fields if field not in data]
    if missing:
        raise FigureError(f"figure {name!r}: its data lack the columns {missing}")
    rows: list[Json] = sanitize_pandas_dataframe(data[fields]).to_dict(orient="records")
    return rows
