"""The scripts of the site's pages, with the theme and the words of the page's language put in."""

import json
import re
from pathlib import Path

from sobe.charts import theme
from sobe.charts.vega import BundleError
from sobe.languages import translate

STATIC = Path(__file__).resolve().parent / "static"
MARKER = "/*SOBE_THEMES*/ null"
WORDS = "/*SOBE_WORDS*/ {}"
_SAID = re.compile(r'\btranslate\("((?:[^"\\]|\\.)*)"')


def loader():
    """The chart loader with the theme of sobe.charts.theme put in."""
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
    """What the scripts say, in English, as they write it."""
    return sorted(
        {
            match[1]
            for path in STATIC.glob("*.js")
            for match in _SAID.finditer(path.read_text(encoding="utf-8"))
        }
    )


def head():
    """The script of every page's head, with the words of the page's language put in."""
    words = {message: said for message in messages() if (said := translate(message)) != message}
    source = (STATIC / "head.js").read_text(encoding="utf-8")
    if WORDS not in source:
        raise BundleError(f"sobe/site/static/head.js has lost its marker {WORDS!r}")
    return source.replace(WORDS, json.dumps(words, sort_keys=True, ensure_ascii=False))
