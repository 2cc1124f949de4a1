"""What a cell shows, in another language: the one function for a live kernel and for kept outputs."""

import ast
from functools import lru_cache
from pathlib import Path

from sobe import i18n
from sobe.i18n import spec
from sobe.i18n.page import translated as html

ROOT = Path(__file__).resolve().parents[2]
#: What myst-nb puts before the type of a kept value.
KEPT = "application/papermill.record/"


def translated(bundle, say):
    """A copy of a MIME bundle ({type: content}) in the language of the catalogue `say`."""
    return {mime: _one(mime.removeprefix(KEPT), content, say) for mime, content in bundle.items()}


def _one(mime, content, say):
    if mime == "text/html":
        return html(content, say)
    if mime == "text/plain":
        return _text(content, say)
    if mime.startswith("application/vnd.vegalite"):
        return spec.translated(content, say)
    return content


def _text(content, say):
    """The repr of a text, which is what a kept value is; anything else stays."""
    if content[:1] not in "\"'":
        return content
    try:
        value = ast.literal_eval(content)
    except (SyntaxError, ValueError):
        return content
    return repr(say(value)) if isinstance(value, str) else content


@lru_cache(maxsize=2)
def catalogue(language):
    """The Catalogue of `language`. Raises LanguageError for one that the book does not speak."""
    from sobe.i18n import edition

    i18n.check(language)
    return edition.catalogue(ROOT / "book", ROOT / "data", language)


def hook(shell):
    """Let everything a kernel shows go through the language of its variable `lang`."""
    formatter = shell.display_formatter
    if getattr(formatter, "sobe_said", False):
        return
    inner = formatter.format

    def format(obj, include=None, exclude=None):
        data, metadata = inner(obj, include, exclude)
        language = shell.user_ns.get("lang", "en")
        if language != "en":
            data = translated(data, catalogue(language))
        return data, metadata

    formatter.format = format
    formatter.sobe_said = True


def live(shell, chart):
    """A Vega-Lite spec as a kernel that is not the book's shows it."""
    language = shell.user_ns.get("lang", "en") if shell else "en"
    return chart if language == "en" else spec.translated(chart, catalogue(language))
