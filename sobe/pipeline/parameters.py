"""The parameters that a chapter declares, and the values that a reader gives.

A chapter's cell tagged `parameters` is read, never executed: each of its lines is
`name = literal` or `name: type = literal`.
"""

import ast
import math
import shlex

import yaml

from sobe import languages
from sobe.errors import BuildError
from sobe.tables.rows import quote


def parameters_cell(nb):
    """Return the source of the cell tagged `parameters`, or "" where there is none."""
    for cell in nb.cells:
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", []):
            return cell.source
    return ""


def declared(source, chapter):
    """Read {name: default} from a parameters cell; raise BuildError for anything but literals."""
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise BuildError(
            f"the parameters cell of {chapter!r} is not valid Python: {error}"
        ) from None
    found = {}
    for node in body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            target, value = node.target, node.value
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        else:
            raise BuildError(
                f"the parameters cell of {chapter!r} may hold only `name = value` lines "
                f"(line {node.lineno})"
            )
        try:
            found[target.id] = ast.literal_eval(value)
        except (ValueError, AttributeError):
            raise BuildError(
                f"line {node.lineno} of the parameters cell of {chapter!r} is not a plain value"
            ) from None
    return found


def _value(name, text, default):
    """Read `text` as a value of the same type as `default`."""
    if isinstance(default, str):
        return text
    try:
        value = ast.literal_eval(text)
    # The latter two for thousands of brackets.
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        try:
            value = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError, RecursionError):
            value = text
    return _typed(name, value, default)


def _typed(name, value, default):
    """Return `value` if it has the type of `default`; a whole number counts as a float."""
    if type(default) is float and type(value) is int and _plain(value):
        value = float(value)
    if default is not None and type(value) is not type(default) or not _plain(value):
        kind = "plain" if default is None else type(default).__name__
        raise BuildError(
            f"parameter {name} takes a value of type {kind} (default {default!r}), "
            f"not {quote(value)}"
        )
    return value


def _plain(value, depth=0):
    """Return whether JSON can hold a value: no NaN, no huge integer, no deep nesting."""
    if isinstance(value, (list, tuple)):
        return depth < 5 and all(_plain(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return depth < 5 and all(
            type(key) is str and _plain(item, depth + 1) for key, item in value.items()
        )
    if type(value) is int:
        return -(2**63) <= value < 2**63
    return (
        value is None or type(value) in (str, bool) or type(value) is float and math.isfinite(value)
    )


def checked(given, defaults, chapter):
    """Check the values `given`, {name: value}, for a chapter with `defaults`, and return them.

    Whole numbers become floats where the default is one.

    Raises
    ------
    BuildError
        For an unknown name, a value of another type, or an unknown language.
    """
    values = {}
    for name, value in given.items():
        if name not in defaults:
            known = ", ".join(f"{n}={v!r}" for n, v in defaults.items()) or "none"
            raise BuildError(
                f"chapter {chapter!r} has no parameter {quote(name)}; its parameters: {known}"
            )
        values[name] = _typed(name, value, defaults[name])
    return _known_language(values)


def _known_language(values):
    """Return `values` if their `lang` is a language of the book; raise BuildError otherwise."""
    try:
        languages.check(values.get("lang", "en"))
    except languages.LanguageError as error:
        raise BuildError(str(error)) from None
    return values


def parse(text, defaults, chapter):
    """Read {name: value} from "a=1 b=x".

    Raises
    ------
    BuildError
        For anything but names in `defaults` with values of their type.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise BuildError(f"cannot read PARAMS {quote(text)}: {error}") from None
    known = ", ".join(f"{n}={v!r}" for n, v in defaults.items()) or "none"
    given = {}
    for word in words:
        name, sign, raw = word.partition("=")
        if not sign or not name:
            raise BuildError(f"PARAMS takes name=value pairs, not {quote(word)}")
        if name not in defaults:
            raise BuildError(
                f"chapter {chapter!r} has no parameter {quote(name)}; its parameters: {known}"
            )
        if name in given:
            raise BuildError(f"parameter {name} is given twice")
        given[name] = _value(name, raw, defaults[name])
    return _known_language(given)
