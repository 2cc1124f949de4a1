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

from sobe.languages import slots
from sobe.languages.language import Language, english

#: Columns of facts that quote values of other columns, which may be words.
QUOTED = {"theirs", "ours"}
#: A formula of the estimator, or a unit.
_FORMULA = re.compile(r"(?=.*_)[\w\s*/+^().,<>={}-]+|[A-Za-z.{}\d]+(?:/[\w³{}.()<>:;+-]+)+")
#: An address without its scheme.
_BARE = re.compile(r"[\w.-]+\.(?:com|org|gov|edu|net|io|ca|mil|md)(?:/\S*)?$|\S[^\s@]*@\S+$")
#: Words that are the same in every language: units, abbreviations, names.
NEUTRAL = set(
    """
B kB MB GB TB PB EB ZB YB FLOP FLOPS kiloFLOP megaFLOP gigaFLOP teraFLOP petaFLOP exaFLOP zettaFLOP
yottaFLOP nm µm mm cm kHz MHz Hz ms min
DOI URL CSV JSON SVG PNG PDF TSV BibTeX RIS HTML API EM ExM XRM AI GPU GPUs CPU USD US
elegans Drosophila OpenWorm NEURON GitHub Zenodo arXiv bioRxiv CC BY MIT NIH DARPA FRO FROs BRAIN
CERN IT AWS Kaggle
et al vs doi org https http www zip ipynb csv json svg png pdf English R² sobe tables load pandas
Python pip van von der
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
_SURNAME = re.compile(r"\b[A-Z][\w’'-]+")
_ADDRESS = re.compile(
    r"^(https?://|10\.\d{4}/|[\w./-]+\.(csv|json|md|html|py|svg|png|pdf)(#[\w-]+)?$|[a-z0-9]+[_:=-][a-z0-9-]+([_:=][a-z0-9-]+)*$)"
)
_LETTER = re.compile(r"[A-Za-z]")


_QUOTATION = re.compile(r"(.*)“([^“]+)”(.*)", re.S)
#: Texts composed of messages, and how a language joins their translated parts (`en.toml`).
_COMPOSED = (
    (re.compile(r"([^\s()]+(?: [^\s()]+)?) to ([^\s()]+(?: [^\s()]+)?)"), "to"),
    (re.compile(r"(?=.*\)\Z)(.+) \((.+)\)", re.S), "brackets"),
    (re.compile(r"(.+); (.+)", re.S), "parts"),
    (re.compile(r"(.+), (.+)", re.S), "words"),
    (re.compile(r"(\S+) and (\S+)"), "and"),
    (re.compile(r"(.+?): (.+)", re.S), "colon"),
    (re.compile(r"(.+) · (.+)", re.S), ""),
)
_SEPARATORS, _MOST_PARTS = ("; ", ", ", ": ", " · ", " (", "“"), 60
_SLOT = re.compile(r"\{[0-9]+\}")


def tidy(text: str) -> str:
    """Collapse the white space of a text, such as the line breaks of its source."""
    return " ".join(text.split())


def _is_word(column, value):
    """Return whether a value of a column of names is a common word ("nematode")."""
    return value.islower() and (column in QUOTED or column == "dataset" and value.isalpha())


@lru_cache(maxsize=4)
def names(data: Path) -> frozenset[str]:
    """Return every name, title and address in the tables of the folder ``data``, and surnames.

    They are the values of columns that its datapackage.json marks by ``"translate": false``.
    """
    described = data / "datapackage.json"
    package = json.loads(described.read_text(encoding="utf-8")) if described.is_file() else {}
    facts = {
        resource["path"]: [
            field["name"]
            for field in (resource.get("schema") or {}).get("fields") or []
            if field.get("translate") is False
        ]
        for resource in package.get("resources", [])
    }
    found = set()
    for path in sorted(data.rglob("*.csv")):
        # Rows of ours have the columns of the table that they belong to.
        columns = facts.get(path.relative_to(data).as_posix().removeprefix("own/"), [])
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                values = {key: tidy(row[key]) for key in columns if row.get(key)}
                found |= {text for key, text in values.items() if not _is_word(key, text)}
                found |= set(_SURNAME.findall(values.get("authors", "")))
    return frozenset(found)


def is_formula(text: str) -> bool:
    """Return whether a text is a formula of the estimator or a list of its names."""
    return bool(_FORMULA.fullmatch(text))


def _is_author(text: str, named: Set[str]) -> bool:
    """Return whether a text is a short reference, such as "Stevenson and Kording (2011)"."""
    if not (found := _AUTHOR.search(text)):
        return False
    return "et al" in found[0] or set(_SURNAME.findall(found[0])) <= named


def is_neutral(text: str, named: Set[str] = frozenset()) -> bool:
    """Return whether ``text`` needs no translation; ``named`` are names that stay as they are."""
    if not _LETTER.search(text) or text in named or text.casefold() in {"true", "false"}:
        return True
    if is_formula(text) or _BARE.match(text) or _ADDRESS.match(text) or _is_author(text, named):
        return True
    return all(
        word in NEUTRAL
        for word in WORD.findall(re.sub(r"https?://\S+|10\.\d{4,}/\S+|\{\d\}", "", text))
    )


class Catalogue:
    """Messages by their English text; those without a translation are noted in ``missing``.

    ``prose`` are the messages of each page's prose without a translation. ``untranslated`` are the
    texts, as readers see them, that stay English for that reason; ``done`` are those translated.
    """

    def __init__(
        self,
        messages: Mapping[str, str],
        named: Set[str] = frozenset(),
        language: Language | None = None,
    ) -> None:
        self.messages, self.named, self.language = messages, named, language or english()
        self.folded = {message.casefold(): message for message in reversed(list(messages))}
        self.missing: dict[str, None] = {}
        self.untranslated: set[str] = set()
        self.prose: dict[str, list[str]] = {}
        self.done: set[str] = set()
        self.used: set[str] = set()
        self.composed: dict[str, str | None] = {}

    def __call__(self, text: str) -> str:
        """Translate ``text``; it stays as it is if it needs no translation or no message fits."""
        if "\n" in text.strip():
            return self._one(tidy(text)) or "\n".join(map(self, text.split("\n")))
        whole = tidy(text)
        if not whole:
            return text
        translated = self._one(whole) or self._composed(whole)
        if translated is None:
            self._note(slots.slotted(whole)[0])
            self.untranslated.add(whole)
            return text
        if translated != whole:
            self.done.add(translated)
        # Spaces at both ends belong to the page, not to the message.
        return text[: len(text) - len(text.lstrip())] + translated + text[len(text.rstrip()) :]

    def known(self, text: str) -> str:
        """Translate ``text`` if messages fit it; a text without one is not noted as missing."""
        whole = tidy(text)
        if translated := self.messages.get(whole):  # a table's translations hold their numbers
            self.used.add(whole)
            return translated
        message, _ = slots.slotted(whole)
        known = message in self.messages or message.casefold() in self.folded
        if known:
            return self._one(whole) or text
        return text if "“" in whole else self._composed(whole) or text

    def is_done(self, text: str) -> bool:
        """Return whether a text is in the language already, or known to have no translation."""
        return text in self.done or text in self.untranslated or self.language.writes(text)

    def lacks(self, message: str) -> bool:
        """Return whether a message was asked for that has no translation."""
        return tidy(message) in self.missing

    def _note(self, message: str) -> None:
        self.missing.setdefault(message, None)

    def _one(self, whole: str) -> str | None:
        """Translate a text that is a message or needs no translation; None if it is neither."""
        if whole in self.done or _IDENTIFIER.fullmatch(whole):
            return whole
        message, found = slots.slotted(whole)
        translated = self.messages.get(message)
        if translated is None and (same := self.folded.get(message.casefold())):
            message, translated = same, self.messages[same]
        if translated:
            self.used.add(message)
        elif whole in self.named:
            return whole
        elif self.language.writes(message) or is_neutral(message, self.named):
            translated = message
        else:
            return None
        numbers = {f"{{{place}}}": match for place, match in enumerate(found, 1)}
        translated = _SLOT.sub(
            lambda slot: (
                slots.written(numbers[slot[0]], self.language) if slot[0] in numbers else slot[0]
            ),
            translated,
        )
        # A text that was in the language before comes from the data, and its spaces stay.
        return translated if self.language.writes(whole) else self.language.closed(translated)

    def _composed(self, whole: str) -> str | None:
        """Translate a text composed of messages, by `_COMPOSED`; None if it is not such a text."""
        if sum(map(whole.count, _SEPARATORS)) > _MOST_PARTS:
            return None
        # Each part is tried once, however many ways of taking the text apart lead to it.
        if whole not in self.composed:
            self.composed[whole] = self._compose(whole)
        return self.composed[whole]

    def _compose(self, whole: str) -> str | None:
        if "{" not in whole and (quoted := _QUOTATION.fullmatch(whole)):
            # The message of a text with a quotation has "…" in the place of what is quoted.
            frame = self._one(f"{quoted[1]}“…”{quoted[3]}")
            if frame is None:
                self._note(f"{quoted[1]}“…”{quoted[3]}")
                self.untranslated.add(whole)
                return whole
            return frame.replace("…", self(quoted[2]))
        for pattern, joint in _COMPOSED:
            if match := pattern.fullmatch(whole):
                parts = [self._one(part) or self._composed(part) for part in match.groups()]
                if all(parts):
                    joined = self.language.composed[joint] if joint else "{} · {}"
                    return self.language.closed(joined.format(*parts))
        if " — " in whole:
            return " — ".join(self(part) for part in whole.split(" — "))
        return None
