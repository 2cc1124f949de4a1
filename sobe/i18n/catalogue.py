"""A catalogue of messages, and what may stand untranslated.

A text is looked up with slots for its numbers. One that names nothing (numbers, units, symbols),
or names what keeps its name (works, authors, models, files), is left as it is.
"""

import csv
import re
from functools import lru_cache

from sobe.i18n import numbers

#: Columns of data/*.csv whose values are names, titles, addresses or identifiers.
NAMED = {
    "title", "authors", "url", "doi", "path", "reference_url", "project", "name_latin", "key", "table", "column",
    "licence", "theirs", "ours", "model_name", "dataset", "source",
}  # fmt: skip
#: Words that are the same in both languages: units, abbreviations, names.
NEUTRAL = set("""
B kB MB GB TB PB EB ZB YB FLOP FLOPS kiloFLOP megaFLOP gigaFLOP teraFLOP petaFLOP exaFLOP zettaFLOP yottaFLOP
nm µm mm cm kHz MHz Hz ms min DOI URL CSV JSON SVG PNG PDF TSV BibTeX RIS HTML API EM ExM XRM AI GPU GPUs CPU USD US
elegans Drosophila OpenWorm NEURON GitHub Zenodo arXiv bioRxiv CC BY MIT NIH DARPA FRO FROs BRAIN CERN IT AWS Kaggle
et al vs doi org https http www zip ipynb csv json svg png pdf English R² sobe tables load pandas Python pip
""".split())
WORD = re.compile(r"[A-Za-z][A-Za-z'’]+|\b[a-zA-Z]\b(?=\.)")
_AUTHOR = re.compile(r"\bet al\b|^[A-Z][\w’'-]+(,| and| &|, [A-Z]).* \(?\d{4}|^[A-Z][\w-]+(?: [a-z]\d?)? \d{4}(?: \(\d\))?$")
_ADDRESS = re.compile(r"^(https?://|10\.\d{4}/|[\w./-]+\.(csv|json|md|html|py|svg|png|pdf)(#[\w-]+)?$|[a-z0-9]+([_:=-][a-z0-9-]+)+$)")
_LETTER = re.compile(r"[A-Za-z]")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def tidy(text):
    """Text without the line breaks and spaces of its source."""
    return " ".join(text.split())


@lru_cache(maxsize=4)
def names(data):
    """Every name, title and address in the tables of the folder `data`."""
    found = set()
    for path in sorted(data.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                found |= {tidy(value) for key, value in row.items() if key in NAMED and value}
    return frozenset(found)


def is_neutral(text, named=frozenset()):
    """Whether `text` needs no translation."""
    if not _LETTER.search(text) or CHINESE.search(text) or text in named or text.casefold() in {"true", "false"}:
        return True
    if _ADDRESS.match(text) or _AUTHOR.search(text):
        return True
    return all(word in NEUTRAL for word in WORD.findall(re.sub(r"https?://\S+|10\.\d{4,}/\S+|\{\d\}", "", text)))


class Catalogue:
    """Messages by their English text; remembers what it lacked in `missing`."""

    def __init__(self, messages, named=frozenset()):
        self.messages, self.named = messages, named
        self.missing, self.used = {}, set()

    def __call__(self, text):
        """`text` in the other language; as it is, where there is nothing to translate or no message."""
        whole = tidy(text)
        if not whole or whole in self.named:
            return text
        message, found = numbers.slotted(whole)
        if translated := self.messages.get(message):
            self.used.add(message)
        elif is_neutral(message, self.named):
            if not found:
                return text
            translated = message
        else:
            self.missing.setdefault(message, None)
            return text
        for place, match in enumerate(found, 1):
            translated = translated.replace(f"{{{place}}}", numbers.chinese(match))
        # Spaces around are the page's, not the message's.
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()):]
        return f"{before}{translated}{after}"


def read(path):
    """{message: translation} of a .po file; fuzzy and empty ones are left out."""
    from babel.messages.pofile import read_po

    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {m.id: m.string for m in read_po(file, ignore_obsolete=True) if m.id and m.string and not m.fuzzy}
