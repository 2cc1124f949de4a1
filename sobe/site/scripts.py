"""The scripts of the site's pages, filled with the theme and the words of the page's language."""

import json
import re
from pathlib import Path

from sobe.charts import theme
from sobe.charts.vega import BundleError
from sobe.languages import translate

STATIC = Path(__file__).resolve().parent / "static"
MARKER = "/*SOBE_THEMES*/ null"
WORDS = "/*SOBE_WORDS*/ {}"
_MESSAGE = re.compile(r'\btranslate\("((?:[^"\\]|\\.)*)"')


def loader():
    """Return the chart loader, filled with the theme of `sobe.charts.theme`."""
    themes = {
        "light": theme.config("light"),
        "dark": theme.config("dark"),
        "dark_of": theme.DARK_OF,
        "narrow_legend": theme.NARROW_LEGEND,
    }
    source = (STATIC / "charts.js").read_text(encoding="utf-8")
    if MARKER not in source:
        raise BundleError(f"sobe/site/static/charts.js has lost its marker {MARKER!r}")
    return source.replace(MARKER, json.dumps(themes, sort_keys=True))


def messages():
    """Return the English messages of the scripts, as the scripts write them."""
    return sorted(
        {
            match[1]
            for path in STATIC.glob("*.js")
            for match in _MESSAGE.finditer(path.read_text(encoding="utf-8"))
        }
    )


def head():
    """Return the script for the head of every page, filled with the words of its language."""
    words = {message: text for message in messages() if (text := translate(message)) != message}
    source = (STATIC / "head.js").read_text(encoding="utf-8")
    if WORDS not in source:
        raise BundleError(f"sobe/site/static/head.js has lost its marker {WORDS!r}")
    return source.replace(WORDS, json.dumps(words, sort_keys=True, ensure_ascii=False))
