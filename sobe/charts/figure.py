"""One declaration of a figure, as the last line of a chapter's cell.

The chapter says what only it knows: a name, the chart, which columns stand behind it and
which tables they come from. Title and subtitle are the chart's own. The card around the chart,
its files and its page are made when the book is rendered (``sobe.site``).
"""

from __future__ import annotations

import re

from sobe import tables
from sobe.charts.outputs import Output

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


class FigureError(ValueError):
    """A figure's declaration that cannot be right."""


def figure(name, chart, columns, tables=(), why="", note="", log_switch=None, data=None) -> Output:
    """Show ``chart`` as a figure with its table, sources, files and citation.

    ``name`` is fixed and readable ("cost-per-neuron"): files and addresses are made of it.
    ``columns`` maps fields of the chart's data to the names a reader sees, in order:
    ``{"year": "Year", "usd": "Cost per neuron"}``. Unit and meaning come from the column of the
    same name in ``tables`` (names in the datapackage); a column computed in the chapter gives
    them itself: ``{"rate": ("Information rate", "1/s", "Neurons times sampling rate.")}``.
    ``why``: what the figure is there for, as it completes "It shows …" in the description for
    screen readers. ``note`` stands under the chart. ``log_switch``: "x" or "y", a logarithmic axis
    that readers may switch to linear. ``data``: a frame to show instead of the chart's own rows,
    where those are not what a reader would want as a table.
    Raises `FigureError` for a name, field or table that cannot be right.
    """
    if not NAME.match(name):
        raise FigureError(
            f"{name!r} is not a figure's name; expected lower-case words joined by '-'"
        )
    spec = chart.to_dict()
    title = spec.get("title")
    if not isinstance(title, dict) or not title.get("text") or not title.get("subtitle"):
        raise FigureError(
            f"figure {name!r} needs a title with a subtitle that says what is plotted in which unit"
        )
    fields = [{"field": field, **_column(name, field, says)} for field, says in columns.items()]
    dataset = None
    if data is None:
        dataset = _dataset(name, spec, list(columns))
    _check_tables(name, tables)
    if log_switch not in (None, "x", "y"):
        raise FigureError(f"figure {name!r}: log_switch is 'x' or 'y', not {log_switch!r}")
    declaration = {
        "name": name,
        "title": _text(title["text"]),
        "subtitle": _text(title["subtitle"]),
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
    return Output("figure", declaration)


def _text(value):
    return " ".join(value) if isinstance(value, list) else str(value)


def _column(name, field, says):
    if isinstance(says, str):
        return {"name": says}
    if (
        isinstance(says, tuple)
        and 2 <= len(says) <= 3
        and all(isinstance(part, str) for part in says)
    ):
        return dict(zip(("name", "unit", "description"), says))
    raise FigureError(
        f"figure {name!r}, column {field!r}: expected a name or (name, unit, description), not {says!r}"
    )


def _dataset(name, spec, fields):
    """The name of the chart's data set that has all ``fields``; of several, the longest."""
    found = {
        key: len(rows)
        for key, rows in spec.get("datasets", {}).items()
        if rows and all(field in row for row in rows for field in fields)
    }
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
    return max(sorted(found), key=found.get)


def _check_tables(name, named):
    known = tables.names()
    for table in named:
        if table not in known:
            raise FigureError(
                f"figure {name!r}: there is no table {table!r}; tables: {', '.join(known)}"
            )


def _rows(name, data, fields):
    """The rows of a frame as JSON values, the way Altair writes them."""
    from altair.utils import sanitize_pandas_dataframe

    missing = [field for field in fields if field not in data]
    if missing:
        raise FigureError(f"figure {name!r}: its data lack the columns {missing}")
    return sanitize_pandas_dataframe(data[fields]).to_dict(orient="records")
