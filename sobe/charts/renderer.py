"""How a chapter's Altair charts become HTML.

`from sobe.charts.renderer import enable; enable()` is a chapter's first line. While the
book is being built (the build sets SOBE_BOOK) a chart becomes a small `div`
with its spec as JSON; one script per page draws it, offline, in the page's own
light or dark theme. In a live notebook Vega comes once, with the first cell, from
the installed vl-convert, and draws each chart in the light theme: Altair's own
renderers would ask the network for it, or put it into every chart again.
"""

import os
from typing import Any

from sobe.charts import outputs, theme, vega
from sobe.charts.outputs import BOOK_ENV

#: More rows than this in one chart is a mistake: the page would carry them all.
MAX_ROWS = 5000


def _renderer(spec: dict[str, Any], **_metadata: object) -> dict[str, Any]:
    """Render an Altair chart as data, with what shows it elsewhere."""
    return outputs.bundle("chart", {"spec": spec})


def vega_html() -> str:
    """Return Vega for a live notebook, as a script."""
    # The letter s as a code: the same text to the script, but it does not end the script.
    return "<script>" + vega.vega_bundle().replace("</script", "</\\x73cript") + "</script>"


def enable() -> None:
    """Register and enable the theme, the row limit, the renderer, and the language of `lang`."""
    import altair as alt
    from IPython import get_ipython
    from IPython.display import HTML, display

    from sobe.charts.translated import hook

    shell = get_ipython()
    if shell is not None:
        hook(shell)
    alt.data_transformers.enable("default", max_rows=MAX_ROWS)
    if os.environ.get(BOOK_ENV):
        # The page adds the colours, so that they can follow its theme.
        alt.theme.register("sobe", enable=True)(lambda: alt.theme.ThemeConfig())
    else:
        # On paper of its own: the notebook's may be dark.
        config = {**theme.config("light"), "background": theme.BACKGROUND["light"]}
        alt.theme.register("sobe", enable=True)(lambda: alt.theme.ThemeConfig(config=config))
        if shell is not None:
            display(HTML(vega_html()))
    alt.renderers.register("sobe", _renderer)
    alt.renderers.enable("sobe")
