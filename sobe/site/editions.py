"""Editions in Sphinx: the switch between them, and glued values inside translated prose."""

from sphinx.search import languages as search_languages

from sobe import languages


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
        {
            "tag": languages.TAGS[other],
            "name": languages.NAMES[other],
            "url": f"{up}{other}/{pagename}.html",
        }
        for other in editions
        if other != own
    ]
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n<link rel="alternate" hreflang="{tag}" href="{root}{other}/{pagename}.html">'
        for tag, other in [
            *((languages.TAGS[other], other) for other in editions),
            *(("x-default", first) for first in editions[:1]),
        ]
    )


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
    app.connect("html-page-context", page, priority=400)
    search_languages["zh"] = "sobe.languages.search.Chinese"  # imported where it is used
    _glue_in_translations()
