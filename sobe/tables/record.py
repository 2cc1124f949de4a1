"""A record of a publication, in CSL-JSON, BibTeX or RIS, as a row of table ``sources``.

The text may come from a stranger: it is limited in size, read once, and nothing in it is run.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from html import unescape
from typing import Any

from sobe import plain
from sobe.errors import one_line
from sobe.tables.derive.common import slug, unique_key
from sobe.tables.rows import TableError

#: Largest record read, in bytes, and the most authors named one by one.
LARGEST, MOST_AUTHORS = 50_000, 10
OTHERS = "and others"
_CREATIVE_COMMONS = re.compile(r"creativecommons\.org/licenses/([a-z-]+)/([0-9]\.[0-9])")
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
_YEAR = re.compile(r"[0-9]{4}")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:-]*>")
#: Type of a record, by format, to the kind of a source.
_CSL = {
    **dict.fromkeys(
        ("article", "article-journal", "article-magazine", "article-newspaper", "chapter"),
        "article",
    ),
    **dict.fromkeys(("paper-conference", "review", "manuscript", "posted-content"), "article"),
    **dict.fromkeys(("journal-article", "proceedings-article", "book-chapter"), "article"),
    **dict.fromkeys(("report", "book", "thesis", "document", "standard"), "document"),
    **dict.fromkeys(("webpage", "post", "post-weblog"), "webpage"),
    "dataset": "dataset",
    "speech": "talk",
}
_BIBTEX = {
    **dict.fromkeys(
        ("article", "inproceedings", "conference", "incollection", "inbook", "unpublished"),
        "article",
    ),
    **dict.fromkeys(
        ("book", "techreport", "report", "phdthesis", "mastersthesis", "thesis", "manual", "misc"),
        "document",
    ),
    "online": "webpage",
    "dataset": "dataset",
}
_RIS = {
    **dict.fromkeys(
        ("JOUR", "EJOUR", "MGZN", "NEWS", "CONF", "CPAPER", "CHAP", "INPR", "UNPB"), "article"
    ),
    **dict.fromkeys(("RPRT", "BOOK", "THES", "GOVDOC", "STAND", "GEN"), "document"),
    **dict.fromkeys(("ELEC", "WEB", "BLOG"), "webpage"),
    **dict.fromkeys(("DATA", "AGGR"), "dataset"),
    "SLIDE": "talk",
}


def source_of(content: bytes, file: str, today: datetime.date) -> dict[str, str]:
    """Return the row of table ``sources``, but for its key, of a record.

    Parameters
    ----------
    content
        One record, UTF-8; its format is told by how it begins.
    file
        Its name, for messages.
    today
        Day on which it is read.

    Raises
    ------
    TableError
        If it is too large, in no known format, not one record, or lacks a title, an author or a
        year; the message names the file, the line or field, the value and what was expected.
    """
    if len(content) > LARGEST:
        problem = f"{len(content):,} bytes"
        raise TableError(file, f"a record of at most {LARGEST:,} bytes", problem=problem)
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8"
        raise TableError(file, "UTF-8 text", problem=problem) from None
    if text.startswith(("{", "[")):
        found = _csl(text, file)
    elif text.startswith("@"):
        found = _bibtex(text, file)
    elif text.startswith("TY  -"):
        found = _ris(text, file)
    else:
        expected = 'CSL-JSON (begins with {), BibTeX (with @) or RIS (with "TY  -")'
        raise TableError(file, expected, value=text[:40])
    for field in ("title", "authors", "year"):
        if not found[field]:
            expected = "a record with title, author and year"
            raise TableError(file, expected, column=field, problem=f"the record has no {field}")
    return {**found, "path": "", "accessed": today.isoformat()}


def key_of(source: dict[str, str], taken: Iterable[str]) -> str:
    """Return the key of a source: first author and year, and a letter where that is taken."""
    first = source["authors"].split(";")[0].split(",")[0]
    base = (slug(first).replace("-", "") or "source") + source["year"]
    known = set(taken)
    if base not in known:
        return base
    letters = (base + letter for letter in "bcdefghijklmnopqrstuvwxyz")
    return next((key for key in letters if key not in known), "") or unique_key(base, known)


def _row(file: str, kind: str, kinds: dict[str, str], **facts: Any) -> dict[str, str]:
    if kind not in kinds:
        raise TableError(file, f"one of {', '.join(kinds)}", column="type", value=kind)
    names = [name for name in map(_plain, facts["authors"]) if name]
    if len(names) > MOST_AUTHORS:
        names = [names[0], OTHERS]
    doi = _DOI.search(facts["doi"])
    year = _YEAR.search(facts["year"])
    licence = _CREATIVE_COMMONS.search(facts["licence"])
    return {
        "kind": kinds[kind],
        "title": _plain(facts["title"]),
        "authors": "; ".join(names),
        "year": year[0] if year else "",
        "doi": doi[0].rstrip(".,;").lower() if doi else "",
        "url": "" if doi else facts["url"].strip(),
        "licence": f"CC-{licence[1].upper()}-{licence[2]}" if licence else "",
    }


def _plain(text: str) -> str:
    """Return text on one line, without the tags and entities of HTML."""
    return " ".join(unescape(_TAG.sub("", text)).split())


# ---------------------------------------------------------------- CSL-JSON


def _csl(text: str, file: str) -> dict[str, str]:
    try:
        record = plain.read_json(text)
    except plain.PlainError as error:
        problem = f"not JSON ({error.problem})"
        raise TableError(file, "CSL-JSON", line=error.line, problem=problem) from None
    if isinstance(record, list):
        _one(file, len(record))
        record = record[0]
    if not isinstance(record, dict):
        raise TableError(file, "a record of CSL-JSON", value=record)

    def given(field: str) -> str:
        value = record.get(field, "")
        if isinstance(value, list) and len(value) == 1:  # as Crossref has titles
            value = value[0]
        if not isinstance(value, str):
            raise TableError(file, "text", column=field, value=value)
        return value

    def at(value: Any, *path: Any) -> Any:
        for step in path:
            try:
                value = value[step]
            except (TypeError, KeyError, IndexError):
                return ""
        return value

    authors = record.get("author", [])
    if not isinstance(authors, list) or not all(isinstance(name, dict) for name in authors):
        raise TableError(file, "a list of names", column="author", value=authors)
    licences = record.get("license")
    return _row(
        file,
        given("type"),
        _CSL,
        title=given("title"),
        authors=[_csl_name(name, file) for name in authors],
        year=str(at(record, "issued", "date-parts", 0, 0) or at(record, "issued", "raw")),
        doi=given("DOI"),
        url=given("URL"),
        licence=" ".join(str(at(one, "URL")) for one in licences)
        if isinstance(licences, list)
        else str(licences or ""),
    )


def _csl_name(name: dict[str, Any], file: str) -> str:
    parts = [name.get(part, "") for part in ("non-dropping-particle", "family", "given", "literal")]
    if not all(isinstance(part, str) for part in parts):
        raise TableError(file, "text", column="author", value=name)
    particle, family, first, literal = (part.strip() for part in parts)
    whole = " ".join(filter(None, (particle, family)))
    return (
        ", ".join(filter(None, (whole, first))) if whole else literal or str(name.get("name", ""))
    )


# ---------------------------------------------------------------- BibTeX


def _bibtex(text: str, file: str) -> dict[str, str]:
    from pybtex.database import parse_string
    from pybtex.exceptions import PybtexError

    try:
        entries = list(parse_string(text, "bibtex").entries.values())
    except (PybtexError, RecursionError, ValueError) as error:
        line = getattr(error, "lineno", None)
        problem = one_line(error, 200)
        raise TableError(file, "one entry of BibTeX", line=line, problem=problem) from None
    _one(file, len(entries))
    entry = entries[0]

    def given(field: str) -> str:
        return _latex(entry.fields.get(field, ""), file, field)

    return _row(
        file,
        entry.type.lower(),
        _BIBTEX,
        title=given("title"),
        authors=[_bibtex_name(name, file) for name in entry.persons.get("author", [])],
        year=given("year") or given("date"),
        doi=entry.fields.get("doi", ""),
        url=entry.fields.get("url", ""),
        licence=given("copyright"),
    )


def _bibtex_name(name: Any, file: str) -> str:
    family = " ".join([*name.prelast_names, *name.last_names, *name.lineage_names])
    first = " ".join([*name.first_names, *name.middle_names])
    whole = ", ".join(filter(None, (family, first)))
    return OTHERS if whole == "others" else _latex(whole, file, "author")


_LOOK = re.compile(
    r"\\(?:text(?:it|bf|sc|tt|rm|sf|sl|up|superscript|subscript)|emph|mbox|it|bf|em)(?![A-Za-z])\s*"
)


def _latex(text: str, file: str, field: str) -> str:
    """Return a field of BibTeX as plain text; commands that only change the look are left out."""
    from pybtex.exceptions import PybtexError
    from pybtex.richtext import Text

    try:
        plain = str(Text.from_latex(_LOOK.sub("", text)))
    except (PybtexError, ValueError, RecursionError) as error:
        problem = one_line(error, 200) or "LaTeX that cannot be read"
        raise TableError(file, "LaTeX", column=field, problem=problem) from None
    if "\\" in plain:
        expected = "text without commands of LaTeX but for accents, emphasis and the like"
        raise TableError(file, expected, column=field, value=text)
    return plain


# ---------------------------------------------------------------- RIS

_RIS_LINE = re.compile(r"([A-Z][A-Z0-9])  -(?: (.*))?")


def _ris(text: str, file: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    ended = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = _RIS_LINE.fullmatch(line.rstrip())
        if not match or ended:
            expected = "nothing after ER, as one record is read" if ended else '"XX  - value"'
            raise TableError(file, expected, line=number, value=line)
        ended = match[1] == "ER"
        found.setdefault(match[1], []).append((match[2] or "").strip())
    if not ended:
        raise TableError(file, 'the line "ER  -" at its end', problem="the record does not end")
    _one(file, len(found["TY"]))

    def first(*tags: str) -> str:
        return next((found[tag][0] for tag in tags if found.get(tag) and found[tag][0]), "")

    return _row(
        file,
        first("TY"),
        _RIS,
        title=first("TI", "T1"),
        authors=[*found.get("AU", []), *found.get("A1", [])],
        year=first("PY", "Y1", "DA"),
        doi=first("DO"),
        url=first("UR"),
        licence="",
    )


def _one(file: str, count: int) -> None:
    if count != 1:
        raise TableError(file, "one record", problem=f"{count} records")
