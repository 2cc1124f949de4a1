"""The Chinese edition: what charts, tables, cards and scripts say, in another language.

Prose is translated by Sphinx itself from the catalogues of the chapters. What cells show goes
through `outputs`, in a live kernel or in the notebooks that the English edition has executed; what
cards and the data page say through `translate`; what Sphinx and its theme say in the finished page.
"""

import re
from pathlib import Path

#: Language (as Sphinx calls it) to the folder of its edition, the first being the source's.
EDITIONS = {"en": "en", "zh_CN": "zh"}
#: Folder of an edition to its own name, as the switch on every page shows it.
NAMES = {"en": "English", "zh": "简体中文"}
#: Folder of an edition to the language tag of its pages.
TAGS = {"en": "en", "zh": "zh-CN"}
#: The catalogue of what code says; those of the chapters bear the chapters' names.
MESSAGES = "messages"


class LanguageError(ValueError):
    """A language that the book does not speak."""


def check(language):
    """Raise LanguageError unless `language` is one of the book's."""
    if language not in EDITIONS:
        raise LanguageError(f"lang is one of {', '.join(map(repr, EDITIONS))}, not {language!r}")


def folder(book, language):
    """Where the catalogues of a language lie, below the folder of pages."""
    return Path(book) / "locale" / language / "LC_MESSAGES"


_catalogue = None
#: Chinese characters and the marks that are as wide.
WIDE = "\u3000-\u303f\u3400-\u9fff\uff00-\uff65"
_GAP = re.compile(rf"(?<=[{WIDE}]) +(?=[{WIDE}])")


def use(catalogue):
    """Let `translate` speak by a Catalogue; None: English."""
    global _catalogue
    _catalogue = catalogue


def closed(text):
    """Text without spaces between Chinese characters, which numbers and names put into it bring along."""
    return _GAP.sub("", text)


def translate(message, **parts):
    """`message` in the language of this process, its {names} filled with `parts`."""
    if _catalogue is None:
        return message.format(**parts) if parts else message
    text = _catalogue(message)
    # Parts are set off from the words around them as Latin is; Chinese ones need no space.
    return closed(text.format(**parts)) if parts else text


def tag():
    """The language tag of what this process writes."""
    return "en" if _catalogue is None else TAGS[EDITIONS[_catalogue.language]]


def number(text):
    """A number written in English ("86 billion"), as this process's language writes it."""
    return text if _catalogue is None else _catalogue(text)


def listing(parts, between=", "):
    """Several things one after another, `between` them ", " or "; "."""
    return (between if _catalogue is None else {", ": "、", "; ": "；"}[between]).join(parts)


def sentences(parts):
    """Sentences as a paragraph."""
    return (" " if _catalogue is None else "").join(parts)
