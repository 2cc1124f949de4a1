"""Read CITATION.cff: every key of its schema is honoured, or refused in one line that names it.

The file follows the Citation File Format 1.2.0. All scalars are read as text, as they are
written: an unquoted version 1.10 is not 1.1.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml

from sobe import atomic, plain
from sobe.errors import BuildError, one_line

FILE = "CITATION.cff"
_LARGEST = 1_000_000
_CONTACT = {
    *("address", "alias", "city", "country", "email", "fax", "location", "orcid", "post-code"),
    *("region", "tel", "website", "affiliation"),
}
_PERSON = _CONTACT | {"family-names", "given-names", "name-particle", "name-suffix"}
_ENTITY = _CONTACT | {"name", "date-start", "date-end"}
#: Keys of the book, and those of them that its pages need.
_KEYS = {
    *("abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi"),
    *("identifiers", "keywords", "license", "license-url", "message", "references", "repository"),
    *("repository-artifact", "repository-code", "title", "type", "url", "version"),
}
_NEEDED = (
    *("cff-version", "message", "title", "authors", "version", "date-released", "license"),
    *("abstract", "references"),
)
_LISTS = {"authors", "contact", "identifiers", "keywords", "references"}
#: Keys of a reference that this book does not show; they change no citation of a report.
_OF_A_REFERENCE = _KEYS | {
    *("abbreviation", "collection-doi", "collection-title", "collection-type", "conference"),
    *("copyright", "data-type", "database", "database-provider", "date-accessed"),
    *("date-downloaded", "date-published", "department", "edition", "editors", "editors-series"),
    *("end", "entry", "filename", "format", "institution", "isbn", "issn", "issue", "issue-date"),
    *("issue-title", "journal", "languages", "loc-end", "loc-start", "location", "medium"),
    *("month", "nihmsid", "notes", "number", "number-volumes", "pages", "patent-states", "pmcid"),
    *("publisher", "recipients", "scope", "section", "senders", "start", "status", "term"),
    *("thesis-type", "translators", "volume", "volume-title", "year", "year-original"),
}
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DOI = re.compile(r"10\.[0-9]{4,9}(\.[0-9]+)*/\S+")
_ORCID = re.compile("https://orcid\\.org/[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]")


class Author(NamedTuple):
    """An author: ``family`` is the name of a group, or the only name, where ``given`` is ""."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""
    affiliation: str = ""
    orcid: str = ""

    @property
    def surname(self) -> str:
        """The family name with its particle: "van der Berg"."""
        return f"{self.particle} {self.family}".strip()

    @property
    def name(self) -> str:
        """The name as it is spoken: "Ada van der Berg Jr."."""
        return " ".join(filter(None, (self.given, self.surname, self.suffix)))

    @property
    def sorted(self) -> str:
        """The name as lists sort it: "van der Berg, Ada, Jr."."""
        return ", ".join(filter(None, (self.surname, self.given, self.suffix)))


class _Keys(dict):
    """A mapping that knows the line of each key."""

    lines: dict[str, int]


def refuse(key: str, expected: str, line: int | None = None) -> NoReturn:
    """Raise BuildError for a key."""
    where = f"{FILE}, line {line}" if line else FILE
    raise BuildError(f"{where}: {key}: {expected}")


def read(root: Path | str) -> dict[str, Any]:
    """Read and check CITATION.cff of the repository ``root``.

    Returns
    -------
    dict
        The content, all scalars as text. ``license`` is a list.

    Raises
    ------
    BuildError
        For a file that does not keep to the schema, or lacks what the book's pages show.
    """
    try:
        text = atomic.read_plain(Path(root) / FILE, _LARGEST, follow=True).decode("utf-8")
        tree = plain.compose(text)
    except OSError as error:
        raise BuildError(f"{FILE} cannot be read: {error.strerror}") from None
    except plain.PlainError as error:
        raise BuildError(f"{FILE}, {error}") from None
    except ValueError as error:  # no plain file, not UTF-8
        raise BuildError(f"{FILE} is not valid YAML: {one_line(error)}") from None
    found = _plain(tree, 0)
    if not isinstance(found, _Keys):
        raise BuildError(f"{FILE}: expected keys with values, such as 'title: …'")
    _check(found)
    return found


def _plain(node: yaml.Node | None, depth: int) -> Any:
    """Return a YAML tree as mappings, lists and text."""
    if depth > 20:
        raise BuildError(f"{FILE}: nested deeper than its schema")
    if isinstance(node, yaml.MappingNode):
        made = _Keys()
        made.lines = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in made:
                refuse(name, f"the key is already in line {made.lines[name]}", line)
            made[name], made.lines[name] = _plain(value, depth + 1), line
        return made
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, depth + 1) for each in node.value]
    if isinstance(node, yaml.ScalarNode) and node.tag != "tag:yaml.org,2002:null":
        return node.value
    return ""


