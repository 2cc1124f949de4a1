"""The description of a chart in words, computed from its Vega-Lite spec and its data.

It gives the kind of chart, the quantity and range of each axis, and what colours and shapes
distinguish. All of it is computed, so it stays correct when a reader runs a chapter with other
parameters.
"""

from __future__ import annotations

import math

from sobe.languages import current, english, listing, number, sentences, translate, units

KINDS = {
    "point": "Scatter chart",
    "circle": "Scatter chart",
    "square": "Scatter chart",
    "line": "Line chart",
    "area": "Area chart",
    "bar": "Bar chart",
    "rect": "Heatmap",
    "tick": "Strip chart",
    "rule": "Range chart",
    "trail": "Line chart",
    "arc": "Pie chart",
    "boxplot": "Box plot",
}
_LISTED = 12
#: Units in the data package that refer to another column or table, which has the unit.
ELSEWHERE = ("see unit", "see quantities")


def layers(spec, inherited=None):
    """Yield (mark, encoding, data) of every mark of a spec, with what it inherits."""
    inherited = inherited or {"encoding": {}, "data": None}
    encoding = {**inherited["encoding"], **spec.get("encoding", {})}
    data = spec.get("data", inherited["data"])
    below = {"encoding": encoding, "data": data}
    for key in ("layer", "hconcat", "vconcat", "concat"):
        for part in spec.get(key, []):
            yield from layers(part, below)
    if isinstance(spec.get("spec"), dict):
        yield from layers(spec["spec"], below)
    if "mark" in spec:
        mark = spec["mark"]
        yield (mark if isinstance(mark, str) else mark["type"]), encoding, data


def describe(spec, dataset=None, names=None, why="", rows=None, unit_of=None):
    """Describe the chart of a Vega-Lite spec in sentences.

    Parameters
    ----------
    spec : dict
        Vega-Lite with its data in ``datasets``.
    dataset : str, optional
        Name of the main data set; by default the longest.
    names, unit_of : dict, optional
        Names and units of fields, as readers see them.
    why : str
        Completes "It shows …".
    rows : list of dict, optional
        Rows of the figure's table, where they differ from those of the data set.

    Returns
    -------
    str
        In the language of this process.
    """
    names = names or {}
    datasets = spec.get("datasets", {})
    if dataset is None and datasets:
        dataset = max(sorted(datasets), key=lambda key: len(datasets[key]))
    rows = datasets.get(dataset, []) if rows is None else rows
    drawn = list(layers(spec))
    main = [
        part for part in drawn if (part[2] or {}).get("name") == dataset and part[0] in KINDS
    ] or [part for part in drawn if part[0] in KINDS]
    if not main:
        return spec.get("description") or translate("Chart.")
    described = [_kind(main)]
    for channel in ("x", "y"):
        if axis := _axis(channel, main, rows, names, unit_of or {}):
            described.append(axis)
    described += _distinctions(main, rows, names)
    described += _lines(drawn, dataset, datasets)
    if why:
        described.append(translate("It shows {why}.", why=why))
    return sentences(described)


def _kind(main):
    marks = [mark for mark, _, _ in main]
    first = next((mark for mark in marks if mark not in ("rule", "area")), marks[0])
    encoding = next(e for mark, e, _ in main if mark == first)
    types = {channel: (encoding.get(channel) or {}).get("type") for channel in ("x", "y")}
    kind = KINDS[first]
    if kind == "Scatter chart" and "nominal" in types.values():
        kind = "Dot chart"
    if first == "bar":
        stacked = any((encoding.get(c) or {}).get("stack") not in (None, False) for c in "xy") or (
            "color" in encoding
            and not {"xOffset", "yOffset", "x2", "y2"} & set(encoding)
            and (encoding["color"] or {}).get("field")
        )
        kind = (
            "Range chart"
            if {"x2", "y2"} & set(encoding)
            else "Stacked bar chart"
            if stacked
            else kind
        )
    if kind == "Scatter chart" and "line" in marks:
        kind = "Scatter chart with a line"
    return translate("{kind}.", kind=translate(kind))


#: Name of an axis by channel, and the same of a logarithmic one.
_AXES = {
    "x": ("Horizontal axis", "Horizontal axis, logarithmic"),
    "y": ("Vertical axis", "Vertical axis, logarithmic"),
}


