"""Two folders compared to the byte; what differs is named by file and place."""

import hashlib
import io
import zipfile
from pathlib import Path

SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
SUMMARIES = (MANIFEST, SUMS)


def names(folder):
    """The files below a folder, by path from it, in order."""
    folder = Path(folder)
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def first_byte(one, other):
    """The place of the first byte in which two contents differ, counted from 0; None if they are equal."""
    if one == other:
        return None
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    # Halving with slices compared in C: pages have megabytes.
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


def _told(name, one, other):
    """In words: where two contents of the file ``name`` differ, and what stands there."""
    place = first_byte(one, other)
    if name.endswith(".zip"):
        ours, theirs = _members(one), _members(other)
        for member in sorted({*ours, *theirs}):
            if member not in ours or member not in theirs:
                return f"{name}: {member} is in one archive only"
            if ours[member] != theirs[member]:
                return f"{name}, in it " + _told(member, ours[member], theirs[member])
    around = [repr(content[max(0, place - 30) : place + 30])[2:-1] for content in (one, other)]
    return f"{name}: byte {place:,} of {len(one):,} and {len(other):,}: …{around[0]}… and …{around[1]}…"


def difference(one, other):
    """The first difference of two folders, in words; None if they are the same to the byte."""
    ours, theirs = names(one), names(other)
    # What sums up the others comes last: a difference in it says little.
    for name in sorted({*ours, *theirs}, key=lambda name: (name in SUMMARIES, name)):
        if name not in ours or name not in theirs:
            return f"{name} is only in {one if name in ours else other}"
        contents = [(Path(folder) / name).read_bytes() for folder in (one, other)]
        if contents[0] != contents[1]:
            return _told(name, *contents)
    return None


def kinds(folder):
    """{end of a file's name: how many} of a folder's files."""
    found = {}
    for name in names(folder):
        end = Path(name).suffix.lstrip(".") or Path(name).name
        found[end] = found.get(end, 0) + 1
    return dict(sorted(found.items()))


def sha256(path):
    """The SHA-256 of a file, in hex."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(folder):
    """Write SHA256SUMS of all files of a folder into it, in the form that `sha256sum -c` reads."""
    lines = [f"{sha256(Path(folder) / name)}  {name}\n" for name in names(folder) if name != SUMS]
    (Path(folder) / SUMS).write_text("".join(lines), encoding="utf-8")
