"""Pictures as PNG, drawn with pinned fonts: `python -m sobe.web.raster FOLDER PARENT`.

vl-convert prefers a font of the system to the one of the same name that it carries, so that the
same picture is other bytes on another machine. It looks for them once in a process and where
fontconfig's file says: so this is a process of its own, with a file that names no folder. A face
that vl-convert does not carry (Noto Sans CJK SC, for Chinese) is looked up for it by name.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from sobe import keep, stop

SCALES = {"png": 2, "thumbnail": 0.4}
#: Faces of which only the system has one; their version decides the bytes of pictures that name them.
OF_THE_SYSTEM = ("Noto Sans CJK SC",)
_FONTS = '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>{}</fontconfig>\n'


def _folders(svgs):
    """Folders with the faces of the system that the pictures name."""
    found = set()
    for face in OF_THE_SYSTEM:
        if any(face in svg for svg in svgs):
            try:
                said = subprocess.run(["fc-list", f":family={face}", "file"], capture_output=True, text=True).stdout
            except FileNotFoundError:
                continue
            found |= {str(Path(line.strip().rstrip(":")).parent) for line in said.splitlines() if line.strip()}
    return sorted(found)


def rasterised(svgs, inside=None):
    """[{"png": bytes, "thumbnail": bytes}] of pictures given as SVG text. ``inside``: the folder to work in.

    Raises RuntimeError if none can be drawn, OSError of a full disk.
    """
    with tempfile.TemporaryDirectory(prefix=".pictures-", suffix=keep.PARTIAL, dir=inside and inside.absolute()) as scratch:
        folder = Path(scratch)
        (folder / "none").mkdir()
        # The folder without fonts: where no folder is named, the usual ones would be looked through.
        dirs = "".join(f"<dir>{escape(str(path))}</dir>" for path in (folder / "none", *_folders(svgs)))
        (folder / "fonts.conf").write_text(_FONTS.format(dirs), encoding="utf-8")
        for number, svg in enumerate(svgs):
            (folder / f"{number}.svg").write_text(svg, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "sobe.web.raster", scratch, str(os.getpid())], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            cwd=Path(__file__).resolve().parents[2], env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )  # fmt: skip
        if done.stdout:  # a full disk
            raise OSError(int(done.stdout), os.strerror(int(done.stdout)), scratch)
        if done.returncode:
            raise RuntimeError(f"pictures cannot be drawn: {done.stderr.strip()[-500:]}")
        return [{kind: (folder / f"{number}.{kind}").read_bytes() for kind in SCALES} for number in range(len(svgs))]


def main(folder):
    """Draw every SVG of a folder beside it."""
    import vl_convert

    for path in Path(folder).glob("*.svg"):
        svg = path.read_text(encoding="utf-8")
        for kind, scale in SCALES.items():
            path.with_suffix(f".{kind}").write_bytes(vl_convert.svg_to_png(svg, scale=scale))


if __name__ == "__main__":
    stop.die_with_parent(int(sys.argv[2]))
    try:
        main(sys.argv[1])
    except OSError as error:
        sys.exit(print(error.errno))
