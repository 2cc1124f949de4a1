"""Pictures of figures as SVG and PNG, drawn with pinned fonts.

Run as `python -m sobe.site.pictures FOLDER PARENT`. vl-convert prefers a font of the
system to its own font of the same name, so a picture would have other bytes on another machine. It
looks for fonts once per process, in the folders that the configuration of fontconfig names. So
pictures are drawn in processes of their own, with a configuration that names no folder of the
system. Only a language's own fonts, which vl-convert does not carry, are added (`sobe.site.fonts`);
the bytes of pictures with them depend on the fonts' version.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import unicodedata
from html import escape
from pathlib import Path

from sobe import atomic, signals
from sobe.errors import BuildError, keeping
from sobe.paths import ROOT

#: Width and height in pixels of the picture that a shared link shows.
SHARE = (1200, 630)
#: Which of a page's pictures the others are made of.
WHOLE = "wide"
#: Of the picture that is downloaded, in pixels: margin, height of the source line under the chart.
EDGE, FOOT = 14, 34
#: Sizes and line heights in pixels of its title and subtitle.
HEAD = ((15, 19, 600), (12.5, 16, 400))
#: The font of vl-convert in which all other text is drawn.
CARRIED = "Liberation Sans"
#: A process takes a third of a second to start, so more processes would not be faster.
PROCESSES = 2
_FONTS = (
    '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>{}</fontconfig>\n'
)
_HEIGHT = re.compile(r'<svg[^>]*? height="([\d.]+)"')
#: Marks that no line begins with.
_CLOSING = "、。”’！），．：；？》」』】"
#: Labels of marks in a picture of Vega: their group, its texts, and what a text says aloud.
_LABELS = re.compile(r'(<g class="mark-text role-mark[^>]*>)(.*?)</g>', re.S)
_TEXTS = re.compile(r"<text.*?</text>", re.S)
_SPOKEN = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')
_PIECES = re.compile(
    rf"(?:[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+)[{_CLOSING}]*\s*"
)


def drawn(figures, inside=None, own=()):
    """Draw figures.

    Parameters
    ----------
    figures : list of dict
        Each with ``stills``, a ``spec`` and ``config`` for each picture that a page shows, a wide
        one among them; ``vegalite`` (a version), ``title``, ``description`` and ``lang``;
        ``head`` (lines of the title and of the subtitle) and ``foot`` (the source line) of the
        picture that is downloaded, its ``font``, and colours ``background``, ``ink`` and
        ``muted``; and ``shares``, the title of each picture for shared links, by name.
    inside : Path, optional
        The folder to work in.
    own : iterable of bytes
        Files of the fonts that vl-convert does not carry.

    Returns
    -------
    list of dict
        {"svg": bytes, "png": bytes} of each figure, and its stills and shares by name.

    Raises
    ------
    BuildError
        If a figure cannot be drawn.
    OSError
        If the disk is full.
    """
    with tempfile.TemporaryDirectory(
        prefix=".pictures-", suffix=atomic.PARTIAL, dir=inside and inside.absolute()
    ) as scratch:
        folder = Path(scratch)
        # Also where it stays empty: without any folder, fontconfig would search its default ones.
        (folder / "fonts").mkdir()
        for number, font in enumerate(own):
            (folder / "fonts" / f"{number}.otf").write_bytes(font)
        (folder / "fonts.conf").write_text(
            _FONTS.format(f"<dir>{escape(str(folder / 'fonts'))}</dir>"), encoding="utf-8"
        )
        for number, figure in enumerate(figures):
            (folder / f"{number}.json").write_text(json.dumps(figure), encoding="utf-8")
        drawing = [
            subprocess.Popen(
                [sys.executable, "-m", "sobe.site.pictures", scratch, str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
            )
            for _ in range(min(PROCESSES, len(figures)))
        ]
        # Wait for all processes, so that none still writes.
        answers = [process.communicate() for process in drawing]
        for process, (number, message) in zip(drawing, answers, strict=True):
            if number:  # a full disk
                raise OSError(int(number), os.strerror(int(number)), scratch)
            if process.returncode:
                problem = (
                    "the pictures of figures cannot be drawn; build again, with more memory free"
                )
                raise keeping(BuildError(problem), "vl-convert", message)
        return [
            {
                kind: (folder / f"{number}.{kind}").read_bytes()
                for kind in ("svg", "png", *figure["stills"], *figure["shares"])
            }
            for number, figure in enumerate(figures)
        ]


def lines(text, width):
    """Break a text into lines of up to ``width`` letters; a wide one counts as two."""
    if text.isascii():
        return textwrap.wrap(text, width)
    broken = []
    for piece in _PIECES.findall(text):
        longer = (broken[-1] if broken else "") + piece
        if (
            broken
            and sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in longer.rstrip()) <= width
        ):
            broken[-1] = longer
        else:
            broken.append(piece)
    return [line.rstrip() for line in broken]


def _numbered(svg):
    """Renumber the clips and gradients of a picture from one.

    Vega continues the numbers of the picture before.
    """
    new = {}
    for name, kind in re.findall(r'\bid="(([A-Za-z_]+)\d+)"', svg):
        new[name] = f"{kind}{len(new) + 1}"
    return re.sub(
        r'(?<=\bid=")\w+(?=")|(?<=url\(#)\w+(?=\))', lambda match: new.get(match[0], match[0]), svg
    )


def _haloed(svg, background):
    """Return a picture with an edge of the background's colour around its labels.

    Lines of a grid and marks no longer run through the words. The edge is a copy under the words,
    as not every program knows ``paint-order``. Words on coloured cells have the colour of the
    background and get none.
    """

    def halo(found):
        words = _TEXTS.findall(found[2])
        if any(f'fill="{background}"' in text for text in words):
            return found[0]
        edges = (
            re.sub(
                r'fill="[^"]*"',
                f'fill="{background}" stroke="{background}" stroke-width="3" '
                'stroke-linejoin="round"',
                _SPOKEN.sub("", text),
                count=1,
            )
            for text in words
        )
        return f'{found[1]}<g aria-hidden="true">{"".join(edges)}</g>{found[2]}</g>'

    return _LABELS.sub(halo, svg)


def _line(text, x, y, size, fill, font, weight="normal"):
    """Return a line of text as SVG."""
    return (
        f'<text x="{x:g}" y="{y:g}" font-family="{font}, Arial, Helvetica, sans-serif" '
        f'font-size="{size:g}px" font-weight="{weight}" fill="{fill}">{escape(text)}</text>'
    )


def _whole(svg, figure):
    """Return the picture that is downloaded: title, subtitle, the chart, the source line.

    It has a title and description for assistive software too.
    """
    match = re.match(
        r'<svg([^>]*?) width="([\d.]+)" height="([\d.]+)" viewBox="0 0 [\d.]+ [\d.]+">', svg
    )
    width, font = float(match[2]) + 2 * EDGE, figure["font"]
    y, words = float(EDGE), []
    colours = (figure["ink"], figure["muted"])
    for texts, fill, (size, step, weight) in zip(figure["head"], colours, HEAD, strict=True):
        for text in texts:
            words.append(_line(text, EDGE + 2, y + size, size, fill, font, weight))
            y += step
    top, foot = y + EDGE, lines(figure["foot"], int((width - 32) / 5.4))
    bottom = top + float(match[3]) + EDGE
    tall = bottom + FOOT + 13 * (len(foot) - 1)
    words += [
        _line(line, EDGE + 2, bottom + 14 + 13 * i, 10.5, figure["muted"], font)
        for i, line in enumerate(foot)
    ]
    return (
        f'<svg{match[1]} width="{width:g}" height="{tall:g}" viewBox="0 0 {width:g} {tall:g}" '
        f'role="img" lang="{figure["lang"]}">'
        f"<title>{escape(figure['title'])}</title><desc>{escape(figure['description'])}</desc>"
        f'<rect width="{width:g}" height="{tall:g}" fill="{figure["background"]}"/>'
        f'<g transform="translate({EDGE},{top:g})">{svg[match.end() :].removesuffix("</svg>")}</g>'
        + "".join(words)
        + "</svg>"
    )


#: Heights in pixels of a row of a chart's controls: the first, with its margin, and another.
ROW, MORE = 48, 44


def heights(made, controls):
    """Return a style sheet that reserves the heights of the pictures in pages.

    It is made after the pages: their pictures are drawn while they are written.

    Parameters
    ----------
    made : dict
        For each figure its pictures by kind, as `drawn` returns them.
    controls : dict
        For each figure how many controls the script puts above its chart: in one row, on a phone
        in a row each.
    """

    def rules(kind, where=""):
        for name, pictures in made.items():
            still = f'{where}[data-still="{name}"]'
            yield f"{still} img {{ height: {height(pictures[kind])}px; }}\n"
            if rows := controls[name]:
                above = ROW + (MORE * (rows - 1) if kind == "narrow" else 0)
                yield f"{still} {{ padding-top: {above}px; }}\n"

    wide, narrow = ("".join(rules(kind)) for kind in ("wide", "narrow"))
    small = "".join(rules("narrow", ".sobe-still-small"))
    return f"{wide}@media (max-width: 576px) {{\n{narrow}}}\n{small}"


def height(svg):
    """Return the height of a picture in whole pixels."""
    return round(float(_HEIGHT.match(svg.decode())[1]))


#: Letters per line of a shared picture's title, by its size in pixels.
_TITLES = {48: 46, 40: 56, 34: 66}


def _shared(svg, title, figure):
    """Return a picture for shared links: a title, the chart as large as fits, the source line."""
    width, height = SHARE
    font, edge = figure["font"], 48
    size = next((s for s, n in _TITLES.items() if len(lines(title, n)) <= 2), min(_TITLES))
    head, foot = lines(title, _TITLES[size])[:3], lines(figure["foot"], 190)
    if len(foot) > 2:
        foot = [foot[0], f"{foot[1]} …"]
    step = int(1.25 * size)
    top, bottom = edge + step * len(head), height - 24 - 16 * len(foot)
    wide, tall = map(float, re.match(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"', svg).groups())
    scale = min((width - 2 * edge) / wide, (bottom - top - 24) / tall)
    chart = re.sub(
        r'^<svg([^>]*?) width="[\d.]+" height="[\d.]+"',
        rf'<svg\1 x="{(width - scale * wide) / 2:g}" y="{top}" '
        rf'width="{scale * wide:g}" height="{scale * tall:g}"',
        svg,
    )

    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}" '
        f'fill="{figure["background"]}"/>'
        + "".join(
            _line(line, edge, edge + size // 2 + step * i, size, figure["ink"], font, "bold")
            for i, line in enumerate(head)
        )
        + chart
        + "".join(
            _line(line, edge, bottom + 16 * (i + 1), 12, figure["muted"], font)
            for i, line in enumerate(foot)
        )
        + "</svg>"
    )


def _taken(folder):
    """Yield the figures in a folder that no other process has taken, the largest first."""
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_size, reverse=True):
        try:
            path.with_suffix(".taken").touch(exist_ok=False)
        except FileExistsError:
            continue
        yield path


def _draw(folder):
    """Draw the figures of a folder into it, next to other processes that do the same."""
    import vl_convert

    for path in _taken(folder):
        figure = json.loads(path.read_text(encoding="utf-8"))
        background = figure["background"]
        for kind, still in figure["stills"].items():
            svg = vl_convert.vegalite_to_svg(
                still["spec"], vl_version=figure["vegalite"], config=still["config"]
            )
            svg = _haloed(_numbered(svg), background)
            path.with_suffix(f".{kind}").write_bytes(svg.encode())
            if kind == WHOLE:
                whole = _whole(svg, figure)
                path.with_suffix(".svg").write_bytes(whole.encode())
                path.with_suffix(".png").write_bytes(vl_convert.svg_to_png(whole, scale=2))
                for name, title in figure["shares"].items():
                    picture = vl_convert.svg_to_png(_shared(svg, title, figure), scale=1)
                    path.with_suffix(f".{name}").write_bytes(picture)


if __name__ == "__main__":
    signals.die_with_parent(int(sys.argv[2]))
    # Pages first: nothing goes on without them, and pictures fill the time that they leave.
    os.nice(5)
    try:
        _draw(Path(sys.argv[1]))
    except OSError as error:
        sys.exit(print(error.errno))
