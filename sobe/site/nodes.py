"""One docutils node per output of a cell, and its HTML.

`Renderer` is registered under `myst_nb.mime_renderers` (see pyproject.toml). Nodes become HTML when
their page is resolved, so Sphinx's search finds their words as in any other HTML.
"""

from __future__ import annotations

import json

from docutils import nodes
from myst_nb.core.render import MimeRenderPlugin, load_mime_renders
from myst_nb.ext.glue.crossref import read_glue_cache
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

from sobe.charts import outputs

KINDS = ("table", "grid", "badge", "chart", "figure", "estimator")


class OutputNode(nodes.General, nodes.Inline, nodes.Element):
    """An output of a cell, or the place of a directive: its ``kind`` and its ``data``."""


class Renderer(MimeRenderPlugin):
    """Makes nodes of our kinds of output; for these the bundle's HTML and text are not used."""

    mime_priority_overrides = [("*", outputs.mime(kind), 1) for kind in KINDS]

    @staticmethod
    def handle_mime(renderer, data, inline):
        """Return the node of an output; None for one that is not ours."""
        kind = outputs.kind_of(data.mime_type)
        # Plain dicts: Sphinx stores nodes, and each part of a notebook takes its time to come back.
        return [OutputNode(kind=kind, data=_plain(data.content))] if kind else None


def _plain(content):
    """Return a part of a notebook as plain dicts and lists."""
    return json.loads(json.dumps(content))


class Glued(SphinxPostTransform):
    """Makes nodes of glued outputs that a translated message refers to.

    myst-nb calls no renderer for these.
    """

    default_priority = 4  # before that of myst-nb, which knows only HTML and pictures

    def run(self, **kwargs):
        """Replace references to outputs of our kinds."""
        for node in list(self.document.findall(PendingGlueReference)):
            if node.gtype == "text":
                continue
            glued = read_glue_cache(self.env.mystnb_config.output_folder, node.refdoc)
            for mime, content in glued.get(node.key, {}).get("data", {}).items():
                if kind := outputs.kind_of(mime):
                    node.replace_self(OutputNode(kind=kind, data=content))
                    break


def html(text):
    """Return a node of HTML, with the classes that myst-nb gives to outputs."""
    return nodes.raw("", text, format="html", classes=["output", "text_html"])


def setup(app):
    """Register with Sphinx.

    Raises
    ------
    ExtensionError
        If the installed package does not register `Renderer` with myst-nb.
    """
    if Renderer not in load_mime_renders():
        raise ExtensionError(
            "the installed package does not name the renderer of the book's outputs: "
            "remove .venv and build again, or install the package again (pip install --editable .)"
        )
    app.add_node(OutputNode)
    app.add_post_transform(Glued)
