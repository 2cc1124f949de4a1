"""Which commit a checkout or an archive of the repository is."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

FILE = "sobe/release/commit.txt"
_ARCHIVED = re.compile(r"([0-9a-f]{40,64}) (\d+)\s*\Z")


@dataclass(frozen=True)
class Commit:
    """``id``: the hash, or "" where it is not known. ``time``: seconds since 1970, or None.
    ``changed``: whether files differ from it."""

    id: str = ""
    time: int | None = None
    changed: bool = False

    @property
    def short(self):
        """The hash as pages show it; "" where it is not known."""
        return self.id[:12]

    def __str__(self):
        return (self.short or "unknown") + (", changed" if self.changed else "")


def git(root, *arguments, check=False, text=True):
    """What git says, run in ``root``, or None where it fails.

    It takes no locks, so that a checkout may be read-only, and heeds no variables of a hook that runs us.
    Raises subprocess.CalledProcessError with ``check``.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    command = [
        "git",
        "--no-optional-locks",
        "-c",
        f"safe.directory={root}",
        "-C",
        str(root),
        *arguments,
    ]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=text,
            env=environment,
            check=check,
            encoding="utf-8" if text else None,
        )
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def of(root):
    """The `Commit` at the folder ``root``: asked of git in a checkout, else read from an archive's own file."""
    root = Path(root).resolve()
    if (root / ".git").exists():
        head = git(root, "log", "-1", "--format=%H %ct")
        if head:
            name, time = head.split()
            return Commit(name, int(time), bool(git(root, "status", "--porcelain")))
        return Commit()
    try:
        match = _ARCHIVED.match((root / FILE).read_text(encoding="utf-8"))
    except OSError:
        match = None
    return Commit(match[1], int(match[2])) if match else Commit()
