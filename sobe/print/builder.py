"""The Sphinx builder `print`: all pages as one plain HTML document, and its pictures."""

import re
from pathlib import Path

from docutils import nodes
from docutils.io import StringOutput
from markupsafe import Markup
from sphinx.builders.singlehtml import SingleFileHTMLBuilder
from sphinx.writers.html5 import HTML5Translator

from sobe.print.document import Document
from sobe.templates import environment

HERE = Path(__file__).parent
NAME = "print"


def halves(marks, before):
    """Return the pattern of a full-width mark that is set half as wide before certain others."""
    return re.compile(f"[{re.escape(marks)}](?=[{re.escape(before)}])")


class Translator(HTML5Translator):
    """Sphinx's HTML, except for full-width punctuation marks that follow each other."""

    def visit_Text(self, node):
        """Write text; the first of two full-width punctuation marks is half as wide."""
        super().visit_Text(node)
        halved = self.config.sobe_print.get("halved", ("", ""))
        if all(halved) and not self.protect_literal_text:
            self.body[-1] = halves(*halved).sub(r'<span class="half">\g<0></span>', self.body[-1])


class PrintBuilder(SingleFileHTMLBuilder):
    """Writes ``document.html`` for WeasyPrint; `Document` adapts its contents to print."""

    name = NAME
    download_support = False
    default_translator_class = Translator

    def write(self, *_):
        """Write the document and its style sheet."""
        self.prepare_writing(self.env.all_docs)
        self.add_permalinks = False
        tree = self.assemble_doctree()
        self.post_process_images(tree)
        self.secnumbers, self.fignumbers = {}, {}
        self.imgpath, self.dlpath, self.current_docname = "_images", "", self.config.root_doc
        tree.settings = self.docsettings
        self.docwriter.write(tree, StringOutput(encoding="unicode"))
        self.docwriter.assemble_parts()
        out = Path(self.outdir)
        text = (
            environment(HERE)
            .get_template("document.html")
            .render(
                **self.config.sobe_print,
                contents=self.app.sobe_print.contents,
                body=Markup(self.docwriter.parts["fragment"]),
            )
        )
        (out / "document.html").write_text(text, encoding="utf-8")
        style = (HERE / "print.css").read_text(encoding="utf-8")
        for kind in ("serif", "sans"):
            fonts = "".join(f', "{font}"' for font in self.config.sobe_print["fonts"][kind])
            style = style.replace(f"/*{kind.upper()}*/", fonts)
        (out / "print.css").write_text(style + self.config.sobe_print["style"], encoding="utf-8")

    def finish(self):
        """Copy the images of pages; other files of a site are not needed."""
        # MyST-NB writes a style sheet into this folder in any case.
        (Path(self.outdir) / "_static").mkdir(exist_ok=True)
        self.copy_image_files()


def _without_code(app, doctree):
    """Remove the code of cells and what only programs read; the site has both."""
    if app.builder.name != NAME:
        return
    for node in list(doctree.findall(nodes.container)):
        if "cell_input" in node.get("classes", []):
            node.parent.remove(node)
    for node in list(doctree.findall(nodes.raw)):
        if node.astext().startswith("<a ") and node.astext().endswith(" download>"):
            # A file of the site, which a document on its own does not reach.
            node.replace_self(nodes.raw("", "<a>", format="html"))
    for node in list(doctree.findall(nodes.literal_block)):
        box = node.parent
        if "sobe-citation" not in box.get("classes", []):
            continue
        at = box.parent.index(box)
        if "\n" not in node.astext():
            box.replace_self(nodes.paragraph("", node.astext(), classes=["sobe-citation"]))
        elif node["language"] == "bibtex":
            # The label is a link to a file of the site.
            box.parent[at - 1] = nodes.paragraph("", "BibTeX")
        else:
            del box.parent[at - 1 : at + 1]
    for node in list(doctree.findall(nodes.Element)):
        if "sd-stretched-link" in node.get("classes", []) and node.parent is not None:
            node.parent.remove(node)


def _resolved(app, doctree, docname):
    """Adapt the document to print, once it contains all pages."""
    if app.builder.name == NAME:
        app.sobe_print = Document(app, doctree)
        app.sobe_print.make()


def setup(app):
    """Register with Sphinx."""
    app.add_builder(PrintBuilder)
    app.add_config_value("sobe_print", {}, "html")
    app.connect("doctree-read", _without_code, priority=100)
    app.connect("doctree-resolved", _resolved, priority=900)
