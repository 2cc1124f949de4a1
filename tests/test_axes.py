"""Axes that the chapters fix follow the reader's values: no mark is drawn outside the plot."""

import math

import nbformat
import pytest
from conftest import turn

from sobe.charts import axes
from sobe.parameters import domain
from sobe.pipeline import rendering, rerun
from sobe.pipeline.execute import Executor, Run


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


#: Values at the ends of what each chapter allows, alone and together.
EXTREMES = {
    "recording": [
        "hz_cap=1 whole_brain=[c_elegans,human]",
        "hz_cap=100000 whole_brain=[human] since=1950",
    ],
    "cost": [
        "reader_budget_usd=1e5 reader_organism=human mouse_budget_usd=1e13",
        "reader_budget_usd=1e13 reader_organism=c_elegans human_budget_usd=1e5",
    ],
    "scale": ["voxel_nm=1 bytes_per_voxel=1000", "voxel_nm=1000 bytes_per_voxel=0.01"],
    "capability": ["since=1950 until=2100"],
}


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


@pytest.mark.built
@pytest.mark.parametrize("chapter", EXTREMES)
def test_no_mark_is_outside_at_extreme_values(project, chapter):
    declared = domain.of_book(chapter)
    runs = [
        Run(chapter, project.chapters[chapter], declared.parse(text)) for text in EXTREMES[chapter]
    ]
    with turn(project), rendering.building(project):
        executor = Executor(project, lambda line: None)
        found, missing = executor.cached(runs)
        found |= executor.execute(missing)
    for run, text in zip(runs, EXTREMES[chapter], strict=True):
        figures = rerun.figures(nbformat.reads(found[run.label], as_version=4))
        assert figures
        for name, declaration in figures.items():
            assert not list(outside(declaration["spec"])), (text, name)
