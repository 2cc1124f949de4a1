"""Citations of this edition and of the report it is based on, all from CITATION.cff.

cffconvert checks that file in the tests, but cannot write these citations: it knows neither
CSL-JSON nor the works that a file refers to.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

#: Written out, as those of the calendar module follow the locale.
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
#: Format: end of a file's name.
ENDS = {"apa": "txt", "bibtex": "bib", "csl": "json", "ris": "ris"}


@dataclass(frozen=True)
class Work:
    """A work that is cited. Unknown fields are "".

    ``kind`` is "book" (this edition) or "report"; ``authors`` are (family, given) names, or
    (name, "") for a group; ``date`` is "2026" or "2026-11-23".
    """

    key: str
    kind: str
    title: str
    authors: tuple
    date: str
    version: str = ""
    publisher: str = ""
    doi: str = ""
    url: str = ""
    note: str = ""

    @property
    def year(self):
        """Year of the date."""
        return self.date[:4]

    @property
    def address(self):
        """Address of the work: its DOI as a link, else its URL."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


def read(root):
    """Read CITATION.cff of the repository ``root``."""
    return yaml.safe_load((Path(root) / "CITATION.cff").read_text(encoding="utf-8"))


def _authors(listed):
    return tuple(
        (a["family-names"], a.get("given-names", "")) if "family-names" in a else (a["name"], "")
        for a in listed
    )


def edition(cff, url="", note=""):
    """Return this edition as a work at the address ``url``, with a note (its commit)."""
    return Work(
        "sobe2025-executable",
        "book",
        cff["title"],
        _authors(cff["authors"]),
        str(cff["date-released"]),
        str(cff["version"]),
        doi=cff.get("doi", ""),
        url=url or cff.get("url", ""),
        note=note,
    )


def report(cff):
    """Return the report that this edition is based on, the first of its references."""
    found = cff["references"][0]
    return Work(
        "sobe2025",
        "report",
        found["title"],
        _authors(found["authors"]),
        str(found["year"]),
        str(found.get("version", "")),
        publisher=found.get("institution", {}).get("name", ""),
        doi=found.get("doi", ""),
        url=found.get("url", ""),
    )


def _initials(given):
    return " ".join(f"{part[0]}." for part in given.replace(".", " ").split())


def apa(work):
    """Write the citation in the style of the APA (7th edition), on one line."""
    names = [f"{family}, {_initials(given)}" if given else family for family, given in work.authors]
    who = names[0] if len(names) == 1 else ", ".join(names[:-1]) + f", & {names[-1]}"
    version = f" (Version {work.version})" if work.version else ""
    parts = [
        f"{who.rstrip('.')}. ({work.year}). {work.title}{version}.",
        f"{work.publisher}." if work.publisher else "",
        f"{work.note}." if work.note else "",
        work.address,
    ]
    return " ".join(filter(None, parts))


def _tex(text):
    return re.sub(r"([&%$#_{}])", r"\\\1", text)


def bibtex(work):
    """Write the citation as a BibTeX entry."""
    kind = {"book": "misc", "report": "techreport"}[work.kind]
    fields = {
        "author": " and ".join(
            f"{_tex(f)}, {_tex(g)}" if g else f"{{{_tex(f)}}}" for f, g in work.authors
        ),
        "title": f"{{{_tex(work.title)}}}",
        "year": work.year,
        "version": work.version,
        "institution": _tex(work.publisher),
        "doi": work.doi,
        "url": work.address,
        "note": _tex(work.note),
    }
    if len(work.date) > 4:
        fields["date"] = work.date
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{kind}{{{work.key},\n{body}\n}}"


def csl(work):
    """Write the citation as CSL-JSON text, a list of one item."""
    item = {
        "id": work.key,
        "type": work.kind,
        "title": work.title,
        "author": [{"family": f, "given": g} if g else {"literal": f} for f, g in work.authors],
        "issued": {"date-parts": [[int(part) for part in work.date.split("-")]]},
        "version": work.version,
        "publisher": work.publisher,
        "DOI": work.doi,
        "URL": work.address,
        "note": work.note,
    }
    return json.dumps(
        [{key: value for key, value in item.items() if value}], indent=2, ensure_ascii=False
    )


def ris(work):
    """Write the citation in the RIS format."""
    lines = [("TY", {"book": "BOOK", "report": "RPRT"}[work.kind]), ("ID", work.key)]
    lines += [("AU", f"{f}, {g}" if g else f) for f, g in work.authors]
    fields = [
        ("TI", work.title),
        ("PY", work.year),
        ("DA", work.date.replace("-", "/") if len(work.date) > 4 else ""),
        ("ET", work.version),
        ("PB", work.publisher),
        ("DO", work.doi),
        ("UR", work.address),
        ("N1", work.note),
    ]
    lines += [(tag, value) for tag, value in fields if value]
    return "\n".join([*(f"{tag}  - {value}" for tag, value in lines), "ER  -"])


FORMATS = {"apa": apa, "bibtex": bibtex, "csl": csl, "ris": ris}


def written_date(date):
    """Write "2026-11-23" as "23 November 2026"."""
    year, month, day = date.split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}"


def zenodo(root):
    """Write `.zenodo.json`, by which Zenodo describes a deposit of the repository."""
    cff = read(root)
    based = report(cff)
    deposit = {
        "title": cff["title"],
        "upload_type": "publication",
        "publication_type": "book",
        "version": str(cff["version"]),
        "publication_date": str(cff["date-released"]),
        "description": " ".join(cff["abstract"].split()),
        "creators": [{"name": f"{f}, {g}" if g else f} for f, g in _authors(cff["authors"])],
        "license": cff["license"][0].lower(),
        "access_right": "open",
        "language": "eng",
        "notes": "Text, figures and data: CC BY 4.0. Code: MIT. " + cff["message"],
        "related_identifiers": [
            {
                "identifier": based.doi,
                "relation": "isDerivedFrom",
                "scheme": "doi",
                "resource_type": "publication-report",
            }
        ],
        "references": [apa(based)],
    }
    return json.dumps(deposit, indent=2, ensure_ascii=False) + "\n"
