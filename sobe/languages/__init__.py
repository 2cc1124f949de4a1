"""Languages of the book: numbers as text, catalogues of messages, and finished pages translated.

Sphinx translates prose from the catalogues of the chapters. Outputs of cells are translated as data
(`sobe.charts.translated`), in a live kernel or in the notebooks that the English edition executed.
Cards and the data page call `translate`. The words of Sphinx and its theme are translated in the
finished pages. What else distinguishes languages is in a file for each (`sobe.languages.language`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sobe.languages.language import Language, LanguageError, english, of
from sobe.paths import ROOT

if TYPE_CHECKING:
    from sobe.languages.catalogue import Catalogue

__all__ = ["Language", "LanguageError", "current", "english", "known", "message", "of", "translate"]

#: Name of the catalogue for texts in code; the other catalogues are named like their chapters.
MESSAGES = "messages"


def check(language: str, book: Path | None = None) -> Language:
    """Return the Language of that name.

    Raises
    ------
    LanguageError
        If the book has no edition in it.
    """
    found = of(book or ROOT / "book")
    if language not in found:
        raise LanguageError(f"lang is one of {', '.join(map(repr, found))}, not {language!r}")
    return found[language]


def folder(book: Path | str, language: str) -> Path:
    """Return the folder of a language's catalogues, below the folder ``book`` of the chapters."""
    return Path(book) / "locale" / language / "LC_MESSAGES"


_catalogue: Catalogue | None = None


def use(catalogue: Catalogue | None) -> None:
    """Set the Catalogue by which this process translates; None for English."""
    global _catalogue
    _catalogue = catalogue


def in_use() -> Catalogue | None:
    """Return the Catalogue by which this process translates; None for English."""
    return _catalogue


def current() -> Language:
    """Return the language that this process writes."""
    return english() if _catalogue is None else _catalogue.language


def translate(message: str, **parts: object) -> str:
    """Translate ``message`` into this process's language and fill its {names} with ``parts``."""
    if _catalogue is None:
        return message.format(**parts) if parts else message
    text = _catalogue(message)
    if not parts:
        return text
    # Messages have spaces around their parts, as Latin text needs them.
    filled = _catalogue.language.closed(text.format(**parts))
    (_catalogue.untranslated if _catalogue.lacks(message) else _catalogue.done).add(filled)
    return filled


def known(text: str) -> str:
    """Return the translation of a text of the data, or the text where it has none."""
    return text if _catalogue is None else _catalogue.known(text)


def message(text: str) -> str:
    """Return ``text``, and mark it as a message that is translated where it is shown.

    It is for words that only some data bring onto a page, such as a state that no row has yet: the
    catalogues hold them before the day on which they are shown.
    """
    return text


def tag() -> str:
    """Return the language tag of what this process writes."""
    return current().tag


def number(text: str) -> str:
    """Translate a number written in English ("86 billion") into the language of this process."""
    return text if _catalogue is None else _catalogue(text)


def listing(parts: Iterable[str], between: str = ", ") -> str:
    """Join several texts; ``between`` is the English separator, ", " or "; "."""
    lists = english().lists
    kind = next(name for name, separator in lists.items() if separator == between)
    return current().lists[kind].join(parts)


def separator() -> str:
    """Return what is between the parts of a list: ", "."""
    return listing(["", ""])


def sentences(parts: Iterable[str]) -> str:
    """Join sentences into a paragraph."""
    sentence: str = current().text["sentences"]
    return sentence.join(parts)
