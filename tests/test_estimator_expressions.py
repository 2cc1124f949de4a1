"""The formulas' language: what it means, what it refuses, and that nothing crashes it."""

import json
import math
import random

import numpy as np
import pytest

from sobe.analysis.estimator import EstimatorError
from sobe.analysis.estimator.expressions import FUNCTIONS, evaluate, names, parse


def value(text, **values):
    return float(evaluate(parse(text), {name: np.float64(x) for name, x in values.items()}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("100 / 10 / 2", 5),
        ("2 ^ 3 ^ 2", 512),
        ("-2 ^ 2", -4),
        ("2 ^ -1", 0.5),
        ("-3 - -2", -1),
        ("1e3 + .5", 1000.5),
        ("if(1 < 2, 10, 20)", 10),
        ("if(2 == 2, 1, 0)", 1),
        ("min(3, 1, 2)", 1),
        ("max(3, 1, 2)", 3),
        ("floor(2.7)", 2),
        ("ceil(2.1)", 3),
        ("abs(-4)", 4),
        ("log(exp(2))", 2),
        ("1 + 1 == 2", 1),
        ("3 != 3", 0),
        ("2 >= 3", 0),
    ],
)
def test_values(text, expected):
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (0.5, 1),
        (1.5, 2),
        (2.5, 3),
        (-0.5, 0),
        (-1.5, -1),
        (-2.5, -2),
        (0.49999999999999994, 0),
        (2.4999, 2),
        (9007199254740991, 9007199254740991),
        (math.inf, math.inf),
        (-math.inf, -math.inf),
    ],
)
def test_round_is_that_of_javascript(x, expected):
    assert value("round(x)", x=x) == expected


def test_division_by_zero_is_that_of_javascript():
    assert value("1 / 0") == math.inf
    assert value("-1 / 0") == -math.inf
    assert math.isnan(value("0 / 0"))
    assert value("if(0 == 0, 0, 1 / 0)") == 0


def test_arrays_are_taken_whole():
    x = np.array([0.0, 1.0, 4.0])
    assert evaluate(parse("if(x > 1, x ^ 2, max(x, 0.5))"), {"x": x}).tolist() == [0.5, 1.0, 16.0]


def test_a_tree_is_json_and_knows_its_names():
    tree = parse("if(a == 0, 0, b / a + floor(c))")
    assert json.loads(json.dumps(tree)) == tree
    assert names(tree) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the end"),
        ("1 +", "the end"),
        ("(1", "'(' was never closed at position 1"),
        ("1)", "unmatched ')' at position 2"),
        ("1) + (2", "unmatched ')' at position 2"),
        ("1 2", "an operator is missing at position 3 ('2')"),
        ("a b", "an operator is missing at position 3 ('b')"),
        ("a^b^c d", "an operator is missing at position 7 ('d')"),
        ("1 < 2 < 3", "one comparison"),
        ("sqrt(2)", "no function 'sqrt'"),
        ("min(1)", "2 to 20"),
        ("if(1, 2)", "takes 3"),
        ("floor()", "floor takes 1 arguments, not 0"),
        ("min(a, b,)", "not of the language at position 9"),
        ("a.b", "not of the language"),
        ("a[0]", "not of the language"),
        ("'x'", "not of the language"),
        ("__import__(a)", "no function"),
        ("lambda x", "the end"),
        ("a := 1", "not of the language"),
        ("1 ** 2", "not of the language at position 3"),
        ("a if b else c", "IfExp is not of the language"),
        ("if + 1", "missing at position 1 ('if')"),
        ("a and b", "BoolOp is not of the language"),
        ("a in b", "Compare is not of the language"),
        ("a // b", "not of the language at position 3"),
        ("True", "Constant is not of the language"),
        ("min(*a, b)", "Starred is not of the language at position 5"),
        ("(a, b)", "Tuple is not of the language"),
        ("abs(1)(2)", "Call is not of the language"),
        ("+a", "UnaryOp is not of the language"),
        ("1_000", "not of the language at position 1"),
        ("0x10", "not of the language at position 1"),
        ("007", "not of the language at position 1"),
        ("1j", "not of the language at position 1"),
        ("a\0b", "not of the language at position 2"),
        ("1 # x", "not of the language at position 3"),
        ("__", "not of the language at position 1"),
        ("1e999", "too large a number at position 1 ('1e999')"),
        ("9" * 400, "too large"),
        ("(" * 300 + "1" + ")" * 300, "nested"),
        ("-" * 300 + "1", "nested deeper than 100"),
        ("-" * 999 + "1", "nested deeper than 100"),
        ("a^" * 400 + "a", "nested deeper than 100"),
        ("a+" * 400 + "a", "nested deeper than 100"),
        ("min(" * 240, "nested"),
        ("9" * 500_000 + "x", "longer than 1,000 characters"),
        ("9" * 900 + "x", "not of the language at position 1"),
        ("a+" * 500_000 + "a", "longer than 1,000 characters"),
        ("a; b", "not of the language"),
        ("é + 1", "not of the language"),
        ("٣ + 1", "not of the language"),
    ],
)
def test_what_is_refused_and_why(text, said):
    with pytest.raises(EstimatorError, match="bad formula") as error:
        parse(text)
    assert said in str(error.value) and len(str(error.value)) < 600


