"""Outputs of cells as data: JSON with a kind, from which HTML and plain text are made.

An output has ``application/vnd.sobe.<kind>+json`` for the book, and HTML and plain text for every
other reader of a notebook. The book makes one docutils node per output (`sobe.site.nodes`).
Translation changes the JSON (`sobe.charts.translated`).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from sobe import templates

if TYPE_CHECKING:
    from jinja2 import Environment

#: An object of JSON.
Json = dict[str, Any]

TEMPLATES = Path(__file__).resolve().parent / "templates"
#: Environment variable that the build sets in kernels which run the book.
BOOK_ENV = "SOBE_BOOK"
_BEFORE, _AFTER = "application/vnd.sobe.", "+json"
_shown = itertools.count(1)


class Output:
    """An output of a cell: its ``kind`` and its ``data``, which is JSON."""

    def __init__(self, kind: str, data: Json) -> None:
        self.kind, self.data = kind, data

    def html(self) -> str:
        """Return the output as HTML."""
        return html(self.kind, self.data)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Json:
        return bundle(self.kind, self.data)


def mime(kind: str) -> str:
    """Return the MIME type of a kind of output."""
    return f"{_BEFORE}{kind}{_AFTER}"


def kind_of(mime_type: str) -> str:
    """Return the kind of output with this MIME type; "" if it is not one of ours."""
    ours = mime_type.startswith(_BEFORE) and mime_type.endswith(_AFTER)
    return mime_type[len(_BEFORE) : -len(_AFTER)] if ours else ""


def bundle(kind: str, data: Json, book: bool | None = None) -> Json:
    """Return an output as a MIME bundle: its data, and HTML and plain text made from them.

    ``book`` says whether the notebook belongs to the book, where charts are still pictures; None
    asks the environment.
    """
    book = bool(os.environ.get(BOOK_ENV)) if book is None else book
    page = _fallback(kind, data, book)
    return {mime(kind): data, "text/html": page, "text/plain": text(kind, data)}


def _fallback(kind: str, data: Json, book: bool) -> str:
    if kind not in ("chart", "figure"):
        return html(kind, data)
    if book:
        # A published notebook has the spec in the data, so the HTML need not repeat it.
        return template("still.html", title=title(data["spec"]), subtitle=subtitle(data["spec"]))
    # The number keeps ids apart where a chart is shown twice; each run gives the same ids.
    name = f"{chart_id(data['spec'])}-{next(_shown)}"
    return template("live.html", name=name, spec=data["spec"])


def html(kind: str, data: Json) -> str:
    """Return the HTML of an output, as a page of the book shows it."""
    return template(f"{kind}.html", **data)


def text(kind: str, data: Json) -> str:
    """Return the plain text of an output."""
    if kind == "badge":
        return str(data["text"])
    if kind == "table":
        rows = [[column["name"] for column in data["columns"]]]
        rows += [[cell_text(cell) for cell in row] for row in data["rows"]]
        return "\n".join([data["caption"], *(" | ".join(row) for row in rows)])
    if kind == "grid":
        lines = [data["caption"]]
        for band in data["bands"]:
            lines.append(band["name"])
            for group in band["groups"]:
                lines += [f"  {group['name']}: {idea['title']}" for idea in group["ideas"]]
        return "\n".join(lines)
    if kind == "figure":
        return f"<Figure {data['name']}: {data['title']}>"
    if kind == "chart":
        return f"<Chart: {label(data['spec'])}>"
    return f"<{kind}>"


def cell_text(cell: str | Json) -> str:
    """Return the text of a table's cell."""
    if isinstance(cell, str):
        return cell
    if "links" in cell:
        from sobe.languages import listing

        return listing(part["text"] for part in cell["links"])
    return str(cell["text"])


def title(spec: Json) -> str:
    """Return the title of a Vega-Lite spec; "" if it has none."""
    return _line(spec, "text")


def subtitle(spec: Json) -> str:
    """Return the subtitle of a Vega-Lite spec; "" if it has none."""
    return _line(spec, "subtitle") if isinstance(spec.get("title"), dict) else ""


def _line(spec: Json, key: str) -> str:
    value = spec.get("title", "")
    if isinstance(value, dict):
        value = value.get(key, "")
    return " ".join(value) if isinstance(value, list) else str(value or "")


def label(spec: Json) -> str:
    """Return the text of a chart for readers who cannot see it."""
    return spec.get("description") or title(spec) or "Chart"


def chart_id(spec: Json) -> str:
    """Return an id that depends on nothing but the spec."""
    written = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return f"chart-{hashlib.sha256(written.encode()).hexdigest()[:12]}"


def script_json(value: Any) -> Markup:
    r"""Return compact JSON that is safe inside a <script> element.

    With <, > and & written as \uXXXX the JSON value is the same, and an HTML parser finds no
    ``</script>`` or ``<!--`` in it.

    Raises
    ------
    ValueError
        If a number is not finite, which JSON cannot hold.
    """
    written = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return Markup(written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def filled(text: str, parts: Mapping[str, str]) -> str:
    """Return a text with its {names} filled, as ``window.sobeFill`` does in a page."""
    from sobe import languages

    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part)
    return languages.current().closed(text)


def breakable(code: str) -> Markup:
    """Return code as HTML that may break after "_" and ",", so that its words stay whole."""
    return Markup(re.sub(r"(?<=[_,])(?=[^\s])", "<wbr>", str(escape(code))))


@lru_cache(maxsize=4)
def environment(*folders: Path) -> Environment:
    """Return the Jinja environment of the templates in ``folders``; values are escaped."""
    from sobe import languages

    environment = templates.environment(*folders)
    environment.filters |= {"script_json": script_json, "filled": filled, "breakable": breakable}
    environment.globals |= {
        "translate": languages.translate,
        "separator": languages.separator,
        "tag": languages.tag,
        "label": label,
        "chart_id": chart_id,
    }
    return environment


def template(path: str, /, **values: Any) -> str:
    """Return the template ``path`` filled with ``values``, which are escaped."""
    return environment(TEMPLATES).get_template(path).render(values)
