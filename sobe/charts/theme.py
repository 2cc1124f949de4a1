"""One chart theme: colours, type and spacing, for light and dark pages.

Chapters use the constants below (they are the light page's colours). The page
script draws a spec with `config("light")` or `config("dark")` and, on a dark
page, exchanges every light colour found in the spec for its dark counterpart
(`DARK_OF`). So a chapter names a colour once and it stays readable on both.
"""

from collections.abc import Callable
from typing import Any

FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', "
    "'Noto Sans', 'Liberation Sans', Arial, sans-serif"
)

# Backgrounds of the pages themselves; charts are transparent over them.
BACKGROUND = {"light": "#ffffff", "dark": "#121212"}

# Each entry: colour on the light page, colour on the dark page.
_BLUE = ("#0067a5", "#5db5f2")
_BRICK = ("#a53c1a", "#ee905f")
_GREEN = ("#11835f", "#3fc8a0")
_PINK = ("#c569a0", "#d18dbe")
_GOLD = ("#a37f09", "#dcba46")
_WINE = ("#761539", "#ef777e")
_SLATE = ("#54616c", "#cbd5dd")

_INK = ("#1f2830", "#e3e8ed")
_MUTED = ("#566370", "#a3afba")
_GRID = ("#e3e7eb", "#2c343d")
_UNKNOWN = ("#868e96", "#7a838c")
_PAPER = (BACKGROUND["light"], BACKGROUND["dark"])
_STEPS = (("#3a74a8", "#5792c6"), ("#1d5a8e", "#86b9e6"), ("#0b3659", "#c5e0f8"))

_ALL = (
    _BLUE,
    _BRICK,
    _GREEN,
    _PINK,
    _GOLD,
    _WINE,
    _SLATE,
    _INK,
    _MUTED,
    _GRID,
    _UNKNOWN,
    _PAPER,
    *_STEPS,
)

#: Light colour -> dark colour, for everything a spec may name.
DARK_OF = dict(_ALL)

#: Neutral colours for rules, labels and annotations.
INK, MUTED, UNKNOWN = (c[0] for c in (_INK, _MUTED, _UNKNOWN))
#: The page itself: gaps between marks, and text on dark marks.
PAPER = _PAPER[0]

#: Categorical palette, in the order it is used.
PALETTE = [c[0] for c in (_BLUE, _BRICK, _GREEN, _PINK, _GOLD, _WINE, _SLATE)]

ORGANISM_COLORS = {
    "c_elegans": _BLUE[0],
    "drosophila": _BRICK[0],
    "zebrafish_larva": _GREEN[0],
    "mouse": _PINK[0],
    "macaque": _GOLD[0],
    "human": _WINE[0],
    "silicon": _SLATE[0],
}
ORGANISM_SHAPES = {
    "c_elegans": "circle",
    "zebrafish_larva": "square",
    "drosophila": "diamond",
    "mouse": "triangle-up",
    "macaque": "cross",
    "human": "triangle-down",
}
METHOD_COLORS = {"electrophysiology": _BLUE[0], "fluorescence_imaging": _BRICK[0]}
METHOD_SHAPES = {"electrophysiology": "circle", "fluorescence_imaging": "triangle-up"}
KIND_COLORS = {"budget": _BLUE[0], "estimate": _BRICK[0], "illustration": _SLATE[0]}
KIND_SHAPES = {"budget": "square", "estimate": "circle", "illustration": "diamond"}

VERDICT_COLORS = {
    # Only what holds is green.
    "holds": _GREEN[0],
    "supported by a proxy": _BLUE[0],
    "consistent with its own source": _SLATE[0],
    "not settled": _GOLD[0],
    "does not hold": _BRICK[0],
    "not supported by a proxy": _WINE[0],
    "inconsistent with its own source": _PINK[0],
    "not checkable": _MUTED[0],
    "figure of speech, not graded": _UNKNOWN[0],
}
#: The library's own further shapes are slivers.
_SALTIRE = "M-.8,-.5L-.5,-.8L0,-.3L.5,-.8L.8,-.5L.3,0L.8,.5L.5,.8L0,.3L-.5,.8L-.8,.5L-.3,0Z"
VERDICT_SHAPES = {
    "holds": "circle",
    "supported by a proxy": "triangle-up",
    "consistent with its own source": "square",
    "not settled": "diamond",
    "does not hold": "cross",
    "not supported by a proxy": "triangle-down",
    "inconsistent with its own source": "triangle-right",
    "not checkable": _SALTIRE,
    "figure of speech, not graded": "triangle-left",
}

#: Scores 0, 1, 2, 3: nothing is paper, with an outline in UNKNOWN.
ORDINAL = [PAPER, *(c[0] for c in _STEPS)]


