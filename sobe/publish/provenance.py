"""Sphinx: what every page says it is, the citations, and the switch between published versions.

A page of a release (SOBE_RELEASE is set to its version) loads `versions.js` from the root of the
published versions, which lies above the page's own and is the only file there that changes.
"""

import json
import os
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive, directives

from sobe import commit
from sobe.languages import translate
from sobe.publish import changes, citation, crate
from sobe.site import collect

FOLDER = "citation"
META = "sobe-version"


def root_of(app):
    """The repository's folder, behind the links of a laid-out tree; None for a book without data."""
    found = collect.folder_of_book(app)
    return (found / "data").resolve().parent if found else None


def begin(app):
    """Read once what the build says it is."""
    root = root_of(app)
    app.sobe_cff = citation.read(root) if root and (root / "CITATION.cff").is_file() else None
    app.sobe_commit = commit.of(root) if app.sobe_cff else commit.Commit()


def works(app):
    """{"edition": Work, "report": Work} as this build cites them."""
    said = str(app.sobe_commit)
    front = collect.base(app)
    return {
        "edition": citation.edition(app.sobe_cff, front, f"Commit {said}"),
        "report": citation.report(app.sobe_cff),
    }


class Citation(Directive):
    """`citation`: a work ("edition" or "report") in the formats that programs read, with its files."""

    required_arguments = 1
    has_content = False

    def run(self):
        """A paragraph in APA style, then a block a format."""
        env = self.state.document.settings.env
        env.note_reread()
        if env.app.sobe_cff is None:
            return []
        name = directives.choice(self.arguments[0], ("edition", "report"))
        work = works(env.app)[name]
        made = [
            nodes.container(
                "",
                nodes.literal_block("", citation.apa(work), language="text"),
                classes=["sobe-citation"],
            )
        ]
        for kind, label in (("bibtex", "BibTeX"), ("csl", "CSL-JSON"), ("ris", "RIS")):
            language = {"bibtex": "bibtex", "csl": "json"}.get(kind, "text")
            text = citation.FORMATS[kind](work)
            up = "../" * env.docname.count("/")
            link = f'<p class="sobe-label"><a href="{up}{FOLDER}/{name}.{citation.ENDS[kind]}" download>{label}</a></p>'
            made += [
                nodes.raw("", link, format="html"),
                nodes.container(
                    "", nodes.literal_block("", text, language=language), classes=["sobe-citation"]
                ),
            ]
        return made


class Changes(Directive):
    """`data-changes`: rows, claims and verdicts that changed with each release."""

    def run(self):
        """The records in the folder `changes`, newest first."""
        env = self.state.document.settings.env
        env.note_reread()
        return [nodes.raw("", changes.html(Path(env.srcdir) / "changes"), format="html")]


def context(app, pagename, templatename, context, doctree):
    """What the footer shows. Early: the theme drops templates that come out empty."""
    cff = app.sobe_cff
    if cff is None:
        return
    link = f"{collect.permanent(app)}{pagename}.html"
    data = _data(app)
    cite = next((d for d in app.env.all_docs if d.rsplit("/", 1)[-1] == "cite"), None)
    context["translate"] = translate
    context["sobe_provenance"] = {
        "version": cff["version"],
        "date": cff["date-released"],
        "data": data,
        "commit": app.sobe_commit,
        "report": citation.report(cff),
        "permalink": link,
        "shown": link.removeprefix("../").removeprefix("../"),
        "cite": cite,
    }
    if app.config.sobe_release:
        context["sobe_release"] = cff["version"]
        page = "/".join(filter(None, (app.config.sobe_edition, f"{pagename}.html")))
        up, top = "../" * pagename.count("/"), "../" * (page.count("/") + 1)
        context["metatags"] = context.get("metatags", "") + (
            f'\n<meta name="{META}" content="{cff["version"]}" data-page="{page}">'
            f'\n<script defer src="{top}versions.js"></script>\n<script defer src="{up}_static/sobe/switch.js"></script>'
        )


def _data(app):
    """Version and date of the data package, as "0.1.0, 2026-11-23"."""
    said = json.loads((root_of(app) / "data" / "datapackage.json").read_text(encoding="utf-8"))
    return ", ".join(str(said[key])[:10] for key in ("version", "created") if said.get(key))


def finish(app, exception):
    """Write the citations' files and the crate."""
    if exception or app.builder.name != "html" or app.sobe_cff is None:
        return
    out = Path(app.outdir)
    (out / FOLDER).mkdir(exist_ok=True)
    for name, work in works(app).items():
        for kind, write in citation.FORMATS.items():
            (out / FOLDER / f"{name}.{citation.ENDS[kind]}").write_text(
                write(work) + "\n", encoding="utf-8"
            )
    (out / FOLDER / "CITATION.cff").write_bytes((root_of(app) / "CITATION.cff").read_bytes())
    if getattr(app, "sobe_package", None):
        crate.write(app, out)


def configure(app, config):
    """The version that is being released, from the environment."""
    config.sobe_release = os.environ.get("SOBE_RELEASE", "")


def setup(app):
    """Register with Sphinx."""
    app.add_config_value("sobe_release", "", "html")
    app.connect("config-inited", configure)
    app.connect("builder-inited", begin)
    app.connect("html-page-context", context, priority=400)
    app.connect("build-finished", finish, priority=600)
    for name, directive in (("citation", Citation), ("data-changes", Changes)):
        app.add_directive(name, directive, override=True)
