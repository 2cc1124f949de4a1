"""What Sphinx needs for an edition: its switch, and glued numbers inside translated prose."""

from sphinx.search import languages as search_languages

from sobe import languages


def page(app, pagename, templatename, context, doctree):
    """Give a page the addresses of itself in the other editions.

    Early: the theme drops templates that come out empty.
    """
    own = app.config.sobe_edition
    up = "../" * (pagename.count("/") + 1)
    # Whole where the site's address is known, as search engines want them; else they lead there as links do.
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
    """Let {glue} roles work inside a translated message, which is parsed apart from its page.

    There they refer to the page's kept values, as a role on another page would.
    """
    from myst_nb.ext.glue import roles

    def mended(role, ending):
        run = role.run

        def wrapped(self):
            if "nb_renderer" not in self.document and "::" not in self.text:
                env = self.document.settings.env
                path = env.doc2path(env.docname, base=False)
                self.text = f"/{path}::{self.text}{ending}"
            return run(self)

        role.run = wrapped

    if not getattr(roles, "sobe_mended", False):
        mended(roles.PasteTextRole, ":s")
        mended(roles.PasteRoleAny, "")
        roles.sobe_mended = True


def setup(app):
    """Register with Sphinx."""
    app.add_config_value("sobe_edition", "", "html")
    app.add_config_value("sobe_editions", [], "html")
    app.connect("html-page-context", page, priority=400)
    search_languages["zh"] = "sobe.languages.search.Chinese"  # imported where it is used
    _glue_in_translations()
