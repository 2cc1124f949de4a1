"""Sphinx extension: the book's style, its chart scripts, and no outside hosts.

`_config.yml` loads it, so it serves `make book` and a plain `jupyter-book build .` alike.
"""

import hashlib
import importlib.metadata
import os
import re
import shutil
from pathlib import Path

from sobe import languages, site
from sobe.charts import renderer, vega
from sobe.print import builder as pdf
from sobe.publish import provenance as release
from sobe.site import collect, editions, hosts, pages, scripts, search, styles

ASSETS = "sobe"  # folder under _static
#: The sheets that the theme's layout names itself.
THEME_SHEETS = ("_static/styles/theme.css", "_static/styles/pydata-sphinx-theme.css")


def _is_needed(script, body):
    """Return whether a page needs a script of Sphinx's list.

    It needs nothing from other hosts, nothing inline (settings of the theme for features that are
    off), and no helper of elements that the page has not.
    """
    name = str(getattr(script, "filename", script) or "")
    if not name:
        return not str(getattr(script, "attributes", {}).get("body", "")).startswith(
            "DOCUMENTATION_OPTIONS."
        )
    if "design-tabs" in name:
        return "sd-tab-set" in body
    if "sphinx_highlight" in name:
        return False  # it marks words that Sphinx's own search passes on
    if "clipboard" in name or "copybutton" in name:
        return "highlight" in body
    return "://" not in name


def _late(scripts):
    """Let the scripts of Sphinx's list wait for a reader (`late.js`)."""
    scripts[:] = [
        type(script)(
            script.filename, priority=script.priority, **{**script.attributes, "type": "text/late"}
        )
        for script in scripts
    ]


def _add_charts(app, context):
    """Give a page the script that draws its charts, which loads the chart library itself."""
    app.add_js_file(f"{ASSETS}/vega.js")  # gives it an address with a checksum
    address = re.search(r'src="([^"]*)"', context["js_tag"](context["script_files"].pop()))[1]
    library = {"data-library": address}
    app.add_js_file(f"{ASSETS}/charts.js", loading_method="defer", **library)


def _style(app, context):
    """Let a page have one style sheet, and note of which others it is made."""
    sheets = sorted(context.get("css_files", []), key=lambda sheet: sheet.priority)
    app.sobe_sheets.update(dict.fromkeys(str(sheet.filename).partition("?")[0] for sheet in sheets))
    context["css_files"] = []
    context["sobe_styles"] = app.sobe_styles


def _page(app, pagename, templatename, context, doctree):
    """Give a page the scripts that it needs, and only those."""
    # In place: the scripts added below join this same list.
    scripts = context.get("script_files", [])
    body = context.get("body") or ""
    _style(app, context)
    scripts[:] = [script for script in scripts if _is_needed(script, body)]
    # The theme's buttons to print or fill the screen have their script in an attribute, which
    # the pages' policy forbids; browsers have such buttons.
    buttons = context.get("header_buttons", [])
    buttons[:] = [button for button in buttons if button.get("type") != "javascript"]
    for group in buttons:
        if "buttons" in group:
            group["buttons"] = [b for b in group["buttons"] if b.get("type") != "javascript"]
    context["metatags"] = context.get("metatags", "") + pages.metatags(
        app, pagename, context, doctree
    )
    # docutils' own role for an entry of a bibliography is deprecated, and wrong inside its list. A
    # work is cited in the words of its own language. A fold of code is named by what it shows.
    if "body" in context:
        for theirs, ours in (
            (' role="doc-biblioentry"', ' role="listitem" translate="no"'),
            ('<summary aria-label="Toggle hidden content">', "<summary>"),
            # A long line scrolls, so the keyboard has to reach it, without scripts as well.
            ('<div class="highlight"><pre>', '<div class="highlight"><pre tabindex="0">'),
        ):
            body = body.replace(theirs, ours)
        body = context["body"] = pages.prioritised(body)
    _late(scripts)
    for name in ("parts", "state", "late"):
        app.add_js_file(f"{ASSETS}/{name}.js", loading_method="defer", priority=300)
    if 'class="sobe-chart"' in body:
        _add_charts(app, context)
    if 'class="sobe-card"' in body:
        app.add_js_file(f"{ASSETS}/cards.js", loading_method="defer", priority=400)
    if 'class="sobe-table' in body:  # before the scripts that page its rows
        app.add_js_file(f"{ASSETS}/sorting.js", loading_method="defer", priority=440)
        app.add_js_file(f"{ASSETS}/tabletools.js", loading_method="defer", priority=450)
    if 'class="sobe-term"' in body or 'class="sobe-verdict"' in body:
        app.add_js_file(f"{ASSETS}/notes.js", loading_method="defer")
    if "data-sobe-data" in body:
        app.add_js_file(f"{ASSETS}/datatable.js", loading_method="defer")
    if any(f"data-sobe-{use}" in body for use in ("search", "menus", "grid")):
        app.add_js_file(f"{ASSETS}/tables.js", loading_method="defer")
    if context.get("sobe_provenance", {}).get("newest"):
        app.add_js_file(f"{ASSETS}/fresh.js", loading_method="defer", priority=950)
    if pagename == "search":
        app.add_js_file(f"{ASSETS}/search.js", loading_method="defer")
    if "data-sobe-estimator" in body:
        for rank, part in enumerate(("-model", "-cases", "-shares", "-buys", "-brief", "")):
            script = f"{ASSETS}/estimator{part}.js"
            app.add_js_file(script, loading_method="defer", priority=800 + rank)