def _axis(channel, main, rows, names, unit_of):
    # Points come before the intervals drawn through them: they name the axis.
    ordered = sorted(main, key=lambda part: part[0] in ("rule", "area"))
    encodings = [e[channel] for _, e, _ in ordered if (e.get(channel) or {}).get("field")]
    if not encodings:
        return None
    encoding = encodings[0]
    if "axis" in encoding and encoding["axis"] is None:
        return None  # the axis only separates marks
    fields = list(dict.fromkeys(e["field"] for e in encodings))
    fields += [
        e[f"{channel}2"]["field"] for _, e, _ in main if (e.get(f"{channel}2") or {}).get("field")
    ]
    title = translate(
        encoding.get("title") or names.get(fields[0]) or fields[0].replace("_", " ").capitalize()
    )
    scale = next(
        (e["scale"].get("type") for e in encodings if isinstance(e.get("scale"), dict)), None
    )
    words = translate(_AXES[channel][scale in ("log", "symlog")])
    values = [row[field] for field in fields for row in rows if row.get(field) is not None]
    if not values:
        return translate("{axis}: {title}.", axis=words, title=title)
    if encoding.get("type") == "quantitative" and all(_number(v) for v in values):
        write = _writer(encoding, fields[0])
        unit = unit_of.get(fields[0]) or ""
        unit = "" if unit in ELSEWHERE else translate(unit)
        shown = not unit or unit.lower() in title.lower() or "$" in write(1) or "%" in write(1)
        parts = {"axis": words, "title": title, "unit": "" if shown else f" {unit}"}
        if sums := _stacked(channel, main, rows):
            low, high = (number(write(end(sums))) for end in (min, max))
            if low == high:
                return translate("{axis}: {title}, stacked to {high}{unit}.", high=high, **parts)
            return translate(
                "{axis}: {title}, stacked to between {low} and {high}{unit}.",
                low=low,
                high=high,
                **parts,
            )
        low, high = (number(write(end(values))) for end in (min, max))
        return translate("{axis}: {title}, {low} to {high}{unit}.", low=low, high=high, **parts)
    return translate("{axis}: {title}, {values}.", axis=words, title=title, values=_listing(values))


def _stacked(channel, main, rows):
    """Return the heights of the bars of a stacked bar chart; [] for other charts."""
    if _kind(main) != translate("{kind}.", kind=translate("Stacked bar chart")):
        return []
    encoding = next(e for mark, e, _ in main if mark == "bar")
    field, along = encoding[channel]["field"], encoding["y" if channel == "x" else "x"]["field"]
    sums = {}
    for row in rows:
        sums[row[along]] = sums.get(row[along], 0) + (row[field] or 0)
    return list(sums.values())


def _listing(values):
    distinct = list(dict.fromkeys(str(v) for v in values))
    if len(distinct) <= _LISTED:
        return listing(map(translate, distinct))
    if all(v.lstrip("-").isdigit() for v in distinct):
        return translate("{low} to {high}", low=min(distinct, key=int), high=max(distinct, key=int))
    return translate("{n} categories", n=len(distinct))


def _writer(encoding, field):
    """Return the function that writes numbers as the labels of an axis do."""
    axis = encoding.get("axis") or {}
    style = f"{axis.get('format', '')} {axis.get('labelExpr', '')}"
    money = (english().numbers["dollars"], current().numbers["dollars"])
    if any(sign.replace("{}", "").strip() in style for sign in money):
        return units.usd
    if "%" in str(axis.get("format", "")):
        return lambda v: units.percent(
            v, 0 if v >= 0.01 else max(0, -math.floor(math.log10(v)) - 2) if v > 0 else 0
        )
    if axis.get("format") == "d" or field in ("year", "date"):
        return lambda v: str(int(v))
    return lambda v: units.count(v) if v == int(v) else units.significant(v)


def _number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _distinctions(main, rows, names):
    """Yield a sentence per field that colour, shape or offset distinguishes."""
    found = {}
    for _, encoding, _ in main:
        for channel, word in (
            ("color", "colour"),
            ("shape", "shape"),
            ("yOffset", "place in the row"),
        ):
            part = encoding.get(channel) or {}
            if part.get("field") and part.get("type") != "quantitative":
                found.setdefault(part["field"], {}).setdefault(word, part)
    for field, by in found.items():
        part = next(iter(by.values()))
        values = [row[field] for row in rows if row.get(field) is not None]
        domain = (
            (part.get("scale") or {}).get("domain") if isinstance(part.get("scale"), dict) else None
        )
        if domain:
            values = [v for v in domain if v in set(values)] or values
        if values:
            title = translate(part.get("title") or names.get(field) or field)
            how = " and ".join(by)
            yield translate(
                "{channels}: {title} ({values}).",
                channels=translate(how[0].upper() + how[1:]),
                title=title,
                values=_listing(values),
            )


def _lines(drawn, dataset, datasets):
    """Yield a sentence on the labels of reference lines."""
    ruled = {(data or {}).get("name") for mark, _, data in drawn if mark == "rule"}
    texts = []
    for mark, encoding, data in drawn:
        name = (data or {}).get("name")
        field = (encoding.get("text") or {}).get("field")
        if mark == "text" and name in ruled and name != dataset and field:
            texts += [
                " ".join(str(row[field]).split())
                for row in datasets.get(name, [])
                if row.get(field)
            ]
    if texts and len(texts) <= _LISTED:
        yield translate(
            "Reference lines: {lines}.", lines=listing(dict.fromkeys(map(translate, texts)), "; ")
        )
