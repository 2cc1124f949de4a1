"""What a page shows of its cells: results without code, each in its place.

A cell tagged `hide-input` shows what it gives and not its code. The code of a figure is in its
card; that of the cells tagged `loads-data` also where the directive `loading-cells` is. The
directive `figure-here` shows a figure before the cell that makes it.
"""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.util import logging

from sobe.site.nodes import OutputNode

log = logging.getLogger(__name__)
HIDDEN, LOADS = "tag_hide-input", "tag_loads-data"
#: Class of the place for the cells that load data, and its id.
PLACE, IDENT = "sobe-loading", "loading-cells"
#: Class of the place for a figure of a later cell.
MOVED = "sobe-moved"


class LoadingCells(Directive):
    """`loading-cells`: the code of the cells of a page that load its data."""

    def run(self):
        """Return the place, which `take` fills."""
        return [nodes.container(classes=[PLACE], ids=[IDENT])]


class FigureHere(Directive):
    """`figure-here`: a figure of the page by its name, in place of where its cell is."""

    required_arguments = 1

    def run(self):
        """Return the place, which `take` fills."""
        place = nodes.container(classes=[MOVED], figure=self.arguments[0])
        place.source, place.line = self.state.document.current_source, self.lineno
        return [place]


def _is_cell(node):
    return isinstance(node, nodes.container) and "cell" in node.get("classes", [])


def _cell_of(node):
    """Return the cell of a notebook whose output a node is, or None."""
    while node is not None and not _is_cell(node):
        node = node.parent
    return node


def _input(cell):
    """Return the node with the code of a cell, or None."""
    return next((part for part in cell.children if "cell_input" in part.get("classes", [])), None)


def _code(cell):
    return _input(cell).astext().strip("\n") if _input(cell) is not None else ""


def _shows(node):
    return node.next_node(OutputNode) is not None


def _behind(cell):
    """Return the code of a cell and of those directly before it, back to a text or an output."""
    found, place = [], cell.parent.index(cell)
    for node in reversed(cell.parent.children[: place + 1]):
        if not _is_cell(node) or (node is not cell and _shows(node)):
            break
        found.insert(0, _code(node))
    return "\n\n".join(filter(None, found))


def _move(doctree):
    """Move figures to where `figure-here` names them."""
    made = {
        node["data"]["name"]: node
        for node in doctree.findall(OutputNode)
        if node["kind"] == "figure"
    }
    places = [node for node in doctree.findall(nodes.container) if MOVED in node["classes"]]
    for place in places:
        if (node := made.pop(place["figure"], None)) is None:
            log.warning("no figure %r to show here", place["figure"], location=place)
            place.parent.remove(place)
            continue
        output = node.parent
        output.remove(node)
        # The other kinds of the same output too: a builder would take one of them.
        while not _is_cell(output) and (
            output.get("nb_element") == "mime_bundle" or not output.children
        ):
            output, gone = output.parent, output
            output.remove(gone)
        place.replace_self(nodes.container("", node, classes=["cell_output"]))


def take(doctree):
    """Take the code of cells out of a page.

    Returns
    -------
    tuple
        ({figure: the code behind it}, the id of the place with the cells that load data or "").
    """
    cells = [node for node in doctree.findall(nodes.container) if _is_cell(node)]
    code = {
        node["data"]["name"]: _behind(cell)
        for node in doctree.findall(OutputNode)
        if node["kind"] == "figure" and (cell := _cell_of(node)) is not None
    }
    loading = [cell for cell in cells if LOADS in cell["classes"] and _input(cell) is not None]
    places = [node for node in doctree.findall(nodes.container) if PLACE in node["classes"]]
    for place in places:
        place.extend(part.deepcopy() for cell in loading for part in _input(cell).children)
    _move(doctree)
    for cell in cells:
        if HIDDEN in cell["classes"]:
            if (part := _input(cell)) is not None:
                cell.remove(part)
            if not cell.children:
                cell.parent.remove(cell)
    return code, IDENT if places else ""
