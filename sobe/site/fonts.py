"""A language's own fonts for pictures, which vl-convert does not carry.

Run as `python -m sobe.site.fonts PARENT FONT INDEX CODE …`, it writes the subset of a font with the
characters of these codes to standard output. A subset takes seconds, in which pages are written.
vl-convert reads a font for every text that it measures, and a Chinese font has 65,000 glyphs. A
subset of the characters that an edition's figures have gives the same bytes in a third of the time.
"""

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from sobe import atomic, signals
from sobe.errors import BuildError, keeping
from sobe.paths import ROOT


class Face(NamedTuple):
    """A font of the system: its place in a file, and the state of that file."""

    path: str
    number: int
    size: int
    changed_ns: int


def faces(families):
    """Return the upright fonts of the system with these families.

    Raises
    ------
    BuildError
        If the system has a list of fonts that cannot be read.
    """
    found = []
    for family in sorted(families):
        try:
            listed = subprocess.run(
                ["fc-list", f":family={family}:slant=0", "file", "index"],
                capture_output=True,
                text=True,
            )
        except FileNotFoundError:
            return []
        if listed.returncode:
            problem = "the fonts of the system cannot be listed; install fontconfig again"
            raise keeping(BuildError(problem), "fc-list", listed.stderr)
        for line in sorted(listed.stdout.splitlines()):
            path, _, index = line.strip().partition(": :index=")
            state = Path(path).stat()
            # Above are numbers of variations.
            found.append(Face(path, int(index) & 0xFFFF, state.st_size, state.st_mtime_ns))
    return found


def subsets(faces, text, cache):
    """Return fonts, each with the characters of a text alone.

    Parameters
    ----------
    faces : iterable of Face
        What `faces` found.
    text : str
        What is written in them.
    cache : Path
        The folder that keeps them.

    Returns
    -------
    list of bytes
        Their files.

    Raises
    ------
    BuildError
        If a font cannot be read.
    """
    characters = "".join(sorted(set(text)))
    found, making = {}, {}
    for face in faces:
        made_of = repr((*face, characters))
        place = cache / f"{hashlib.sha256(made_of.encode()).hexdigest()[:32]}.otf"
        found[place] = atomic.load(place)
        if found[place] is None:
            making[place] = _start(face, characters)
    for place, process in making.items():
        found[place], message = process.communicate()
        if process.returncode:
            problem = "a font for pictures cannot be read; install the fonts again"
            raise keeping(BuildError(problem), "fontTools", message.decode(errors="replace"))
        atomic.store(place, found[place])
    return list(found.values())


def _start(face, characters):
    """Return the process that writes a subset, under way."""
    arguments = map(str, (os.getpid(), face.path, face.number, *map(ord, characters)))
    return subprocess.Popen(
        [sys.executable, "-m", "sobe.site.fonts", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )


def _subset(path, index, codes):
    """Return the subset of a font with the characters of these codes."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(
        name_IDs=["*"], name_languages=["*"], layout_features=["*"], notdef_outline=True
    )
    number = index if path.suffix in (".ttc", ".otc") else -1
    # The boxes around all glyphs, which take long to find, are not used. No time: the same bytes.
    kept = {"recalcBBoxes": False, "recalcTimestamp": False}
    with TTFont(path, fontNumber=number, lazy=True, **kept) as font:
        maker = subset.Subsetter(options)
        maker.populate(unicodes=codes)
        maker.subset(font)
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


if __name__ == "__main__":
    signals.die_with_parent(int(sys.argv[1]))
    made = _subset(Path(sys.argv[2]), int(sys.argv[3]), map(int, sys.argv[4:]))
    # With PYTHONUNBUFFERED, sys.stdout would leave out the rest after a stop (Ctrl-Z, then fg).
    with open(sys.stdout.fileno(), "wb", closefd=False) as out:
        out.write(made)
