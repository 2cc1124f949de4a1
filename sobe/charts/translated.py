"""Translation of outputs, for a live kernel and for stored notebooks alike.

The JSON of an output is translated, and its HTML and text are made from the result. Foreign HTML,
as of a data frame, is translated by `sobe.languages.html.translated`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sobe import languages
from sobe.charts import outputs, translated_spec
from sobe.charts.outputs import Json
from sobe.languages.catalogue import Catalogue
from sobe.languages.html import translated as html
from sobe.paths import ROOT

#: Prefix of myst-nb to the MIME type of a glued value.
GLUED = "application/papermill.record/"


def translated(bundle: Json, translate: Catalogue, book: bool | None = None) -> Json:
    """Return a MIME bundle ({type: content}) translated by a catalogue.

    ``book`` is that of `outputs.bundle`.
    """
    for mime, content in bundle.items():
        before = GLUED if mime.startswith(GLUED) else ""
        if kind := outputs.kind_of(mime.removeprefix(GLUED)):
            made = outputs.bundle(kind, KINDS[kind](content, translate), book)
            return {before + name: value for name, value in made.items()}
    return {
        mime: _one(mime.removeprefix(GLUED), content, translate) for mime, content in bundle.items()
    }


def _one(mime: str, content: Any, translate: Catalogue) -> Any:
    if mime == "text/html":
        return html(content, translate)
    return _text(content, translate) if mime == "text/plain" else content


def _text(content: str, translate: Catalogue) -> str:
    """Translate the repr of a text, which a glued value has as plain text; leave all else."""
    if content[:1] not in "\"'":
        return content
    try:
        value = ast.literal_eval(content)
    except (SyntaxError, ValueError):
        return content
    return repr(translate(value)) if isinstance(value, str) else content


def _cell(cell: Any, translate: Catalogue) -> Any:
    if isinstance(cell, str):
        return translate(cell)
    if "links" in cell:
        return {**cell, "links": [_cell(part, translate) for part in cell["links"]]}
    return cell if "code" in cell or "lang" in cell else {**cell, "text": translate(cell["text"])}


def _table(table: Json, translate: Catalogue) -> Json:
    return {
        **table,
        "caption": translate(table["caption"]),
        "columns": [{**column, "name": translate(column["name"])} for column in table["columns"]],
        "rows": [[_cell(cell, translate) for cell in row] for row in table["rows"]],
    }


def _grid(grid: Json, translate: Catalogue) -> Json:
    """Translate a grid, except for its asides, which are Chinese in every edition."""
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


def _badge(badge: Json, translate: Catalogue) -> Json:
    return {
        key: translate(text) if key in ("text", "means", "why") else text
        for key, text in badge.items()
    }


def _chart(chart: Json, translate: Catalogue) -> Json:
    return {**chart, "spec": translated_spec.translated(chart["spec"], translate)}


def _figure(figure: Json, translate: Catalogue) -> Json:
    """Translate a figure's declaration (`sobe.charts.figure`), except for its rows."""
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


#: Keys of the estimator's model whose values are always words.
_NAMED = {"stages", "texts", "options", "units", "tiers", "common"}
#: Keys of it whose values stay: identifiers, titles of sources and names of projects.
_KEPT = {"verdicts", "levers", "sources", "projects"}


def _leaves(value: Any, translate: Catalogue, named: bool = False) -> Any:
    """Translate the texts of JSON; what has no space and no capital is an identifier."""
    if isinstance(value, dict):
        return {
            key: item if key in _KEPT else _leaves(item, translate, named or key in _NAMED)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_leaves(item, translate, named) for item in value]
    if isinstance(value, str) and (named or " " in value or value[:1].isupper()):
        return translate(value)
    return value


def _labels(value: Any, translate: Catalogue) -> Any:
    """Translate the labels, units and descriptions of rows in JSON, and the parts of texts."""
    if isinstance(value, dict):
        return {
            key: translate(item)
            if key in ("label", "what", "unit")
            else {name: translate(text) for name, text in item.items()}
            if key == "fill"
            else _labels(item, translate)
            for key, item in value.items()
        }
    return [_labels(item, translate) for item in value] if isinstance(value, list) else value


def _estimator(estimator: Json, translate: Catalogue) -> Json:
    return {
        **_labels(estimator, translate),
        "model": _leaves(estimator["model"], translate),
        "words": {key: translate(text) for key, text in estimator["words"].items()},
    }


#: Kind of output to the function that translates its JSON.
KINDS: dict[str, Callable[[Json, Catalogue], Json]] = {
    "table": _table,
    "grid": _grid,
    "badge": _badge,
    "chart": _chart,
    "figure": _figure,
    "estimator": _estimator,
}


@lru_cache(maxsize=2)
def catalogue(language: str) -> Catalogue:
    """Return the Catalogue of ``language``.

    Raises
    ------
    LanguageError
        If the book has no edition in it.
    """
    from sobe.languages import edition

    languages.check(language)
    return edition.catalogue(ROOT / "book", ROOT / "data", language)


def hook(shell: Any) -> None:
    """Translate all outputs of a kernel into the language of its variable ``lang``."""
    formatter = shell.display_formatter
    if getattr(formatter, "sobe_translates", False):
        return
    inner = formatter.format

    def format(obj: object, include: object = None, exclude: object = None) -> tuple[Json, Json]:
        data, metadata = inner(obj, include, exclude)
        language = shell.user_ns.get("lang", "en")
        if language != "en":
            data = translated(data, catalogue(language))
        return data, metadata

    formatter.format = format
    formatter.sobe_translates = True
