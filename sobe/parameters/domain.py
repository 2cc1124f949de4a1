"""The declaration of a chapter's parameters, and the check of values against it."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sobe import languages, plain, tables
from sobe.errors import BuildError
from sobe.parameters import cell, grammar, needs
from sobe.parameters.grammar import written
from sobe.paths import ROOT
from sobe.tables.rows import quote

#: Types that a head may declare, with their words.
TYPES = {
    "year": "a year",
    "integer": "a whole number",
    "number": "a number",
    "text": "a text",
    "boolean": "true or false",
    "choice": "one of",
    "choices": "a list of",
    "overrides": "names of the estimator's parameters with numbers, such as {gpus:50000}",
}
_KEYS = {"type", "label", "help", "unit", "minimum", "maximum", "choices", "from", "where"}
_KEYS |= {"without", "at_most"}
_LIMITED = ("year", "integer", "number")
_TYPE_OF = {bool: "boolean", int: "integer", float: "number", str: "text"}


class ParameterError(BuildError):
    """A value that a parameter does not take; a notebook shows its message alone."""

    def _render_traceback_(self) -> list[str]:
        return [f"error: {self}"]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a chapter.

    ``minimum`` and ``maximum`` belong to what is allowed; ``at_most`` names another parameter.
    ``type`` is a key of `TYPES`, or "plain" where a chapter declares none.
    """

    chapter: str
    name: str
    type: str
    default: Any
    label: str = ""
    help: str = ""
    unit: str = ""
    minimum: float = -math.inf
    maximum: float = math.inf
    choices: tuple[str, ...] = ()
    at_most: str = ""

    def read(self, text: str) -> Any:
        """Return the value that a reader wrote; raise `ParameterError` if it is not allowed."""
        if len(text) > grammar.LONGEST_VALUE:
            raise self.error(text, f"has {len(text):,} characters")
        if self.type in ("text", "choice"):
            return self.check(text, text)
        if self.type == "choices":
            found: Any = grammar.items(text)
            if found is None:
                raise self.error(text, "is not a list in brackets")
            return self.check(found, text)
        if self.type == "overrides":
            try:
                named = grammar.pairs(text)
            except grammar.SyntaxProblem as problem:
                raise self.error(text, str(problem)) from None
            if named is None:
                raise self.error(text, "is not names with numbers in braces")
            return self.check({key: plain.scalar(value) for key, value in named.items()}, text)
        if self.type == "plain":
            return self.check(_plain(text), text)
        return self.check(plain.scalar(text), text)

    def check(self, value: Any, typed: object = None) -> Any:
        """Return ``value``, of the parameter's type; raise `ParameterError` if it is not allowed.

        ``typed`` is what the message shows: the value as written.
        """
        typed = value if typed is None else typed
        if self.type in ("year", "integer", "number"):
            return self._number(value, typed)
        if self.type == "boolean" and type(value) is not bool:
            raise self.error(typed, "is neither")
        if self.type == "text" and (not isinstance(value, str) or not _is_text(value)):
            raise self.error(typed, "is not a text that can be shown")
        if self.type == "choice" and (not isinstance(value, str) or value not in self.choices):
            raise self.error(typed, "is not one of them", value)
        if self.type == "choices":
            self._list(value, typed)
        if self.type == "overrides" and not isinstance(value, dict):
            raise self.error(typed, "is not names with numbers")
        if self.type == "plain" and (
            self.default is not None and type(value) is not type(self.default)
        ):
            raise self.error(typed, f"is not a {type(self.default).__name__}")
        return value

    def _number(self, value: Any, typed: object) -> int | float:
        whole = self.type != "number"
        if type(value) not in (int, float) or type(value) is float and not math.isfinite(value):
            raise self.error(typed, f"is not {TYPES[self.type]}")
        if whole and type(value) is not int:
            raise self.error(typed, f"is not {TYPES[self.type]}", round(value))
        if not self.minimum <= value <= self.maximum:
            size = "large" if value > self.maximum else "small"
            raise self.error(typed, f"is too {size}", value)
        return int(value) if whole else float(value)

    def _list(self, value: Any, typed: object) -> None:
        if not isinstance(value, list):
            raise self.error(typed, "is not a list")
        if not value:
            raise self.error(typed, "is empty; at least one is needed")
        for place, item in enumerate(value):
            if not isinstance(item, str) or item not in self.choices:
                raise self.error(item, "is not one of them", item)
            if item in value[:place]:
                raise self.error(item, "comes twice")

    def error(self, typed: object, problem: str, near: Any = None) -> ParameterError:
        """Return the error: chapter, parameter, value as typed, what is allowed, how it is written.

        The allowed value that is nearest to ``near`` is named.
        """
        text = typed if isinstance(typed, str) else _written(typed)
        message = f"chapter {self.chapter!r}, parameter {self.name}: {quote(text, 60)} {problem}"
        message += f"; allowed: {self.allowed}"
        if nearest := self._nearest(text if near is None else near):
            message += f"; nearest: {nearest}"
        if re.search("[“”‘’«»]", text):
            message += "; quotes around it are plain or none"
        if self.type == "choices":
            message += f"; written {self.name}={written(list(self.choices[:2]))}"
        return ParameterError(message)

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        if self.type == "plain":
            return "a plain value"
        if self.type in ("choice", "choices"):
            words = f"{TYPES[self.type]} {', '.join(self.choices)}"
            return words + (" (each once)" if self.type == "choices" else "")
        words = TYPES[self.type]
        if self.limits:
            words += f" from {written(self.minimum)} to {written(self.maximum)}"
        elif self.type == "text":
            words += f" of at most {grammar.LONGEST_VALUE:,} characters"
        words += f" ({self.unit})" if self.unit else ""
        return words + (f", at most {self.at_most}" if self.at_most else "")

    @property
    def limits(self) -> bool:
        """Whether the values have a least and a largest one."""
        return math.isfinite(self.minimum) and math.isfinite(self.maximum)

    def _nearest(self, value: Any) -> str:
        if self.choices:
            text = str(value)[:100].strip("“”‘’«»\"' ").casefold().replace(" ", "_")
            folded = {choice.casefold(): choice for choice in self.choices}
            found = difflib.get_close_matches(text, folded, n=1, cutoff=0.5)
            return folded[found[0]] if found else ""
        if self.limits and type(value) in (int, float):  # an infinite one came as text
            return written(type(value)(min(max(value, self.minimum), self.maximum)))
        return ""


