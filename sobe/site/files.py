"""The files of a figure: pictures, data, metadata, spec and a page of its own.

vl-convert draws the pictures in a font that it carries, so they are the same on every machine. They
are stored under a hash of everything that they are made from.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from sobe import atomic
from sobe.charts import theme
from sobe.languages import current, tag, translate
from sobe.site import card, fonts, pictures
from sobe.site import figures as rec

#: Widths in pixels of the pictures that pages show until a chart is drawn, by kind. The narrow one
#: is for screens of phones, where the template says.
STILLS = {"wide": 760, "narrow": 320}


def shared(records, front):
    """Return, for each page with a figure and for the front page, whose picture its links show.

    Parameters
    ----------
    records : dict
        Of all figures by name, in the order of the book.
    front : str
        Name of the front page, which has the book's first figure if it has none of its own.

    Returns
    -------
    dict
        Name of a figure by page.
    """
    found = {}
    for name, record in records.items():
        found.setdefault(record["page"], name)
    return {front: next(iter(found.values())), **found} if found else {}


def share(page):
    """Return the name of the picture that links to a page show."""
    return f"share-{page.replace('/', '-')}"


def write(record, made, cited, out, base):
    """Write all files of a figure into ``out``/figures; ``made`` has its pictures, as drawn."""
    folder = Path(out) / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    spec = {**record["spec"], "description": record["description"]}
    texts = {
        "csv": rec.as_csv(record),
        "metadata": json.dumps(rec.metadata(record, cited, base), indent=2, ensure_ascii=False)
        + "\n",
        "spec": json.dumps(spec, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
        "embed": card.embed(record, cited, base),
    }
    for kind, text in texts.items():
        (folder / f"{record['name']}.{rec.FILES[kind]}").write_text(
            text, encoding="utf-8", newline="\n"
        )
    for kind, content in made.items():
        end = f"{kind}.svg" if kind in STILLS else rec.FILES.get(kind)
        name = f"{record['name']}.{end}" if end else f"{kind}.png"
        (folder / name).write_bytes(content)


def index(records, cited, base):
    """Return the catalogue for programs, as JSON text."""
    entries = []
    for record in records:
        data = rec.metadata(record, cited, base)
        entries.append(
            {
                key: data[key]
                for key in (
                    "name",
                    "title",
                    "subtitle",
                    "description",
                    "page",
                    "address",
                    "rows",
                    "tables",
                    "files",
                )
            }
        )
    head = {
        "title": cited["title"],
        "version": cited["version"],
        "released": cited["date"],
        "licence": cited["licence"],
    }
    return json.dumps({**head, "figures": entries}, indent=2, ensure_ascii=False) + "\n"


def draw(records, cited, cache):
    """Return the pictures of each record by kind, as bytes; draw only those that have changed."""
    import altair
    import vl_convert

    from sobe.charts.vega import matching_vegalite

    folder = Path(cache) / "figures"
    vegalite = matching_vegalite(altair.SCHEMA_VERSION, vl_convert.get_vegalite_versions())
    faces = fonts.faces(current().fonts["sans"])
    own = [
        hashlib.sha256(Path(pictures.__file__).read_bytes()).hexdigest(),
        version("vl-convert-python"),
        faces,
    ]
    drawn, missing, written = [], [], []
    for record in records:
        foot = translate(
            "{title}, version {version}, {licence}. Data: {credit}.",
            title=cited["title"],
            version=cited["version"],
            licence=cited["licence"],
            credit=_credit(record),
        )
        if based := rec.based_on(cited):
            foot = f"{foot} {based}"
        figure = {
            "stills": {kind: _still(record["spec"], kind) for kind in STILLS},
            "vegalite": vegalite,
            "title": record["title"],
            "description": record["description"],
            "lang": tag(),
            "head": _head(record["spec"]["title"]),
            "foot": foot,
            "font": _font(),
            "background": theme.BACKGROUND["light"],
            "ink": theme.INK,
            "muted": theme.MUTED,
            "shares": {share(page): title for page, title in record.get("shares", {}).items()},
        }
        written.append(json.dumps(figure, ensure_ascii=False))
        key = hashlib.sha256(json.dumps([figure, own], sort_keys=True).encode()).hexdigest()[:32]
        kinds = ("svg", "png", *STILLS, *figure["shares"])
        paths = {kind: folder / f"{key}.{kind}" for kind in kinds}
        drawn.append({kind: atomic.load(path) for kind, path in paths.items()})
        if None in drawn[-1].values():
            missing.append((drawn[-1], paths, figure))
    if missing:
        atomic.make_folder(folder)
        # Of all figures: those that a change draws again are written in the same subset.
        kept = fonts.subsets(faces, "".join(written), folder)
        made = pictures.drawn([figure for _, _, figure in missing], folder, kept)
        for (contents, paths, _), new in zip(missing, made, strict=True):
            contents.update(new)
            for kind, content in new.items():
                atomic.store(paths[kind], content)
    return drawn


def _head(title):
    """Return the lines of a picture's title, and of its subtitle."""
    title = {"text": title} if isinstance(title, str) else title
    found = ((title.get("text"), 90), (title.get("subtitle"), 115))
    return [
        pictures.lines(text, letters) if isinstance(text, str) else text or []
        for text, letters in found
    ]


def _still(spec, kind):
    """Return what a page shows until the chart is drawn: as the script will draw it, in light."""
    config = {**theme.config("light"), "font": _font()}
    if kind == "narrow":
        config["legend"] = {**config["legend"], **theme.narrow_legend(spec)}
    # No title: the card has it. No controls, which pictures cannot show, but their values.
    spec = {key: part for key, part in _fixed(spec, STILLS[kind]).items() if key != "title"}
    if "width" in spec:
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return {"spec": spec, "config": config}


def _fixed(value, width):
    """Return a part of a spec with a fixed width."""
    if isinstance(value, dict):
        return {
            key: part
            if key in ("datasets", "data")
            else width
            if (key, part) == ("width", "container")
            else _fixed(part, width)
            for key, part in value.items()
        }
    return [_fixed(part, width) for part in value] if isinstance(value, list) else value


def _font():
    """Return the font list of pictures.

    A language's own font comes first, because a character that a font lacks is drawn from any
    other, whose shapes may be another country's. So it is where the font is not installed.
    """
    return ", ".join([*current().fonts["sans"], pictures.CARRIED])


def _credit(record):
    """Return the titles of a figure's sources, shortened."""
    titles = [source["title"].split(",")[0].split(" (Version")[0] for source in record["sources"]]
    return "; ".join(dict.fromkeys(titles)) or translate("this book")