def _check(cff: _Keys) -> None:
    line = cff.lines.get
    for key in cff:
        if key == "preferred-citation":
            refuse(key, "not supported: pages cite the book itself", line(key))
        if key not in _KEYS:
            refuse(key, "not a key of the Citation File Format 1.2.0", line(key))
    for key in _NEEDED:
        if not cff.get(key):
            refuse(key, "missing or empty; the book's pages show it", line(key))
    if not re.fullmatch(r"1\.[0-2]\.0", cff["cff-version"]):
        refuse("cff-version", f"expected 1.2.0, not {cff['cff-version']!r}", line("cff-version"))
    licences = cff["license"]
    cff["license"] = licences = [licences] if isinstance(licences, str) else licences
    _texts(cff, _KEYS - _LISTS - {"license"})
    for key in ("license", "keywords"):
        values = cff.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            refuse(key, "expected text, or a list of texts", line(key))
    if cff.get("type", "software") not in ("software", "dataset"):
        refuse("type", "expected software or dataset", line("type"))
    _date(cff, "date-released")
    _doi(cff)
    for number, entry in enumerate(_mappings(cff, "identifiers"), 1):
        if entry.get("type") not in ("doi", "url", "swh", "other") or not entry.get("value"):
            refuse(f"identifiers {number}", "expected a type and a value", line("identifiers"))
        if entry["type"] == "doi":
            cff.setdefault("doi", entry["value"])
    for key in ("authors", "contact"):
        for entry in _mappings(cff, key):
            _name(entry, line(key))
    for entry in _mappings(cff, "references"):
        _reference(entry, line("references"))


def _reference(work: _Keys, line: int | None) -> None:
    for key in work:
        if key not in _OF_A_REFERENCE:
            refuse(f"references: {key}", "not a key of a reference", work.lines[key])
    for key in ("type", "title", "authors"):
        if not work.get(key):
            refuse(f"references: {key}", "missing or empty", line)
    _texts(work, {"title", "type", "version", "year", "doi", "url", "date-released"})
    for key in ("date-released", "date-published"):
        if work.get(key):
            _date(work, key)
            work.setdefault("year", work[key][:4])
    if not re.fullmatch("[0-9]{4}", work.get("year", "")):
        refuse("references: year", "expected a year of four digits", work.lines.get("year", line))
    _doi(work)
    if not (work.get("doi") or work.get("url")):
        refuse("references: doi", "expected a doi or a url, to which pages link", line)
    for entry in _mappings(work, "authors"):
        _name(entry, work.lines["authors"])
    for key in ("institution", "publisher"):
        entity = work.get(key)
        if entity and not (isinstance(entity, _Keys) and isinstance(entity.get("name"), str)):
            refuse(f"references: {key}", "expected an entity with a name", work.lines[key])


def _texts(part: _Keys, keys: set[str]) -> None:
    for key in sorted(keys & part.keys()):
        if not isinstance(part[key], str):
            refuse(key, "expected text", part.lines[key])


def _mappings(part: _Keys, key: str) -> list[_Keys]:
    entries = part.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, _Keys) for entry in entries):
        refuse(key, "expected a list of entries, each with keys", part.lines.get(key))
    return entries


def _date(part: _Keys, key: str) -> None:
    try:
        if not _DATE.fullmatch(part[key]):
            raise ValueError
        datetime.date.fromisoformat(part[key])
    except (TypeError, ValueError):
        refuse(key, f"expected a date written YYYY-MM-DD, not {part[key]!r:.80}", part.lines[key])


def _doi(part: _Keys) -> None:
    if part.get("doi") and not _DOI.fullmatch(part["doi"]):
        expected = f"expected a DOI such as 10.5281/zenodo.1234, not {part['doi']!r:.80}"
        refuse("doi", expected, part.lines["doi"])


def _name(entry: _Keys, line: int | None) -> None:
    """Check a person or an entity."""
    known = _ENTITY if "name" in entry else _PERSON
    for key in entry:
        if key not in known:
            kind = "an entity" if "name" in entry else "a person"
            refuse(f"authors: {key}", f"not a key of {kind}", entry.lines[key])
    _texts(entry, known)
    if not any(entry.get(key) for key in ("name", "family-names", "given-names", "alias")):
        refuse("authors", "an author without a name, family-names, given-names or alias", line)
    if entry.get("orcid") and not _ORCID.fullmatch(entry["orcid"]):
        expected = "expected https://orcid.org/ and four groups of four digits"
        refuse("authors: orcid", expected, entry.lines["orcid"])


def authors(listed: list[dict[str, str]]) -> tuple[Author, ...]:
    """Return the authors of a checked list."""
    return tuple(map(_author, listed))


def _author(entry: dict[str, str]) -> Author:
    given, family = entry.get("given-names", ""), entry.get("family-names", "")
    particle, suffix = entry.get("name-particle", ""), entry.get("name-suffix", "")
    also = {key: entry.get(key, "") for key in ("affiliation", "orcid")}
    if not family:  # a group, one name alone, or what the person is called
        only = entry.get("name") or given or entry["alias"]
        return Author(" ".join(filter(None, (particle, only, suffix))), **also)
    return Author(family, given, particle, suffix, **also)
