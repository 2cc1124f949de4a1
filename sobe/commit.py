"""Which commit a checkout or an archive of the repository is."""

import functools
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FILE = "sobe/commit.txt"
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


#: Variables of the caller that reach git. HOME leads to the user's own settings, where git looks
#: for the folders of other users that they trust.
_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "LD_LIBRARY_PATH")
#: Nothing that a checkout's own settings name is run or read, and nothing changes the bytes of files.
_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.eol": "lf",
    "tar.umask": "0002",
    "gc.auto": "0",
}


def git(root, *arguments, check=False, text=True):
    """Return what git says, run in ``root``, or None where it fails.

    It takes no locks, so that a checkout may be read-only; it heeds no variables of a hook that
    runs us, and no replaced objects. Its check of who owns the checkout stays in force.

    Raises
    ------
    subprocess.CalledProcessError
        With ``check``, where git fails.
    """
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ} | {
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C.UTF-8",
    }
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = ["git", "--no-optional-locks", *settings, "-C", str(root), *arguments]
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
    if done.returncode == 0:
        return done.stdout
    _tell_refusal(str(root), done.stderr if text else done.stderr.decode(errors="replace"))
    return None


@functools.cache
def _tell_refusal(root, said):
    """Say once that git does not answer for a checkout of another user."""
    if "dubious ownership" in said:
        print(
            f"git does not answer for {root}, which belongs to another user, so its commit is not"
            " known; if you trust it: git config --global --add safe.directory (that folder)",
            file=sys.stderr,
        )


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