def _hatch(stripes: int) -> dict[str, Any]:
    """Return a gradient of hard edges, which fills a mark with diagonal stripes."""
    edges = [i / (2 * stripes) for i in range(2 * stripes + 1)]
    pairs = zip(edges, edges[1:], strict=False)
    stops = [
        {"offset": edge, "color": (PAPER, UNKNOWN)[i % 2]}
        for i, ends in enumerate(pairs)
        for edge in ends
    ]
    return {"gradient": "linear", "x1": 0, "y1": 0, "x2": 1, "y2": 0.25, "stops": stops}


#: The fill of what is unknown, which is not nothing.
HATCH = _hatch(8)

#: What changes in `legend` on a page as narrow as a phone's.
NARROW_LEGEND = {"columns": 2, "labelLimit": 130, "columnPadding": 8}
#: The same where a category has more than `LONG` letters.
NARROW_LIST = {"columns": 1, "labelLimit": 240}
LONG = 14


def narrow_legend(spec: dict[str, Any]) -> dict[str, Any]:
    """Return what changes in `legend` on a narrow page for this spec, as charts.js has it."""
    return NARROW_LEGEND | (NARROW_LIST if _longest(spec) > LONG else {})


def _longest(value: Any) -> int:
    """Return the letters of the longest category that a legend of a spec may have to name."""
    if isinstance(value, dict):
        domain = value.get("domain")
        listed = domain if isinstance(domain, list) else []
        names = [len(one) for one in listed if isinstance(one, str)]
        parts = [_longest(part) for key, part in value.items() if key != "datasets"]
        return max([0, *names, *parts])
    return max([0, *map(_longest, value)]) if isinstance(value, list) else 0


def _pick(mode: str) -> Callable[[tuple[str, str]], str]:
    """Return a function from a (light, dark) pair to the colour for `mode`."""
    if mode not in BACKGROUND:
        raise ValueError(f"theme mode must be 'light' or 'dark', not {mode!r}")
    index = 0 if mode == "light" else 1
    return lambda pair: pair[index]


def config(mode: str = "light") -> dict[str, Any]:
    """Return the Vega-Lite `config` for a light or dark page."""
    c = _pick(mode)
    ink, muted, grid = c(_INK), c(_MUTED), c(_GRID)
    palette = [c(p) for p in (_BLUE, _BRICK, _GREEN, _PINK, _GOLD, _WINE, _SLATE)]
    steps = [c(s) for s in _STEPS]
    return {
        "background": "transparent",
        "font": FONT,
        "padding": {"left": 2, "top": 4, "right": 10, "bottom": 4},
        "view": {"stroke": None, "continuousHeight": 300, "discreteHeight": {"step": 24}},
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "color": ink,
            "fontSize": 15,
            "fontWeight": 600,
            "offset": 14,
            "subtitleColor": muted,
            "subtitleFontSize": 12.5,
            "subtitleFontWeight": 400,
            "subtitlePadding": 5,
        },
        "axis": {
            "labelColor": muted,
            "labelFontSize": 12,
            "labelPadding": 6,
            "labelLimit": 220,
            "titleColor": ink,
            "titleFontSize": 12,
            "titleFontWeight": 500,
            "titlePadding": 10,
            "gridColor": grid,
            "gridWidth": 1,
            "domainColor": muted,
            "domainWidth": 1,
            "tickColor": muted,
            "tickSize": 4,
            "labelOverlap": True,
            "labelSeparation": 8,
        },
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False},
        "axisYDiscrete": {"labelOverlap": False},  # a row whose name was left out says nothing
        "legend": {
            "orient": "top",
            "direction": "horizontal",
            "columns": 3,
            "labelColor": ink,
            "labelFontSize": 12,
            "labelLimit": 180,
            "titleColor": muted,
            "symbolBaseFillColor": muted,
            "symbolBaseStrokeColor": muted,
            "titleFontSize": 12,
            "titleFontWeight": 500,
            "symbolSize": 80,
            "symbolStrokeWidth": 2,
            "columnPadding": 14,
            "rowPadding": 4,
            "offset": 12,
        },
        "header": {
            "labelColor": ink,
            "labelFontSize": 12.5,
            "labelFontWeight": 600,
            "labelAnchor": "start",
            "titleColor": muted,
            "titleFontSize": 12,
        },
        "range": {
            "category": palette,
            "ordinal": steps,
            "ramp": steps,
            "heatmap": steps,
            "diverging": [palette[1], grid, palette[0]],
        },
        "mark": {"color": palette[0]},
        "point": {"filled": True, "size": 60, "opacity": 0.9},
        "circle": {"size": 60, "opacity": 0.9},
        "line": {"strokeWidth": 2, "strokeCap": "round", "strokeJoin": "round"},
        "bar": {"cornerRadiusEnd": 2},
        "rule": {"color": muted, "strokeWidth": 1.25},
        "text": {"color": ink, "fontSize": 12},
        "errorbar": {"color": muted},
        "errorband": {"opacity": 0.18},
    }
