"""Compare two folders to the byte, and name the first difference by file and place."""

import hashlib
import io
import zipfile
from collections import Counter
from pathlib import Path

SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
SUMMARIES = (MANIFEST, SUMS)


def names(folder):
    """Return the files below a folder, by path from it, in order."""
    folder = Path(folder)
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def first_byte(one, other):
    """Return the index of the first byte that differs; None if the contents are equal."""
    if one == other:
        return None
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    # By halves, compared in C: pages have megabytes.
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if one[low:middle] != other[low:middle] else (middle, high)
    return low


def _members(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except zipfile.BadZipFile:
        return {}


def _first_difference(name, one, other):
    """Say where two contents of the file ``name`` differ, and what is there."""
    place = first_byte(one, other)
    if name.endswith(".zip"):
        ours, theirs = _members(one), _members(other)
        for member in sorted({*ours, *theirs}):
            if member not in ours or member not in theirs:
                return f"{name}: {member} is in one archive only"
            if ours[member] != theirs[member]:
                return f"{name}, in it " + _first_difference(member, ours[member], theirs[member])
    around = [repr(content[max(0, place - 30) : place + 30])[2:-1] for content in (one, other)]
    where = f"{name}: byte {place:,} of {len(one):,} and {len(other):,}"
    return f"{where}: …{around[0]}… and …{around[1]}…"


def difference(one, other):
    """Say what differs first in two folders; None if they are the same to the byte."""
    ours, theirs = names(one), names(other)
    # Files that sum up the others come last: a difference in them says little.
    for name in sorted({*ours, *theirs}, key=lambda name: (name in SUMMARIES, name)):
        if name not in ours or name not in theirs:
            return f"{name} is only in {one if name in ours else other}"
        contents = [(Path(folder) / name).read_bytes() for folder in (one, other)]
        if contents[0] != contents[1]:
            return _first_difference(name, *contents)
    return None


def kinds(folder):
    """Count a folder's files: {end of the name: number}."""
    ends = (Path(name).suffix.lstrip(".") or Path(name).name for name in names(folder))
    return dict(sorted(Counter(ends).items()))


def sha256(path):
    """Return the SHA-256 of a file in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(folder):
    """Write SHA256SUMS of all files into their folder, for `sha256sum -c`."""
    lines = [f"{sha256(Path(folder) / name)}  {name}\n" for name in names(folder) if name != SUMS]
    (Path(folder) / SUMS).write_text("".join(lines), encoding="utf-8")
