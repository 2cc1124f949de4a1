"""Atomic writes of files and folders, and stored results of earlier builds.

A file written here has its old content or its new one, whenever the process is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import os
import shutil
import stat
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

#: Suffix of files and folders that are not complete yet.
PARTIAL = ".part"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # constants of Linux


def remove(path: Path) -> None:
    """Remove a file, link or folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def exchange(one: Path, other: Path) -> bool:
    """Exchange the names of two files or folders in one step.

    Returns
    -------
    bool
        False where the system cannot do it; nothing has changed then.
    """
    try:
        return not ctypes.CDLL(None).renameat2(
            _AT_FDCWD,
            os.fsencode(one),
            _AT_FDCWD,
            os.fsencode(other),
            ctypes.c_uint(_RENAME_EXCHANGE),
        )
    except AttributeError:  # not Linux
        return False


def put_in_place(fresh: Path, place: Path, old: Path) -> None:
    """Give the folder ``fresh`` the name ``place``.

    The folder that had this name before may remain, under the name of ``fresh``. Where the system
    cannot exchange two names in one step, a kill may leave it as ``old``; call :func:`restore`.
    """
    if place.is_dir() and exchange(fresh, place):
        return
    remove(old)
    if place.exists():
        os.rename(place, old)
    try:
        os.rename(fresh, place)
    except OSError:
        if old.exists():
            os.rename(old, place)
        raise
    remove(old)


def restore(old: Path, place: Path) -> None:
    """Restore the folder ``place`` from ``old`` if :func:`put_in_place` was killed half way."""
    if old.is_dir() and not place.exists():
        os.rename(old, place)
    remove(old)


def read_plain(path: Path, limit: int, follow: bool = False) -> bytes:
    """Read a file that somebody else may have written; ``follow`` allows a link to it.

    Raises
    ------
    ValueError
        If it is a folder, a device or a pipe, has more than ``limit`` bytes, or is a link that is
        not allowed.
    OSError
        If it cannot be opened.
    """
    try:
        # Opening a pipe would wait for a writer, and a link would lead elsewhere.
        link = 0 if follow else os.O_NOFOLLOW
        handle = os.open(path, os.O_RDONLY | link | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP and not follow:
            raise ValueError("it is a link, expected a plain file") from None
        raise
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("it is not a plain file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"it has more than {limit:,} bytes")
    return content


def write(path: Path, content: str | bytes, mode: int | None = None) -> None:
    """Write a file in one step: a process that is killed leaves the old content or the new.

    ``mode`` is who may read and write it; by default the user's usual one.

    Raises
    ------
    OSError
        If it cannot be written; the old content remains.
    """
    content = content.encode() if isinstance(content, str) else content
    aside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{PARTIAL}")
    try:
        with open(aside, "wb") as out:
            if mode is not None:
                os.fchmod(out.fileno(), mode)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def write_together(files: Mapping[Path, str | bytes]) -> None:
    """Write several files: all are whole and on the disk before the first takes its name.

    Raises
    ------
    OSError
        If one cannot be written; all have their old content then.
    """
    ready: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            ready[path] = path.with_name(f".{path.name}.{os.getpid()}.together{PARTIAL}")
            write(ready[path], content)
        for path, aside in ready.items():
            os.replace(aside, path)
    finally:
        for aside in ready.values():
            aside.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Lock a folder while the block runs.

    Yields True, or False where another process has the lock. The system releases the lock when
    the process ends.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = True
        except BlockingIOError:
            ours = False
        yield ours
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder whose name belongs to this build; remove a file that has the name."""
    if not folder.is_dir():
        # Chapters and editions are stored at the same time: another may have made the folder.
        with contextlib.suppress(OSError):
            folder.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)


def store(path: Path, content: bytes) -> None:
    """Store ``content`` with its checksum in a file whose name belongs to this build.

    A folder that has the name is removed.
    """
    make_folder(path.parent)
    if path.is_dir():
        remove(path)
    write(path, hashlib.sha256(content).hexdigest().encode() + b"\n" + content, 0o600)


def load(path: Path) -> bytes | None:
    """Load what :func:`store` wrote.

    Returns
    -------
    bytes or None
        None where the file is missing or has changed since, is no plain file, or is another
        user's or could be written by one: anybody can make a checksum.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            found = os.fstat(handle)
            others = found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
            if not stat.S_ISREG(found.st_mode) or others:
                return None
            first, _, content = file.read().partition(b"\n")
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest().encode() == first else None
