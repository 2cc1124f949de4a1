"""The rule from a claim's interval and its readings to a verdict."""

import math
import re

import pandas as pd
import pytest

from sobe.analysis.claims import verdicts
from sobe.analysis.claims.registry import OWN, PROXY, SAME, Reading
from sobe.analysis.claims.verdicts import (
    AGREES,
    APART,
    CONSISTENT,
    DISAGREES,
    DOES_NOT_HOLD,
    HOLDS,
    INCONSISTENT,
    NOT_CHECKABLE,
    NOT_GRADED,
    NOT_SETTLED,
    NOT_SUPPORTED,
    SUPPORTED,
    VERDICTS,
    allowed,
    compare,
    off_by,
    rounds_to,
    significant_digits,
    stated_interval,
    tally,
    verdict,
)
from sobe.charts import theme
from sobe.site import scripts


def reading(low, high, kind=SAME, id="x"):
    return Reading(id, (low + high) / 2, low, high, "given", "rows", ("s",), kind=kind)


def claim(precision, value=math.nan, low=math.nan, high=math.nan, **more):
    return pd.Series({"precision": precision, "value": value, "low": low, "high": high, **more})


@pytest.mark.parametrize(
    "value, digits",
    [(302, 3), (500, 1), (16_000, 2), (10_000, 1), (3e7, 1), (86e9, 2), (0.01, 1), (0.125, 3)],
)
def test_significant_digits(value, digits):
    assert significant_digits(value) == digits


@pytest.mark.parametrize(
    "value, interval",
    [
        (500, (450, 550)),
        (10_000, (9_500, 15_000)),
        (3e7, (2.5e7, 3.5e7)),
        (16_000, (15_500, 16_500)),
    ],
)
def test_what_rounds_to_a_number(value, interval):
    assert rounds_to(value) == pytest.approx(interval)


@pytest.mark.parametrize(
    "stated, interval",
    [
        (claim("exact", 12), (12, 12)),
        (claim("digits", 500), (450, 550)),
        (claim("about", 5), (4, 6.25)),
        (claim("about_range", low=1e8, high=2e8), (8e7, 2.5e8)),
        (claim("tier", low=1e7, high=1e8), (8e6, 1e8)),
        (claim("top_tier", low=1e10), (8e9, math.inf)),
    ],
)
def test_what_a_stated_precision_allows(stated, interval):
    assert stated_interval(stated) == pytest.approx(interval)


@pytest.mark.parametrize("precision", ["at_most", "at_least", "range", "not_numeric"])
def test_other_precisions_are_written_in_the_table(precision):
    assert stated_interval(claim(precision, 1, 1, 1)) is None


def test_about_and_tiers_can_mean_other_factors():
    assert stated_interval(claim("about", 5), about=2) == (2.5, 10)
    assert stated_interval(claim("tier", low=1e7), about=1, tier=5) == (1e7, 5e7)


def test_an_open_end_is_infinite():
    assert allowed(pd.Series({"allows_low": math.nan, "allows_high": 3.0})) == (-math.inf, 3)
    assert allowed(pd.Series({"allows_low": 2, "allows_high": None})) == (2, math.inf)


