"""Meta tags of pages, for search engines and shared links, and the site's map."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from docutils import nodes

from sobe.languages import translate
from sobe.site.collect import base

LONGEST = 200


def description(doctree):
    """Return the start of a page's text, up to the end of a sentence or 200 characters."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            paragraph = paragraph.deepcopy()
            for node in list(paragraph.findall(nodes.raw)):
                node.parent.remove(node)  # a verdict's badge
            text = re.sub(" (?=[,.;:，。；：])", "", " ".join(paragraph.astext().split()))
            heading = translate("What the summary claims.")
            if text.startswith(heading):
                text = translate(
                    "The summary claims: {claims}", claims=text.removeprefix(heading).strip()
                )
            if len(text) <= LONGEST:
                return text
            cut = text[:LONGEST]
            end = max(cut.rfind(mark) for mark in (". ", "; ", "。", "；"))
            return cut[: end + 1].rstrip(";；") if end > 80 else cut.rsplit(" ", 1)[0] + " …"
    return ""


def metatags(app, pagename, title, doctree):
    """Return the meta tags of a page: its description, and what a shared link shows."""
    if doctree is None:
        return ""
    summary = description(doctree)
    up = "../" * pagename.count("/")
    figure = next((r for r in app.sobe_records.values() if r["page"] == pagename), None)
    if figure is None and pagename.rsplit("/", 1)[-1] == "index":
        figure = next(iter(app.sobe_records.values()), None)
    tags = {
        "og:title": re.sub(r"<[^<>]+>", "", title),
        "og:type": "article",
        "og:site_name": app.config.project,
    }
    if summary:
        tags["og:description"] = summary
    if base(app):
        tags["og:url"] = f"{base(app)}{pagename}.html"
    if figure:
        tags["og:image"] = f"{base(app) or up}figures/{figure['name']}.png"
        tags["og:image:alt"] = figure["description"]
        tags["twitter:card"] = "summary_large_image"
    out = f'<meta name="description" content="{escape(summary)}" />\n' if summary else ""
    for name, value in tags.items():
        attribute = "name" if name.startswith("twitter") else "property"
        out += f'<meta {attribute}="{name}" content="{escape(value)}" />\n'
    return out


def sitemap(app):
    """Write sitemap.xml: every page of the contents and every figure's own page.

    The protocol demands full addresses. Where the site's address is not set (SOBE_BASE_URL, or
    ``baseurl`` in ``_config.yml``) they are relative to the site's root, and the file says so.
    """
    pages = [f"{page}.html" for page in sorted(app.env.found_docs)]
    pages += [f"figures/{name}.html" for name in app.sobe_records]
    note = (
        ""
        if base(app)
        else "<!-- Addresses from the site's root: build with SOBE_BASE_URL for whole ones. -->\n"
    )
    places = "".join(f"<url><loc>{escape(base(app) + page)}</loc></url>\n" for page in pages)
    (Path(app.outdir) / "sitemap.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n{note}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{places}</urlset>\n",
        encoding="utf-8",
    )
