"""What distinguishes one language from another, as data: one file per language.

English is `en.toml` next to this module. Every other language has
``book/locale/<language>/language.toml`` with the same keys. A book has an edition in each language
that has such a file.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

FILE = "language.toml"
_ENGLISH = Path(__file__).resolve().parent / "en.toml"


class LanguageError(ValueError):
    """A language in which the book has no edition, or an error in a language's files."""


@dataclass(frozen=True, eq=False)
class Language:
    """A language: the values of its file, whose keys `en.toml` explains.

    ``code`` is Sphinx's name of it, such as "zh_CN", and ``home`` its folder.
    """

    code: str
    home: Path
    name: str
    folder: str
    tag: str
    direction: str
    text: dict[str, Any]
    lists: dict[str, str]
    composed: dict[str, str]
    numbers: dict[str, Any]
    fonts: dict[str, list[str]]
    citation: dict[str, str]
    missing: dict[str, str]
    print: dict[str, str]

    @cached_property
    def _gap(self) -> re.Pattern[str] | None:
        ranges = self.text["closed"]
        return re.compile(rf"(?<=[{ranges}]) +(?=[{ranges}])") if ranges else None

    @cached_property
    def _letter(self) -> re.Pattern[str] | None:
        return re.compile(f"[{self.text['letters']}]") if self.text["letters"] else None

    def closed(self, text: str) -> str:
        """Remove the spaces that numbers and names leave in a text of a script without spaces."""
        return self._gap.sub("", text) if self._gap else text

    def writes(self, text: str) -> bool:
        """Return whether a text has a letter that only this language has, not English."""
        return bool(self._letter and self._letter.search(text))

    def style(self, name: str) -> str:
        """Return the language's own style sheet of that name; "" if it has none."""
        path = self.home / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""


def read(path: Path, code: str) -> Language:
    """Read a language's file.

    Raises
    ------
    LanguageError
        For a file that is not TOML, or whose keys or types differ from those of `en.toml`.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LanguageError(f"{_shown(path)}: {error}") from None
    if path != _ENGLISH:
        _same_keys(values, _values(_ENGLISH), _shown(path))
    return Language(code, path.parent, **values)


def _shown(path: Path) -> str:
    return "/".join(path.parts[-4:])


@lru_cache(maxsize=1)
def _values(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _same_keys(
    values: dict[str, Any], model: dict[str, Any], where: str, section: str = ""
) -> None:
    """Raise LanguageError unless ``values`` has the keys of ``model``, with values of its types."""
    for key in [*model, *values]:
        name = f"{section}{key}"
        if key not in values:
            raise LanguageError(f"{where}: {name} is missing; sobe/languages/en.toml explains it")
        if key not in model:
            known = ", ".join(model)
            raise LanguageError(f"{where}: {name} is not known; known are {known}")
        value, like = values[key], model[key]
        if type(value) is not type(like):
            kind = {str: "text", int: "a number", list: "a list", dict: "a section"}[type(like)]
            raise LanguageError(f"{where}: {name} must be {kind}, not {value!r}")
        if isinstance(like, dict):
            _same_keys(value, like, where, f"{name}.")
        slots = set(re.findall(r"\{\w*\}", like)) if isinstance(like, str) else set()
        if slots and value and set(re.findall(r"\{\w*\}", value)) != slots:
            raise LanguageError(
                f"{where}: {name} must have {' and '.join(sorted(slots))}, not {value!r}"
            )


@lru_cache(maxsize=1)
def english() -> Language:
    """Return English, the source language."""
    return read(_ENGLISH, "en")


def of(book: Path | str) -> dict[str, Language]:
    """Return the languages of the book whose pages are in the folder ``book``, English first."""
    found = {path.parent.name: path for path in sorted(Path(book).glob(f"locale/*/{FILE}"))}
    return {
        "en": english(),
        **{code: _once(path, path.stat().st_mtime_ns) for code, path in found.items()},
    }


@lru_cache(maxsize=16)
def _once(path: Path, _changed: int) -> Language:
    return read(path, path.parent.name)


assert {field.name for field in fields(Language)} - {"code", "home"} == set(_values(_ENGLISH))
