"""Check a release's folder and the site of versions against the manifest before their use.

Whoever verifies or publishes may handle a stranger's files. Nothing here follows a link, and
nothing is unpacked or copied before its name and sum are known to be those of the manifest.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from sobe import atomic
from sobe.errors import BuildError
from sobe.publish import archive, compare, manifest

#: Bytes that one file of a release may have, and its list of sums.
MOST_BYTES, MOST_SUMS = 4_000_000_000, 100_000
_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f/\\]{1,200})\Z")
#: How many problems one message names.
_NAMED = 5


def release(folder: Path) -> dict:
    """Return the manifest of a release whose files are exactly those that it lists.

    Raises
    ------
    BuildError
        One line that names what is wrong: the manifest, an extra, missing or altered file, a
        link, an archive beyond the limits, or a member that is not as the manifest says.
    """
    if folder.is_symlink() or not folder.is_dir():
        raise BuildError(f"{folder} is not a folder with a release")
    found = manifest.read(folder / manifest.NAME)
    _expect_sums(folder, found)
    version = found["version"]
    members = {
        archive_name(version, "site"): found["site"],
        archive_name(version, "data"): found["data"],
        archive_name(version, "notebooks"): {
            f"{name}.ipynb": chapter["notebook"] for name, chapter in found["chapters"].items()
        },
    }
    if absent := [name for name in members if name not in found["files"]]:
        raise BuildError(f"{folder.name}: files of the manifest lacks {absent[0]}")
    for name in sorted(found["files"]):
        if name.endswith(".zip"):
            _expect_members(folder / name, members.get(name))
        elif name.endswith(".tar"):
            archive.check_tar(folder / name)
    return found


def archive_name(version: str, what: str) -> str:
    """Return the name of one of a release's archives."""
    return f"brain-emulation-2025-{version}-{what}.zip"


def tree(folder: Path, sums: dict[str, str]) -> None:
    """Raise `BuildError` unless ``folder`` holds exactly the files of ``sums``, {name: SHA-256}."""
    _raise(
        folder, _differences(sums, _sums_of(folder, plain_files(folder), sums), "in no manifest")
    )


def plain_files(folder: Path) -> set[str]:
    """Return the files below ``folder``; raise `BuildError` for a link, a device or a pipe."""
    if folder.is_symlink() or not folder.is_dir():
        raise BuildError(f"{folder} is not a plain folder")
    found: set[str] = set()
    for place, folders, names in os.walk(folder, onerror=_unreadable):
        for name in [*folders, *names]:
            path = Path(place, name)
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                shown = path.relative_to(folder).as_posix()
                raise BuildError(f"{folder.name}: {manifest.short(shown)} is not a plain file")
        found.update(Path(place, name).relative_to(folder).as_posix() for name in names)
    return found


def _unreadable(error):
    raise error


def _expect_sums(folder, found):
    """Raise `BuildError` unless the folder's files, the manifest and SHA256SUMS agree."""
    listed = _listed(folder / compare.SUMS)
    there = plain_files(folder) - {compare.SUMS}
    problems = _differences(listed, _sums_of(folder, there, listed), f"not in {compare.SUMS}")
    if not problems:
        ours = {name: total for name, total in listed.items() if name != manifest.NAME}
        problems = [
            f"{name} is not in the manifest as {compare.SUMS} has it"
            for name in sorted({*ours, *found["files"]})
            if ours.get(name) != found["files"].get(name)
        ]
    _raise(folder, problems)


def _listed(path):
    """Read {name: sum} from a list of sums."""
    where = f"{path.parent.name}/{path.name}"
    try:
        text = atomic.read_plain(path, MOST_SUMS).decode("utf-8")
    except FileNotFoundError:
        raise BuildError(f"{where} is missing") from None
    except (OSError, ValueError) as error:
        raise BuildError(f"{where} cannot be read: {manifest.short(str(error))}") from None
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.match(line)
        if match is None or match[2] in found:
            shown = manifest.short(line)
            raise BuildError(f"{where}, line {number}: {shown!r}, expected a sum and a new name")
        found[match[2]] = match[1]
    return found


def _expect_members(path, sums):
    """Raise `BuildError` unless a zip has the members of ``sums`` (None: any within the limits)."""
    found = {name: hashlib.sha256(content).hexdigest() for name, content in archive.members(path)}
    if sums is None or found == sums:
        return
    _raise(path, _differences(sums, found, "in no manifest"))


def _differences(sums, found, extra):
    """Say how the files ``found`` differ from ``sums`` (both {name: sum}), a sentence each."""
    return [
        *(f"{name} is missing" for name in sums if name not in found),
        *(f"{manifest.short(name)} is {extra}" for name in sorted(set(found) - set(sums))),
        *(f"{name} has another sum" for name in sums if found.get(name, sums[name]) != sums[name]),
    ]


def _sums_of(folder, names, sums):
    """Return {name: sum}, with "" for files that ``sums`` does not list: these are not read."""
    return {name: _sum(folder / name) if name in sums else "" for name in names}


def _raise(place, problems):
    if problems:
        more = len(problems) - _NAMED
        rest = f"; and {more} more" if more > 0 else ""
        raise BuildError(f"{place.name}: " + "; ".join(problems[:_NAMED]) + rest)


def _sum(path):
    """Return the SHA-256 of a plain file in hexadecimal; raise `BuildError` for one too large."""
    if path.stat().st_size > MOST_BYTES:
        raise BuildError(f"{path.name} has more than {MOST_BYTES:,} bytes")
    return compare.sha256(path)