@dataclass(frozen=True)
class Declaration:
    """The parameters of a chapter, by name and in the order of its head."""

    chapter: str
    parameters: dict[str, Parameter] = field(default_factory=dict)

    def parse(self, text: str) -> dict[str, Any]:
        """Return {name: value} of "since=1990 whole_brain=[mouse,human]".

        Raises
        ------
        ParameterError
            For anything but names of this chapter with values that are allowed.
        """
        given: dict[str, Any] = {}
        try:
            for name, value in grammar.assignments(text):
                if name in given:
                    raise ParameterError(
                        f"chapter {self.chapter!r}, parameter {name} is given twice"
                    )
                given[name] = self._known(name).read(value)
        except grammar.SyntaxProblem as problem:
            raise ParameterError(f"chapter {self.chapter!r}: {problem}") from None
        return self._together(given)

    def check(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values ``given``, each of its type; raise `ParameterError` as `parse` does."""
        return self._together(
            {name: self._known(name).check(value) for name, value in given.items()}
        )

    def _known(self, name: object) -> Parameter:
        if isinstance(name, str) and name in self.parameters:
            return self.parameters[name]
        text = str(name)[:200]
        near = difflib.get_close_matches(text, self.parameters, n=1, cutoff=0.5)
        raise ParameterError(
            f"chapter {self.chapter!r} has no parameter {quote(text, 60)}; "
            f"its parameters: {', '.join(self.parameters) or 'none'}"
            + (f"; nearest: {near[0]}" if near else "")
        )

    def _together(self, given: dict[str, Any]) -> dict[str, Any]:
        """Check what depends on several values, and on the data."""
        values = {name: parameter.default for name, parameter in self.parameters.items()} | given
        for name, parameter in self.parameters.items():
            other = parameter.at_most
            if other and values[name] > values[other]:
                raise ParameterError(
                    f"chapter {self.chapter!r}, parameter {name}: {written(values[name])} is more "
                    f"than {other}, {written(values[other])}; allowed: at most {other}; "
                    f"written {name}={written(values[other])} {other}={written(values[name])}"
                )
        if given and (lacking := needs.lacking(self.chapter, values)):
            raise ParameterError(f"chapter {self.chapter!r}: {lacking}")
        return given


def _written(value: object) -> str:
    try:
        return written(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, a list within itself
        return quote(value)


def _is_text(value: str) -> bool:
    return len(value) <= grammar.LONGEST_VALUE and (value.isprintable() or not value)


def _plain(text: str) -> Any:
    """Return the value of a parameter without a declaration: a scalar, a list or a mapping."""
    found: Any = grammar.items(text)
    if found is not None:
        return [plain.scalar(item) for item in found]
    try:
        found = grammar.pairs(text)
    except grammar.SyntaxProblem:
        return text
    if found is not None:
        return {key: plain.scalar(value) for key, value in found.items()}
    return plain.scalar(text)


# ---------------------------------------------------------------- reading the head of a page


def front_matter(text: str, file: str) -> dict[str, Any]:
    """Return the YAML at the head of a page's text, or {}; raise BuildError where it is not one."""
    if not text.startswith("---\n"):
        return {}
    head, found, _ = text[4:].partition("\n---")
    try:
        read = (plain.read_yaml(head) or {}) if found else {}
    except plain.PlainError as error:
        raise BuildError(f"the head of {file}, {error}") from None
    if not isinstance(read, dict):
        raise BuildError(f"the head of {file}: expected keys with values, not {quote(read)}")
    return read


def of_page(chapter: str, page: Path) -> Declaration:
    """Return what a page declares, with the defaults of its cell of parameters.

    ``lang`` is declared here, for every chapter. A page without ``parameters`` in its head gets
    types alone, from its defaults.

    Raises
    ------
    BuildError
        For a declaration that is not one, or not of the same names as the cell.
    """
    file, text = f"book/{page.name}", page.read_text(encoding="utf-8")
    defaults = cell.declared(cell.source(text), chapter)
    given = front_matter(text, file).get("parameters")
    if given is not None and not isinstance(given, dict):
        raise BuildError(f"{file}: parameters must be names, each with what it may be")
    declared = {
        name: _parameter(chapter, file, name, says, defaults)
        for name, says in (given or {}).items()
    }
    found = {}
    for name, default in defaults.items():
        if name == "lang":
            found[name] = _language(chapter, default, page.parent)
        elif given is None:
            found[name] = untyped(chapter, name, default)
        elif name in declared:
            found[name] = declared[name]
        else:
            raise BuildError(f"{file}: parameters lacks {name!r}, which its cell sets")
    for name, parameter in found.items():
        if parameter.at_most and parameter.at_most not in found:
            raise BuildError(
                f"{file}: parameters: {name}: at_most names no parameter: {parameter.at_most!r}"
            )
    return Declaration(chapter, found)


@cache
def of_book(chapter: str) -> Declaration:
    """Return what a chapter of this book declares, as `of_page` does."""
    return of_page(chapter, ROOT / "book" / f"{chapter}.md")


def _language(chapter: str, default: Any, book: Path) -> Parameter:
    return Parameter(
        chapter,
        "lang",
        "choice",
        default,
        label="Language",
        help="The language of tables, figures and numbers.",
        choices=tuple(languages.of(book)),
    )


def untyped(chapter: str, name: str, default: Any) -> Parameter:
    """Return a parameter with no more than the type of its default."""
    return Parameter(chapter, name, _TYPE_OF.get(type(default), "plain"), default)


def _parameter(
    chapter: str, file: str, name: Any, says: Any, defaults: Mapping[str, Any]
) -> Parameter:
    """Return one declared parameter; raise BuildError for a key or value that cannot be right."""

    def wrong(what: str) -> BuildError:
        return BuildError(f"{file}: parameters: {name}: {what}")

    if name not in defaults or name == "lang":
        raise wrong("its cell of parameters has no such name to declare")
    if not isinstance(says, dict) or says.get("type") not in TYPES:
        raise wrong(f"needs a type among {', '.join(TYPES)}")
    if unknown := sorted(map(str, set(says) - _KEYS)):
        raise wrong(f"{unknown[0]!r} is not one of {', '.join(sorted(_KEYS))}")
    kind = says["type"]
    for key in ("label", "help"):
        if not isinstance(says.get(key), str) or not says[key].strip():
            raise wrong(f"needs a {key}")
    for key in ("minimum", "maximum") if kind in _LIMITED else ():
        if type(says.get(key)) not in (int, float):
            raise wrong(f"needs a {key}, a number")
    choices = _choices(says, wrong) if kind in ("choice", "choices") else ()
    made = Parameter(
        chapter,
        name,
        kind,
        defaults[name],
        says["label"],
        says["help"],
        str(says.get("unit", "")),
        says.get("minimum", -math.inf),
        says.get("maximum", math.inf),
        choices,
        str(says.get("at_most", "")),
    )
    try:
        made.check(made.default)
    except ParameterError as error:
        raise wrong(f"its default is not allowed: {error}") from None
    return made


def _choices(says: Mapping[str, Any], wrong: Any) -> tuple[str, ...]:
    """Return the choices that are listed, or found in the column of a table."""
    listed = says.get("choices")
    if isinstance(listed, list) and listed and all(isinstance(each, str) for each in listed):
        return tuple(listed)
    table, _, column = str(says.get("from", "")).partition(".")
    if table not in tables.names():
        raise wrong("needs choices, or from: a table and its column, as species.organism")
    rows = tables.load(table)
    where = says.get("where", {})
    if column not in rows or not isinstance(where, dict) or not set(where) <= set(rows):
        raise wrong(f"the table {table!r} has no such column")
    for key, value in where.items():
        rows = rows[rows[key] == value]
    without = says.get("without", [])
    return tuple(dict.fromkeys(each for each in rows[column].dropna() if each not in without))
