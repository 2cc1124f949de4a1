"""The rule that turns a claimed number and computed ones into a verdict.

One computed value is *graded* against the claim by the precision the claim is stated with:

============  =====================================================================
exact         equal to the claimed number
digits        equal to it once rounded to as many significant digits as it has
about         within a factor of `ABOUT` of it, above or below
range         between its low and its high
at_most       not above its high
at_least      not below its low
not_numeric   no number is stated, so nothing can be graded
============  =====================================================================

A value beyond that precision, but within a factor of the square root of ten of the claim (so of
the same power of ten), has its order of magnitude right. That grade exists only where the claim
is an amount stated as digits, about or range: a count of twelve is not nearly reproduced by
twenty-four.

The *verdict* follows from the grades of all readings, one reading a definition or source:
all reproduced: "reproduced"; some: "depends on definition"; none, but one at least of the right
order: "order of magnitude"; none at all: "contradicted"; and without any reading: "not checkable".
"""

from __future__ import annotations

import math
from collections.abc import Iterable

REPRODUCED = "reproduced"
DEPENDS = "depends on definition"
MAGNITUDE = "order of magnitude"
CONTRADICTED = "contradicted"
NOT_CHECKABLE = "not checkable"
#: All verdicts, from agreement to none.
VERDICTS = (REPRODUCED, DEPENDS, MAGNITUDE, CONTRADICTED, NOT_CHECKABLE)

#: "About" means within this factor: a quarter more, or a fifth less.
ABOUT = 1.25
#: Values closer than this factor share their nearest power of ten.
MAGNITUDE_FACTOR = math.sqrt(10)

#: How each precision is written for a reader.
RULES = {
    "exact": "equal to it",
    "digits": "equal to it, once rounded to its digits",
    "about": f"within a factor of {ABOUT:g} of it",
    "range": "within it",
    "at_most": "not above it",
    "at_least": "not below it",
    "not_numeric": "no number stated",
}


def significant_digits(value: float) -> int:
    """Significant digits of a number as one writes it: 16,000 has two, 500 has one, 302 three."""
    return len(f"{abs(value):.12e}".split("e")[0].replace(".", "").rstrip("0")) or 1


def bounds(claim) -> tuple[float, float]:
    """(low, high) of what reproduces the claim, infinite where it is open; ValueError for a claim
    that states no number. For "digits" the high end itself no longer rounds to the claim."""
    kind, value = claim.precision, claim.value
    if kind == "exact":
        return value, value
    if kind == "about":
        return value / ABOUT, value * ABOUT
    if kind == "digits":
        digits, exponent = significant_digits(value), math.floor(math.log10(value))
        unit = 10.0 ** (exponent - digits + 1)
        below = unit / 10 if math.isclose(value, 10.0**exponent) and digits == 1 else unit
        return value - below / 2, value + unit / 2
    if kind == "range":
        return claim.low, claim.high
    if kind == "at_most":
        return -math.inf, claim.high
    if kind == "at_least":
        return claim.low, math.inf
    raise ValueError(f"claim {claim.claim_id!r} states no number")


def grade(claim, computed: float) -> str:
    """`REPRODUCED`, `MAGNITUDE` or `CONTRADICTED`: one computed value, in the claim's unit.

    ``claim`` has ``precision``, ``value``, ``low`` and ``high`` as in table ``claims``.
    """
    if not math.isfinite(computed):
        raise ValueError(f"claim {claim.claim_id!r}: the computed value is {computed!r}")
    low, high = bounds(claim)
    if claim.precision == "digits":
        inside = low <= computed < high
    else:
        # Thresholds such as 500e6 / 1.25 are met by values equal but for the last bit.
        slack = 1e-12 * max(abs(computed), 1e-300)
        inside = low - slack <= computed <= high + slack
    if inside:
        return REPRODUCED
    if claim.precision not in ("digits", "about", "range"):
        return CONTRADICTED
    near_low, near_high = (claim.value, claim.value) if claim.precision != "range" else (low, high)
    near = near_low / MAGNITUDE_FACTOR < computed < near_high * MAGNITUDE_FACTOR
    return MAGNITUDE if near else CONTRADICTED


def verdict(claim, computed: Iterable[float]) -> str:
    """The verdict on a claim from all its computed values; see the module's text for the rule."""
    grades = {grade(claim, value) for value in computed}
    if not grades:
        return NOT_CHECKABLE
    if grades == {REPRODUCED}:
        return REPRODUCED
    if REPRODUCED in grades:
        return DEPENDS
    return MAGNITUDE if MAGNITUDE in grades else CONTRADICTED
