"""What a whole page needs: meta tags, the order in which pictures load, and the site's map."""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path

from docutils import nodes

from sobe import languages
from sobe.languages import translate
from sobe.site.collect import base
from sobe.site.files import share
from sobe.site.pictures import SHARE

LONGEST = 200
#: How a chart's picture begins in a page.
_STILL = re.compile(r'(<picture class="sobe-still[^>]*>(?:<source [^>]*>)?<img )')


def description(doctree):
    """Return what a page finds, up to the end of a sentence or 200 characters.

    It is the first of the page's answers, else the paragraph that begins with "What the data give."
    or "What the model gives.", else the page's first. What the summary claims is no description:
    the page may find otherwise.
    """
    for answers in doctree.findall(nodes.bullet_list):
        if "sobe-answers" in answers.get("classes", []):
            return _cut(_plain(answers.next_node(nodes.paragraph)))
    texts = [
        _plain(paragraph)
        for paragraph in doctree.findall(nodes.paragraph)
        if isinstance(paragraph.parent, nodes.section)
    ]
    texts = [text for text in texts if text]
    for heading in (translate("What the data give."), translate("What the model gives.")):
        for text in texts:
            if text.startswith(heading):
                return _cut(text.removeprefix(heading).strip())
    return _cut(texts[0]) if texts else ""


def summary(context, doctree):
    """Return the `description` of the page that has this ``context``; it is found once."""
    if "sobe_summary" not in context:
        context["sobe_summary"] = languages.current().closed(description(doctree))
    return context["sobe_summary"]


def _plain(paragraph):
    """Return the text of a paragraph without badges and marks of references."""
    paragraph = paragraph.deepcopy()
    for kind in (nodes.raw, nodes.citation_reference, nodes.footnote_reference):
        for node in list(paragraph.findall(kind)):
            node.parent.remove(node)
    text = re.sub(r" ?\[[0-9][0-9, ]*\]", "", " ".join(paragraph.astext().split()))
    return re.sub(" (?=[,.;:，。；：])", "", text).strip()


def _cut(text):
    if len(text) <= LONGEST:
        return text
    cut = text[:LONGEST]
    end = max(cut.rfind(mark) for mark in (". ", "; ", "。", "；"))
    return cut[: end + 1].rstrip(";；") if end > 80 else cut.rsplit(" ", 1)[0] + " …"


def plain(title):
    """Return a page's title, which is HTML, as text."""
    return unescape(re.sub(r"<[^<>]+>", "", title))


def metatags(app, pagename, context, doctree):
    """Return the meta tags of a page: its description, and what a shared link shows."""
    if doctree is None:
        return ""
    described = summary(context, doctree)
    up = "../" * pagename.count("/")
    figure = next((r for r in app.sobe_records.values() if pagename in r.get("shares", ())), None)
    tags = {
        "og:title": plain(context.get("title", "")),
        "og:type": "article",
        "og:site_name": app.config.project,
    }
    if described:
        tags["og:description"] = described
    if base(app):
        tags["og:url"] = f"{base(app)}{pagename}.html"
    if figure:
        tags["og:image"] = f"{base(app) or up}figures/{share(pagename)}.png"
        tags["og:image:width"], tags["og:image:height"] = map(str, SHARE)
        tags["og:image:alt"] = figure["description"]
        tags["twitter:card"] = "summary_large_image"
    out = f'<link rel="icon" type="image/svg+xml" href="{up}_static/sobe/icon.svg">\n'
    if described:
        out += f'<meta name="description" content="{escape(described)}" />\n'
    for name, value in tags.items():
        attribute = "name" if name.startswith("twitter") else "property"
        out += f'<meta {attribute}="{name}" content="{escape(value)}" />\n'
    return out


def prioritised(body):
    """Return a page's HTML that loads the picture of its first chart first.

    The pictures of the other charts load when they come near the screen; the largest take long to
    be read. A browser without scripts, or that prints, loads all of them.
    """
    first, *others = _STILL.split(body, maxsplit=1)
    if not others:
        return body
    still, rest = others
    return f'{first}{still}fetchpriority="high" ' + _STILL.sub(r'\1loading="lazy" ', rest)


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
