"""Check the units of formulas: pint derives the unit of an expression, which must be declared.

The registry is our own and small: a year has 365 days; dollars, neurons, people and machines are
units; what is merely counted (voxels, tiles, channels) is a plain number. An expression must have
its declared unit *without* a conversion factor, so hours in place of days are an error, and so is
a volume in place of petavoxels.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pint

from sobe.analysis.estimator.errors import EstimatorError

_DEFINITIONS = """
second = [time]
hour = 3600 * second
day = 86400 * second
year = 365 * day
mm = [length]
nm = 1e-6 * mm
USD = [currency]
byte = [data]
bit = 0.125 * byte
gigabit = 1e9 * bit
gigabyte = 1e9 * byte
terabyte = 1e12 * byte
petabyte = 1e15 * byte
FLOP = [operation]
teraFLOP = 1e12 * FLOP
neuron = [neuron]
synapse = [synapse]
microscope = [microscope]
gpu = [processor]
person = [person]
voxel = 1
megavoxel = 1e6
petavoxel = 1e15
percent = 0.01
""".strip().splitlines()

#: A unit of pint, or one of the two words below (pint has no types).
Unit = Any
_TRUTH = "true or false"
_ANY = "any"  # a literal zero is zero of any unit


@cache
def _registry() -> pint.UnitRegistry[Any]:
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
    for line in _DEFINITIONS:
        registry.define(line)
    return registry


@cache
def unit(text: str) -> Unit:
    """Return the pint unit written as ``text`` ("USD/mm**3"; "1" for plain numbers).

    Raises
    ------
    EstimatorError
        For a unit that the registry does not have.
    """
    try:
        return _registry().parse_units("" if text == "1" else text)
    except Exception as error:  # pint raises several kinds for a bad unit
        raise EstimatorError(f"{text!r} is not a unit of the estimator: {error}") from None


@cache
def _in_base(of: Unit) -> tuple[float, Unit]:
    base = (1 * of).to_root_units()
    return float(base.magnitude), base.units


def factor(have: Unit, want: Unit) -> float | None:
    """Return how many ``want`` are one ``have``; None where they are of different kinds."""
    (a, dim_a), (b, dim_b) = _in_base(have), _in_base(want)
    return a / b if dim_a == dim_b else None


def same(have: Unit, want: Unit) -> bool:
    """Return whether the two units are of one kind and size."""
    ratio = factor(have, want)
    return ratio is not None and abs(ratio - 1) < 1e-9


def _plain(have: Unit) -> bool:
    return have is _ANY or (have is not _TRUTH and same(have, unit("1")))


def of_constant(value: float, text: str) -> bool:
    """Return whether a conversion constant is right: 86400 second/day is one."""
    ratio = factor(unit(text), unit("1"))
    return ratio is not None and abs(value * ratio - 1) < 1e-9


def infer(tree: Any, of: dict[str, Unit]) -> Unit:
    """Derive the unit of a tree.

    Parameters
    ----------
    tree
        A formula, as `expressions.parse` gives it.
    of
        {name: unit} of the parameters and formulas that it names.

    Raises
    ------
    EstimatorError
        Where an operator's arguments have units that do not fit it.
    """
    if isinstance(tree, str):
        return of[tree]
    if not isinstance(tree, list):
        return _ANY if tree == 0 else unit("1")
    operator, arguments = tree[0], [infer(argument, of) for argument in tree[1:]]
    if operator == "^":
        if not _plain(arguments[1]):
            raise EstimatorError("an exponent must be a plain number")
        if isinstance(tree[2], float):
            return arguments[0] ** tree[2]
        if not _plain(arguments[0]):
            raise EstimatorError("an exponent that varies needs a plain number below it")
        return unit("1")
    if operator in ("*", "/"):
        left, right = (unit("1") if a is _ANY else a for a in arguments)
        return left * right if operator == "*" else left / right
    if operator in ("log", "exp"):
        return _one([arguments[0], unit("1")], operator)
    if operator == "if":
        if arguments[0] is not _TRUTH:
            raise EstimatorError("if needs a comparison first")
        return _one(arguments[1:], "if")
    shared = _one(arguments, operator)
    return _TRUTH if operator in ("<", "<=", ">", ">=", "==", "!=") else shared


def _one(arguments: list[Unit], operator: str) -> Unit:
    """Return the unit that all arguments share."""
    first = next((a for a in arguments if a is not _ANY), _ANY)
    for other in arguments:
        if first is _TRUTH or other is _TRUTH:
            raise EstimatorError(f"{operator!r} of a comparison")
        if other is not _ANY and not same(other, first):
            raise EstimatorError(f"{operator!r} of {show(first)} and {show(other)}")
    return first


def show(of: Unit) -> str:
    """Return a unit as text."""
    if of is _ANY or of is _TRUTH:
        return str(of)
    text = str(of).replace(" ", "")
    return "1" if text in ("", "dimensionless") else text


def check(formula: str, tree: Any, of: dict[str, Unit], declared: str) -> None:
    """Raise `EstimatorError`, naming the formula, unless its unit is the declared one."""
    try:
        found = infer(tree, of)
    except EstimatorError as error:
        raise EstimatorError(f"the units of formula {formula!r} do not balance: {error}") from None
    want = unit(declared)
    if found is _TRUTH or (found is not _ANY and not same(found, want)):
        ratio = None if found is _TRUTH else factor(found, want)
        how = "" if ratio is None else f", which is {ratio:g} times as much"
        raise EstimatorError(
            f"the units of formula {formula!r} do not balance: it is declared in {declared}"
            f" and comes out in {show(found)}{how}"
        )
