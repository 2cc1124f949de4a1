"""Values in texts from outside: numbers, YAML and JSON, each by a grammar stricter than usual.

A number has ASCII digits, no leading zero, no base but ten, no separators, and is finite. YAML has
no aliases, tags or doubled keys, and nothing that only some versions of YAML take for a number, a
date or a truth value (``1_000``, ``0o17``, ``1:30``, ``yes``). JSON has no doubled keys and no NaN.
Every pattern reads its text in linear time.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

import yaml

from sobe.errors import one_line

#: Most characters of a value that is read as a number.
LONGEST = 1000
_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,18})")
_WORDS = {"true": True, "false": False, "null": None}
#: What a YAML of some version takes for a number, or people mean as one: 1_000, 0o17, 1,000, 5.
_LIKE_A_NUMBER = re.compile(
    r"[+-]?(?:0[xXoObB][0-9a-fA-F_]+|[0-9][0-9_,]*(?:\.[0-9_]*)?|\.[0-9_]+)"
)
_POWER = re.compile(r"[eE][+-]?[0-9_]+\Z")
_TEXT, _PREFIX = "tag:yaml.org,2002:str", "tag:yaml.org,2002:"
_KINDS = {"bool": "true or false", "timestamp": "a date", "null": "null"}


class PlainError(ValueError):
    """What is wrong with a text, on one line; ``line`` is where, counted from 1, or None."""

    def __init__(self, problem: str, line: int | None = None):
        super().__init__(f"line {line}: {problem}" if line else problem)
        self.line, self.problem = line, problem


def number(text: str) -> int | float | None:
    """Return the number written in a text; None if it is none, or is not finite."""
    if len(text) > LONGEST:
        return None
    if _INTEGER.fullmatch(text):
        whole = int(text)
        return whole if -(2**63) <= whole < 2**63 else None
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    # What is not zero as written may not become zero.
    lost = value == 0 and re.search("[1-9]", re.split("[eE]", text)[0])
    return None if lost or not math.isfinite(value) else value


def scalar(text: str) -> Any:
    """Return a plain value: a number, true, false, null, or else the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    found = number(text)
    return text if found is None else found


# ---------------------------------------------------------------- YAML


class Mapping(dict[str, Any]):
    """A mapping of a YAML file; ``lines`` has the line of each of its keys."""

    lines: dict[str, int]


class _Plain(yaml.SafeLoader):
    """YAML without aliases and tags: a few lines of aliases can name more than memory holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()
        line = event.start_mark.line + 1
        if self.check_event(yaml.AliasEvent):
            _refuse(f"not valid YAML here: an alias (*{event.anchor}); expected a value", line)
        if event.tag is not None:
            _refuse(f"not valid YAML here: a tag ({event.tag}); expected a value", line)
        return super().compose_node(parent, index)


def compose(text: str) -> yaml.Node | None:
    """Return the tree of a YAML text without aliases and tags.

    Raises
    ------
    PlainError
        If it is not YAML, or more than one document.
    """
    try:
        return _Plain(text).get_single_node()
    except PlainError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        said = (getattr(error, "problem", None) if mark else None) or error
        line = mark.line + 1 if mark else None
        raise PlainError(f"not valid YAML: {one_line(said)}", line) from None


def read_yaml(text: str) -> Any:
    """Return the value of a YAML text as `read_lined` does, with plain dictionaries."""
    return _bare(read_lined(text))


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in value.items()}
    return [_bare(each) for each in value] if isinstance(value, list) else value


def read_lined(text: str) -> Any:
    """Return the value of a YAML text: `Mapping`, lists, texts, numbers, true, false and None.

    Raises
    ------
    PlainError
        With the line, the key, the value and what is expected.
    """
    node = compose(text)
    try:
        return None if node is None else _value(node, "")
    except RecursionError:
        raise PlainError("nested too deeply") from None


def _value(node: yaml.Node, key: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        made = Mapping()
        made.lines = {}
        for name, value in node.value:
            line = name.start_mark.line + 1
            if not isinstance(name, yaml.ScalarNode) or (
                name.style is None and (name.tag != _TEXT or scalar(name.value) != name.value)
            ):
                shown = repr(name.value) if isinstance(name, yaml.ScalarNode) else "brackets"
                _refuse(f"expected keys with values; {one_line(shown, 60)} is not a name", line)
            if name.value in made:
                before = f"the key is already in line {made.lines[name.value]}"
                _refuse(f"{one_line(name.value, 60)}: {before}; expected each key once", line)
            made.lines[name.value] = line
            made[name.value] = _value(value, name.value)
        return made
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, key) for each in node.value]
    assert isinstance(node, yaml.ScalarNode)
    return node.value if node.style is not None else _scalar(node, key)


def _scalar(node: yaml.ScalarNode, key: str) -> Any:
    """Return the value of an unquoted text; raise PlainError for one that can be read twofold."""
    text = node.value
    found = None if text in ("", "~") else scalar(text)
    kind = node.tag.removeprefix(_PREFIX)
    if found != text or found is None:
        return found
    like = kind in ("int", "float") or _LIKE_A_NUMBER.fullmatch(_POWER.sub("", text[:LONGEST]))
    if node.tag == _TEXT and not like:
        return text
    read = "a number, such as 1000, 0.5 or 1e9" if like else _KINDS.get(kind, "a text")
    where = f"{one_line(key, 60)}: " if key else ""
    _refuse(
        f"{where}{one_line(repr(text), 60)} is not written as {read}; a text is in quotes",
        node.start_mark.line + 1,
    )


def _refuse(problem: str, line: int) -> NoReturn:
    raise PlainError(problem, line)


# ---------------------------------------------------------------- JSON


def read_json(text: str) -> Any:
    """Return the value of a JSON text.

    Raises
    ------
    PlainError
        If it is not JSON, has a key twice in a mapping, or a number that is not finite.
    """
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_constant=_not_finite, parse_float=_float
        )
    except PlainError:
        raise
    except json.JSONDecodeError as error:
        raise PlainError(f"{error.msg}, column {error.colno}", error.lineno) from None
    except RecursionError:
        raise PlainError("too many brackets") from None
    except ValueError as error:  # endless digits
        raise PlainError(one_line(error)) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise PlainError(f"the key {one_line(repr(name), 80)} appears twice")
        found[name] = value
    return found


def _not_finite(constant: str) -> NoReturn:
    raise PlainError(f"{constant} is not a number of JSON")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise PlainError(f"{one_line(text, 60)} is too large for a number")
    return value
