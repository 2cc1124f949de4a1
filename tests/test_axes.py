"""Axes that the chapters fix follow the reader's values: no mark is drawn outside the plot."""

import math

import pytest
from reruns import EXTREMES

from sobe.charts import axes
from sobe.pipeline import rerun


@pytest.mark.parametrize(
    ("shown", "log", "expected"),
    [
        ([[100, 1e5]], True, [10, 1e6]),
        ([[9.9]], True, [1, 1e6]),
        ([[1e6]], True, [10, 1e6]),
        ([[1.1e6]], True, [10, 1e7]),
        ([[1e-6], [3e10]], True, [1e-6, 1e11]),
        ([[0, -5, math.nan, math.inf, None]], True, [10, 1e6]),
        ([], True, [10, 1e6]),
        ([[]], True, [10, 1e6]),
        ([[12, 2e6]], False, [10, 2_000_000]),
        ([[-0.5]], False, [-1, 1e6]),
        ([[math.nan, 20]], False, [10, 1e6]),
        ([[9.99]], False, [9, 1e6]),
    ],
)
def test_a_span_is_the_published_one_or_wider(shown, log, expected):
    assert axes.span(10, 1e6, *shown, log=log) == pytest.approx(expected)


def outside(spec):
    """Yield (field, value, domain) of values that a fixed quantitative domain does not hold."""
    sets = spec.get("datasets", {})

    def walk(part, rows):
        name = part.get("data", {}).get("name")
        rows = sets.get(name, rows) if name else rows
        clip = isinstance(part.get("mark"), dict) and part["mark"].get("clip")
        for channel in part.get("encoding", {}).values():
            channel = channel if isinstance(channel, dict) else {}
            limits = (channel.get("scale") or {}).get("domain")
            if clip or channel.get("type") != "quantitative" or not isinstance(limits, list):
                continue
            for row in rows:
                value = row.get(channel.get("field"))
                if isinstance(value, (int, float)) and not limits[0] <= value <= limits[-1]:
                    yield channel["field"], value, limits
        for key in ("layer", "hconcat", "vconcat", "concat"):
            for inner in part.get(key, []):
                yield from walk(inner, rows)

    yield from walk(spec, [])


def test_a_mark_outside_is_seen():
    scale = {"domain": [1, 10]}
    encoding = {"y": {"field": "a", "type": "quantitative", "scale": scale}}
    spec = {
        "datasets": {"d": [{"a": 5}, {"a": 11}]},
        "data": {"name": "d"},
        "layer": [{"mark": "point", "encoding": encoding}],
    }
    assert list(outside(spec)) == [("a", 11, [1, 10])]
    spec["layer"][0]["mark"] = {"type": "line", "clip": True}
    assert not list(outside(spec))


@pytest.mark.parametrize("run", EXTREMES, ids=" ".join)
def test_no_mark_is_outside_at_extreme_values(executed, run):
    figures = rerun.figures(executed[run])
    assert figures
    for name, declaration in figures.items():
        assert not list(outside(declaration["spec"])), name
