"""Put derived files in place: all of them or none, even if that is interrupted."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sobe import atomic, signals, tables
from sobe.tables.derive.common import DeriveError

READY = ".derived"


def write(files: dict[str, str], root: Path) -> None:
    """Put all files in place, all of them or none.

    They are written to a folder of their own and loaded there, together with the tables that are
    not derived. The folder is renamed to ``.derived`` once they are whole and on the disk. From
    then on they are moved into place, by the next command if this one is interrupted.

    Parameters
    ----------
    files
        The text of each file, by its path in the repository.
    root
        The folder of the repository.

    Raises
    ------
    TableError
        If a table does not keep to its schema; nothing has changed then.
    DeriveError
        If another derivation is running.
    OSError
        If the disk fails.
    """
    aside = root / ".derived.part"
    with atomic.locked(root / "data") as ours:
        if not ours:
            raise DeriveError(
                f"another derivation is writing to {root / 'data'}; wait for it to finish"
            )
        _move(root)
        atomic.remove(aside)
        try:
            shutil.copytree(root / "data", aside / "data")
            for name, text in files.items():
                (aside / name).parent.mkdir(parents=True, exist_ok=True)
                atomic.write(aside / name, text)
            for name in tables.names(aside / "data"):
                tables.load(name, aside / "data", own=True)
            for path in _files(aside):
                if path.relative_to(aside).as_posix() not in files:
                    path.unlink()
            with signals.deferred():
                os.rename(aside, root / READY)
                _move(root)
        finally:
            atomic.remove(aside)


def finish(root: Path) -> None:
    """Move into place what an interrupted :func:`write` had ready."""
    if (root / READY).is_dir():
        with atomic.locked(root / "data") as ours:
            if ours:  # else the one that runs moves it
                _move(root)


def _move(root):
    ready = root / READY
    for path in _files(ready):
        place = root / path.relative_to(ready)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, place)
    atomic.remove(ready)


def _files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())
