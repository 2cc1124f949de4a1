"""Editions in Sphinx: the switch between them, and glued values inside translated prose."""

from docutils import nodes
from sphinx import addnodes
from sphinx.locale import translators
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import extract_messages

from sobe import languages
from sobe.languages.catalogue import is_neutral, tidy


def page(app, pagename, templatename, context, doctree):
    """Give a page its addresses in the other editions.

    This runs early, because the theme drops templates that render to nothing.
    """
    own = app.config.sobe_edition
    up = "../" * (pagename.count("/") + 1)
    # Search engines want full addresses; where the site's is not known, paths must do.
    root = app.config.html_baseurl.removesuffix(f"{own}/") or up
    editions = app.config.sobe_editions if own else []
    context["sobe_editions"] = [
        {"tag": tag, "name": name, "url": f"{up}{other}/{pagename}.html"}
        for other, tag, name in editions
        if other != own
    ]
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n<link rel="alternate" hreflang="{tag}" href="{root}{other}/{pagename}.html">'
        for tag, other in [
            *((tag, other) for other, tag, _ in editions),
            *(("x-default", first) for first, _, _ in editions[:1]),
        ]
    )


def _configure(app, config):
    """Use the style of references that the language's file names."""
    if config.sobe_citation and "bibtex_default_style" in config:
        config.bibtex_default_style = config.sobe_citation


def _know_sphinx(app):
    """Tell this process's Catalogue which texts Sphinx and the theme have translated themselves."""
    if catalogue := languages.in_use():
        for translator in translators.values():
            for message, text in getattr(translator, "_catalog", {}).items():
                if message and text != message:
                    catalogue.done.add(tidy(text))


def _in_head(node):
    # It is a list of fields until docutils makes a docinfo of it.
    while node.parent is not None and not isinstance(node.parent, nodes.field_list):
        node = node.parent
    return node.parent is not None


class _Told(SphinxTransform):
    """Marks prose without a translation as English, and notes it in this process's Catalogue."""

    default_priority = 21  # after Sphinx's Locale, before anything else changes a message

    def apply(self, **kwargs):
        """Read what Sphinx notes about each message of a page."""
        catalogue = languages.in_use()
        if catalogue is None:
            return
        for node, message in extract_messages(self.document):
            # Captions of contents are translated in the finished page; the head of a chapter's
            # file is not shown.
            if isinstance(node, addnodes.translatable) or _in_head(node):
                continue
            text = tidy(node.astext())
            if node.get("translated"):
                catalogue.done.add(text)
            elif not is_neutral(text, catalogue.named):
                node["classes"] = [*node.get("classes", []), "language-en"]
                catalogue.untranslated.add(text)
                catalogue.prose.setdefault(self.env.docname, []).append(message)


def _glue_in_translations():
    """Let {glue} roles work inside translated messages, which Sphinx parses on their own.

    There a role refers to the stored values of its page, as a role on another page would.
    """
    from myst_nb.ext.glue import roles

    def patch(role, ending):
        run = role.run

        def wrapped(self):
            if "nb_renderer" not in self.document and "::" not in self.text:
                env = self.document.settings.env
                path = env.doc2path(env.docname, base=False)
                self.text = f"/{path}::{self.text}{ending}"
            return run(self)

        role.run = wrapped

    if not getattr(roles, "sobe_patched", False):
        patch(roles.PasteTextRole, ":s")
        patch(roles.PasteRoleAny, "")
        roles.sobe_patched = True


def setup(app):
    """Register with Sphinx."""
    app.add_config_value("sobe_edition", "", "html")
    app.add_config_value("sobe_editions", [], "html")
    app.add_config_value("sobe_citation", "", "env")
    app.connect("config-inited", _configure)
    app.connect("builder-inited", _know_sphinx)
    app.add_transform(_Told)
    app.connect("html-page-context", page, priority=400)
    _glue_in_translations()
