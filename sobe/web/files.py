"""The files of a figure, written beside the pages: pictures, data, metadata, spec, page of its own.

Pictures are drawn by vl-convert in a font it carries itself, so that they are the same on every
machine, and kept by a hash of all they are made from.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
import unicodedata
from html import escape
from importlib.metadata import version
from pathlib import Path

from sobe import keep, theme
from sobe.i18n import say, tag
from sobe.web import card, raster
from sobe.web import record as rec

#: By language. A face with Simplified Chinese shapes goes first, as a drawing takes what a face lacks from
#: whichever other has it; where it is not installed, that is what happens.
FONTS = {"en": "Liberation Sans", "zh-CN": "Noto Sans CJK SC, Liberation Sans"}
_PIECES = re.compile(r"[\u3000-\u9fff\uff00-\uffef][\u3001\u3002\u201d\uff01-\uff1f]*\s*|[^\s\u3000-\u9fff\uff00-\uffef]+\s*")
WIDTH = 720
FOOT = 34  # pixels under the chart for its source line


def write(record, cited, out, cache, base):
    """Write all files of one figure into the site's folder ``out``/figures."""
    folder = Path(out) / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    made = pictures(record, cited, cache)
    spec = {**record["spec"], "description": record["description"]}
    texts = {
        "svg": made["svg"].decode(),
        "csv": rec.as_csv(record),
        "metadata": json.dumps(rec.metadata(record, cited, base), indent=2, ensure_ascii=False) + "\n",
        "spec": json.dumps(spec, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
        "embed": card.embed(record, cited, base),
    }
    for kind, text in texts.items():
        (folder / f"{record['name']}.{rec.FILES[kind]}").write_text(text, encoding="utf-8", newline="\n")
    for kind in ("png", "thumbnail"):
        (folder / f"{record['name']}.{rec.FILES[kind]}").write_bytes(made[kind])


def index(records, cited, base):
    """The catalogue for machines, as JSON text."""
    entries = []
    for record in records:
        said = rec.metadata(record, cited, base)
        entries.append({key: said[key] for key in ("name", "title", "subtitle", "description", "page", "address", "rows", "tables", "files")})
    head = {"title": cited["title"], "version": cited["version"], "released": cited["date"], "licence": cited["licence"]}
    return json.dumps({**head, "figures": entries}, indent=2, ensure_ascii=False) + "\n"


def pictures(record, cited, cache):
    """{"svg", "png", "thumbnail"} as bytes; drawn anew only when something they show has changed."""
    return draw([record], cited, cache)[0]


def draw(records, cited, cache):
    """[{"svg", "png", "thumbnail": bytes}] of records, all that is missing drawn at once."""
    folder = Path(cache) / "figures"
    drawn, missing = [], []
    for record in records:
        spec, config = _fixed(record["spec"]), _config()
        foot = say(
            "{title}, version {version}, {licence}. Data: {credit}.",
            title=cited["title"], version=cited["version"], licence=cited["licence"], credit=_credit(record),
        )
        parts = [spec, config, foot, record["description"], _code(), version("vl-convert-python"), theme.FONT]
        key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]
        paths = {kind: folder / f"{key}.{kind}" for kind in ("svg", "png", "thumbnail")}
        drawn.append({kind: keep.kept(path) for kind, path in paths.items()})
        if None in drawn[-1].values():
            missing.append((drawn[-1], paths, _svg(spec, config, foot, record)))
    if missing:
        keep.make_way(folder)
    made = raster.rasterised([svg for _, _, svg in missing], folder) if missing else []
    for (contents, paths, svg), pixels in zip(missing, made):
        contents.update({"svg": svg.encode(), **pixels})
        for kind, content in contents.items():
            keep.keep(paths[kind], content)
    return drawn


def _code():
    return hashlib.sha256(b"".join(Path(file).read_bytes() for file in (__file__, raster.__file__))).hexdigest()


def _svg(spec, config, foot, record):
    import altair
    import vl_convert

    from sobe.bundle import matching_vegalite

    vegalite = matching_vegalite(altair.SCHEMA_VERSION, vl_convert.get_vegalite_versions())
    return _with_foot(vl_convert.vegalite_to_svg(spec, vl_version=vegalite, config=config), foot, record)


def _fixed(spec):
    """The spec with a width of its own instead of the page's, and titles in lines that fit."""

    def widths(value):
        if isinstance(value, dict):
            return {
                key: part if key in ("datasets", "data") else WIDTH if (key, part) == ("width", "container") else widths(part)
                for key, part in value.items()
            }
        return [widths(part) for part in value] if isinstance(value, list) else value

    spec = widths(spec)
    title = dict(spec["title"])
    for key, width in (("text", 80), ("subtitle", 105)):
        if isinstance(title.get(key), str):
            title[key] = lines(title[key], width)
    return {**spec, "title": title}


def lines(text, width):
    """Text in lines of up to ``width`` letters; a Chinese character counts as two, and one may break after it."""
    if text.isascii():
        return textwrap.wrap(text, width)
    broken = []
    for piece in _PIECES.findall(text):
        longer = (broken[-1] if broken else "") + piece
        if broken and sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in longer.rstrip()) <= width:
            broken[-1] = longer
        else:
            broken.append(piece)
    return [line.rstrip() for line in broken]


def _config():
    config = theme.config("light")
    return {**config, "font": FONTS[tag()], "background": theme.BACKGROUND["light"], "padding": {"left": 16, "top": 14, "right": 16, "bottom": 10}}


def _credit(record):
    """Whose data a picture shows, in a few words."""
    titles = [source["title"].split(",")[0].split(" (Version")[0] for source in record["sources"]]
    return "; ".join(dict.fromkeys(titles)) or say("this book")


def _with_foot(svg, foot, record):
    """The picture with a title and description for assistive software and a line that says whose it is."""
    match = re.match(r'<svg([^>]*?) width="([\d.]+)" height="([\d.]+)" viewBox="0 0 [\d.]+ [\d.]+">', svg)
    width, height = float(match[2]), float(match[3])
    broken = lines(foot, int((width - 32) / 5.4))
    tall = height + FOOT + 13 * (len(broken) - 1)
    head = (
        f'<svg{match[1]} width="{width:g}" height="{tall:g}" viewBox="0 0 {width:g} {tall:g}" role="img" lang="{tag()}">'
        f"<title>{escape(record['title'])}</title><desc>{escape(record['description'])}</desc>"
        f'<rect width="{width:g}" height="{tall:g}" fill="{theme.BACKGROUND["light"]}"/>'
    )
    words = "".join(
        f'<text x="16" y="{height + 14 + 13 * i:g}" font-family="{FONTS[tag()]}, Arial, Helvetica, sans-serif" font-size="10.5px" '
        f'fill="{theme.MUTED}">{escape(line)}</text>'
        for i, line in enumerate(broken)
    )
    svg = head + svg[match.end():]
    return svg.removesuffix("</svg>") + words + "</svg>"
