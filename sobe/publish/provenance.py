"""Sphinx: the version at the foot of pages, citations, and the switch between versions.

A page of a release (SOBE_RELEASE is its version) loads `versions.js` from the root of the
published versions, one folder above its own version. It is the only file there that changes.
"""

import json
import os
import re
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive, directives

from sobe import commit, languages
from sobe.languages import translate
from sobe.publish import changes, citation, crate, feed, metadata
from sobe.site import collect, figures, pages

FOLDER = "citation"
META = "sobe-version"


def root_of(app):
    """Return the repository's folder, links resolved; None for a book without data."""
    found = collect.folder_of_book(app)
    return (found / "data").resolve().parent if found else None


def begin(app):
    """Read CITATION.cff and the commit once for the build."""
    root = root_of(app)
    app.sobe_cff = citation.read(root) if root and (root / "CITATION.cff").is_file() else None
    app.sobe_commit = commit.of(root) if app.sobe_cff else commit.Commit()


def works(app):
    """Return {"edition": Work, "report": Work} as this build cites them."""
    note = f"Commit {app.sobe_commit}"
    return {
        "edition": citation.edition(app.sobe_cff, collect.base(app), note),
        "report": citation.report(app.sobe_cff),
    }


class Citation(Directive):
    """`citation`: a work, "edition" or "report", in every format and as files."""

    required_arguments = 1
    has_content = False

    def run(self):
        """Return the citation in APA style, then one block per format."""
        env = self.state.document.settings.env
        env.note_reread()
        if env.app.sobe_cff is None:
            return []
        name = directives.choice(self.arguments[0], ("edition", "report"))
        work = works(env.app)[name]
        up = "../" * env.docname.count("/")
        made = [_block(citation.apa(work), "text")]
        for kind, label, language in (
            ("bibtex", "BibTeX", "bibtex"),
            ("csl", "CSL-JSON", "json"),
            ("ris", "RIS", "text"),
        ):
            file = f"{up}{FOLDER}/{name}.{citation.ENDS[kind]}"
            link = f'<p class="sobe-label"><a href="{file}" download>{label}</a></p>'
            made += [
                nodes.raw("", link, format="html"),
                _block(citation.FORMATS[kind](work), language),
            ]
        return made


def _block(text, language):
    block = nodes.literal_block("", text, language=language)
    return nodes.container("", block, classes=["sobe-citation"])


class Changes(Directive):
    """`data-changes`: rows, claims and verdicts that changed with each release."""

    def run(self):
        """Return the records in the folder `changes`, newest first."""
        env = self.state.document.settings.env
        env.note_reread()
        # Its links lead to the site's pages and feed, which a PDF has not.
        shown = news(env.app) if env.app.builder.name == "html" else []
        text = changes.html(Path(env.srcdir) / "changes", shown, package(env.app))
        return [nodes.raw("", text, format="html")]


def news(app):
    """Return what changed, newest first, for the page of changes and the feed alike; found once."""
    if not hasattr(app, "sobe_news"):
        app.sobe_news = _news(app)
    return app.sobe_news


def _news(app):
    root = root_of(app)
    if root is None:
        return []
    path = root / "CHANGELOG.md"
    changelog = path.read_text(encoding="utf-8") if path.is_file() else ""
    return changes.events(package(app), Path(app.srcdir) / "changes", changelog)


def package(app):
    """Return the data package as the build has read it; None for a book without data."""
    root = root_of(app)
    return getattr(app, "sobe_package", None) or (root and figures.Package(root / "data"))


def cited(cff, url):
    """Return the citation of a page at ``url``, "" if it is not known, as the footer needs it.

    The address is apart, so that the sentence is the same message wherever the site is published.
    """
    edition = citation.edition(cff, url)
    return {"sentence": citation.sentence(edition), "address": edition.address}


