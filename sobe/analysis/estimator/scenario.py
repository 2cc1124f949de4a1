"""Scenario files: YAML that names a case, or a grid of cases, and nothing else.

A scenario (``make scenario``)::

    title: First mouse connectome
    about: Why it is of interest.
    parameters: {organism: mouse, modality: exm}

takes the parameters of the chapter "estimator". A sweep (``make sweep``) also has ``grid``,
{name: [values]}, and every combination of its values is a case. Names are those that
`sobe.analysis.estimator.estimate` takes, and ``draws`` and ``seed`` in ``parameters``. The text is
read by `sobe.plain`: numbers as in our tables, no key twice.
"""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sobe import atomic, plain
from sobe.analysis.estimator.errors import EstimatorError
from sobe.analysis.estimator.estimate import CHOICES, PLAN, settle
from sobe.analysis.estimator.model import load_model
from sobe.analysis.estimator.uncertainty import checked_draws, checked_seed
from sobe.errors import one_line
from sobe.tables.rows import quote

CHAPTER = "estimator"
_MOST_CASES = 100_000
_LONGEST_FILE = 1_000_000
_LONGEST_ERROR = 400  # characters
_WORD = re.compile("[A-Za-z_][A-Za-z0-9_]*")


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
    given = {key: value for key, value in parameters.items() if key in (*CHOICES, *PLAN)}
    overrides = parameters.get("overrides", {})
    if not isinstance(overrides, dict):
        problem = f"overrides must be names with numbers, not {quote(overrides)}"
        raise _error(file, parameters, "overrides", problem)
    _check(file, found, given | overrides)
    return Scenario(found["title"], found.get("about", ""), parameters)


def read_sweep(file: Path) -> Sweep:
    """Read the sweep in ``file`` and check every case; raise `EstimatorError` for what is wrong."""
    found = _read(file, {"title", "about", "parameters", "grid"})
    fixed, grid = dict(found.get("parameters", {})), found.get("grid")
    if not isinstance(grid, plain.Mapping) or not grid:
        raise EstimatorError(f"{file}: a sweep needs 'grid', names with a list of values each")
    draws, seed = fixed.pop("draws", 20_000), fixed.pop("seed", 2025)
    for check, name, value in ((checked_draws, "draws", draws), (checked_seed, "seed", seed)):
        try:
            check(value)
        except EstimatorError as error:
            raise _error(file, found["parameters"], name, str(error)) from None
    for name, values in grid.items():
        problem = ""
        if not isinstance(values, list) or not values:
            problem = f"grid entry {quote(name)} needs a list of values, not {quote(values)}"
        elif len({repr(value) for value in values}) < len(values):
            problem = f"grid entry {quote(name)} has a value twice; expected each once"
        elif name in fixed:
            problem = f"{quote(name)} is both in parameters and in grid; expected one of them"
        if problem:
            raise _error(file, grid, name, problem)
    if math.prod(len(values) for values in grid.values()) > _MOST_CASES:
        raise _error(file, found, "grid", f"the grid has more than {_MOST_CASES:,} cases")
    cases = tuple(
        fixed | dict(zip(grid, combination, strict=True))
        for combination in itertools.product(*grid.values())
    )
    for case in cases:
        _check(file, found, case)
    return Sweep(found["title"], found.get("about", ""), tuple(grid), cases, draws, seed)


def _read(file: Path, known: set[str]) -> plain.Mapping:
    """Read the mapping in a YAML file, whose names must be ``known``."""
    try:
        text = atomic.read_plain(Path(file), _LONGEST_FILE, follow=True)
        found = plain.read_lined(text.decode("utf-8-sig"))
    except plain.PlainError as error:
        raise EstimatorError(f"{file}, {error}") from None
    except UnicodeDecodeError as error:
        raise EstimatorError(f"{file} is not valid YAML: {one_line(error)}") from None
    except ValueError as error:
        raise EstimatorError(f"{file} cannot be read as a scenario: {error}") from None
    except OSError as error:
        raise EstimatorError(f"{file} cannot be read: {error.strerror}") from None
    if not isinstance(found, plain.Mapping) or not isinstance(found.get("title"), str):
        raise EstimatorError(f"{file}: a scenario is a mapping with a title, which is text")
    strange = [key for key in found if key not in known]
    if strange:
        raise _error(
            file, found, strange[0], f"{quote(strange[0])} is not one of {', '.join(sorted(known))}"
        )
    if not isinstance(found.get("about", ""), str):
        raise _error(file, found, "about", f"about must be text, not {quote(found['about'])}")
    for part in ("parameters", "grid"):
        if part in found and not isinstance(found[part], plain.Mapping):
            problem = f"{part} must be names with values, not {quote(found[part])}"
            raise _error(file, found, part, problem)
    return found


def _error(file: Path, found: plain.Mapping, key: str, problem: str) -> EstimatorError:
    """Return the error for a key of a file, with its line."""
    line = f", line {found.lines[key]}" if key in found.lines else ""
    return EstimatorError(f"{file}{line}: {problem}")


def _lines(found: plain.Mapping) -> dict[str, int]:
    """Return {name: line} of the keys of a file, at any depth; the first counts."""
    lines: dict[str, int] = {}
    inside = [found]
    while inside:
        mapping = inside.pop(0)
        for key, value in mapping.items():
            lines.setdefault(key, mapping.lines[key])
            if isinstance(value, plain.Mapping):
                inside.append(value)
    return lines


def _check(file: Path, found: plain.Mapping, case: dict[str, Any]) -> None:
    """Raise `EstimatorError` with file and line unless ``estimate(**case)`` takes the case."""
    choice = {"organism": "mouse", "modality": "em", "proofreading": "current"}
    choice |= {name: case[name] for name in CHOICES if name in case}
    overrides = {name: value for name, value in case.items() if name not in CHOICES}
    try:
        settle(load_model(), choice, overrides)
    except EstimatorError as error:
        said = str(error)
        said = said if len(said) <= _LONGEST_ERROR else f"{said[:_LONGEST_ERROR]}…"
        lines = _lines(found)
        named = (lines[word] for word in _WORD.findall(str(error)) if word in lines)
        where = next((f", line {line}" for line in named), "")
        raise EstimatorError(f"{file}{where}: {said}") from None
