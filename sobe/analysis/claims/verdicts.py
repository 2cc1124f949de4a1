"""The rule that turns a claim and its readings into a verdict.

A claim allows an interval of values: what its wording is taken to admit (table ``claims``,
``allows_low`` to ``allows_high``; an end may be open). A reading has an interval too, its
uncertainty. The two are compared:

=====================  ===================================================================
agrees                 the reading's interval lies inside what the wording allows
cannot be told apart   they overlap, but values that the wording excludes are possible too
disagrees              they do not overlap
=====================  ===================================================================

A correlation of 0 and a change per decade by the factor 1 are no trend. A reading whose interval
holds that value cannot agree with a claim that there is one.

Every claim has at most one *primary reading*, chosen from the sentence alone and recorded before
verdicts were computed. **The primary reading decides**, and its kind limits the word:

=================  =======================  ==================  ================================
primary reading    agrees                   cannot be told      disagrees
                                            apart
=================  =======================  ==================  ================================
the same quantity  holds                    not settled         does not hold
a proxy            supported by a proxy     not settled         not supported by a proxy
its own source     consistent with its own  not settled         inconsistent with its own source
                   source
=================  =======================  ==================  ================================

Without a primary reading a claim is *not checkable*. A figure of speech is *not graded*. The
other readings do not change the verdict; how many of them agree is shown with it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from sobe.analysis.claims.registry import OWN, PROXY, SAME, Reading

HOLDS = "holds"
SUPPORTED = "supported by a proxy"
CONSISTENT = "consistent with its own source"
NOT_SETTLED = "not settled"
DOES_NOT_HOLD = "does not hold"
NOT_SUPPORTED = "not supported by a proxy"
INCONSISTENT = "inconsistent with its own source"
NOT_CHECKABLE = "not checkable"
NOT_GRADED = "figure of speech, not graded"
#: All verdicts and what each means, from agreement to none.
MEANINGS = {
    HOLDS: "We computed what the sentence states, and all values that our data leave open agree.",
    SUPPORTED: "We computed something related, which agrees. It does not prove the sentence.",
    CONSISTENT: "The report's own source says the same. Nothing independent was computed.",
    NOT_SETTLED: "Our data fit the sentence, and they fit values that it excludes as well.",
    DOES_NOT_HOLD: (
        "We computed what the sentence states, and no value that our data leave open agrees."
    ),
    NOT_SUPPORTED: (
        "We computed something related, which disagrees. It does not refute the sentence."
    ),
    INCONSISTENT: "The report's own source says something else.",
    NOT_CHECKABLE: "No data at hand can decide it.",
    NOT_GRADED: "A comparison that explains. It is not meant as a measurement.",
}
VERDICTS = tuple(MEANINGS)

AGREES, APART, DISAGREES = "agrees", "cannot be told apart", "disagrees"
_WORDS = {
    SAME: {AGREES: HOLDS, APART: NOT_SETTLED, DISAGREES: DOES_NOT_HOLD},
    PROXY: {AGREES: SUPPORTED, APART: NOT_SETTLED, DISAGREES: NOT_SUPPORTED},
    OWN: {AGREES: CONSISTENT, APART: NOT_SETTLED, DISAGREES: INCONSISTENT},
}
#: Verdicts that agree with a claim, and those that disagree.
FOR = frozenset(words[AGREES] for words in _WORDS.values())
AGAINST = frozenset(words[DISAGREES] for words in _WORDS.values())

#: "About" is taken to allow this factor: a quarter more, or a fifth less.
ABOUT = 1.25
#: A tier of money reaches to this multiple of its value, where the next tier begins.
TIER = 10.0
#: Units of a trend, and the value at which there is none.
NO_TREND = {"correlation": 0.0, "fold_per_decade": 1.0}


def significant_digits(value: float) -> int:
    """Return the significant digits of a number as written: 16,000 has two, 500 one, 302 three."""
    return len(f"{abs(value):.12e}".split("e")[0].replace(".", "").rstrip("0")) or 1


def rounds_to(value: float) -> tuple[float, float]:
    """Return (low, high) of the values that round to ``value`` at its significant digits."""
    digits, exponent = significant_digits(value), math.floor(math.log10(value))
    unit = 10.0 ** (exponent - digits + 1)
    # Below a power of ten the last digit is worth a tenth: 9,500 is written 10,000 at one digit.
    below = unit / 10 if math.isclose(value, 10.0**exponent) and digits == 1 else unit
    return value - below / 2, value + unit / 2


def stated_interval(
    claim: pd.Series, about: float = ABOUT, tier: float = TIER
) -> tuple[float, float] | None:
    """Return what the stated precision of a claim allows, or None where no rule gives it.

    Table ``claims`` has these intervals as numbers. This is the rule for the precisions exact,
    digits, about and tier; `stability` changes ``about`` and ``tier``.
    """
    kind, value = claim["precision"], claim["value"]
    if kind == "exact":
        return value, value
    if kind == "digits":
        return rounds_to(value)
    if kind == "about":
        return value / about, value * about
    if kind == "about_range":
        return claim["low"] / about, claim["high"] * about
    if kind == "tier":
        return claim["low"] / about, claim["low"] * tier
    if kind == "top_tier":
        return claim["low"] / about, math.inf
    return None


def allowed(claim: pd.Series) -> tuple[float, float]:
    """Return (low, high) of what the wording allows, infinite where it is open."""
    low, high = claim["allows_low"], claim["allows_high"]
    return (-math.inf if _missing(low) else float(low)), (
        math.inf if _missing(high) else float(high)
    )


def _missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def compare(interval: tuple[float, float], low: float, high: float, unit: str | None = None) -> str:
    """Compare what a claim allows with a reading from ``low`` to ``high``.

    Parameters
    ----------
    interval
        (low, high) of the claim.
    low, high
        Interval of the reading, in the claim's unit.
    unit
        Unit of the claim; for those of `NO_TREND` an interval that holds no trend cannot agree.

    Returns
    -------
    str
        `AGREES`, `APART` or `DISAGREES`.
    """
    if not low <= high:
        raise ValueError(f"a reading's interval runs upward, not from {low!r} to {high!r}")
    least, most = interval
    # Ends such as 500e6 / 1.25 may differ from an equal value in the last bit.
    slack = 1e-12 * max(abs(low), abs(high))
    if high < least - slack or low > most + slack:
        return DISAGREES
    none = NO_TREND.get(unit or "")
    trend = none is None or not low <= none <= high
    return AGREES if least - slack <= low and high <= most + slack and trend else APART


def verdict(
    kind: str, primary: Reading | None, interval: tuple[float, float], unit: str | None
) -> str:
    """Return the verdict on a claim from its primary reading; see the module's text.

    ``kind`` is "literal" or "metaphor", and ``interval`` is what the wording allows.
    """
    if kind == "metaphor":
        return NOT_GRADED
    if primary is None:
        return NOT_CHECKABLE
    return _WORDS[primary.kind][compare(interval, primary.low, primary.high, unit)]


def tally(
    readings: Sequence[Reading], interval: tuple[float, float], unit: str | None
) -> dict[str, int]:
    """Count the readings that agree, cannot be told apart, and disagree."""
    found = [compare(interval, r.low, r.high, unit) for r in readings]
    return {word: found.count(word) for word in (AGREES, APART, DISAGREES)}


def off_by(value: float, low: float, high: float) -> float | None:
    """Return the factor between a claimed value and the nearest end of a reading, at least 1.

    None where a factor has no meaning: values of 0 or less, or an interval that holds the value.
    """
    if low <= value <= high or min(value, low) <= 0:
        return None
    return low / value if value < low else value / high
