"""Units of formulas: pint works out the unit of an expression, and it must be the one declared.

The registry is our own and small: a year has 365 days here, dollars, neurons, people and
machines are units, and what is merely counted (voxels, tiles, channels) is a plain number. An
expression must come out in its declared unit *without* any conversion factor, so hours where
days belong is a fault, as is a volume where petavoxels belong.
"""

from __future__ import annotations

from functools import lru_cache

import pint

from sobe.analysis.estimator import EstimatorError

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

_TRUTH = "true or false"
_ANY = "any"  # a literal zero is zero of any unit


@lru_cache(maxsize=1)
def _registry():
    registry = pint.UnitRegistry(None)
    for line in _DEFINITIONS:
        registry.define(line)
    return registry


@lru_cache(maxsize=None)
def unit(text: str):
    """The pint unit written as ``text`` ("USD/mm**3"; "1" for plain numbers).

    Raises :class:`EstimatorError` for a unit that the registry does not have.
    """
    try:
        return _registry().parse_units("" if text == "1" else text)
    except Exception as error:  # pint raises several kinds for a bad unit
        raise EstimatorError(f"{text!r} is not a unit of the estimator: {error}") from None


@lru_cache(maxsize=None)
def _in_base(of):
    base = (1 * of).to_root_units()
    return float(base.magnitude), base.units


def factor(have, want) -> float | None:
    """How many ``want`` are one ``have``; None where they are of different kinds."""
    (a, dim_a), (b, dim_b) = _in_base(have), _in_base(want)
    return a / b if dim_a == dim_b else None


def same(have, want) -> bool:
    """Whether the two units are of one kind and size."""
    ratio = factor(have, want)
    return ratio is not None and abs(ratio - 1) < 1e-9


def of_constant(value: float, text: str) -> bool:
    """Whether a conversion constant is right: 86400 second/day is one."""
    ratio = factor(unit(text), unit("1"))
    return ratio is not None and abs(value * ratio - 1) < 1e-9


def infer(tree, of: dict):
    """The unit of a tree whose names have the units ``of``; raises EstimatorError where none fits."""
    if isinstance(tree, str):
        return of[tree]
    if not isinstance(tree, list):
        return _ANY if tree == 0 else unit("1")
    operator, arguments = tree[0], [infer(argument, of) for argument in tree[1:]]
    if operator == "^":
        if arguments[1] != unit("1") or not isinstance(tree[2], float):
            raise EstimatorError("an exponent must be a plain number")
        return arguments[0] ** tree[2]
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


def _one(arguments, operator):
    """The unit that all arguments share."""
    first = next((a for a in arguments if a is not _ANY), _ANY)
    for other in arguments:
        if first is _TRUTH or other is _TRUTH:
            raise EstimatorError(f"{operator!r} of a comparison")
        if other is not _ANY and not same(other, first):
            raise EstimatorError(f"{operator!r} of {show(first)} and {show(other)}")
    return first


def show(of) -> str:
    """A unit as text."""
    if of is _ANY or of is _TRUTH:
        return of
    text = str(of).replace(" ", "")
    return "1" if text in ("", "dimensionless") else text


def check(formula: str, tree, of: dict, declared: str) -> None:
    """Raise :class:`EstimatorError`, naming the formula, unless its unit is the declared one."""
    try:
        found = infer(tree, of)
    except EstimatorError as error:
        raise EstimatorError(f"the units of formula {formula!r} do not balance: {error}") from None
    want = unit(declared)
    if found is _TRUTH or (found is not _ANY and not same(found, want)):
        ratio = None if found is _TRUTH else factor(found, want)
        how = "" if ratio is None else f", which is {ratio:g} times as much"
        raise EstimatorError(
            f"the units of formula {formula!r} do not balance: it is declared in {declared} and comes out in {show(found)}{how}"
        )
