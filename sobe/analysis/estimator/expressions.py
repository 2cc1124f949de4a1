"""The language of formulas: a small arithmetic, parsed into a tree of plain lists.

From loosest to tightest: one comparison (``< <= > >= == !=``), ``+ -``, ``* /``, unary ``-``,
``^`` (from the right), then numbers, names, parentheses and calls of :data:`FUNCTIONS`.

A tree is a number, a name, or a list ``[operator, argument, ...]``. It is valid JSON, so the
page's script evaluates the same trees as :func:`evaluate`. Python's parser reads a formula, and
:func:`parse` takes over only the nodes it knows. Nothing is ever compiled or executed.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np

from sobe.analysis.estimator.errors import EstimatorError
from sobe.tables.rows import quote

#: A number, a name, or ``[operator, argument, ...]``.
Tree = Any
_LONGEST, _DEEPEST = 1000, 100
#: Replaces ``if``, which Python reserves; no name in a formula.
_IF = "__"
#: What a formula is written with. Python would also read 1_000, 0x10, strings and much more.
_WRITTEN = re.compile(
    r"""(?: \s | (?!0\d)(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][+-]?\d++)?+(?![\w.])
          | (?!__\b)[A-Za-z_]\w*+
          | [<>=!]= | ([*/<>])(?!\1) | ,(?!\s*\)) | [-+^()] )*""",
    re.ASCII | re.VERBOSE,
)
_WORD = re.compile(r"\w+")
_SIGNS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "^",
    ast.USub: "neg",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


def _round(x: np.ndarray) -> np.ndarray:
    """Round to the nearest whole number, halves towards plus infinity, as JavaScript does."""
    below = np.floor(x)
    return np.where(np.isfinite(x), below + (x - below >= 0.5), x)


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
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
    "floor": np.floor,
    "ceil": np.ceil,
    "round": _round,
    "abs": np.abs,
    "log": np.log,
    "exp": np.exp,
}
#: Function -> (fewest, most) arguments.
FUNCTIONS = {"if": (3, 3), "min": (2, 20), "max": (2, 20)} | dict.fromkeys(
    ("floor", "ceil", "round", "abs", "log", "exp"), (1, 1)
)


def parse(text: str) -> Tree:
    """Parse one formula.

    Parameters
    ----------
    text
        The formula, of at most 1,000 characters.

    Returns
    -------
    float, str or list
        The tree: a number, a name, or ``[operator, argument, ...]``.

    Raises
    ------
    EstimatorError
        If the text is not a formula; the message says where and why.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        problem = f"longer than {_LONGEST:,} characters"
    elif (end := _end(_WRITTEN, text)) < len(text):
        problem = f"not of the language at {_place(text, end)}"
    else:
        source = re.sub(r"\bif(?=\s*\()", _IF, re.sub(r"\s", " ", text)).replace("^", "**")
        try:
            return _tree(ast.parse(source, mode="eval").body)
        except SyntaxError as error:
            at = (error.offset or len(source) + 1) - 1
            said = error.msg.replace("invalid syntax", "a number, a name or an operator is missing")
            problem = f"{said} at {_place(text, at - source[:at].count('**'))}"
        except (RecursionError, MemoryError):
            problem = f"nested deeper than {_DEEPEST}"
    raise EstimatorError(f"bad formula {quote(text, 400)}: {problem}")


def _end(pattern: re.Pattern[str], text: str) -> int:
    """Return how many characters at the start of ``text`` match."""
    found = pattern.match(text)
    return found.end() if found else 0


def _place(text: str, at: int) -> str:
    found = text[at : at + max(1, _end(_WORD, text[at:]))]
    return f"position {at + 1} ({quote(found)})" if found else "the end"


def _tree(node: ast.expr, depth: int = 1) -> Tree:
    """Turn a node of Python's syntax tree into a tree; raise SyntaxError for any other node."""

    def call(sign: str, *arguments: ast.expr) -> Tree:
        return [sign, *(_tree(argument, depth + 1) for argument in arguments)]

    def refused(problem: str) -> SyntaxError:
        return SyntaxError(problem, (None, 1, node.col_offset + 1, None))

    if depth > _DEEPEST:
        raise RecursionError
    match node:
        case ast.Name(name):
            return name
        case ast.Constant(int() | float() as value) if not isinstance(value, bool):
            if value > sys.float_info.max:
                raise refused("too large a number")
            return float(value)
        case ast.UnaryOp(ast.USub(), operand):
            return call("neg", operand)
        case ast.BinOp(left, op, right) | ast.Compare(left, [op], [right]) if type(op) in _SIGNS:
            return call(_SIGNS[type(op)], left, right)
        case ast.Compare(_, [_, _, *_]):
            raise refused("more than one comparison")
        case ast.Call(ast.Name(name), arguments, []):
            name = "if" if name == _IF else name
            if name not in FUNCTIONS:
                raise refused(f"no function {name!r}; there are {', '.join(FUNCTIONS)},")
            fewest, most = FUNCTIONS[name]
            if not fewest <= len(arguments) <= most:
                wanted = fewest if fewest == most else f"{fewest} to {most}"
                raise refused(f"{name} takes {wanted} arguments, not {len(arguments)},")
            return call(name, *arguments)
    raise refused(f"Python's {type(node).__name__} is not of the language")


def names(tree: Tree) -> set[str]:
    """Return the names of parameters and formulas that a tree depends on."""
    if isinstance(tree, list):
        return set().union(*map(names, tree[1:]))
    return {tree} if isinstance(tree, str) else set()


def evaluate(tree: Tree, values: Mapping[str, Any]) -> Any:
    """Evaluate a tree.

    As in IEEE arithmetic (and in JavaScript), division by zero gives infinity or NaN;
    comparisons give booleans.

    Parameters
    ----------
    tree
        What :func:`parse` returns.
    values
        The number or array of each name.

    Returns
    -------
    numpy.float64 or numpy.ndarray
        Float64, of the shape to which the arrays in ``values`` broadcast.

    Raises
    ------
    EstimatorError
        If a name has no value.
    """
    with np.errstate(all="ignore"):
        return _evaluate(tree, values)


def _evaluate(tree: Tree, values: Mapping[str, Any]) -> Any:
    if isinstance(tree, str):
        if tree not in values:
            raise EstimatorError(f"no parameter or formula is called {tree!r}")
        return values[tree]
    if not isinstance(tree, list):
        return np.float64(tree)
    return _OPERATORS[tree[0]](*(_evaluate(argument, values) for argument in tree[1:]))