def test_huge_powers_are_neither_computed_by_the_parser_nor_exact():
    tree = parse("9^9^9^9")
    assert tree == ["^", 9.0, ["^", 9.0, ["^", 9.0, 9.0]]]
    assert evaluate(tree, {}) == math.inf


def test_names_may_be_those_of_python_builtins():
    assert parse("open + _a1 * __class__") == ["+", "open", ["*", "_a1", "__class__"]]
    assert parse("if(iff < 1, min (if_, 1.e2), .5)")[0] == "if"


def test_a_name_without_value_is_one_clear_error():
    with pytest.raises(EstimatorError, match="'nobody'"):
        value("1 + nobody")


def _random_tree(rng, depth=0):
    if depth > 4 or rng.random() < 0.25:
        return rng.choice(
            [rng.choice("abc"), float(rng.randint(0, 9)), round(rng.uniform(0, 100), 3)]
        )
    kind = rng.choice(
        ["+", "-", "*", "/", "^", "neg", "if", "min", "max", "floor", "ceil", "round", "abs"]
    )
    deeper = [_random_tree(rng, depth + 1) for _ in range(3)]
    if kind == "neg":
        return ["neg", deeper[0]]
    if kind == "if":
        return [
            "if",
            [rng.choice(["<", "<=", ">", ">=", "==", "!="]), deeper[0], deeper[1]],
            deeper[2],
            deeper[0],
        ]
    if kind in FUNCTIONS:
        return [kind, *deeper[: FUNCTIONS[kind][0]]]
    return [kind, deeper[0], deeper[1]]


def _text(tree):
    """A tree written out with every parenthesis."""
    if not isinstance(tree, list):
        return tree if isinstance(tree, str) else repr(tree)
    if tree[0] == "neg":
        return f"(-{_text(tree[1])})"
    if tree[0] in FUNCTIONS:
        return f"{tree[0]}({', '.join(map(_text, tree[1:]))})"
    return f"({_text(tree[1])} {tree[0]} {_text(tree[2])})"


def test_500_random_formulas_are_read_as_they_were_written():
    rng = random.Random(1)
    for _ in range(500):
        tree = _random_tree(rng)
        assert parse(_text(tree)) == tree


def test_500_random_pieces_of_text_give_a_tree_or_one_error():
    rng = random.Random(2)
    pieces = [
        "a",
        "b1",
        "1",
        ".5",
        "2e3",
        "+",
        "-",
        "*",
        "/",
        "^",
        "(",
        ")",
        ",",
        "<",
        "==",
        "if(",
        "min(",
        "floor(",
        " ",
        "!",
        "\n",
        "=",
        "é",
        "_",
    ]
    for _ in range(500):
        text = "".join(rng.choice(pieces) for _ in range(rng.randint(1, 25)))
        try:
            tree = parse(text)
        except EstimatorError as error:
            assert "bad formula" in str(error)
        else:
            evaluate(tree, dict.fromkeys(names(tree), np.float64(2)))
