"""A chart as a picture for print: vector graphics with the book's faces, and its LaTeX figure."""

import json
import re

from sobe import theme
from sobe.pdf.tables import UPRIGHT, latex

FACES = {
    "en": "Liberation Sans, DejaVu Sans, Noto Sans CJK SC",
    "zh": "Noto Sans CJK SC, DejaVu Sans",
}
#: Pixels a chart has that takes the width of the page, points a pixel, and the tallest picture in points.
WIDTH, SCALE, TALLEST = 600, 0.74, 590.0
_BOX = re.compile(rb"/MediaBox\s*\[\s*[\d.]+\s+[\d.]+\s+([\d.]+)\s+([\d.]+)")

_OBJECT = re.compile(rb"^(\d+) 0 obj\n(.*?)\nendobj\n", re.M | re.S)
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_NAMED = re.compile(rb"(?:^ +/\w+ \d+ 0 R\n){2,}", re.M)


def still(value):
    """A spec without what needs a reader's hand."""
    if isinstance(value, dict):
        return {key: still(item) for key, item in value.items() if key != "bind"}
    return [still(item) for item in value] if isinstance(value, list) else value


def weighed(value):
    """A spec or configuration whose letters are regular or bold, the two weights that every face here has."""
    if isinstance(value, dict):
        return {
            key: ("bold" if item >= 600 else "normal")
            if key.endswith("ontWeight") and isinstance(item, (int, float))
            else weighed(item)
            for key, item in value.items()
        }
    return [weighed(item) for item in value] if isinstance(value, list) else value


def drawn(spec, edition):
    """A Vega-Lite spec (a dict) as the bytes of a PDF, without its title: that is the caption's."""
    import vl_convert

    spec = still({key: value for key, value in spec.items() if key != "title"})
    if spec.get("width", "container") == "container":
        spec["width"] = WIDTH
        # Its height is the plot's, as on the site.
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    config = {**theme.config("light"), "font": FACES[edition], **spec.pop("config", {})}
    return settled(vl_convert.vegalite_to_pdf(weighed(spec), config=weighed(config)))


def settled(pdf):
    """A picture's PDF with its objects in one order: vl-convert writes them in another each time.

    Names in a dictionary are sorted, objects numbered as they are reached from the first.
    """
    objects = {}
    for number, body in _OBJECT.findall(pdf):
        head, stream, rest = body.partition(b"\nstream\n")
        objects[int(number)] = (
            _NAMED.sub(lambda m: b"".join(sorted(m[0].splitlines(keepends=True))), head + b"\n")[
                :-1
            ],
            stream + rest,
        )
    root = int(re.search(rb"/Root (\d+) 0 R", pdf)[1])
    order, waiting = {}, [root]
    while waiting:
        number = waiting.pop()
        if number not in order:
            order[number] = len(order) + 1
            waiting += [int(n) for n in reversed(_REFERENCE.findall(objects[number][0]))]
    out, places = bytearray(pdf[: pdf.index(b" 0 obj\n")].rsplit(b"\n", 1)[0] + b"\n"), []
    for number, new in order.items():
        head, rest = objects[number]
        places.append(len(out))
        out += (
            b"%d 0 obj\n" % new
            + _REFERENCE.sub(lambda m: b"%d 0 R" % order[int(m[1])], head)
            + rest
            + b"\nendobj\n"
        )
    start, count = len(out), len(order) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % count + b"".join(
        b"%010d 00000 n \n" % place for place in places
    )
    out += b"trailer\n<<\n  /Size %d\n  /Root 1 0 R\n>>\nstartxref\n%d\n%%%%EOF" % (count, start)
    return bytes(out)


def size(pdf):
    """Width and height in points at which a picture is shown: one size of type in all, unless it is too large."""
    width, height = map(float, _BOX.search(pdf).groups())
    # vl-convert gives a pixel the size of a point.
    scale = min(SCALE, UPRIGHT / width, TALLEST / height)
    return width * scale, height * scale


def figure(name, pdf, title, rest, foot):
    """A LaTeX figure: the picture `figure-NAME.pdf`, its caption and, in small type, where it comes from.

    `title` and `rest` are text, `foot` is LaTeX.
    """
    width, _ = size(pdf)
    caption = rf"\textbf{{{latex(title)}}} {latex(rest)}".rstrip()
    return (
        rf"\begin{{figure}}[!htbp]\centering"
        "\n"
        rf"\includegraphics[width={width:.1f}pt]{{figure-{name}.pdf}}"
        "\n"
        rf"\caption[{{{latex(title.rstrip('.。'))}}}]{{{caption}}}\label{{figure-{name}}}"
        "\n"
        rf"\sobecaptionfoot{{{foot}}}\end{{figure}}"
        "\n"
    )


def estimator(html):
    """A still of the estimator: (spec of its bars, the case in words), from the HTML that holds its model."""
    from sobe.estimator import estimate

    model = json.loads(
        re.search(r'<script type="application/json">(\{.*?\})</script>', html, re.S)[1]
    )
    case = model["defaults"]
    chosen = {choice: case[choice] for choice in model["choices"]}
    found = estimate(
        **chosen, **{k: v for k, v in {**case, **model["given"]}.items() if k not in chosen}
    )
    parts = [
        {"part": label, "usd": found.values[name] / 1e6}
        for name, label in model["costs"]
        if found.values.get(name)
    ]
    order = [part["part"] for part in parts]
    y = {
        "field": "part",
        "type": "nominal",
        "sort": order,
        "title": None,
        "axis": {"ticks": False, "domain": False},
    }
    spec = {
        "data": {"values": parts},
        "width": 420,
        "height": {"step": 22},
        "encoding": {
            "y": y,
            "x": {
                "field": "usd",
                "type": "quantitative",
                "title": None,
                "axis": {"format": ",.0f", "tickCount": 5},
            },
        },
        "layer": [
            {"mark": {"type": "bar", "color": theme.PALETTE[0], "height": 12}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "color": theme.INK},
                "encoding": {"text": {"field": "usd", "type": "quantitative", "format": ",.3~r"}},
            },
        ],
    }
    return spec, [model["options"][choice][case[choice]] for choice in model["choices"]]
