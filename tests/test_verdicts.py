"""The rule from computed values to a verdict."""

import math
from types import SimpleNamespace

import pytest

from sobe.claims.verdicts import (
    CONTRADICTED,
    DEPENDS,
    MAGNITUDE,
    NOT_CHECKABLE,
    REPRODUCED,
    RULES,
    VERDICTS,
    bounds,
    grade,
    significant_digits,
    verdict,
)


def claim(precision, value=math.nan, low=math.nan, high=math.nan):
    return SimpleNamespace(claim_id="x", precision=precision, value=value, low=low, high=high)


@pytest.mark.parametrize(
    "value, digits",
    [
        (302, 3),
        (500, 1),
        (16_000, 2),
        (10_000, 1),
        (3e7, 1),
        (86e9, 2),
        (0.01, 1),
        (0.125, 3),
        (1, 1),
    ],
)
def test_significant_digits(value, digits):
    assert significant_digits(value) == digits


@pytest.mark.parametrize(
    "stated, computed, expected",
    [
        (claim("exact", 12), 12, REPRODUCED),
        (claim("exact", 12), 13, CONTRADICTED),
        (claim("exact", 0), 0, REPRODUCED),
        (claim("digits", 500), 450, REPRODUCED),
        (claim("digits", 500), 549.9, REPRODUCED),
        (claim("digits", 500), 550, MAGNITUDE),
        (claim("digits", 500), 449.9, MAGNITUDE),
        (claim("digits", 500), 159, MAGNITUDE),
        (claim("digits", 500), 158, CONTRADICTED),
        (claim("digits", 500), 1581, MAGNITUDE),
        (claim("digits", 500), 1582, CONTRADICTED),
        # Under 10,000 the last digit of what would round to it is ten times smaller.
        (claim("digits", 10_000), 9_500, REPRODUCED),
        (claim("digits", 10_000), 9_499, MAGNITUDE),
        (claim("digits", 10_000), 14_999, REPRODUCED),
        (claim("digits", 10_000), 15_000, MAGNITUDE),
        (claim("digits", 3e7), 1.5e7, MAGNITUDE),
        (claim("about", 5), 4, REPRODUCED),
        (claim("about", 5), 6.25, REPRODUCED),
        (claim("about", 5), 3.99, MAGNITUDE),
        (claim("about", 5), 1.5, CONTRADICTED),
        (claim("about", 5), 16, CONTRADICTED),
        (claim("about", 5), -5, CONTRADICTED),
        (claim("about", 0.01), 0.0125, REPRODUCED),
        (claim("range", low=1e8, high=2e8), 1e8, REPRODUCED),
        (claim("range", low=1e8, high=2e8), 2.1e8, MAGNITUDE),
        (claim("range", low=1e8, high=2e8), 7e8, CONTRADICTED),
        (claim("at_most", high=0.01), 0.01, REPRODUCED),
        (claim("at_most", high=0.01), 0.011, CONTRADICTED),
        (claim("at_most", high=0), -0.4, REPRODUCED),
        (claim("at_least", low=2020), 2020, REPRODUCED),
        (claim("at_least", low=2020), 2019, CONTRADICTED),
    ],
)
def test_grade(stated, computed, expected):
    assert grade(stated, computed) == expected


@pytest.mark.parametrize(
    "computed, expected",
    [
        ([], NOT_CHECKABLE),
        ([5], REPRODUCED),
        ([5, 6], REPRODUCED),
        ([5, 3], DEPENDS),
        ([5, 100], DEPENDS),
        ([3, 2], MAGNITUDE),
        ([3, 100], MAGNITUDE),
        ([100, 0.1], CONTRADICTED),
    ],
)
def test_verdict(computed, expected):
    assert verdict(claim("about", 5), computed) == expected
    assert verdict(claim("about", 5), reversed(computed)) == expected
    assert expected in VERDICTS


def test_every_precision_has_words_and_bounds():
    for precision in set(RULES) - {"not_numeric"}:
        low, high = bounds(claim(precision, 5, 4, 6))
        assert low <= high
    with pytest.raises(ValueError, match="states no number"):
        bounds(claim("not_numeric"))


@pytest.mark.parametrize("computed", [math.nan, math.inf])
def test_a_value_that_is_none_is_refused(computed):
    with pytest.raises(ValueError, match="computed value is"):
        grade(claim("about", 5), computed)
