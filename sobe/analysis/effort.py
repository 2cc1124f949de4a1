"""What makers of connectomes spent: hours per neuron proofread, volume per microscope and year."""

from __future__ import annotations

import pandas as pd

#: Hours of a person-year, as the papers take it.
PERSON_YEAR_HOURS = 2_000
_HOURS = {"person_year": PERSON_YEAR_HOURS, "hour": 1}
#: Units of the calendar in a year.
#: Seconds of a year of the calendar.
SECONDS_PER_YEAR = 365.25 * 24 * 3600
_PER_YEAR = {"month": 12, "week": 365.25 / 7, "day": 365.25, "second": SECONDS_PER_YEAR}


def hours_per_neuron(effort: pd.DataFrame) -> pd.DataFrame:
    """Return the statements of finished proofreading with a column ``hours``, per neuron.

    ``effort``: table ``connectome_effort``.
    """
    done = _done(effort, "proofreading", "neuron")
    return done.assign(hours=done["effort"] * done["effort_unit"].map(_HOURS) / done["delivered"])


def pace(effort: pd.DataFrame) -> pd.DataFrame:
    """Return the statements of a volume imaged, with a column ``mm3_per_year``.

    It is cubic millimetres per year of the calendar: per microscope where the number of microscopes
    is stated, else of all together. Projections are among them.
    """
    rows = effort[(effort["step"] == "imaging") & (effort["delivered_unit"] == "mm3")]
    years = rows["effort"] / rows["effort_unit"].map(_PER_YEAR)
    machines = rows["machines"].astype(float).fillna(1)
    return rows.assign(mm3_per_year=rows["delivered"] / years / machines)


def volume_per_microscope(effort: pd.DataFrame) -> pd.DataFrame:
    """Return the finished statements of `pace` that state their number of microscopes."""
    rows = pace(effort)
    return rows[(rows["kind"] == "done") & rows["machines"].notna()]


def net_rates(effort: pd.DataFrame) -> pd.DataFrame:
    """Return the statements of finished imaging in pixels, with a column ``rate``.

    It is million pixels per second, all machines together.
    """
    done = _done(effort, "imaging", "pixel")
    seconds = done["effort"] / done["effort_unit"].map(_PER_YEAR) * SECONDS_PER_YEAR
    return done.assign(rate=done["delivered"] / seconds / 1e6)


def _done(effort: pd.DataFrame, step: str, unit: str) -> pd.DataFrame:
    chosen = (effort["kind"] == "done") & (effort["step"] == step)
    return effort[chosen & (effort["delivered_unit"] == unit)]
