"""Chapters as notebooks: read from MyST, cleaned after execution."""

import json
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
    nb.metadata.pop("parameters", None)  # the chapter's table of them holds the same
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


def from_text(text):
    """Read the JSON text of a notebook of ours.

    What its outputs hold are plain dictionaries: nbformat makes an object of its own of each, which
    takes longer than to read the text.
    """
    from nbformat import NotebookNode, from_dict
    from nbformat.v4 import rwbase

    cells = (given := json.loads(text)).pop("cells")
    outputs = [cell.pop("outputs", None) for cell in cells]
    nb = from_dict({**given, "cells": cells})
    for cell, found in zip(nb.cells, outputs, strict=True):
        if found is not None:
            cell.outputs = [NotebookNode(output) for output in found]
    return rwbase.rejoin_lines(nb)


def to_text(nb):
    """Return the notebook as JSON text, the same for the same notebook."""
    from nbformat.v4 import rwbase

    nb["nbformat"], nb["nbformat_minor"] = 4, 5
    rwbase.split_lines(rwbase.strip_transient(nb))
    try:
        return _json(nb) + "\n"
    finally:
        rwbase.rejoin_lines(nb)


_scalar = json.JSONEncoder(ensure_ascii=False).encode


def _json(value, margin="\n"):
    """Return JSON as nbformat writes it; json itself takes three times as long with an indent."""
    inner = f"{margin} "
    if value and isinstance(value, dict):
        parts = [f"{_scalar(key)}: {_json(value[key], inner)}" for key in sorted(value)]
        return f"{{{inner}{f',{inner}'.join(parts)}{margin}}}"
    if value and isinstance(value, (list, tuple)):
        parts = [_json(part, inner) for part in value]
        return f"[{inner}{f',{inner}'.join(parts)}{margin}]"
    return _scalar(value)


def index_in_source(nb, index, injected):
    """Return which cell of a chapter is the cell ``index`` of the notebook that was run.

    papermill runs the values given, if ``injected``, in a cell of their own: after the cell of
    parameters, which it counts as here, or before all cells where there is none.
    """
    if not injected:
        return index
    tagged = [place for place, cell in enumerate(nb.cells) if is_parameters(cell)]
    place = tagged[0] if tagged else -1
    return index if index <= place else max(index - 1, 0)


def is_parameters(cell):
    """Return whether a cell is the one with a chapter's parameters."""
    return cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", [])


def line_of(page_text, cells, index):
    """Return the line of a page where the cell ``index`` of ``cells`` begins, or None.

    Cells are looked up in their order, so one with the text of another is told from it.
    """
    at = end = 0
    for cell in cells[: index + 1]:
        at = page_text.find(cell.source, end) if cell.source.strip() else -1
        end = end if at < 0 else at + len(cell.source)
    return None if at < 0 else page_text.count("\n", 0, at) + 1


_LINE = re.compile(r"^(?: *Cell|File <[^>]*>:) ?(?:In\[(\d+)\], )?line (\d+)", re.M)


def line_in_cell(traceback, source):
    """Return the line of a cell that failed, by its traceback in IPython's form; else 1."""
    found = _LINE.findall(traceback)
    if not found:
        return 1
    # The cell that failed comes first; functions of other cells come below it.
    line = int(found[0][1])
    return line if line <= len(source.splitlines()) else 1


def plain(traceback):
    """Return a traceback without terminal colours."""
    return ANSI.sub("", traceback)
