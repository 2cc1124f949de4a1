"""The catalogue of messages, and which texts need no translation.

A text is looked up with slots in place of its numbers. Some texts stay as they are: numbers, units
and symbols, and the names of works, authors, models and files.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Set
from functools import lru_cache
from pathlib import Path

from sobe.languages import chinese, closed

#: Columns of facts that quote values of other columns, which may be words.
QUOTED = {"theirs", "ours"}
#: A formula of the estimator, or a unit.
_FORMULA = re.compile(r"(?=.*_)[\w\s*/+^().,<>={}-]+|[A-Za-z.{}\d]+(?:/[\w³{}.()<>:;+-]+)+")
#: An address without its scheme.
_BARE = re.compile(r"[\w.-]+\.(?:com|org|gov|edu|net|io|ca|mil|md)(?:/\S*)?$|\S+@\S+$")
#: Words that are the same in both languages: units, abbreviations, names.
NEUTRAL = set(
    """
B kB MB GB TB PB EB ZB YB FLOP FLOPS kiloFLOP megaFLOP gigaFLOP teraFLOP petaFLOP exaFLOP zettaFLOP
yottaFLOP nm µm mm cm kHz MHz Hz ms min
DOI URL CSV JSON SVG PNG PDF TSV BibTeX RIS HTML API EM ExM XRM AI GPU GPUs CPU USD US
elegans Drosophila OpenWorm NEURON GitHub Zenodo arXiv bioRxiv CC BY MIT NIH DARPA FRO FROs BRAIN
CERN IT AWS Kaggle
et al vs doi org https http www zip ipynb csv json svg png pdf English R² sobe tables load pandas
Python pip
""".split()  # noqa: SIM905 (as a list it would take a hundred lines)
)
WORD = re.compile(r"[A-Za-z][A-Za-z'’]+|\b[a-zA-Z]\b(?=\.)")
#: A text that is a DOI or a commit; its digits do not become slots.
_IDENTIFIER = re.compile(r"(?:doi:)?10\.\d{4,9}/\S+|[0-9a-f]{40}")
_AUTHOR = re.compile(
    r"\bet al\b|^(?:(?:de|van|von|and|&) )?[A-Z][\w’'-]+"
    r"(?:(?:,? and|,| &|,? et)? (?:(?:de|van|von) )?[A-Z][\w’'-]+)*"
    r" \(?\{1\}\)?(?: \(\{2\}\))?$"
)
_ADDRESS = re.compile(
    r"^(https?://|10\.\d{4}/|[\w./-]+\.(csv|json|md|html|py|svg|png|pdf)(#[\w-]+)?$|[a-z0-9]+([_:=-][a-z0-9-]+)+$)"
)
_LETTER = re.compile(r"[A-Za-z]")
CHINESE = re.compile(r"[\u3400-\u9fff]")


_QUOTATION = re.compile(r"(.*)“(.+)”(.*)")
#: Texts composed of messages: the pattern of the text, and how its translated parts are joined.
_COMPOSED = (
    (re.compile(r"(Rows|Columns) of (?:the table )?(.+)"), "{1}：{0}"),
    (re.compile(r"(\S+(?: \S+)?) to (\S+(?: \S+)?)"), "{} 至 {}"),
    (re.compile(r"(.+) \((.+)\)"), "{}（{}）"),
    (re.compile(r"(.+); (.+)"), "{}；{}"),
    (re.compile(r"(.+), (.+)"), "{}，{}"),
    (re.compile(r"(\S+) and (\S+)"), "{}与{}"),
    (re.compile(r"(.+?): (.+)"), "{}：{}"),
    (re.compile(r"(.+) · (.+)"), "{} · {}"),
)


def tidy(text: str) -> str:
    """Collapse the white space of a text, such as the line breaks of its source."""
    return " ".join(text.split())


def _is_word(column, value):
    """Return whether a value of a column of names is a common word ("nematode")."""
    return value.islower() and (column in QUOTED or column == "dataset" and value.isalpha())


@lru_cache(maxsize=4)
def names(data: Path) -> frozenset[str]:
    """Return every name, title and address in the tables of the folder ``data``.

    They are the values of columns that its datapackage.json marks by ``"translate": false``.
    """
    described = data / "datapackage.json"
    package = json.loads(described.read_text(encoding="utf-8")) if described.is_file() else {}
    facts = {
        resource["path"]: [
            f["name"] for f in resource["schema"]["fields"] if f.get("translate") is False
        ]
        for resource in package.get("resources", [])
    }
    found = set()
    for path in sorted(data.rglob("*.csv")):
        # Rows of ours have the columns of the table that they belong to.
        columns = facts.get(path.relative_to(data).as_posix().removeprefix("own/"), [])
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                values = ((key, row.get(key)) for key in columns)
                found |= {
                    tidy(value) for key, value in values if value and not _is_word(key, value)
                }
    return frozenset(found)


def is_formula(text: str) -> bool:
    """Return whether a text is a formula of the estimator or a list of its names."""
    return bool(_FORMULA.fullmatch(text))


def is_neutral(text: str, named: Set[str] = frozenset()) -> bool:
    """Return whether ``text`` needs no translation; ``named`` are names that stay as they are."""
    if (
        not _LETTER.search(text)
        or CHINESE.search(text)
        or text in named
        or text.casefold() in {"true", "false"}
    ):
        return True
    if is_formula(text) or _BARE.match(text) or _ADDRESS.match(text) or _AUTHOR.search(text):
        return True
    return all(
        word in NEUTRAL
        for word in WORD.findall(re.sub(r"https?://\S+|10\.\d{4,}/\S+|\{\d\}", "", text))
    )


class Catalogue:
    """Messages by their English text; texts without a translation are noted in ``missing``."""

    def __init__(
        self, messages: Mapping[str, str], named: Set[str] = frozenset(), language: str = "zh_CN"
    ) -> None:
        self.messages, self.named, self.language = messages, named, language
        self.folded = {message.casefold(): message for message in reversed(list(messages))}
        self.missing: dict[str, None] = {}
        self.used: set[str] = set()

    def __call__(self, text: str) -> str:
        """Translate ``text``; it stays as it is if it needs no translation or no message fits."""
        if "\n" in text.strip():
            return self._one(tidy(text)) or "\n".join(map(self, text.split("\n")))
        whole = tidy(text)
        if not whole:
            return text
        translated = self._one(whole) or self._composed(whole)
        if translated is None:
            message, _ = chinese.slotted(whole)
            self.missing.setdefault(message, None)
            return text
        # Spaces at both ends belong to the page, not to the message.
        return text[: len(text) - len(text.lstrip())] + translated + text[len(text.rstrip()) :]

    def _one(self, whole: str) -> str | None:
        """Translate a text that is a message or needs no translation; None if it is neither."""
        if _IDENTIFIER.fullmatch(whole):
            return whole
        message, found = chinese.slotted(whole)
        translated = self.messages.get(message)
        if translated is None and (same := self.folded.get(message.casefold())):
            message, translated = same, self.messages[same]
        if translated:
            self.used.add(message)
        elif whole in self.named:
            return whole
        elif is_neutral(message, self.named):
            translated = message
        else:
            return None
        for place, match in enumerate(found, 1):
            translated = translated.replace(f"{{{place}}}", chinese.chinese(match))
        # A text that had Chinese before comes from the data, and its spaces stay.
        return translated if CHINESE.search(whole) else closed(translated)

    def _composed(self, whole: str) -> str | None:
        """Translate a text composed of messages, by `_COMPOSED`; None if it is not such a text."""
        if "{" not in whole and (quoted := _QUOTATION.fullmatch(whole)):
            # The message of a text with a quotation has "…" in the place of what is quoted.
            frame = self._one(f"{quoted[1]}“…”{quoted[3]}")
            if frame is None:
                self.missing.setdefault(f"{quoted[1]}“…”{quoted[3]}", None)
                return whole
            return frame.replace("…", self(quoted[2]))
        for pattern, joined in _COMPOSED:
            if match := pattern.fullmatch(whole):
                parts = [self._one(part) or self._composed(part) for part in match.groups()]
                if all(parts):
                    return closed(joined.format(*parts))
        if " — " in whole:
            return " — ".join(self(part) for part in whole.split(" — "))
        return None


def read(path: Path) -> dict[str, str]:
    """Return {message: translation} of a .po file, without fuzzy and empty translations."""
    from babel.messages.pofile import read_po

    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {
            m.id: m.string
            for m in read_po(file, ignore_obsolete=True)
            if isinstance(m.id, str)
            and isinstance(m.string, str)
            and m.id
            and m.string
            and not m.fuzzy
        }
