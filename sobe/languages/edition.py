"""An edition of the site: its catalogue, and the translation of its finished pages."""

import csv
import re
from pathlib import Path

from sobe import languages
from sobe.languages.catalogue import Catalogue, names
from sobe.languages.html import marked, page
from sobe.languages.po import entries, read

_PLURAL = re.compile(r'new Function\(\s*"n",\s*`[^`]*`,?\s*\)')


def from_tables(data: Path, folder: str) -> dict[str, str]:
    """Return {English: translation} of the columns ``x`` and ``x_<folder>`` of the tables."""
    found, end = {}, f"_{folder}"
    for path in sorted(data.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                for key, value in row.items():
                    if key and key.endswith(end) and value and row.get(key.removesuffix(end)):
                        found[row[key.removesuffix(end)]] = value
    return found


def catalogue(book: Path, data: Path, language: str) -> Catalogue:
    """Return the Catalogue of ``language``: terms from the tables, and messages of the code.

    Raises
    ------
    LanguageError
        If the book has no edition in it, or its catalogue has an error.
    """
    found = languages.check(language, book)
    messages = from_tables(data, found.folder) | read(
        languages.folder(book, language) / f"{languages.MESSAGES}.po"
    )
    return Catalogue(messages, names(data), found)


def check(book: Path, language: str) -> None:
    """Read all catalogues of a language, those that only Sphinx reads too.

    Raises
    ------
    LanguageError
        For the first error, with its file and line.
    """
    for path in sorted(languages.folder(book, language).glob("*.po")):
        entries(path)


def mark(path: Path, translate: Catalogue) -> None:
    """Mark in a page or picture what stayed English, and the direction of the script."""
    text = path.read_text(encoding="utf-8")
    made = marked(text, translate.untranslated)
    if translate.language.direction != "ltr":
        made = re.sub(r"<html\b(?![^>]* dir=)", f'<html dir="{translate.language.direction}"', made)
    if made != text:
        path.write_text(made, encoding="utf-8")


def translate_pages(site: Path, translate: Catalogue) -> None:
    """Translate the words of Sphinx, the theme and cards in the finished pages below ``site``.

    What has no translation is marked as English. ``translate`` is the Catalogue of the edition.
    """
    for path in sorted(site.rglob("*.html")):
        # The page of a figure alone is written in its language.
        if not {"_static", "figures"} & set(path.relative_to(site).parts[:-1]):
            text = path.read_text(encoding="utf-8")
            path.write_text(page(text, translate), encoding="utf-8")
    for path in sorted([*site.rglob("*.html"), *site.glob("figures/*.svg")]):
        if "_static" not in path.relative_to(site).parts:
            mark(path, translate)
    # Sphinx builds the rule of plurals from a text, which the pages' policy forbids. So
    # all numbers have the first form.
    script = site / "_static" / "doctools.js"
    if script.is_file():
        text = script.read_text(encoding="utf-8")
        script.write_text(_PLURAL.sub("() => 0", text), encoding="utf-8")
