"""Chapters as notebooks: read from MyST, cleaned after execution."""

import re

from sobe.errors import BuildError

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def read(path):
    """Read the MyST page at `path` as a notebook; raise BuildError where it is none."""
    import jupytext

    try:
        nb = jupytext.read(path, fmt="md:myst")
    except Exception as error:  # jupytext raises many kinds for one bad page
        raise BuildError(f"{path.name} cannot be read as a MyST notebook: {error}") from None
    # papermill asks every notebook for its language.
    nb.metadata.setdefault("language_info", {"name": "python"})
    return nb


def clean(nb):
    """Drop from an executed notebook what differs between two equal runs."""
    nb.metadata.pop("papermill", None)
    nb.metadata.pop("widgets", None)
    nb.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    nb.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(nb.cells):
        cell["id"] = f"cell-{number}"
        for key in ("papermill", "execution", "lines_to_next_cell"):
            cell.metadata.pop(key, None)
        for output in cell.get("outputs", []):
            output.pop("transient", None)
    return nb


def to_text(nb):
    """Return the notebook as JSON text, the same for the same notebook."""
    import nbformat

    nb["nbformat"], nb["nbformat_minor"] = 4, 5
    return nbformat.writes(nb, version=nbformat.NO_CONVERT) + "\n"


def line_of(page_text, source):
    """Return the line of a page where a cell's source begins, or None."""
    at = page_text.find(source) if source.strip() else -1
    return None if at < 0 else page_text.count("\n", 0, at) + 1


def plain(traceback):
    """Return a traceback without terminal colours."""
    return ANSI.sub("", traceback)
