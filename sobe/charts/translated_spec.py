"""A chart's Vega-Lite spec in another language: what it shows, not what it computes with.

Data keep their values, so that filters, sorting and selections work as before. Labels of axes and
legends go through a `labelExpr`; texts and tooltips read a translated copy of their field.
"""

import json
import re
from decimal import Decimal

from sobe.languages.units import NOT_KNOWN

_TEXTS = ("title", "subtitle", "description")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'")
_TABLE = re.compile(r"\{\"-?\d+\": \"[^}]*\}")
COPY = "__said"


def translated(spec, translate):
    """A copy of `spec` (a dict) with every text a reader sees given by `translate`."""
    spec = json.loads(json.dumps(spec))
    words = _words(spec, translate)
    fields = _copies(spec, translate)
    _walk(spec, translate, words, fields)
    return spec


def _rows(spec):
    for rows in spec.get("datasets", {}).values():
        yield from (row for row in rows if isinstance(row, dict))


def _shown_fields(node, channels):
    """Fields shown on the given channels."""
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


def _words(spec, translate):
    """{shown: translated} for the categories on axes and in legends."""
    found = {}
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
            if (said := translate(value)) != value:
                found[value] = said
                # A label may show only what stands before a hyphen.
                found.setdefault(value.partition("-")[0], said)
                # Or be a list of lines, which Vega joins by commas where it looks one up.
                found.setdefault(value.replace(", ", ","), said)
    return found


def _copies(spec, translate):
    """Give the rows translated copies of fields that texts and tooltips show; returns those fields."""
    done = set()
    shown = {("tooltip", field) for field, _ in _shown_fields(spec, ("tooltip",))}
    for field, channel in _shown_fields(spec, ("text", "tooltip")):
        if field in done or "aggregate" in channel:
            continue
        if channel.get("type") == "quantitative":
            if _copied_numbers(spec, field, channel.get("format") or "", translate):
                done.add(field)
            continue
        rows = [row for row in _rows(spec) if isinstance(row.get(field), str)]
        said = {
            value: _lined(value, translate(value))
            for value in dict.fromkeys(row[field] for row in rows)
        }
        lacking = ("tooltip", field) in shown and _lacks(spec, field)
        if lacking or any(key != value for key, value in said.items()):
            done.add(field)
            for row in rows:
                row[field + COPY] = said[row[field]]
            if lacking:
                _unknown(spec, field, translate)
    return done


def _lined(text, said):
    """`said` on the last of as many lines as `text` has: a chart places words by their lines."""
    return "\n" * (text.count("\n") - said.count("\n")) + said


def _copied_numbers(spec, field, style, translate):
    """Give the rows a number's text, where `style` writes it with "$" or "," and Chinese has units for it."""
    if not re.match(r"[$,]", style) and (style or not _lacks(spec, field)):
        return False
    rows = [row for row in _rows(spec) if isinstance(row.get(field), (int, float))]
    for row in rows:
        row[field + COPY] = translate(_formatted(row[field], style))
    _unknown(spec, field, translate)
    return bool(rows)


def _lacks(spec, field):
    """Whether some row has the field without a value."""
    return any(field in row and row[field] is None for row in _rows(spec))


def _unknown(spec, field, translate):
    """What is not known, said in the copies as well."""
    for row in _rows(spec):
        if field in row and row[field] is None:
            row[field + COPY] = translate(NOT_KNOWN)


def _formatted(value, style):
    """A number as d3's formats "$,.2f", ",.3~r" and "," write it."""
    if not style:
        return f"{value:g}"
    dollar, rest = ("$", style[1:]) if style.startswith("$") else ("", style)
    if fixed := re.fullmatch(r",\.(\d)f", rest):
        return f"{dollar}{value:,.{fixed[1]}f}"
    digits = re.fullmatch(r",\.(\d)~r", rest)
    number = Decimal(f"{value:.{int(digits[1]) - 1}e}") if digits else Decimal(repr(value))
    text = f"{number:,f}"
    return dollar + (text.rstrip("0").rstrip(".") if "." in text else text)


def expression(text, translate, words):
    """An axis's or legend's label expression, its own words translated and its result looked up."""
    if whole := translate.messages.get(text):
        translate.used.add(text)
        return whole
    if text:

        def table(match):
            labels = {key: translate(value) for key, value in json.loads(match[0]).items()}
            return json.dumps(labels, ensure_ascii=False)

        text = _TABLE.sub(table, text)
        if _has_words(_TABLE.sub("", text)):
            translate.missing.setdefault(text, None)
    if not words:
        return text
    found = f"({text or 'datum.label'})"
    return f"({json.dumps(words, ensure_ascii=False, sort_keys=True)}[{found}] || {found})"


def _has_words(text):
    """Whether an expression puts words, a currency or a size (M, B) into what it writes."""
    quoted = [a or b for a, b in _QUOTED.findall(text)]
    return any(
        re.search(r"[A-Za-z]{3}", part) and " " in part or re.fullmatch(r"\$| ?[kMBT]", part)
        for part in quoted
    )


def _walk(node, translate, words, fields):
    if isinstance(node, list):
        for item in node:
            _walk(item, translate, words, fields)
        return
    if not isinstance(node, dict):
        return
    for key in _TEXTS:
        if isinstance(node.get(key), (str, list)):
            node[key] = _said(node[key], translate)
    if isinstance(node.get("title"), dict) and "text" in node["title"]:
        node["title"]["text"] = _said(node["title"]["text"], translate)
    if isinstance(node.get("calculate"), str):
        node["calculate"] = expression(node["calculate"], translate, {})
    mark = node.get("mark")
    if isinstance(mark, dict) and isinstance(mark.get("text"), str) and mark["text"]:
        mark["text"] = translate(mark["text"])
    bind = node.get("bind")
    if isinstance(bind, dict) and ("name" in bind or "options" in bind):
        name = bind.get("name") or node.get("name", "")
        bind["name"] = f"{translate(name.strip())} "
        if "options" in bind:
            bind["labels"] = [translate(str(v)) for v in bind.get("labels", bind["options"])]
    encoding = node.get("encoding")
    if isinstance(encoding, dict):
        for name, channel in encoding.items():
            for one in channel if isinstance(channel, list) else [channel]:
                if isinstance(one, dict):
                    _channel(name, one, translate, words, fields)
    for key, value in node.items():
        if key not in ("datasets", "data"):
            _walk(value, translate, words, fields)


def _said(value, translate):
    if isinstance(value, list):
        return [translate(part) if isinstance(part, str) else part for part in value]
    return translate(value)


def _channel(name, one, translate, words, fields):
    """One channel of an encoding."""
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
        part = one.get(key) if isinstance(one.get(key), dict) else {}
        old = part.get("labelExpr", "")
        if "$" in str(part.get("format")) and old not in translate.messages:
            translate.missing.setdefault(old or f"format(datum.value, '{part['format']}')", None)
        new = expression(old, translate, words if discrete else {})
        if new != old:
            one[key] = {**part, "labelExpr": new}
