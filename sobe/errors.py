"""Errors that a command reports as one line; what other tools said is kept apart.

A message of git, pip, Dask or ZeroMQ names neither the step of ours that failed nor the remedy. Our
own line does, and theirs is shown with ``VERBOSE=1``, a variable of make and of the environment.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import TypeVar

_Error = TypeVar("_Error", bound=BaseException)
_THEIRS = "_theirs"


class BuildError(Exception):
    """An error that the user can act on; only its message is shown, without a traceback."""


def reason(error):
    """Return an OSError as text: "No space left on device: /book/_build/html/index.html"."""
    if isinstance(error, shutil.Error):  # a copy of a folder: (from, to, why) of each file
        return one_line(error.args[0][0][2])
    words = error.strerror or one_line(error)
    return f"{words}: {error.filename}" if error.filename else words


def one_line(error: object, longest: int = 300) -> str:
    """Return the text of an error of others on one line, cut where it is long."""
    return " ".join(str(error).split())[:longest]


def is_verbose() -> bool:
    """Return whether the messages of other tools are shown."""
    return os.environ.get("VERBOSE", "") not in ("", "0")


def keeping(error: _Error, tool: str, said: object) -> _Error:
    """Return an error of ours that keeps what another tool said, for `tell`."""
    setattr(error, _THEIRS, (tool, str(said).strip()))
    return error


def theirs(error: BaseException | None) -> tuple[str, str]:
    """Return (tool, what it said) of an error, or of those it was raised for; ("", "") if none."""
    seen = 0
    while error is not None and seen < 100:
        if found := getattr(error, _THEIRS, None):
            tool, said = found
            return tool, said
        error, seen = error.__cause__ or error.__context__, seen + 1
    return "", ""


def tell(error: BaseException, message: str | None = None) -> None:
    """Print an error, or the ``message`` for it, to standard error.

    With ``VERBOSE=1`` what another tool said follows, each line with its name.
    """
    text = str(error) if message is None else message
    tool, said = theirs(error)
    if tool and not is_verbose():
        text += f" (VERBOSE=1 shows what {tool} said)"
    print(f"error: {text}", file=sys.stderr)
    if tool and is_verbose():
        for line in said.splitlines() or ["nothing"]:
            print(f"{tool}: {line}", file=sys.stderr)
