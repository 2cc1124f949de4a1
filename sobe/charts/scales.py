"""Pieces that charts of several chapters share."""

from __future__ import annotations

import altair as alt
import pandas as pd

from sobe.charts import theme


def organism_scale(species: pd.DataFrame) -> alt.Scale:
    """Return the colour scale of organisms, by name.

    ``species`` has a row per organism, with columns ``organism`` (key) and ``name``.
    """
    names = dict(zip(species["organism"], species["name"], strict=True))
    return keyed_scale(names, theme.ORGANISM_COLORS)


def keyed_scale(labels: dict[str, str], values: dict[str, str]) -> alt.Scale:
    """Return the scale of a coded column: ``values`` are colours or shapes by key of ``labels``.

    Raises KeyError for a key without a value.
    """
    return alt.Scale(domain=list(labels.values()), range=[values[key] for key in labels])


def named_scale(colors: dict[str, str]) -> alt.Scale:
    """Return a colour scale from a mapping of category to colour."""
    return alt.Scale(domain=list(colors), range=list(colors.values()))


def reference_lines(
    lines: pd.DataFrame,
    value: str,
    label: str,
    axis: str = "y",
    at: str = "start",
    below: bool = False,
) -> alt.LayerChart:
    """Dashed rules across the plot, each labelled on the line.

    ``lines`` has one row per line: ``value`` is its position on ``axis`` ("x" or "y"), in the unit
    of the chart's own axis, ``label`` the text. Labels are inside the plot at its ``start``
    (left, or bottom of a vertical line) or ``end`` (right, or top), above a horizontal line or
    ``below`` it.
    """
    base = alt.Chart(lines)
    rules = base.mark_rule(strokeDash=[4, 4], strokeWidth=1, color=theme.MUTED)
    words = {"fontSize": 11, "color": theme.MUTED}
    if axis == "y":
        edge = alt.value(0) if at == "start" else alt.value("width")
        text = base.mark_text(
            align="left" if at == "start" else "right",
            dx=4 if at == "start" else -4,
            dy=8 if below else -6,
            **words,
        )
        return alt.layer(
            rules.encode(y=f"{value}:Q"), text.encode(x=edge, y=f"{value}:Q", text=f"{label}:N")
        )
    edge = alt.value("height") if at == "start" else alt.value(0)
    text = base.mark_text(
        align="left" if at == "start" else "right", dx=-4, dy=-6, angle=270, **words
    )
    return alt.layer(
        rules.encode(x=f"{value}:Q"), text.encode(x=f"{value}:Q", y=edge, text=f"{label}:N")
    )


def points(chart: alt.Chart, hollow: str, size: int = 60) -> alt.LayerChart:
    """``chart``'s rows as marks: filled, or an outline where the boolean column ``hollow`` is true.

    An outline says that something about the row is not certain; the chart's subtitle says what.
    """
    mark = {"size": size, "opacity": 1}
    return alt.layer(
        chart.transform_filter(f"!datum.{hollow}").mark_point(filled=True, **mark),
        chart.transform_filter(f"datum.{hollow}").mark_point(filled=False, strokeWidth=1.6, **mark),
    )
