"""Scenario files: YAML that names a case, or a grid of cases, and nothing else.

A scenario (``make scenario``)::

    title: First mouse connectome
    about: Why it is of interest.
    parameters: {organism: mouse, modality: exm}

takes the parameters of the chapter "estimator". A sweep (``make sweep``) also has ``grid``,
{name: [values]}, and every combination of its values is a case. Names are those that
`sobe.analysis.estimator.estimate` takes, and ``draws`` and ``seed`` in ``parameters``.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sobe import atomic
from sobe.analysis.estimator.errors import EstimatorError
from sobe.analysis.estimator.estimate import CHOICES, settle
from sobe.analysis.estimator.model import load_model
from sobe.errors import one_line
from sobe.tables.rows import quote

CHAPTER = "estimator"
_MOST_CASES = 100_000
_LONGEST_FILE = 1_000_000
_LONGEST_ERROR = 400  # characters
_WORD = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[+-]?([0-9]++(\.[0-9]*+)?+|\.[0-9]++)[eE][+-]?[0-9]++")


@dataclass(frozen=True)
class Scenario:
    """The content of a scenario file: a title, its reason, and the chapter's parameters."""

    title: str
    about: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Sweep:
    """The content of a sweep file, with every case of its grid ({name: value}) in order."""

    title: str
    about: str
    varied: tuple[str, ...]
    cases: tuple[dict[str, Any], ...]
    draws: int
    seed: int


def read_scenario(file: Path) -> Scenario:
    """Read the scenario in ``file``; raise `EstimatorError`, which says what is wrong with it."""
    found = _read(file, {"title", "about", "parameters"})
    parameters = found.get("parameters", {})
    given = {
        key: value
        for key, value in parameters.items()
        if key in (*CHOICES, "microscope_budget", "project_years")
    }
    overrides = parameters.get("overrides", {})
    if not isinstance(overrides, dict):
        raise EstimatorError(
            f"{file}: overrides must be names with numbers, not {quote(overrides)}"
        )
    _check(file, given | overrides)
    return Scenario(found["title"], found.get("about", ""), parameters)


def read_sweep(file: Path) -> Sweep:
    """Read the sweep in ``file`` and check every case; raise `EstimatorError` for what is wrong."""
    found = _read(file, {"title", "about", "parameters", "grid"})
    fixed, grid = dict(found.get("parameters", {})), found.get("grid")
    if not isinstance(grid, dict) or not grid:
        raise EstimatorError(f"{file}: a sweep needs 'grid', names with a list of values each")
    draws, seed = fixed.pop("draws", 20_000), fixed.pop("seed", 2025)
    for name, value, least in (("draws", draws, 1), ("seed", seed, 0)):
        if type(value) is not int or not least <= value <= 10_000_000:
            raise EstimatorError(
                f"{file}: {name} must be a whole number from {least} to 10 million, "
                f"not {quote(value)}"
            )
    for name, values in grid.items():
        if not isinstance(values, list) or not values:
            raise EstimatorError(
                f"{file}: grid entry {name!r} needs a list of values, not {quote(values)}"
            )
        if len({repr(value) for value in values}) < len(values):
            raise EstimatorError(f"{file}: grid entry {name!r} has a value twice")
        if name in fixed:
            raise EstimatorError(f"{file}: {name!r} is both in parameters and in grid")
    if math.prod(len(values) for values in grid.values()) > _MOST_CASES:
        raise EstimatorError(f"{file}: the grid has more than {_MOST_CASES:,} cases")
    cases = tuple(
        fixed | dict(zip(grid, combination, strict=True))
        for combination in itertools.product(*grid.values())
    )
    for case in cases:
        _check(file, case)
    return Sweep(found["title"], found.get("about", ""), tuple(grid), cases, draws, seed)


class _Plain(yaml.SafeLoader):
    """YAML without anchors: a few lines of them can name more values than memory holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(
                f"an alias (*{self.peek_event().anchor}) where a value was expected"
            )
        return super().compose_node(parent, index)


def _read(file: Path, known: set[str]) -> dict[str, Any]:
    """Read the mapping in a YAML file, whose names must be ``known``."""
    try:
        text = atomic.read_plain(Path(file), _LONGEST_FILE, follow=True)
    except ValueError as error:
        raise EstimatorError(f"{file} cannot be read as a scenario: {error}") from None
    except OSError as error:
        raise EstimatorError(f"{file} cannot be read: {error.strerror}") from None
    try:
        found = _Plain(text.decode("utf-8-sig")).get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: endless digits
        reason = one_line(error)
        raise EstimatorError(f"{file} is not valid YAML: {reason}") from None
    if not isinstance(found, dict) or not isinstance(found.get("title"), str):
        raise EstimatorError(f"{file}: a scenario is a mapping with a title")
    strange = [str(key) for key in found if key not in known]
    if strange:
        raise EstimatorError(
            f"{file}: {quote(strange[0])} is not one of {', '.join(sorted(known))}"
        )
    if not isinstance(found.get("about", ""), str):
        raise EstimatorError(f"{file}: about must be text")
    for part in ("parameters", "grid"):
        if not isinstance(found.get(part, {}), dict):
            raise EstimatorError(f"{file}: {part} must be names with values")
    return {name: _numbers(value) for name, value in found.items()}


def _numbers(value: Any) -> Any:
    """Return a value with text such as "1e9", which YAML leaves as it is, read as a number."""
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def _line(file: Path, message: str) -> str:
    """Return ", line 5" for the first key of a file that a message names; "" for none."""
    with contextlib.suppress(OSError, ValueError, yaml.YAMLError, RecursionError):
        text = atomic.read_plain(Path(file), _LONGEST_FILE, follow=True).decode("utf-8-sig")
        lines: dict[str, int] = {}
        nodes = [yaml.compose(text, yaml.SafeLoader)]
        while nodes:
            node = nodes.pop()
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    lines.setdefault(str(key.value), key.start_mark.line + 1)
                    nodes.append(value)
        for word in _WORD.findall(message):
            if word in lines:
                return f", line {lines[word]}"
    return ""


def _check(file: Path, case: dict[str, Any]) -> None:
    """Raise `EstimatorError` with the file's name unless ``estimate(**case)`` takes the case."""
    choice = {"organism": "mouse", "modality": "em", "proofreading": "current"}
    choice |= {name: case[name] for name in CHOICES if name in case}
    overrides = {str(name): value for name, value in case.items() if name not in CHOICES}
    try:
        settle(load_model(), choice, overrides)
    except EstimatorError as error:
        said = str(error)
        said = said if len(said) <= _LONGEST_ERROR else f"{said[:_LONGEST_ERROR]}…"
        raise EstimatorError(f"{file}{_line(file, str(error))}: {said}") from None
