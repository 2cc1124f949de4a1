"""Citations of this edition and of the report it is based on, all from CITATION.cff.

cffconvert checks that file in the tests, but cannot write these citations: it knows neither
CSL-JSON nor the works that a file refers to.
"""

import json
import re
from dataclasses import dataclass

from sobe import cff
from sobe.cff import read

#: Format: end of a file's name.
ENDS = {"apa": "txt", "bibtex": "bib", "csl": "json", "ris": "ris"}


@dataclass(frozen=True)
class Work:
    """A work that is cited. Unknown fields are "".

    ``kind`` is "book" (this edition) or "report"; ``authors`` are `Author`; ``date`` is "2026" or
    "2026-11-23".
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


def edition(cited, url="", note=""):
    """Return this edition as a work at the address ``url``, with a note (its commit)."""
    return Work(
        "sobe2025-executable",
        "book",
        cited["title"],
        cff.authors(cited["authors"]),
        cited["date-released"],
        cited["version"],
        doi=cited.get("doi", ""),
        url=url or cited.get("url", ""),
        note=note,
    )


def report(cited):
    """Return the report that this edition is based on, the first of its references."""
    found = cited["references"][0]
    publisher = found.get("institution") or found.get("publisher") or {}
    return Work(
        "sobe2025",
        "report",
        found["title"],
        cff.authors(found["authors"]),
        found["year"],
        found.get("version", ""),
        publisher=publisher.get("name", ""),
        doi=found.get("doi", ""),
        url=found.get("url", ""),
    )


def _initials(given):
    return " ".join(f"{part[0]}." for part in given.replace(".", " ").split())


def apa(work):
    """Write the citation in the style of the APA (7th edition), on one line."""
    return " ".join(filter(None, (sentence(work), work.address)))


def sentence(work):
    """Write the citation without its address: one text, wherever the site is published."""
    names = [
        ", ".join(filter(None, (each.surname, _initials(each.given), each.suffix)))
        for each in work.authors
    ]
    who = names[0] if len(names) == 1 else ", ".join(names[:-1]) + f", & {names[-1]}"
    version = f" (Version {work.version})" if work.version else ""
    parts = [
        f"{who.rstrip('.')}. ({work.year}). {work.title}{version}.",
        f"{work.publisher}." if work.publisher else "",
        f"{work.note}." if work.note else "",
    ]
    return " ".join(filter(None, parts))


def _tex(text):
    return re.sub(r"([&%$#_{}])", r"\\\1", text)


def _bibtex_name(author):
    """Write a name as BibTeX takes names apart: "van der Berg, Jr., Ada"."""
    if not author.given:
        return f"{{{_tex(author.name)}}}"
    return ", ".join(map(_tex, filter(None, (author.surname, author.suffix, author.given))))


def _csl_name(author):
    if not author.given:
        return {"literal": author.name}
    parts = {
        "family": author.family,
        "given": author.given,
        "non-dropping-particle": author.particle,
        "suffix": author.suffix,
    }
    return {key: value for key, value in parts.items() if value}


def bibtex(work):
    """Write the citation as a BibTeX entry."""
    kind = {"book": "misc", "report": "techreport"}[work.kind]
    fields = {
        "author": " and ".join(map(_bibtex_name, work.authors)),
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
        "author": list(map(_csl_name, work.authors)),
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
    lines += [("AU", author.sorted) for author in work.authors]
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


def _creator(author):
    parts = {
        "name": author.sorted,
        "affiliation": author.affiliation,
        "orcid": author.orcid.rpartition("/")[2],
    }
    return {key: value for key, value in parts.items() if value}


def zenodo(root):
    """Write `.zenodo.json`, by which Zenodo describes a deposit of the repository."""
    cited = read(root)
    based = report(cited)
    deposit = {
        "title": cited["title"],
        "upload_type": "publication",
        "publication_type": "book",
        "version": cited["version"],
        "publication_date": cited["date-released"],
        "description": " ".join(cited["abstract"].split()),
        "creators": list(map(_creator, cff.authors(cited["authors"]))),
        "license": cited["license"][0].lower(),
        "access_right": "open",
        "language": "eng",
        "notes": "Text, figures and data: CC BY 4.0. Code: MIT. " + cited["message"],
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
    if cited.get("keywords"):
        deposit["keywords"] = cited["keywords"]
    return json.dumps(deposit, indent=2, ensure_ascii=False) + "\n"
