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

from sobe import atomic, signals
from sobe.errors import BuildError, keeping
from sobe.paths import ROOT


def faces(families):
    """Yield path and index of each upright font of the system with these families."""
    for family in sorted(families):
        try:
            listed = subprocess.run(
                ["fc-list", f":family={family}:slant=0", "file", "index"],
                capture_output=True,
                text=True,
            ).stdout
        except FileNotFoundError:
            return
        for line in sorted(listed.splitlines()):
            path, _, index = line.strip().partition(": :index=")
            yield Path(path), int(index) & 0xFFFF  # above are numbers of variations


def subsets(families, text, cache):
    """Return the fonts of some families, each with the characters of a text alone.

    Parameters
    ----------
    families : iterable of str
        Names of fonts.
    text : str
        What is written in them.
    cache : Path
        The folder that keeps them.

    Returns
    -------
    list of bytes
        The files of those that the system has.

    Raises
    ------
    BuildError
        If a font cannot be read.
    """
    characters = "".join(sorted(set(text)))
    found, making = {}, {}
    for path, index in faces(families):
        state = path.stat()
        made_of = repr((str(path), index, state.st_size, state.st_mtime_ns, characters))
        place = cache / f"{hashlib.sha256(made_of.encode()).hexdigest()[:32]}.otf"
        found[place] = atomic.load(place)
        if found[place] is None:
            making[place] = _start(path, index, characters)
    for place, process in making.items():
        found[place], message = process.communicate()
        if process.returncode:
            problem = "a font for pictures cannot be read; install the fonts again"
            raise keeping(BuildError(problem), "fontTools", message.decode(errors="replace"))
        atomic.store(place, found[place])
    return list(found.values())


def _start(path, index, characters):
    """Return the process that writes a subset, under way."""
    arguments = map(str, (os.getpid(), path, index, *map(ord, characters)))
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
    # The boxes around all glyphs, which take long to find, are not used.
    with TTFont(path, fontNumber=number, lazy=True, recalcBBoxes=False) as font:
        maker = subset.Subsetter(options)
        maker.populate(unicodes=codes)
        maker.subset(font)
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


if __name__ == "__main__":
    signals.die_with_parent(int(sys.argv[1]))
    sys.stdout.buffer.write(_subset(Path(sys.argv[2]), int(sys.argv[3]), map(int, sys.argv[4:])))
