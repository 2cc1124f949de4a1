"""The switch of a figure between the report's rows and those with what came since.

Both states are in the chart: each row says whether this edition added it, and a control of the
chart filters by that. Fits are of the report's rows in both, so nothing else changes. The page
keeps the reader's choice in its address, as that of any control.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

#: The states, as chapters declare them and as readers see them.
REPORT, SINCE = "report", "since"
STATES = {REPORT: "as the report had it", SINCE: "with what came since"}
#: Column of rows that this edition added, and what a figure's table says of it.
ADDED = "added"
COLUMN = {ADDED: ("Added since", "", "Whether this edition added the row after the report.")}
_CONTROL = "rows_shown"


def flagged(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table, loaded with rows of ours or without, with the column `ADDED`."""
    vouched = frame.get("vouches")
    return frame.assign(**{ADDED: False if vouched is None else vouched.notna()})


def filtered(chart: alt.Chart) -> alt.Chart:
    """Return a chart of `flagged` rows that draws added ones only where the reader wants them."""
    shown = f"{_CONTROL} == '{STATES[SINCE]}' || !datum.{ADDED}"
    return chart.transform_filter(shown)


def switched(chart: Any, state: str = SINCE) -> Any:
    """Return a chart with the switch, which begins in ``state``.

    Raises
    ------
    KeyError
        If there is no such state.
    """
    bound = alt.binding_radio(options=list(STATES.values()), name="Rows shown ")
    return chart.add_params(alt.param(name=_CONTROL, value=STATES[state], bind=bound))
