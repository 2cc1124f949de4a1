"""What programs read of a page: its canonical address, Scholar's tags, and schema.org's JSON-LD."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from sobe.analysis.claims import verdicts
from sobe.publish import citation
from sobe.publish.crate import LICENCE, person
from sobe.site import collect

_CONTEXT = "https://schema.org"
#: Verdicts as ratings; those that decide nothing have none.
BEST = 5
RATINGS = {
    verdicts.HOLDS: 5,
    verdicts.SUPPORTED: 4,
    verdicts.CONSISTENT: 4,
    verdicts.NOT_SETTLED: 3,
    verdicts.NOT_SUPPORTED: 2,
    verdicts.INCONSISTENT: 2,
    verdicts.DOES_NOT_HOLD: 1,
}


def tags(app: Any, pagename: str, title: str, summary: str) -> str:
    """Return the tags of a page of the contents.

    Parameters
    ----------
    app
        Sphinx's application, with CITATION.cff as ``sobe_cff``.
    pagename, title, summary
        Name of the page, its title and description, as text.
    """
    cff = app.sobe_cff
    edition = citation.edition(cff)
    address = f"{collect.base(app)}{pagename}.html" if collect.base(app) else ""
    out = f'<link rel="canonical" href="{escape(address)}">\n' if address else ""
    named = [
        ("citation_title", title),
        *(("citation_author", author.name) for author in edition.authors),
        ("citation_publication_date", edition.date.replace("-", "/")),
        ("citation_inbook_title", app.config.project),
        ("citation_language", str(app.config.language).replace("_", "-")),
        *([("citation_public_url", address)] if address else []),
    ]
    out += "".join(f'<meta name="{name}" content="{escape(text)}">\n' for name, text in named)
    described = [linked(app, title, summary, address)]
    if pagename.rsplit("/", 1)[-1] == "data" and app.sobe_package:
        described.append(dataset(app, address))
    described += reviews(app, pagename, address)
    # So that no text can end the script.
    text = json.dumps(described, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
    return f'{out}<script type="application/ld+json">{text}</script>\n'


def linked(app: Any, title: str, summary: str, address: str) -> dict[str, Any]:
    """Describe a page as a schema.org ScholarlyArticle, based on the report."""
    edition, report = citation.edition(app.sobe_cff), citation.report(app.sobe_cff)
    found = {
        "@context": _CONTEXT,
        "@type": "ScholarlyArticle",
        "headline": title,
        "description": summary,
        "inLanguage": str(app.config.language).replace("_", "-"),
        "author": [person(author) for author in edition.authors],
        "datePublished": edition.date,
        "version": edition.version,
        "license": LICENCE,
        "isPartOf": {"@type": "Book", "name": app.config.project},
        "isBasedOn": {
            "@type": "Report",
            "name": report.title,
            "author": [person(author) for author in report.authors],
            "datePublished": report.date,
            "sameAs": report.address,
        },
        "url": address,
    }
    return {name: value for name, value in found.items() if value}


def reviews(app: Any, pagename: str, address: str) -> list[dict[str, Any]]:
    """Describe each claim that a page judges as a schema.org ClaimReview.

    A verdict without a place on the scale from `BEST` to 1 has its word alone. The address is that
    of the page; without it a review leads nowhere, and there is none.
    """
    edition, report = citation.edition(app.sobe_cff), citation.report(app.sobe_cff)
    found = getattr(app, "sobe_found", {}).get(pagename, []) if address else []
    out = []
    for claim in found:
        if claim["kind"] != "claim" or not claim["verdict"]:
            continue
        rating = {"@type": "Rating", "alternateName": claim["verdict"]["text"]}
        if value := RATINGS.get(claim["verdict"]["verdict"]):
            rating |= {"ratingValue": value, "bestRating": BEST, "worstRating": 1}
        out.append(
            {
                "@context": _CONTEXT,
                "@type": "ClaimReview",
                "url": f"{address}#{claim['at']}",
                "claimReviewed": claim["title"],
                "datePublished": edition.date,
                "author": [person(author) for author in edition.authors],
                "reviewRating": rating,
                "itemReviewed": {
                    "@type": "Claim",
                    "author": [person(author) for author in report.authors],
                    "datePublished": report.date,
                    "appearance": {"@type": "Report", "name": report.title, "url": report.address},
                },
            }
        )
    return out


def dataset(app: Any, address: str) -> dict[str, Any]:
    """Describe the tables as a schema.org Dataset with one distribution per table."""
    edition = citation.edition(app.sobe_cff)
    base = collect.base(app)
    described = app.sobe_package.descriptor
    found = {
        "@context": _CONTEXT,
        "@type": "Dataset",
        "name": described.get("title"),
        "description": described.get("description"),
        "version": described.get("version"),
        "license": LICENCE,
        "creator": [person(author) for author in edition.authors],
        "isBasedOn": citation.report(app.sobe_cff).address,
        "url": address,
        "distribution": [
            {
                "@type": "DataDownload",
                "name": resource.get("title", resource["name"]),
                "encodingFormat": "text/csv",
                "contentUrl": f"{base}data/{resource['path']}",
            }
            for resource in described["resources"]
            if base
        ],
    }
    return {name: value for name, value in found.items() if value}
