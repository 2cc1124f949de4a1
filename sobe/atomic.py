"""Files that are whole or not there: sources written safely, and results kept from earlier builds."""

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
from pathlib import Path

#: How the name of a file ends that is not complete yet.
PARTIAL = ".part"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # Linux's


def remove(path: Path) -> None:
    """Remove a file, link or folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def exchange(one: Path, other: Path) -> bool:
    """Let two files or folders change names, in one instant; False, and no change, where the system cannot."""
    try:
        return not ctypes.CDLL(None).renameat2(
            _AT_FDCWD,
            os.fsencode(one),
            _AT_FDCWD,
            os.fsencode(other),
            ctypes.c_uint(_RENAME_EXCHANGE),
        )
    except AttributeError:  # no Linux
        return False


def put_in_place(fresh: Path, place: Path, old: Path) -> None:
    """Let the folder ``fresh`` take the name ``place``; what stood there may stay under the name of ``fresh``.

    Where the system cannot exchange them in one instant, a kill may leave what stood there as ``old``:
    :func:`restore` mends that.
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
    """Mend what a killed :func:`put_in_place` left."""
    if old.is_dir() and not place.exists():
        os.rename(old, place)
    remove(old)


def read_plain(path: Path, limit: int) -> bytes:
    """Read a file that may be a stranger's.

    Raises
    ------
    ValueError
        It is a link, a folder, a device or a pipe, or has more than ``limit`` bytes.
    OSError
        It cannot be opened.
    """
    try:
        # A pipe would wait for a writer, and a link lead elsewhere.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ValueError("it is a link, expected a plain file") from None
        raise
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("it is not a plain file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"it has more than {limit:,} bytes")
    return content


def write(path: Path, content: str | bytes) -> None:
    """Write a file so that, whenever this is cut short, its name bears the old content or the new.

    Raises OSError, leaving the old content, where it cannot be written.
    """
    content = content.encode() if isinstance(content, str) else content
    aside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{PARTIAL}")
    try:
        with open(aside, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def locked(folder: Path):
    """Hold a folder while the block runs: gives whether it is ours, or another process holds it.

    The system lets go of it with the process.
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
    """Make a folder under a name that is ours alone; what stands in its way there goes."""
    if not folder.is_dir():
        with contextlib.suppress(
            OSError
        ):  # chapters and editions are kept at the same time: it may be there by now
            folder.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)


def store(path: Path, content: bytes) -> None:
    """Keep ``content`` under a name that is ours alone; what stands in its way there goes."""
    make_folder(path.parent)
    if path.is_dir():
        remove(path)
    write(path, hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def load(path: Path) -> bytes | None:
    """What :func:`store` left under a name; None if it is not there or not as it was left."""
    try:
        first, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest().encode() == first else None
