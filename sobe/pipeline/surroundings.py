"""Variables of the environment that reach a build: checked once, and part of its key."""

import os
import re
import tempfile
from pathlib import Path

from sobe import commit
from sobe.errors import BuildError
from sobe.tables.rows import quote

#: What decides which data and code a chapter reads. Zones, locales and threads do not reach one:
#: `make verify` compares builds in several.
CHAPTERS = ("SOBE_DATA", "PYTHONPATH", "PYTHONHOME", "PYTHONOPTIMIZE")
#: What pages say in addition.
PAGES = ("SOBE_BASE_URL", "SOBE_RELEASE", "SOBE_PDF", "SOURCE_DATE_EPOCH")
#: A socket's path has at most 107 bytes; a kernel's has this many after the folder of scratches.
_LONGEST_FOLDER = 60


def settle(root):
    """Check the environment of a command, and set what it leaves open.

    What is built is dated by its commit, not by the day.

    Raises
    ------
    BuildError
        For a value that cannot be used.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given and not re.fullmatch("[0-9]{1,11}", given):
        raise BuildError(
            "SOURCE_DATE_EPOCH takes whole seconds since 1970, such as 1767225600, "
            f"not {quote(given)}"
        )
    if not given:
        os.environ.pop("SOURCE_DATE_EPOCH", None)
        if (time := commit.of(root).time) is not None:
            os.environ["SOURCE_DATE_EPOCH"] = str(time)
    if "SOURCE_DATE_EPOCH" in os.environ:
        os.environ["FORCE_SOURCE_DATE"] = "1"  # TeX asks for it
    if data := os.environ.get("SOBE_DATA"):
        # Absolute, as chapters run in another folder.
        folder = Path(data).resolve()
        if not (folder / "datapackage.json").is_file():
            raise BuildError(f"SOBE_DATA takes a folder with a datapackage.json, not {quote(data)}")
        os.environ["SOBE_DATA"] = str(folder)
    address = os.environ.get("SOBE_BASE_URL", "")
    if address and not re.fullmatch("https?://[^\\s\"'<>?#\\\\]{1,500}", address):
        raise BuildError(
            "SOBE_BASE_URL takes the address of the site, such as https://example.org/book, "
            f"not {quote(address)}"
        )


def reaching(names):
    """Return {name: value} of those variables that have a value."""
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def other_data(root):
    """Return the files of another folder of data than the repository's, or []."""
    folder = Path(os.environ.get("SOBE_DATA") or root / "data").resolve()
    if folder == (Path(root) / "data").resolve():
        return []
    return [path for end in ("csv", "json") for path in folder.rglob(f"*.{end}") if path.is_file()]


def scratches():
    """Return the folder for scratch folders, in which sockets have paths short enough.

    Raises
    ------
    BuildError
        If neither the folder for temporary files nor /tmp is one.
    """
    usual = tempfile.gettempdir()
    for folder in (usual, "/tmp"):
        if len(os.fsencode(folder)) <= _LONGEST_FOLDER and os.access(folder, os.W_OK | os.X_OK):
            return Path(folder)
    raise BuildError(
        f"the folder for temporary files has a path too long for sockets: {quote(usual, 160)}; "
        f"set TMPDIR to one of at most {_LONGEST_FOLDER} bytes"
    )
