"""What makers of connectomes spent: hours per neuron proofread, volume per microscope and year."""

from __future__ import annotations

import pandas as pd

#: Hours of a person-year, as the papers take it.
PERSON_YEAR_HOURS = 2_000
_HOURS = {"person_year": PERSON_YEAR_HOURS, "hour": 1}
#: Units of the calendar in a year.
_PER_YEAR = {"month": 12, "week": 365.25 / 7, "day": 365.25, "second": 365.25 * 24 * 3600}


def hours_per_neuron(effort: pd.DataFrame) -> pd.DataFrame:
    """Return the statements of finished proofreading with a column ``hours``, per neuron.

    ``effort``: table ``connectome_effort``.
    """
    done = _done(effort, "proofreading", "neuron")
    return done.assign(hours=done["effort"] * done["effort_unit"].map(_HOURS) / done["delivered"])


def volume_per_microscope(effort: pd.DataFrame) -> pd.DataFrame:
    """Return the statements of finished imaging with a column ``mm3_per_year``.

    It is cubic millimetres per microscope and year of the calendar. Statements without a number of
    microscopes have none, and are left out.
    """
    done = _done(effort, "imaging", "mm3").dropna(subset=["machines"])
    years = done["effort"] / done["effort_unit"].map(_PER_YEAR)
    return done.assign(mm3_per_year=done["delivered"] / years / done["machines"].astype(float))


def _done(effort: pd.DataFrame, step: str, unit: str) -> pd.DataFrame:
    chosen = (effort["kind"] == "done") & (effort["step"] == step)
    return effort[chosen & (effort["delivered_unit"] == unit)]
