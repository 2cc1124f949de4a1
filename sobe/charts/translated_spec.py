"""Translation of a chart's Vega-Lite spec: the texts it shows, not the values it computes with.

Data keep their values, so filters, sorting and selections work as before. Labels of axes and
legends are translated by a ``labelExpr``; texts and tooltips read a translated copy of their field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping
from decimal import Decimal
from typing import Any

from sobe.charts.outputs import Json
from sobe.languages.catalogue import Catalogue
from sobe.languages.units import NOT_KNOWN

_TEXTS = ("title", "subtitle", "description")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*+)(?:\"|$)|'((?:[^'\\]|\\.)*+)(?:'|$)", re.S)
_TABLE = re.compile(r"\{\"-?\d+\": \"[^{}]*\}")
#: Suffix of the field with a translated copy of another field.
COPY = "__said"


def translated(spec: Json, translate: Catalogue) -> Json:
    """Return a copy of a spec with every text that a reader sees translated."""
    spec = json.loads(json.dumps(spec))
    words = _words(spec, translate)
    fields = _copies(spec, translate)
    _walk(spec, translate, words, fields)
    return spec


def _rows(spec: Json) -> Iterator[Json]:
    for rows in spec.get("datasets", {}).values():
        yield from (row for row in rows if isinstance(row, dict))


def _shown_fields(node: Any, channels: Container[str]) -> Iterator[tuple[str, Json]]:
    """Yield (field, channel) of every encoding by one of the given channels."""
    if isinstance(node, dict):
        for name, channel in (
            node.get("encoding", {}).items() if isinstance(node.get("encoding"), dict) else ()
        ):
            for one in channel if isinstance(channel, list) else [channel]:
                if isinstance(one, dict) and name in channels and one.get("field"):
                    yield one["field"], one
                    if isinstance(one.get("condition"), dict) and one["condition"].get("field"):
                        yield one["condition"]["field"], one["condition"]
        for key, value in node.items():
            if key not in ("datasets", "data"):
                yield from _shown_fields(value, channels)
    elif isinstance(node, list):
        for value in node:
            yield from _shown_fields(value, channels)


_DISCRETE = (
    "x",
    "y",
    "color",
    "fill",
    "stroke",
    "shape",
    "size",
    "opacity",
    "row",
    "column",
    "facet",
    "strokeDash",
)


def _words(spec: Json, translate: Catalogue) -> dict[str, str | list[str]]:
    """Return {shown: translated} for the categories on axes and in legends."""
    found: dict[str, str | list[str]] = {}
    for field, channel in _shown_fields(spec, _DISCRETE):
        if channel.get("type") not in ("nominal", "ordinal"):
            continue
        values = [row[field] for row in _rows(spec) if isinstance(row.get(field), str)]
        scale = channel.get("scale") or {}
        values += (
            [v for v in scale.get("domain", []) or [] if isinstance(v, str)]
            if isinstance(scale, dict)
            else []
        )
        hidden = all(
            channel.get(key, 1) is None for key in ("axis", "legend") if key in channel
        ) and ("axis" in channel or "legend" in channel)
        if hidden:
            continue
        for value in dict.fromkeys(values):
            if (translation := translate(value)) != value:
                found[value] = translation
                # A label may show only the part before a hyphen.
                found.setdefault(value.partition("-")[0], translation)
                # A label may be a list of lines, which Vega joins by commas for a look-up.
                if (joined := value.replace(", ", ",")) != value:
                    found.setdefault(joined, re.split("[，、]|, ", translation))
    return found


def _copies(spec: Json, translate: Catalogue) -> set[str]:
    """Add translated copies of the fields of texts and tooltips; return those fields."""
    done: set[str] = set()
    shown = {("tooltip", field) for field, _ in _shown_fields(spec, ("tooltip",))}
    for field, channel in _shown_fields(spec, ("text", "tooltip")):
        if field in done or "aggregate" in channel:
            continue
        if channel.get("type") == "quantitative":
            if _copied_numbers(spec, field, channel.get("format") or "", translate):
                done.add(field)
            continue
        rows = [row for row in _rows(spec) if isinstance(row.get(field), str)]
        translations = {
            value: _lined(value, translate(value))
            for value in dict.fromkeys(row[field] for row in rows)
        }
        lacking = ("tooltip", field) in shown and _lacks(spec, field)
        if lacking or any(key != value for key, value in translations.items()):
            done.add(field)
            for row in rows:
                row[field + COPY] = translations[row[field]]
            if lacking:
                _unknown(spec, field, translate)
    return done


def _lined(text: str, translation: str) -> str:
    """Put empty lines before a translation, so that it has as many lines as its text.

    A chart places a text by its number of lines.
    """
    return "\n" * (text.count("\n") - translation.count("\n")) + translation


def _copied_numbers(spec: Json, field: str, style: str, translate: Catalogue) -> bool:
    """Add copies of numbers as text, where ``style`` has "$" or ","; return whether it has any.

    Chinese has units of its own for these.
    """
    if not re.match(r"[$,]", style) and (style or not _lacks(spec, field)):
        return False
    rows = [row for row in _rows(spec) if isinstance(row.get(field), (int, float))]
    for row in rows:
        row[field + COPY] = translate(_formatted(row[field], style))
    _unknown(spec, field, translate)
    return bool(rows)


def _lacks(spec: Json, field: str) -> bool:
    """Return whether some row has the field without a value."""
    return any(field in row and row[field] is None for row in _rows(spec))


def _unknown(spec: Json, field: str, translate: Catalogue) -> None:
    """Write "not known" into the copies of missing values."""
    for row in _rows(spec):
        if field in row and row[field] is None:
            row[field + COPY] = translate(NOT_KNOWN)


def _formatted(value: float, style: str) -> str:
    """Write a number as the formats "$,.2f", ",.3~r" and "," of d3 do."""
    if not style:
        return f"{value:g}"
    dollar, rest = ("$", style[1:]) if style.startswith("$") else ("", style)
    if fixed := re.fullmatch(r",\.(\d)f", rest):
        return f"{dollar}{value:,.{fixed[1]}f}"
    digits = re.fullmatch(r",\.(\d)~r", rest)
    number = Decimal(f"{value:.{int(digits[1]) - 1}e}") if digits else Decimal(repr(value))
    text = f"{number:,f}"
    return dollar + (text.rstrip("0").rstrip(".") if "." in text else text)


def expression(text: str, translate: Catalogue, words: Mapping[str, str | list[str]]) -> str:
    """Translate the words of a label expression, and let it look up its result in ``words``."""
    if whole := translate.messages.get(text):
        translate.used.add(text)
        return whole
    if text:

        def table(match: re.Match[str]) -> str:
            labels = {key: translate(value) for key, value in json.loads(match[0]).items()}
            return json.dumps(labels, ensure_ascii=False)

        text = _TABLE.sub(table, text)
        if _has_words(_TABLE.sub("", text)):
            translate.missing.setdefault(text, None)
    if not words:
        return text
    found = f"({text or 'datum.label'})"
    return f"({json.dumps(words, ensure_ascii=False, sort_keys=True)}[{found}] || {found})"


def _has_words(text: str) -> bool:
    """Return whether an expression writes words, a currency or a size (M, B)."""
    quoted = [a or b for a, b in _QUOTED.findall(text)]
    return any(
        re.search(r"[A-Za-z]{3}", part) and " " in part or re.fullmatch(r"\$| ?[kMBT]", part)
        for part in quoted
    )


def _walk(
    node: Any, translate: Catalogue, words: Mapping[str, str | list[str]], fields: Container[str]
) -> None:
    if isinstance(node, list):
        for item in node:
            _walk(item, translate, words, fields)
        return
    if not isinstance(node, dict):
        return
    for key in _TEXTS:
        if isinstance(node.get(key), (str, list)):
            node[key] = _lines(node[key], translate)
    if isinstance(node.get("title"), dict) and "text" in node["title"]:
        node["title"]["text"] = _lines(node["title"]["text"], translate)
    if isinstance(node.get("calculate"), str):
        node["calculate"] = expression(node["calculate"], translate, {})
    mark = node.get("mark")
    if isinstance(mark, dict) and isinstance(mark.get("text"), str) and mark["text"]:
        mark["text"] = translate(mark["text"])
    bind: Any = node.get("bind")
    if isinstance(bind, dict) and ("name" in bind or "options" in bind):
        name = bind.get("name") or node.get("name", "")
        bind["name"] = f"{translate(name.strip())} "
        if "options" in bind:
            labels: list[Any] = bind["labels"] if "labels" in bind else bind["options"]
            bind["labels"] = [translate(str(label)) for label in labels]
    encoding = node.get("encoding")
    if isinstance(encoding, dict):
        for name, channel in encoding.items():
            for one in channel if isinstance(channel, list) else [channel]:
                if isinstance(one, dict):
                    _channel(name, one, translate, words, fields)
    for key, value in node.items():
        if key not in ("datasets", "data"):
            _walk(value, translate, words, fields)


def _lines(value: str | list[Any], translate: Catalogue) -> str | list[Any]:
    if isinstance(value, list):
        return [translate(part) if isinstance(part, str) else part for part in value]
    return translate(value)


def _channel(
    name: str,
    one: Json,
    translate: Catalogue,
    words: Mapping[str, str | list[str]],
    fields: Container[str],
) -> None:
    """Translate one channel of an encoding, in place."""
    field = one.get("field")
    if isinstance(one.get("value"), str) and name == "text":
        one["value"] = translate(one["value"])
    if not field:
        return
    if "title" not in one and name in (
        "tooltip",
        "x",
        "y",
        "color",
        "shape",
        "size",
        "fill",
        "stroke",
    ):
        own = one.get("axis") or one.get("legend") or {}
        if (
            not (isinstance(own, dict) and "title" in own)
            and (name == "tooltip" or field[:1].isupper())
            and translate(field) != field
        ):
            one["title"] = field
    if name in ("text", "tooltip") and field in fields:
        if name == "tooltip" and "title" not in one:
            one["title"] = field
        one["field"] = field + COPY
        if one.pop("format", None):
            one["type"] = "nominal"
        return
    discrete = one.get("type") in ("nominal", "ordinal")
    for key, on in (
        ("axis", name in ("x", "y")),
        ("legend", name in _DISCRETE and name not in ("x", "y", "row", "column", "facet")),
        ("header", name in ("row", "column", "facet")),
    ):
        if not on or (key in one and one[key] is None):
            continue
        found = one.get(key)
        part: Json = found if isinstance(found, dict) else {}
        old = part.get("labelExpr", "")
        if "$" in str(part.get("format")) and old not in translate.messages:
            translate.missing.setdefault(old or f"format(datum.value, '{part['format']}')", None)
        new = expression(old, translate, words if discrete else {})
        if new != old:
            one[key] = {**part, "labelExpr": new}
