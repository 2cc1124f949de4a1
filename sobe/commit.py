"""Find out which commit a checkout or an archive of the repository is."""

import functools
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sobe.errors import BuildError, keeping

FILE = "sobe/commit.txt"
_ARCHIVED = re.compile(r"([0-9a-f]{40,64}) (\d+)\s*\Z")


@dataclass(frozen=True)
class Commit:
    """A commit of the repository.

    Attributes
    ----------
    id : str
        The hash, or "" where it is not known.
    time : int or None
        Seconds since 1970.
    changed : bool
        Whether files of the checkout differ from the commit.
    """

    id: str = ""
    time: int | None = None
    changed: bool = False

    @property
    def short(self) -> str:
        """The hash as pages show it; "" where it is not known."""
        return self.id[:12]

    def __str__(self) -> str:
        """Return the short hash and whether files differ from it, as messages show it."""
        return (self.short or "unknown") + (", changed" if self.changed else "")


#: Environment variables that are passed on to git. HOME leads to the user's settings, which name
#: the folders of other users that the user trusts.
_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "LD_LIBRARY_PATH")
#: Settings by which git runs no program and reads no file that a checkout's own settings name, and
#: changes no bytes of files.
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
    """Run git in ``root`` and return its output, or None where it fails.

    Git takes no locks, so a checkout may be read-only. It ignores the variables of a hook that may
    have started this process, and replaced objects. It still checks who owns the checkout.

    Raises
    ------
    subprocess.CalledProcessError
        If git fails and ``check`` is set.
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
    _report_refusal(str(root), done.stderr if text else done.stderr.decode(errors="replace"))
    return None


#: What to look at where a command of git fails.
_REMEDIES = {
    **dict.fromkeys(
        ("ls-remote", "fetch", "push"),
        "check the address, and that you may read and write there: git ls-remote ADDRESS",
    ),
    **dict.fromkeys(
        ("clone", "checkout", "archive", "rev-parse"),
        "check that the commit is here and the disk has room: git fsck",
    ),
}


def asked(root, *arguments, text=True):
    """Run git in ``root`` as `git` does, and return its output.

    Raises
    ------
    BuildError
        Where git fails or is not installed; one line with a remedy.
    """
    try:
        out = git(root, *arguments, check=True, text=text)
    except subprocess.CalledProcessError as error:
        name = next(word for word in arguments if not word.startswith("-") and "=" not in word)
        said = error.stderr if text else error.stderr.decode(errors="replace")
        remedy = _REMEDIES.get(name, "check the repository: git status")
        raise keeping(BuildError(f"git {name} failed in {root}; {remedy}"), "git", said) from None
    if out is None:
        raise BuildError("git is not installed; install it, or put it on PATH")
    return out


@functools.cache
def _report_refusal(root: str, message: str) -> None:
    """Print, once per checkout, that git refuses a checkout of another user."""
    if "dubious ownership" in message:
        print(
            f"git does not answer for {root}, which belongs to another user, so its commit is not"
            " known; if you trust it: git config --global --add safe.directory (that folder)",
            file=sys.stderr,
        )


def of(root):
    """Return the `Commit` of the folder ``root``, from git or from the file of an archive."""
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