def _write_assets(app):
    """Write the style sheet and scripts into the site's _static."""
    if app.builder.name != "html":
        return
    if app.config.root_doc != "index":
        # A plain `jupyter-book build .` writes a redirect to book/index.html here,
        # but not over the front page that `make book` left.
        (Path(app.outdir) / "index.html").unlink(missing_ok=True)
    out = Path(app.outdir) / "_static" / ASSETS
    out.mkdir(parents=True, exist_ok=True)
    # Of what the merged sheet is made; it is written when all pages are there.
    app.sobe_sheets = {}
    app.sobe_styles = hashlib.sha256(
        b"".join(path.read_bytes() for path in sorted(scripts.STATIC.glob("*.css")))
        + languages.current().style("style.css").encode()
        + importlib.metadata.version("sphinx-book-theme").encode()
    ).hexdigest()[:8]
    cache = os.environ.get("SOBE_BUNDLE_CACHE") or Path(app.doctreedir).parent / ".cache"
    (out / "vega.js").write_text(vega.vega_bundle(cache), encoding="utf-8")
    (out / "charts.js").write_text(scripts.loader(), encoding="utf-8")
    (out / "head.js").write_text(scripts.head(), encoding="utf-8")
    for path in scripts.STATIC.iterdir():
        if path.name not in ("charts.js", "head.js"):
            shutil.copyfile(path, out / path.name)
    if own := languages.current().style("style.css"):
        with (out / "sobe.css").open("a", encoding="utf-8") as file:
            file.write(f"\n{own}")


def _configure(app, config):
    """Put our templates before the theme's, and set the address of the edition."""
    config.templates_path.insert(0, str(site.TEMPLATES))
    if address := os.environ.get("SOBE_BASE_URL") or config.html_baseurl:
        # Of this edition, where there are several.
        config.html_baseurl = (
            "/".join(filter(None, (address.rstrip("/"), config.sobe_edition))) + "/"
        )


def _finish(app, exception):
    if exception is None and app.builder.name == "html":
        pages.sitemap(app)
        # No page asks for the theme's catalogues, which Sphinx has read, maps for its developers,
        # and a script whose icons are in the style sheet.
        static = Path(app.outdir) / "_static"
        unasked = [static / f"{name}.js" for name in ("searchtools", "language_data")]
        unasked += [static / "sphinx_highlight.js", static / "scripts" / "fontawesome.js"]
        for path in (*static.rglob("*.map"), *unasked):
            path.unlink(missing_ok=True)
        shutil.rmtree(static / "locales", ignore_errors=True)
        hosts.images_as_files(static)
        styles.merge(
            Path(app.outdir),
            [*THEME_SHEETS, *app.sobe_sheets, f"_static/{ASSETS}/stills.css"],
            f"_static/{ASSETS}/{styles.NAME}",
        )


def setup(app):
    """Register with Sphinx, and tell kernels started after this that they run for the book."""
    os.environ[renderer.BOOK_ENV] = "1"
    if "comments_config" not in app.config.values:
        # Jupyter Book always sets it, even where its extension is not loaded.
        app.add_config_value("comments_config", {}, "html")
    app.connect("config-inited", _configure)
    app.connect("builder-inited", _write_assets)
    editions.setup(app)
    pdf.setup(app)
    collect.setup(app)
    search.setup(app)
    release.setup(app)
    app.connect("build-finished", _finish, priority=900)  # the theme writes a sheet then, too
    app.connect("html-page-context", _page, priority=900)
    for name in ("sobe.css", "cards.css", "notes.css", "tooltip.css"):
        app.add_css_file(f"{ASSETS}/{name}", priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
