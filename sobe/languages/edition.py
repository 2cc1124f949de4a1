"""An edition of the site: its catalogue, and the translation of its finished pages."""

import csv
import re
from pathlib import Path

from sobe import languages
from sobe.languages.catalogue import Catalogue, names, read
from sobe.languages.html import page

_PLURAL = re.compile(r'new Function\(\s*"n",\s*`[^`]*`,?\s*\)')


def from_tables(data: Path) -> dict[str, str]:
    """Return {English: Chinese} of every pair of columns ``x`` and ``x_zh`` in the tables."""
    found = {}
    for path in sorted(data.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                for key, value in row.items():
                    if key and key.endswith("_zh") and value and row.get(key.removesuffix("_zh")):
                        found[row[key.removesuffix("_zh")]] = value
    return found


def catalogue(book: Path, data: Path, language: str) -> Catalogue:
    """Return the Catalogue of ``language``: terms from the tables, and messages of the code."""
    messages = from_tables(data) | read(
        languages.folder(book, language) / f"{languages.MESSAGES}.po"
    )
    return Catalogue(messages, names(data), language)


def translate_pages(site: Path, translate: Catalogue) -> None:
    """Translate the words of Sphinx, the theme and cards in the finished pages below ``site``.

    ``translate`` is the Catalogue of the edition.
    """
    for path in sorted(site.rglob("*.html")):
        # The page of a figure alone is written in its language.
        if not {"_static", "figures"} & set(path.relative_to(site).parts[:-1]):
            text = path.read_text(encoding="utf-8")
            path.write_text(page(text, translate), encoding="utf-8")
    # Sphinx builds the rule of plurals from a text, which the pages' policy forbids. Chinese has
    # one form for all numbers.
    script = site / "_static" / "doctools.js"
    if script.is_file():
        text = script.read_text(encoding="utf-8")
        script.write_text(_PLURAL.sub("() => 0", text), encoding="utf-8")
