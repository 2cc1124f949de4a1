"""The theme: readable on both pages, and every colour has its dark counterpart."""

import itertools
import math

import pytest

from sobe.charts import theme


def luminance(color):
    def linear(value):
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    r, g, b = (linear(int(color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def on(mode, color):
    return color if mode == "light" else theme.DARK_OF[color]


MARKS = sorted(
    {
        *theme.PALETTE,
        *theme.ORGANISM_COLORS.values(),
        *theme.METHOD_COLORS.values(),
        *theme.KIND_COLORS.values(),
        *theme.ORDINAL[1:],
        theme.UNKNOWN,
    }
)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("color", MARKS)
def test_marks_stand_out(mode, color):
    """3:1 against the page, as WCAG 2.2 asks of graphics."""
    assert contrast(on(mode, color), theme.BACKGROUND[mode]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("color", [theme.INK, theme.MUTED])
def test_text_is_readable(mode, color):
    """4.5:1 against the page, WCAG's AA."""
    assert contrast(on(mode, color), theme.BACKGROUND[mode]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_scores_are_a_ramp(mode):
    """Each step is further from the page than the one before."""
    steps = [contrast(on(mode, c), theme.BACKGROUND[mode]) for c in theme.ORDINAL]
    assert steps == sorted(steps)
    assert all(b / a >= 1.3 for a, b in itertools.pairwise(steps))


def test_nothing_is_paper_and_unknown_is_hatched():
    assert theme.ORDINAL[0] == theme.PAPER
    assert theme.UNKNOWN not in theme.ORDINAL
    stops = theme.HATCH["stops"]
    assert {stop["color"] for stop in stops} == {theme.PAPER, theme.UNKNOWN}
    assert [stop["offset"] for stop in stops] == sorted(stop["offset"] for stop in stops)
    r, g, b = (int(theme.UNKNOWN[i : i + 2], 16) for i in (1, 3, 5))
    assert max(r, g, b) - min(r, g, b) < 20  # grey


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
BLIND = {
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "full sight": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def lab(color, matrix):
    def linear(value):
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    rgb = [linear(int(color[i : i + 2], 16) / 255) for i in (1, 3, 5)]
    r, g, b = (min(1, max(0, sum(m * v for m, v in zip(row, rgb, strict=True)))) for row in matrix)
    xyz = (
        (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047,
        0.2126729 * r + 0.7151522 * g + 0.0721750 * b,
        (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("sight", BLIND)
@pytest.mark.parametrize("name", ["ORGANISM_COLORS", "METHOD_COLORS", "KIND_COLORS"])
def test_categories_can_be_told_apart(name, sight, mode):
    """Distance in CIELAB of any two colours of a set, also to the colour-blind."""
    colors = [on(mode, c) for c in getattr(theme, name).values()]
    for one, other in itertools.combinations(colors, 2):
        distance = math.dist(lab(one, BLIND[sight]), lab(other, BLIND[sight]))
        assert distance >= 15, (one, other, round(distance, 1))


def test_config_is_made_of_known_colours():
    def colors(value):
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            return set().union(*map(colors, value))
        return {value} if isinstance(value, str) and value.startswith("#") else set()

    assert colors(theme.config("light")) <= set(theme.DARK_OF)
    assert colors(theme.config("dark")) <= set(theme.DARK_OF.values())
    with pytest.raises(ValueError):
        theme.config("sepia")
