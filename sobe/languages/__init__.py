"""Languages of the book: numbers as text, catalogues of messages, and finished pages translated.

Sphinx translates prose from the catalogues of the chapters. Outputs of cells are translated as data
(`sobe.charts.translated`), in a live kernel or in the notebooks that the English edition executed.
Cards and the data page call `translate`. The words of Sphinx and its theme are translated in the
finished pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sobe.languages.catalogue import Catalogue

#: Language, by Sphinx's name for it, to the folder of its edition; the source language is first.
EDITIONS = {"en": "en", "zh_CN": "zh"}
#: Folder of an edition to the name of its language, as the switch on every page shows it.
NAMES = {"en": "English", "zh": "简体中文"}
#: Folder of an edition to the language tag of its pages.
TAGS = {"en": "en", "zh": "zh-CN"}
#: Name of the catalogue for texts in code; the other catalogues are named like their chapters.
MESSAGES = "messages"


class LanguageError(ValueError):
    """A language in which the book has no edition."""


def check(language: str) -> None:
    """Raise LanguageError if the book has no edition in ``language``."""
    if language not in EDITIONS:
        raise LanguageError(f"lang is one of {', '.join(map(repr, EDITIONS))}, not {language!r}")


def folder(book: Path | str, language: str) -> Path:
    """Return the folder of a language's catalogues, below the folder ``book`` of the chapters."""
    return Path(book) / "locale" / language / "LC_MESSAGES"


_catalogue: Catalogue | None = None
#: Character ranges of Chinese characters and full-width punctuation.
WIDE = "\u3000-\u303f\u3400-\u9fff\uff00-\uff65"
_GAP = re.compile(rf"(?<=[{WIDE}]) +(?=[{WIDE}])")


def use(catalogue: Catalogue | None) -> None:
    """Set the Catalogue by which this process translates; None for English."""
    global _catalogue
    _catalogue = catalogue


def closed(text: str) -> str:
    """Remove the spaces between Chinese characters that numbers and names leave in a text."""
    return _GAP.sub("", text)


def translate(message: str, **parts: object) -> str:
    """Translate ``message`` into this process's language and fill its {names} with ``parts``."""
    if _catalogue is None:
        return message.format(**parts) if parts else message
    text = _catalogue(message)
    # Messages have spaces around their parts, as Latin text needs them; Chinese text does not.
    return closed(text.format(**parts)) if parts else text


def tag() -> str:
    """Return the language tag of what this process writes."""
    return "en" if _catalogue is None else TAGS[EDITIONS[_catalogue.language]]


def number(text: str) -> str:
    """Translate a number written in English ("86 billion") into the language of this process."""
    return text if _catalogue is None else _catalogue(text)


def listing(parts: Iterable[str], between: str = ", ") -> str:
    """Join several texts; ``between`` is the English separator, ", " or "; "."""
    return (between if _catalogue is None else {", ": "、", "; ": "；"}[between]).join(parts)


def sentences(parts: Iterable[str]) -> str:
    """Join sentences into a paragraph."""
    return (" " if _catalogue is None else "").join(parts)
