"""Sphinx extension: the book's style, its chart scripts, and no outside hosts.

Loaded by `_config.yml`, so it serves `make book` and a plain
`jupyter-book build .` alike.
"""

import os
import re
import shutil
from pathlib import Path

from sobe import bundle, render
from sobe.i18n import sphinx as editions
from sobe.pdf import sphinx as pdf

ASSETS = "sobe"  # folder under _static
CHART_ID = re.compile(r'id="(chart-[0-9a-f]{12})"')


def _unique_ids(body):
    """The page body with a suffix on the id of a chart shown more than once."""
    seen = {}

    def number(match):
        name = match[1]
        seen[name] = seen.get(name, 0) + 1
        return match[0] if seen[name] == 1 else f'id="{name}-{seen[name]}"'

    return CHART_ID.sub(number, body)


def _is_outside(script):
    """Whether a script tag of Sphinx's list would be fetched from another host."""
    return "://" in str(getattr(script, "filename", script) or "")


def _page(app, pagename, templatename, context, doctree):
    """Give a page the scripts it needs, and only those."""
    # In place: the scripts added below join this same list.
    scripts = context.get("script_files", [])
    scripts[:] = [script for script in scripts if not _is_outside(script)]
    body = context.get("body") or ""
    if f'class="{render.CHART_CLASS}"' in body:
        context["body"] = _unique_ids(body)
        app.add_js_file(f"{ASSETS}/vega.js", loading_method="defer")
        app.add_js_file(f"{ASSETS}/charts.js", loading_method="defer")
    if "data-sobe-" in body:
        app.add_js_file(f"{ASSETS}/tables.js", loading_method="defer")
    if "data-sobe-estimator" in body:
        app.add_js_file(f"{ASSETS}/estimator.js", loading_method="defer")


def _write_assets(app):
    """Write the style sheet and scripts into the site's _static."""
    if app.builder.format != "html":
        return
    if app.config.root_doc != "index":
        # A plain `jupyter-book build .` writes a redirect to book/index.html here,
        # but not over the front page that `make book` left.
        (Path(app.outdir) / "index.html").unlink(missing_ok=True)
    out = Path(app.outdir) / "_static" / ASSETS
    out.mkdir(parents=True, exist_ok=True)
    cache = os.environ.get("SOBE_BUNDLE_CACHE") or Path(app.doctreedir).parent / ".cache"
    (out / "vega.js").write_text(bundle.vega_bundle(cache), encoding="utf-8")
    (out / "charts.js").write_text(bundle.loader(), encoding="utf-8")
    for name in ("sobe.css", "tables.js", "estimator.js"):
        shutil.copyfile(bundle.STATIC / name, out / name)


def setup(app):
    """Register with Sphinx; kernels started from here on know they run for the book."""
    os.environ[render.BOOK_ENV] = "1"
    if "comments_config" not in app.config.values:
        # Jupyter Book always sets it, even where its extension is not loaded.
        app.add_config_value("comments_config", {}, "html")
    app.connect("builder-inited", _write_assets)
    editions.setup(app)
    pdf.setup(app)
    app.connect("html-page-context", _page, priority=900)
    app.add_css_file(f"{ASSETS}/sobe.css", priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
