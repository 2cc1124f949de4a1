"""The scripts of the site's pages, filled with the theme and the words of the page's language."""

import json
import re
from pathlib import Path

from sobe.charts import theme
from sobe.charts.vega import BundleError
from sobe.languages import current, translate

STATIC = Path(__file__).resolve().parent / "static"
MARKER = "/*SOBE_THEMES*/ null"
WORDS, NUMBERS = "/*SOBE_WORDS*/ {}", "/*SOBE_NUMBERS*/ {}"
_MESSAGE = re.compile(r'\btranslate\("((?:[^"\\]|\\.)*)"')


def loader():
    """Return the chart loader, filled with the theme of `sobe.charts.theme`."""
    themes = {
        "light": theme.config("light"),
        "dark": theme.config("dark"),
        "dark_of": theme.DARK_OF,
        "narrow_legend": theme.NARROW_LEGEND,
        "narrow_list": theme.NARROW_LIST,
        "long": theme.LONG,
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
    """Return the script for the head of every page, filled with its language."""
    words = {message: text for message in messages() if (text := translate(message)) != message}
    language = current()
    numbers = {
        "scales": [[10**power, word] for power, word, _ in language.numbers["scales"]],
        "dollars": language.numbers["dollars"],
        "closed": language.text["closed"],
        "lists": language.lists,
    }
    source = (STATIC / "head.js").read_text(encoding="utf-8")
    for marker, value in ((WORDS, words), (NUMBERS, numbers)):
        if marker not in source:
            raise BundleError(f"sobe/site/static/head.js has lost its marker {marker!r}")
        source = source.replace(marker, json.dumps(value, sort_keys=True, ensure_ascii=False))
    return source
