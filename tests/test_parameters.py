"""Parameters: what a cell declares, and what values it takes."""

import pytest

from sobe.errors import BuildError
from sobe.pipeline.parameters import declared, parse

DEFAULTS = {"n": 3, "x": 1.5, "s": "all", "on": True, "many": [1, 2], "any": None}


def test_declared_reads_plain_assignments_without_running():
    source = '"""Notes."""\nn = 3\nx: float = -1.5\nmany = [1, 2]\n# a comment\n'
    assert declared(source, "c") == {"n": 3, "x": -1.5, "many": [1, 2]}


@pytest.mark.parametrize("source", ["import os", "n = len('a')", "a, b = 1, 2", "n = (", "f()"])
def test_declared_refuses_anything_else(source):
    with pytest.raises(BuildError, match="parameters cell of 'c'"):
        declared(source, "c")


@pytest.mark.parametrize(
    "text, values",
    [
        ("", {}),
        ("n=30", {"n": 30}),
        ("x=30", {"x": 30.0}),
        ("x=1e6", {"x": 1e6}),
        ("n=-2 x=-0.5", {"n": -2, "x": -0.5}),
        ("s=2020-01-01", {"s": "2020-01-01"}),
        ("s='a b=c'", {"s": "a b=c"}),
        ("on=false", {"on": False}),
        ("many='[3, 4]'", {"many": [3, 4]}),
        ("any=null", {"any": None}),
    ],
)
def test_parse(text, values):
    found = parse(text, DEFAULTS, "c")
    assert found == values
    assert [type(v) for v in found.values()] == [type(v) for v in values.values()]


@pytest.mark.parametrize("text", ["n=1.5", "n=true", "on=1", "x=fast", "many=3", "n=1 n=2", "s='"])
def test_parse_refuses_what_does_not_fit(text):
    with pytest.raises(BuildError):
        parse(text, DEFAULTS, "c")
