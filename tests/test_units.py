"""Numbers as text, and axis labels as Vega draws them."""

import decimal
import fractions
import math
import re

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from sobe import tables
from sobe.charts import axes
from sobe.languages import units
from sobe.languages.units import (
    bytes_,
    count,
    flops,
    fold,
    percent,
    significant,
    usd,
    volume,
    years,
)

VALUES = [
    (usd, 2.16, "$2.16"),
    (usd, 0.5, "$0.50"),
    (usd, 5, "$5"),
    (usd, 9.999, "$10"),
    (usd, 12.34, "$12.3"),
    (usd, 16_643, "$16,600"),
    (usd, 999_499, "$999,000"),
    (usd, 999_999, "$1 million"),
    (usd, 1.5e6, "$1.5 million"),
    (usd, 1e11, "$100 billion"),
    (usd, 3e12, "$3 trillion"),
    (usd, 1.2e15, "$1.2 × 10¹⁵"),
    (usd, 0, "$0"),
    (usd, 0.05, "$0.05"),
    (usd, 0.00123, "$0.00123"),
    (usd, -16_643, "−$16,600"),
    (usd, math.inf, "$∞"),
    (count, 302, "302"),
    (count, 1234, "1,234"),
    (count, 1234.5, "1,230"),
    (count, 139_255, "139,000"),
    (count, 140_000, "140,000"),
    (count, 70e6, "70 million"),
    (count, 86e9, "86 billion"),
    (count, 999.6e6, "1 billion"),
    (count, 1e14, "100 trillion"),
    (count, 999.9e12, "10¹⁵"),
    (count, 1.2e15, "1.2 × 10¹⁵"),
    (count, 0, "0"),
    (count, -0.0, "0"),
    (count, 0.5, "0.5"),
    (count, -3, "−3"),
    (count, 2e-6, "2 × 10⁻⁶"),
    (count, -math.inf, "−∞"),
    (count, 10**30, "10³⁰"),
    (fold, 5.1, "5.1×"),
    (fold, 5.0, "5×"),
    (fold, 12.3, "12×"),
    (fold, 1234, "1,200×"),
    (fold, 2.4e6, "2.4 million×"),
    (percent, 0.123, "12%"),
    (percent, 1, "100%"),
    (percent, 12.5, "1,250%"),
    (percent, -0.5, "−50%"),
    (percent, -0.001, "0%"),
    (percent, math.inf, "∞%"),
    (years, 1, "1 year"),
    (years, 6.27, "6.3 years"),
    (years, 0.5, "0.5 years"),
    (years, 140, "140 years"),
    (years, -3, "−3 years"),
    (years, math.inf, "∞ years"),
    (significant, 0.021649, "0.0216"),
    (significant, 123_456, "123,000"),
    (significant, 7.0, "7"),
    (bytes_, 0, "0 B"),
    (bytes_, 512, "512 B"),
    (bytes_, 999.9e3, "1 MB"),
    (bytes_, 1.4e15, "1.4 PB"),
    (bytes_, 2e24, "2 YB"),
    (bytes_, 2e27, "2,000 YB"),
    (bytes_, -1e3, "−1 kB"),
    (bytes_, math.inf, "∞ B"),
    (flops, 8.5e18, "8.5 exaFLOP/s"),
    (flops, 1e3, "1 kiloFLOP/s"),
    (flops, 3, "3 FLOP/s"),
    (flops, 0.5, "0.5 FLOP/s"),
    (volume, 0.08, "0.08 mm³"),
    (volume, 420.4, "420 mm³"),
    (volume, 99_949, "99,900 mm³"),
    (volume, 99_999, "100,000 mm³"),
    (volume, 1.2e6, "1.2 million mm³"),
    (volume, 1e-6, "10⁻⁶ mm³"),
]
FORMATTERS = [usd, count, fold, percent, years, significant, bytes_, flops, volume]


@pytest.mark.parametrize("formatter, value, text", VALUES)
def test_values(formatter, value, text):
    assert formatter(value) == text


def test_digits():
    assert percent(0.1234, 1) == "12.3%" and percent(0.1234, digits=2) == "12.34%"
    assert significant(0.021649, 2) == "0.022" and significant(123_456, 1) == "100,000"
    with pytest.raises(ValueError, match="at least one digit"):
        significant(1, 0)


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize("value", [None, math.nan, np.nan, np.float32("nan"), pd.NA, pd.NaT])
def test_missing(formatter, value):
    assert formatter(value) == "not known"


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize("value", [True, np.True_, "5", "", b"5", [5], 5j, decimal.Decimal(5)])
def test_refused(formatter, value):
    with pytest.raises(TypeError, match="a number is needed"):
        formatter(value)


