"""Derived files put in place: all of them or none, whenever that is cut short."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sobe import atomic, signals
from sobe.tables.derive.common import DeriveError

READY = ".derived"


def write(files: dict[str, str], root: Path) -> None:
    """Put all files in place, all of them or none.

    They are laid out aside, loaded there together with the tables that are not derived, and take
    the name ``.derived`` once they are whole and on the disk. From then on they are moved into
    place, by the next command if this one does not come to it. Raises :class:`tables.TableError`
    for a table that does not keep to its schema, :class:`DeriveError` where another derivation
    runs, OSError where the disk fails; nothing has changed then.
    """
    from sobe import tables

    aside = root / ".derived.part"
    with atomic.alone(root / "data") as ours:
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
                atomic.write_whole(aside / name, text)
            for name in tables.names(aside / "data"):
                tables.load(name, aside / "data")
            for path in [
                p
                for p in aside.rglob("*")
                if p.is_file() and p.relative_to(aside).as_posix() not in files
            ]:
                path.unlink()
            with signals.held_off():
                os.rename(aside, root / READY)
                _move(root)
        finally:
            atomic.remove(aside)


def finish(root: Path) -> None:
    """Move into place what an interrupted :func:`write` had ready."""
    if (root / READY).is_dir():
        with atomic.alone(root / "data") as ours:
            if ours:  # else the one that runs moves it
                _move(root)


def _move(root):
    ready = root / READY
    for path in sorted(p for p in ready.rglob("*") if p.is_file()):
        os.replace(path, root / path.relative_to(ready))
    atomic.remove(ready)