@pytest.mark.parametrize(
    "interval, low, high, unit, expected",
    [
        ((4, 6), 4, 6, None, AGREES),
        ((4, 6), 5, 5, None, AGREES),
        ((4, 6), 3.9, 5, None, APART),
        ((4, 6), 3, 9, None, APART),
        ((4, 6), 6, 9, None, APART),
        ((4, 6), 6.1, 9, None, DISAGREES),
        ((4, 6), 1, 3.9, None, DISAGREES),
        ((-math.inf, 3), 1, 3, None, AGREES),
        ((-math.inf, 3), 1, 4, None, APART),
        ((2, math.inf), 1, 1.5, None, DISAGREES),
        ((0, 0), 0, 0, None, AGREES),
        ((0, 0), 1, 1, None, DISAGREES),
        # A bound that a computation meets but for the last bit is met.
        ((4e8, 1e9), 4e8 * (1 - 1e-14), 4e8, None, AGREES),
        # No correlation, or a factor of 1 per decade, is no trend.
        ((-1, 0), -0.9, -0.2, "correlation", AGREES),
        ((-1, 0), -0.9, 0, "correlation", APART),
        ((-1, 0), -0.9, 0.2, "correlation", APART),
        ((-1, 0), 0, 0, "correlation", APART),
        ((-1, 0), 0.1, 0.2, "correlation", DISAGREES),
        ((0, 1), 0.2, 0.9, "fold_per_decade", AGREES),
        ((0, 1), 0.2, 1, "fold_per_decade", APART),
        ((0, 2), 0.9, 1.1, "fold_per_decade", APART),
        ((0, 2), 0.9, 1.1, "fold", AGREES),
    ],
)
def test_comparison_of_two_intervals(interval, low, high, unit, expected):
    assert compare(interval, low, high, unit) == expected


@pytest.mark.parametrize("low, high", [(2, 1), (math.nan, 1), (1, math.nan)])
def test_an_interval_that_is_none_is_refused(low, high):
    with pytest.raises(ValueError, match="runs upward"):
        compare((0, 1), low, high)


@pytest.mark.parametrize(
    "kind, agrees, apart, disagrees",
    [
        (SAME, HOLDS, NOT_SETTLED, DOES_NOT_HOLD),
        (PROXY, SUPPORTED, NOT_SETTLED, NOT_SUPPORTED),
        (OWN, CONSISTENT, NOT_SETTLED, INCONSISTENT),
    ],
)
def test_the_kind_of_the_primary_reading_limits_the_word(kind, agrees, apart, disagrees):
    for (low, high), expected in (((4, 6), agrees), ((3, 5), apart), ((7, 8), disagrees)):
        assert verdict("literal", reading(low, high, kind), (4, 6), None) == expected


def test_only_the_same_quantity_can_hold():
    for kind in (PROXY, OWN):
        for low, high in ((4, 6), (3, 5), (7, 8)):
            found = verdict("literal", reading(low, high, kind), (4, 6), None)
            assert found not in (HOLDS, DOES_NOT_HOLD)


def test_a_metaphor_is_never_graded_and_without_a_reading_nothing_is():
    assert verdict("metaphor", reading(4, 6), (4, 6), None) == NOT_GRADED
    assert verdict("literal", None, (4, 6), None) == NOT_CHECKABLE


def test_the_others_are_counted():
    readings = [reading(4, 6), reading(3, 5, PROXY), reading(7, 8, OWN), reading(5, 5)]
    assert tally(readings, (4, 6), None) == {AGREES: 2, APART: 1, DISAGREES: 1}


@pytest.mark.parametrize(
    "value, low, high, factor",
    [(1, 2, 20, 2), (10, 2, 5, 2), (10, 5, 20, None), (0, 2, 3, None), (5, -1, 2, None)],
)
def test_how_far_off(value, low, high, factor):
    assert off_by(value, low, high) == factor


def test_nothing_but_what_holds_is_green():
    assert set(theme.VERDICT_COLORS) == set(VERDICTS)

    def green(colour):
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return green > 1.15 * max(red, blue)

    assert [word for word, colour in theme.VERDICT_COLORS.items() if green(colour)] == [HOLDS]
    style = (scripts.STATIC / "sobe.css").read_text(encoding="utf-8")
    assert set(re.findall(r'sobe-verdict\[data-verdict="([^"]+)"\]', style)) == set(VERDICTS)
    for colour in re.findall(r"--sobe-v-(?!holds)\w+: (#\w{6})", style):
        assert not green(colour), colour


def test_every_verdict_has_a_meaning():
    assert all(text.endswith(".") for text in verdicts.MEANINGS.values())
    assert not any("order of magnitude" in word for word in VERDICTS)
