"""What a cell shows, in another language: the one function for a live kernel and for kept outputs.

The JSON of an output is translated, and its HTML and text are made again from that. HTML that is not
ours, as of a data frame, goes through `page.translated`.
"""

import ast
from functools import lru_cache

from sobe import languages
from sobe.charts import outputs, translated_spec
from sobe.languages.html import translated as html
from sobe.paths import ROOT

#: What myst-nb puts before the type of a kept value.
KEPT = "application/papermill.record/"


def translated(bundle, translate, book=None):
    """A copy of a MIME bundle ({type: content}) in the language of the catalogue `translate`.

    `book` is that of `outputs.bundle`.
    """
    for mime, content in bundle.items():
        before = KEPT if mime.startswith(KEPT) else ""
        if kind := outputs.kind_of(mime.removeprefix(KEPT)):
            made = outputs.bundle(kind, KINDS[kind](content, translate), book)
            return {before + name: value for name, value in made.items()}
    return {
        mime: _one(mime.removeprefix(KEPT), content, translate) for mime, content in bundle.items()
    }


def _one(mime, content, translate):
    if mime == "text/html":
        return html(content, translate)
    return _text(content, translate) if mime == "text/plain" else content


def _text(content, translate):
    """The repr of a text, which is what a kept value is; anything else stays."""
    if content[:1] not in "\"'":
        return content
    try:
        value = ast.literal_eval(content)
    except (SyntaxError, ValueError):
        return content
    return repr(translate(value)) if isinstance(value, str) else content


def _cell(cell, translate):
    if isinstance(cell, str):
        return translate(cell)
    if "links" in cell:
        return {**cell, "links": [_cell(part, translate) for part in cell["links"]]}
    return cell if "code" in cell or "lang" in cell else {**cell, "text": translate(cell["text"])}


def _table(table, translate):
    return {
        **table,
        "caption": translate(table["caption"]),
        "columns": [{**column, "name": translate(column["name"])} for column in table["columns"]],
        "rows": [[_cell(cell, translate) for cell in row] for row in table["rows"]],
    }


def _grid(grid, translate):
    """A grid; what stands aside is Chinese as it is."""
    return {
        **{key: translate(grid[key]) for key in ("caption", "row", "column")},
        "bands": [
            {
                "name": translate(band["name"]),
                "groups": [
                    {
                        "name": translate(group["name"]),
                        "ideas": [
                            {
                                **idea,
                                "title": translate(idea["title"]),
                                "detail": idea["detail"] and translate(idea["detail"]),
                            }
                            for idea in group["ideas"]
                        ],
                    }
                    for group in band["groups"]
                ],
            }
            for band in grid["bands"]
        ],
    }


def _badge(badge, translate):
    return {**badge, "text": translate(badge["text"])}


def _chart(chart, translate):
    return {**chart, "spec": translated_spec.translated(chart["spec"], translate)}


def _figure(figure, translate):
    """A figure's declaration (`sobe.charts.figure`), its rows as they are."""
    columns = [
        {
            key: translate(text) if key in ("name", "description") else text
            for key, text in column.items()
        }
        for column in figure["columns"]
    ]
    return {
        **figure,
        **{key: translate(figure[key]) for key in ("title", "subtitle", "why", "note")},
        "columns": columns,
        "spec": translated_spec.translated(figure["spec"], translate),
    }


#: Keys of the estimator's model whose values are words, whatever they look like.
_NAMED = {"stages", "texts", "options"}


def _leaves(value, translate, named=False):
    """JSON with its texts translated; identifiers (no capital letter, no space) are not texts."""
    if isinstance(value, dict):
        return {
            key: _leaves(item, translate, named or key in _NAMED) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_leaves(item, translate, named) for item in value]
    if isinstance(value, str) and (named or " " in value or value[:1].isupper()):
        return translate(value)
    return value


def _labels(value, translate):
    """JSON with its labels and what a row says translated."""
    if isinstance(value, dict):
        return {
            key: translate(item) if key in ("label", "what", "unit") else _labels(item, translate)
            for key, item in value.items()
        }
    return [_labels(item, translate) for item in value] if isinstance(value, list) else value


def _estimator(estimator, translate):
    return {
        **_labels(estimator, translate),
        "model": _leaves(estimator["model"], translate),
        "words": {key: translate(text) for key, text in estimator["words"].items()},
    }


#: Kind of output to the function that translates its JSON.
KINDS = {
    "table": _table,
    "grid": _grid,
    "badge": _badge,
    "chart": _chart,
    "figure": _figure,
    "estimator": _estimator,
}


@lru_cache(maxsize=2)
def catalogue(language):
    """The Catalogue of `language`. Raises LanguageError for one that the book does not speak."""
    from sobe.languages import edition

    languages.check(language)
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
