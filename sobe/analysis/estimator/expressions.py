"""The formulas' language: a small arithmetic, parsed into a tree of plain lists.

Grammar, loosest first: comparison (``< <= > >= == !=``, at most one), ``+ -``, ``* /``, unary
``-``, ``^`` (to the right), then numbers, names, parentheses and calls of :data:`FUNCTIONS`.

A tree is a number, a name, or a list ``[operator, argument, ...]``: JSON as it stands, so that
the page's script evaluates the very trees that are evaluated here. Nothing is ever passed to
Python's ``eval``.
"""

from __future__ import annotations

import re

import numpy as np

from sobe.analysis.estimator.errors import EstimatorError

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign><=|>=|==|!=|[-+*/^<>(),]))",
    re.ASCII,
)
_DEEPEST = 50
_BINDING = {
    "<": 1,
    "<=": 1,
    ">": 1,
    ">=": 1,
    "==": 1,
    "!=": 1,
    "+": 2,
    "-": 2,
    "*": 3,
    "/": 3,
    "^": 5,
}
_UNARY = 4


def _round(x):
    """The nearest whole number, halves towards plus infinity, as JavaScript's Math.round has it."""
    below = np.floor(x)
    return np.where(np.isfinite(x), below + (x - below >= 0.5), x)


def _fold(function):
    def folded(first, *rest):
        for value in rest:
            first = function(first, value)
        return first

    return folded


_OPERATORS = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "neg": np.negative,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "if": np.where,
    "min": _fold(np.minimum),
    "max": _fold(np.maximum),
    "floor": np.floor,
    "ceil": np.ceil,
    "round": _round,
    "abs": np.abs,
    "log": np.log,
    "exp": np.exp,
}
#: Function -> (fewest, most) arguments.
FUNCTIONS = {
    "if": (3, 3),
    "min": (2, 20),
    "max": (2, 20),
    "floor": (1, 1),
    "ceil": (1, 1),
    "round": (1, 1),
    "abs": (1, 1),
    "log": (1, 1),
    "exp": (1, 1),
}


class _Parser:
    def __init__(self, text):
        self.text, self.tokens, self.at, self.depth = text, [], 0, 0
        position, end = 0, len(text.rstrip())
        while position < end:
            found = _TOKEN.match(text, position)
            if not found:
                at = position + len(text[position:]) - len(text[position:].lstrip())
                raise EstimatorError(
                    f"bad formula {text!r}: {text[at]!r} at position {at + 1} is not of the language"
                )
            position = found.end()
            self.tokens.append(
                (found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1)
            )
        self.tokens.append(("end", "the end", len(text) + 1))

    def fail(self, wanted):
        _, value, position = self.tokens[self.at]
        raise EstimatorError(
            f"bad formula {self.text!r}: {wanted} was expected, not {value!r}, at position {position}"
        )

    def take(self, sign=None):
        kind, value, _ = self.tokens[self.at]
        if sign is not None and (kind, value) != ("sign", sign):
            self.fail(repr(sign))
        self.at += 1
        return kind, value

    def expression(self, least=0):
        self.depth += 1
        if self.depth > _DEEPEST:
            raise EstimatorError(f"bad formula {self.text[:60]!r}…: nested deeper than {_DEEPEST}")
        left = self.operand()
        while True:
            kind, sign, _ = self.tokens[self.at]
            strength = _BINDING.get(sign, -1) if kind == "sign" else -1
            if strength < max(least, 1):
                break
            self.at += 1
            # ^ binds to the right, a comparison only once.
            left = [sign, left, self.expression(strength if sign == "^" else strength + 1)]
            if strength == 1 and _BINDING.get(self.tokens[self.at][1]) == 1:
                self.fail("one comparison")
        self.depth -= 1
        return left

    def operand(self):
        kind, value = self.take()
        if kind == "number":
            number = float(value)
            if not np.isfinite(number):
                raise EstimatorError(f"bad formula {self.text!r}: the number {value} is too large")
            return number
        if kind == "sign" and value == "-":
            return ["neg", self.expression(_UNARY)]
        if kind == "sign" and value == "(":
            inner = self.expression()
            self.take(")")
            return inner
        if kind == "name":
            return self.call(value) if self.tokens[self.at][:2] == ("sign", "(") else value
        self.at -= 1
        return self.fail("a number, a name or '('")

    def call(self, name):
        if name not in FUNCTIONS:
            raise EstimatorError(
                f"bad formula {self.text!r}: no function {name!r}; there are {', '.join(FUNCTIONS)}"
            )
        self.take("(")
        arguments = [self.expression()]
        while self.tokens[self.at][:2] == ("sign", ","):
            self.at += 1
            arguments.append(self.expression())
        self.take(")")
        fewest, most = FUNCTIONS[name]
        if not fewest <= len(arguments) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
            raise EstimatorError(
                f"bad formula {self.text!r}: {name} takes {wanted} arguments, not {len(arguments)}"
            )
        return [name, *arguments]


def parse(text: str):
    """The tree of one formula. Raises :class:`EstimatorError` that says where it is not one."""
    parser = _Parser(text)
    tree = parser.expression()
    if parser.tokens[parser.at][0] != "end":
        parser.fail("an operator or the end")
    return tree


def names(tree) -> set[str]:
    """The names of parameters and formulas that a tree depends on."""
    if isinstance(tree, str):
        return {tree}
    if isinstance(tree, list):
        return set().union(*(names(argument) for argument in tree[1:]))
    return set()


def evaluate(tree, values: dict):
    """The value of a tree: float64, of the shape that the arrays in ``values`` broadcast to.

    ``values`` maps each name to a number or array. As in IEEE arithmetic (and in JavaScript),
    division by zero gives infinity or NaN; comparisons give booleans.
    Raises :class:`EstimatorError` for a name that has no value.
    """
    if isinstance(tree, str):
        try:
            return values[tree]
        except KeyError:
            raise EstimatorError(f"no parameter or formula is called {tree!r}") from None
    if not isinstance(tree, list):
        return np.float64(tree)
    with np.errstate(all="ignore"):
        return _OPERATORS[tree[0]](*(evaluate(argument, values) for argument in tree[1:]))
