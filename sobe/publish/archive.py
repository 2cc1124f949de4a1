"""Archives of releases, which may be a stranger's: read member by member and within limits."""

from __future__ import annotations

import re
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from sobe.errors import BuildError
from sobe.publish import manifest

#: What an archive may hold: members, and bytes of them all.
MOST_MEMBERS, MOST_BYTES = 50_000, 2_000_000_000
_NAME = re.compile(manifest.FILE_PATTERN)


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file in a zip that `write_zip` could have made.

    Raises
    ------
    BuildError
        One line: it is no zip, or it holds a name that leads elsewhere, a link, a folder, a
        compressed or an encrypted member, a name twice, or more than the limits allow.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for info in _allowed(path.name, archive.infolist(), _zip_problem):
                with archive.open(info) as file:
                    content = file.read(info.file_size + 1)
                if len(content) != info.file_size:
                    raise BuildError(f"{path.name}: {info.filename} has another size than it says")
                yield info.filename, content
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, BuildError):
            raise
        raise BuildError(f"{path.name} is not a readable zip: {_line(error)}") from None


def check_tar(path: Path) -> None:
    """Raise `BuildError`, in one line, unless a tar holds only plain files and folders.

    The limits of number and size are those of zips.
    """
    try:
        with tarfile.open(path, "r:") as archive:
            for _ in _allowed(path.name, archive, _tar_problem):
                pass
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise BuildError(f"{path.name} is not a readable tar: {_line(error)}") from None


def unpack(path: Path, folder: Path) -> None:
    """Unpack a zip into the new folder ``folder``; raise `BuildError` as `members` does."""
    for name, content in members(path):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            out.write(content)


def _allowed(where, infos, problem):
    """Yield the members of an archive; raise `BuildError` at the first that breaks a rule."""
    names, total = set(), 0
    for info in infos:
        name, size, wrong = problem(info)
        if wrong is None and not _NAME.match(name):
            wrong = "has a name that no file of a release may have"
        if wrong is None and name.casefold() in names:
            wrong = "is there twice"
        names.add(name.casefold())
        total += size
        if wrong is None and len(names) > MOST_MEMBERS:
            wrong = f"is one of more than {MOST_MEMBERS:,} members"
        if wrong is None and total > MOST_BYTES:
            wrong = f"brings the archive to more than {MOST_BYTES:,} bytes"
        if wrong:
            raise BuildError(f"{where}: {manifest.short(name)!r} {wrong}")
        yield info


def _zip_problem(info):
    kind = stat.S_IFMT(info.external_attr >> 16)
    wrong = None
    if info.is_dir() or kind not in (0, stat.S_IFREG):
        wrong = "is not a plain file"
    elif info.flag_bits & 0x1:
        wrong = "is encrypted"
    elif info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
        wrong = "is compressed; archives of a release are stored"
    return info.orig_filename, info.file_size, wrong


def _tar_problem(info):
    plain = info.isreg() or info.isdir()
    return info.name, max(info.size, 0), None if plain else "is not a plain file or folder"


def _line(error):
    return manifest.short(str(error) or type(error).__name__)