def context(app, pagename, templatename, context, doctree):
    """Give the page's footer its values, before the theme drops templates that come out empty."""
    cff = app.sobe_cff
    if cff is None:
        return
    link = f"{collect.permanent(app)}{pagename}.html"
    if doctree is not None:
        title = pages.plain(context.get("title", ""))
        context["metatags"] = context.get("metatags", "") + metadata.tags(
            app, pagename, title, pages.summary(context, doctree)
        )
    cite = next((d for d in app.env.all_docs if d.rsplit("/", 1)[-1] == "cite"), None)
    context["translate"] = translate
    context["sobe_provenance"] = {
        "version": cff["version"],
        "date": cff["date-released"],
        "data": _data(app),
        "commit": app.sobe_commit,
        "report": citation.report(cff),
        "permalink": link,
        "shown": link.removeprefix("../").removeprefix("../"),
        "cite": cite,
        "pdf": document(app, pagename),
        **cited(cff, link if "://" in link else ""),
        "newest": _newest(app, pagename),
    }
    if context.get("page_source_suffix") == ".ipynb":
        repository = app.config.html_theme_options.get("repository_url", "")
        context["sobe_launch"] = launch(repository, app.sobe_commit, pagename)
    up = "../" * pagename.count("/")
    context["metatags"] = context.get("metatags", "") + (
        f'\n<link rel="alternate" type="application/atom+xml" href="{up}{changes.FEED}"'
        f' title="{escape(translate("What changed"))}">'
    )
    if app.config.sobe_release:
        context["sobe_release"] = cff["version"]
        page = "/".join(filter(None, (app.config.sobe_edition, f"{pagename}.html")))
        top = "../" * (page.count("/") + 1)
        context["metatags"] = context.get("metatags", "") + (
            f'\n<meta name="{META}" content="{cff["version"]}" data-page="{page}">'
            f'\n<script defer src="{top}versions.js"></script>'
            f'\n<script defer src="{up}_static/sobe/switch.js"></script>'
        )


def document(app, pagename):
    """Return the path from a page to the PDF of its edition; "" where the release has none."""
    name, edition = app.config.sobe_pdf, app.config.sobe_edition
    if not (name and edition):
        return ""
    return f"{'../' * (pagename.count('/') + 1)}pdf/{name}-{edition}.pdf"


def launch(repository, commit, notebook):
    """Return the address that opens a chapter's notebook on Binder; None off GitHub and GitLab.

    Parameters
    ----------
    repository
        The address of the repository, as `_config.yml` has it.
    commit
        The `Commit` of the book; its hash where nothing was changed, else the default branch.
    notebook
        The chapter's name.
    """
    match = re.fullmatch(
        r"https://(github|gitlab)\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", repository
    )
    if match is None:
        return None
    host, owner, name = match.groups()
    place = f"gh/{owner}/{name}" if host == "github" else f"gl/{owner}%2F{name}"
    ref = commit.id if commit.id and not commit.changed else "HEAD"
    return (
        f"https://mybinder.org/v2/{place}/{ref}?urlpath=lab%2Ftree%2Fnotebooks%2F{notebook}.ipynb"
    )


def _newest(app, pagename):
    """Return the day of the newest fact behind a page's figures; of the book for one without."""
    if not getattr(app, "sobe_package", None):
        return ""
    shown = [record for record in app.sobe_records.values() if record["page"] == pagename]
    tables = {held["name"] for record in shown for held in record["tables"]}
    return changes.newest(app.sobe_package, tables)


def _data(app):
    """Return version and date of the data package, as "0.1.0, 2026-11-23"."""
    package = json.loads((root_of(app) / "data/datapackage.json").read_text(encoding="utf-8"))
    return ", ".join(str(package[key])[:10] for key in ("version", "created") if package.get(key))


def finish(app, exception):
    """Write the files of the citations, and the crate."""
    if exception or app.builder.name != "html" or app.sobe_cff is None:
        return
    out = Path(app.outdir)
    (out / FOLDER).mkdir(exist_ok=True)
    for name, work in works(app).items():
        for kind, write in citation.FORMATS.items():
            (out / FOLDER / f"{name}.{citation.ENDS[kind]}").write_text(
                write(work) + "\n", encoding="utf-8"
            )
    (out / changes.FEED).write_text(_feed(app), encoding="utf-8")
    (out / FOLDER / "CITATION.cff").write_bytes((root_of(app) / "CITATION.cff").read_bytes())
    if getattr(app, "sobe_package", None):
        crate.write(app, out)


def _feed(app):
    """Return the feed of this edition."""
    edition = citation.edition(app.sobe_cff)
    return feed.atom(
        news(app),
        translate(edition.title),
        ", ".join(translate(author.name) for author in edition.authors),
        languages.current().tag,
        collect.base(app),
        edition.date,
    )


def configure(app, config):
    """Set the version that is being released, and the name of its PDFs, from the environment."""
    config.sobe_release = os.environ.get("SOBE_RELEASE", "")
    config.sobe_pdf = os.environ.get("SOBE_PDF", "")


def setup(app):
    """Register with Sphinx."""
    app.add_config_value("sobe_release", "", "html")
    app.add_config_value("sobe_pdf", "", "html")
    app.connect("config-inited", configure)
    app.connect("builder-inited", begin)
    app.connect("html-page-context", context, priority=400)
    app.connect("build-finished", finish, priority=600)
    for name, directive in (("citation", Citation), ("data-changes", Changes)):
        app.add_directive(name, directive, override=True)
