"""How a chapter's Altair charts become HTML.

`from sobe.render import enable; enable()` is a chapter's first line. While the
book is being built (the build sets SOBE_BOOK) a chart becomes a small `div`
with its spec as JSON; one script per page draws it, offline, in the page's own
light or dark theme. In a live notebook Vega comes once, with the first cell, from
the installed vl-convert, and draws each chart in the light theme: Altair's own
renderers would ask the network for it, or put it into every chart anew.
"""

import hashlib
import html
import itertools
import json
import os

from sobe import bundle, theme

#: Environment variable by which the build tells a kernel it runs for the book.
BOOK_ENV = "SOBE_BOOK"
#: More rows than this in one chart is a mistake: the page would carry them all.
MAX_ROWS = 5000
CHART_CLASS = "sobe-chart"
_shown = itertools.count(1)


def _script_json(spec):
    """Compact JSON that is safe inside a <script> element.

    Escaping <, > and & as \\uXXXX leaves the same JSON value, and no
    `</script>` or `<!--` for an HTML parser to act on.
    """
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def chart_id(spec):
    """An id that depends on nothing but the spec."""
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return f"chart-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _label(spec):
    """What a reader who cannot see the chart is told it is."""
    title = spec.get("title", "")
    if isinstance(title, dict):
        title = title.get("text", "")
    if isinstance(title, list):
        title = " ".join(title)
    return spec.get("description") or title or "Chart"


def chart_html(spec):
    """The HTML for one Vega-Lite spec (a dict): a div, its JSON, a no-script note."""
    label = html.escape(str(_label(spec)), quote=True)
    return (
        f'<div class="{CHART_CLASS}" id="{chart_id(spec)}">'
        f'<div class="{CHART_CLASS}-view" role="group" aria-label="{label}"></div>'
        f'<script type="application/json">{_script_json(spec)}</script>'
        f"<noscript><p>This chart, “{label}”, is drawn by a script; "
        "please allow scripts for this page.</p></noscript>"
        "</div>"
    )


def _renderer(spec, **_metadata):
    """The Altair renderer used while the book is built."""
    return {"text/html": chart_html(spec), "text/plain": f"<Chart: {_label(spec)}>"}


def vega_html():
    """Vega for a live notebook, as a script."""
    # The letter s written otherwise: the same text in a script's strings and patterns, and no end of it.
    return "<script>" + bundle.vega_bundle().replace("</script", "</\\x73cript") + "</script>"


def _notebook_renderer(spec, **_metadata):
    """The Altair renderer of live notebooks."""
    # Of its own also where a chart is shown twice, and the same whenever the chapter is run.
    name = f"{chart_id(spec)}-{next(_shown)}"
    # Notebooks don't promise to run the first cell's output before this one.
    script = (
        "(function draw() { window.vegaEmbed ? "
        f'vegaEmbed("#{name}", {_script_json(spec)}, {{mode: "vega-lite", renderer: "svg"}}) : setTimeout(draw, 200); }})();'
    )
    return {
        "text/html": f'<div id="{name}" style="width: 100%"></div><script>{script}</script>',
        "text/plain": f"<Chart: {_label(spec)}>",
    }


def enable():
    """Register and enable the theme, the row limit, the renderer, and the language of `lang`."""
    import altair as alt
    from IPython import get_ipython
    from IPython.display import HTML, display

    from sobe.i18n import outputs

    shell = get_ipython()
    if shell is not None:
        outputs.hook(shell)
    alt.data_transformers.enable("default", max_rows=MAX_ROWS)
    if os.environ.get(BOOK_ENV):
        # The page adds the colours, so that they can follow its theme.
        alt.theme.register("sobe", enable=True)(lambda: alt.theme.ThemeConfig())
        alt.renderers.register("sobe", _renderer)
    else:
        # On paper of its own: the notebook's may be dark.
        config = {**theme.config("light"), "background": theme.BACKGROUND["light"]}
        alt.theme.register("sobe", enable=True)(lambda: alt.theme.ThemeConfig(config=config))
        alt.renderers.register(
            "sobe",
            lambda spec, **metadata: _notebook_renderer(outputs.live(shell, spec), **metadata),
        )
        if shell is not None:
            display(HTML(vega_html()))
    alt.renderers.enable("sobe")