@pytest.mark.parametrize(
    "value", [302, 302.0, np.int64(302), np.float32(302), np.uint16(302), fractions.Fraction(302)]
)
def test_real_numbers_of_any_kind(value):
    assert count(value) == "302" and usd(value) == "$302"


def test_three_digits_survive():
    """Read back, a count is within half a unit of its third digit, at every size."""
    scale = {"million": 1e6, "billion": 1e9, "trillion": 1e12}
    random = np.random.default_rng(1)
    for value in 10 ** random.uniform(0, 15, 500):
        number, _, word = count(value).partition(" ")
        if "×" not in word:
            assert float(number.replace(",", "")) * scale.get(word, 1) == pytest.approx(
                value, rel=0.00501
            )


# ---------------------------------------------------------------- several numbers together


@pytest.mark.parametrize(
    "low, high, write, text",
    [
        (3.05, 4.02, fold, "3.0× to 4.0×"),
        (3.06, 4.0, fold, "3.1× to 4.0×"),
        (4.14, 5.94, fold, "4.1× to 5.9×"),
        (9.96, 10.4, fold, "10× to 10×"),
        (0.95, 12, fold, "0.9× to 12.0×"),
        (920_000, 1.2e6, usd, "$0.920 million to $1.200 million"),
        (150e6, 1.2e9, usd, "$0.150 billion to $1.200 billion"),
        (199e6, 246e6, usd, "$199 million to $246 million"),
        (2.16, 7.66, usd, "$2.16 to $7.66"),
        (5, 20, count, "5 to 20"),
        (1, 1.7, years, "1.0 years to 1.7 years"),
        (133e15, 161e15, bytes_, "133 PB to 161 PB"),
        (999e12, 1.2e15, bytes_, "0.999 PB to 1.200 PB"),
        (-4, -3.5, fold, "−4.0× to −3.5×"),
        (-0.004, 3.5, significant, "−0.004 to 3.500"),
        (1, math.inf, fold, "1× to ∞×"),
        (None, 3.5, fold, "not known to 3.5×"),
        (0, 3.5, fold, "0.0× to 3.5×"),
    ],
)
def test_an_interval_has_one_unit_and_equal_decimals(low, high, write, text):
    assert units.interval(low, high, write) == text


def test_a_column_keeps_the_zeros_that_count():
    assert units.column([25.6e9, 25.692e9], usd, digits=4) == ["$25.60 billion", "$25.69 billion"]
    assert units.column([155.9, 155.89], usd, digits=5) == ["$155.90", "$155.89"]
    assert units.column([16_556, 17_204], usd) == ["$16,600", "$17,200"]
    assert units.column([302, 1234], count) == ["302", "1,234"]
    assert units.column([], usd) == [] and units.column([math.nan], usd) == ["not known"]
    assert units.column([0.123, 4.5], percent) == [percent(0.123), percent(4.5)]


def test_numbers_far_apart_keep_a_unit_each_and_their_digits():
    assert units.column([2.16, 16_556, 43e6, 21.49e9], usd) == [
        "$2.16",
        "$16,600",
        "$43.0 million",
        "$21.5 billion",
    ]


def test_a_column_reads_back_and_has_equal_decimals():
    random = np.random.default_rng(2)
    for _ in range(300):
        values = 10 ** random.uniform(0, 14.5) * 10 ** random.uniform(0, 2.9, 3)
        texts = units.column([v for v in values if v < 9e14], usd)
        assert len({text.partition(" ")[2] for text in texts}) <= 1, texts
        assert len({len(text.split(" ")[0].partition(".")[2]) for text in texts}) <= 1, texts


def test_a_column_refuses_what_the_formatter_refuses():
    with pytest.raises(TypeError, match="a number is needed"):
        units.column([1, "5"], usd)
    with pytest.raises(ValueError, match="at least one digit"):
        units.column([1.5, 2], usd, digits=0)


# ---------------------------------------------------------------- axes, as drawn


def drawn(axis, low, high, orient="y"):
    """The texts of one axis in the SVG of a chart on a log scale."""
    channel = {"y": alt.Y, "x": alt.X}[orient](
        "v:Q", scale=alt.Scale(type="log", domain=[low, high]), axis=axis
    )
    chart = alt.Chart(pd.DataFrame({"v": [low, high]})).mark_point().encode(**{orient: channel})
    svg = vl_convert.vegalite_to_svg(chart.properties(height=900, width=900).to_dict())
    return [text for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg) if text != "v"]


@pytest.mark.parametrize(
    "axis, low, high, labels",
    [
        (
            axes.usd,
            1,
            1e9,
            [
                "$1",
                "$10",
                "$100",
                "$1,000",
                "$10,000",
                "$100,000",
                "$1 million",
                "$10 million",
                "$100 million",
                "$1 billion",
            ],
        ),
        (axes.usd, 0.01, 2, ["$0.01", "$0.10", "$1"]),
        (axes.count, 1, 1e6, ["1", "10", "100", "1,000", "10,000", "100,000", "1 million"]),
        (axes.count, 0.02, 200, ["1", "10", "100"]),
        (
            axes.count,
            3e9,
            2e16,
            [
                "10 billion",
                "100 billion",
                "1 trillion",
                "10 trillion",
                "100 trillion",
                "10¹⁵",
                "10¹⁶",
            ],
        ),
        (axes.rate, 0.001, 100, ["0.001", "0.01", "0.1", "1", "10", "100"]),
        (axes.rate, 1e-7, 1e-3, ["10⁻⁷", "10⁻⁶", "10⁻⁵", "0.0001", "0.001"]),
        (axes.bytes_, 1e3, 1e7, ["1 kB", "10 kB", "100 kB", "1 MB", "10 MB"]),
        (
            axes.flops,
            1e14,
            1e18,
            ["100 teraFLOP/s", "1 petaFLOP/s", "10 petaFLOP/s", "100 petaFLOP/s", "1 exaFLOP/s"],
        ),
    ],
)
@pytest.mark.parametrize("orient", ["x", "y"])
def test_labels(axis, low, high, labels, orient):
    assert drawn(axis(labelOverlap=False), low, high, orient) == labels


@pytest.mark.parametrize(
    "axis, every, low, high, labels",
    [
        (axes.count, 2, 1, 1e6, ["1", "100", "10,000", "1 million"]),
        (axes.count, 3, 1, 1e12, ["1", "1,000", "1 million", "1 billion", "1 trillion"]),
        (axes.bytes_, 3, 1, 1e15, ["1 B", "1 kB", "1 MB", "1 GB", "1 TB", "1 PB"]),
        (axes.rate, 2, 1e-4, 1e3, ["0.0001", "0.01", "1", "100"]),
        (axes.flops, 3, 1, 1e9, ["1 FLOP/s", "1 kiloFLOP/s", "1 megaFLOP/s", "1 gigaFLOP/s"]),
    ],
)
def test_every(axis, every, low, high, labels):
    # Unlabelled powers keep their tick, so an empty text is drawn for them.
    assert [text for text in drawn(axis(every=every), low, high) if text] == labels


def test_labels_are_the_formatters_own_text():
    assert drawn(axes.usd(), 1, 1e14) == [usd(10.0**e) for e in range(15)]


def test_only_powers_of_ten_are_labelled():
    texts = drawn(axes.count(values=[1, 2, 5, 10, 20, 100]), 1, 100)
    assert [text for text in texts if text] == ["1", "10", "100"]


def test_keywords_reach_the_axis():
    axis = axes.usd(title="Cost", grid=False).to_dict()
    assert axis["title"] == "Cost" and axis["grid"] is False
    with pytest.raises(ValueError, match="every"):
        axes.usd(every=0)


@pytest.mark.parametrize(
    "form, value, text",
    [
        (units.USD_FORMAT, 16_643, "$16,600"),
        (units.USD_FORMAT, 2.16, "$2.16"),
        (units.USD_FORMAT, 1.5e6, "$1,500,000"),
    ],
)
def test_tooltip_formats(form, value, text):
    chart = (
        alt.Chart(pd.DataFrame({"v": [value]}))
        .mark_text()
        .encode(text=alt.Text("v:Q", format=form))
    )
    assert f">{text}</text>" in vl_convert.vegalite_to_svg(chart.to_dict())


@pytest.mark.parametrize(
    "name, label, value, text",
    [
        ("usd", "US dollars", 16_643, "$16,600"),
        ("count", "", 86_000_000_000, "86 billion"),
        ("share", "", 0.000216, "0.0216%"),
        ("significant", "Hz", 30, "30 Hz"),
        ("significant", "", 30, "30"),
        ("year", "", 1986, "1986"),
        ("year", "", 2013.2083, "2013.2"),
        ("volume", "mm³", 0.08, "0.08 mm³"),
    ],
)
def test_numbers_in_the_format_of_their_unit(name, label, value, text):
    assert units.in_format(name, label, value) == text


def test_every_unit_of_the_data_package_has_a_known_format():
    shown = tables.units()
    assert {unit["format"] for unit in shown.values() if "format" in unit} <= set(units.FORMATS)


@pytest.mark.parametrize(
    "low, high, write, text",
    [
        (2.23e9, 207e9, usd, ("$2.2 billion", "$210 billion")),
        (31.8, 2960, usd, ("$32", "$3,000")),
        (168, 192, count, ("170", "190")),
        (181, 182, count, ("181", "182")),  # two digits would make them one
        (5, 5, count, ("5", "5")),
    ],
)
def test_ends_of_a_wide_interval_have_two_digits(low, high, write, text):
    assert units.ends(low, high, write) == text
